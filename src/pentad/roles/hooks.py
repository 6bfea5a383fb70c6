"""What this competency asks of the core."""

from pentad.core import hooks
from pentad.core.actor import Actor
from pentad.core.hookvalues import AuditKind, NavItem, Problem, ScheduleItem
from pentad.roles.audit import verifying


@hooks.impl
def navigation(actor: Actor) -> list[NavItem]:
    return [NavItem("Audit log", "/audit/", "history", "Administration", right="audit.view", order=925)]


@hooks.impl
def audit_kinds() -> list[AuditKind]:
    return [
        AuditKind("user", "Colleague", "user-round", "/settings/people/"),
        AuditKind("key", "API key", "key-round", "/settings/keys/"),
        AuditKind("view", "Saved view", "table-2"),
        AuditKind("list", "List", "list"),
        AuditKind("setting", "Setting", "settings"),
        AuditKind("job", "Job", "list-checks", "/jobs/"),
        AuditKind("audit", "Audit log", "history", "/audit/"),
    ]


@hooks.impl
def doctor_checks() -> list[Problem]:
    """The chain of audit lines, from its beginning."""
    finding = verifying.verify().finding
    if finding is None:
        return []
    return [Problem("audit", "error", f"The audit log is not as it was written. {finding.message}", finding.fix)]


@hooks.impl
def schedules() -> list[ScheduleItem]:
    return [
        ScheduleItem("forget ended sessions", "access.sweep", 24 * 3600),
        ScheduleItem("mail notices", "notices.mail", 60),
        ScheduleItem("let old audit lines go", "audit.prune", 24 * 3600),
    ]
