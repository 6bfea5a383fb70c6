"""What this competency asks of the core."""

from typing import Any

from pentad.core import hooks
from pentad.core.actor import Actor
from pentad.core.hookvalues import AuditKind, NavItem, PaletteItem, Problem, ScheduleItem, TimelineEntry
from pentad.roles.audit import names, verifying
from pentad.roles.work import queries as work


@hooks.impl
def navigation(actor: Actor) -> list[NavItem]:
    return [
        NavItem("Tasks", "/tasks/", "list-checks", key="t", right="tasks.view", order=30),
        NavItem("Recent changes", "/changes/", "undo-2", "Data", "z", order=260),
        NavItem("Audit log", "/audit/", "history", "Administration", right="audit.view", order=925),
    ]


@hooks.impl
def palette(actor: Actor, query: str) -> list[PaletteItem]:
    return work.palette(query) if actor.may("tasks.view") else []


@hooks.impl
def timeline_entry(event: Any) -> TimelineEntry | None:
    told = event.properties if isinstance(event.properties, dict) else {}
    if event.type == "track" and event.name == "Change undone" and "change_id" in told:
        what = {"trait": "a trait", "owner": "the owner"}.get(str(told.get("what")), "")
        return TimelineEntry(f"Change of {what} undone" if what else "Change undone", "", "undo-2")
    if event.type != "track" or event.name not in ("Task added", "Task done", "Task restored"):
        return None
    task, by = str(told.get("task_id", "")), str(told.get("by", ""))[:200]
    return TimelineEntry(f"{event.name} by {by}" if by else event.name, "", "list-checks", "", f"/tasks/{task}/")


@hooks.impl
def audit_kinds() -> list[AuditKind]:
    return [
        AuditKind("user", "Colleague", "user-round", "/settings/people/", names.users_named),
        AuditKind("key", "API key", "key-round", "/settings/keys/", names.keys_named),
        AuditKind("agent", "Agent", "sparkles", "/settings/agents/{}/", names.keys_named),
        AuditKind("app", "App", "layers", "/settings/apps/{}/", names.apps_named),
        AuditKind("team", "Team", "users", "/settings/teams/", names.teams_named),
        AuditKind("role", "Role", "key-round", "/settings/roles/{}/"),
        AuditKind("purpose", "Purpose", "shield-check", "/settings/purposes/", names.purposes_named),
        AuditKind("view", "Saved view", "table-2"),
        AuditKind("task", "Task", "list-checks", "/tasks/{}/", names.tasks_named),
        AuditKind("change", "Change", "undo-2", "/changes/{}/", names.changes_named),
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
        ScheduleItem("remind of tasks", "work.remind", 60),
        ScheduleItem("let old drafts go", "together.sweep", 24 * 3600),
        ScheduleItem("forget what can be undone no more", "undo.prune", 24 * 3600),
        ScheduleItem("let old audit lines go", "audit.prune", 24 * 3600),
    ]
