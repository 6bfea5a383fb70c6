"""Reads for the pages on rights: the matrix of a role, the review."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import Count, Q, QuerySet
from django.urls import reverse

from pentad.core import clock
from pentad.core.action import RIGHTS
from pentad.roles.access import builtin
from pentad.roles.access.gate import PAGE_RIGHTS
from pentad.roles.access.models import ApiKey, User
from pentad.roles.access.purposes.queries import Overview, of_roles, overview
from pentad.roles.access.rights import Grant as Rule
from pentad.roles.access.rights import Policy, Scope
from pentad.roles.access.rights_models import Elevation, Grant, Role, Share, Team
from pentad.roles.access.rules import OWN_ACCOUNT
from pentad.roles.access.seeing import Kind, kinds, models_of_kinds

UNUSED = timedelta(days=90)


def all_rights() -> list[str]:
    """Every right some page or action asks for, or a built-in role grants; patterns are not among them.

    Ours are there from the start, though the modules that ask for them may be loaded when first needed.
    """
    granted = {right for role in builtin.ROLES.values() for right in role.grants if "*" not in right}
    return sorted({*RIGHTS, *PAGE_RIGHTS, *granted, *PLAIN, "people.erase"} - {OWN_ACCOUNT})


def is_right(text: str) -> bool:
    """Whether there is such a right, or one that the pattern ("people.*", or "*" for all) covers."""
    known = all_rights()
    return text in ("*", *known) or (text.endswith(".*") and any(right.startswith(text[:-1]) for right in known))


VERBS = {
    "view": "See {many} in lists, search, pages and the API.",
    "edit": "Change {many}: fields, notes, followers.",
    "create": "Add {many} by hand.",
    "export": "Take {many} out as a file.",
    "bulk": "Change many {many} at once.",
    "merge": "Merge two {many} into one, and take a merge back.",
    "assign": "Give {many} to colleagues and teams.",
    "share": "Open single {many} to colleagues and teams.",
    "reveal": "Show masked fields of {many} for a reason.",
    "erase": "Erase {many} for good, events and all.",
}
PLAIN = {
    "admin.users": "Invite colleagues, give roles, close accounts.",
    "admin.keys": "Make and revoke API keys, agents’ too.",
    "admin.apps": "Add, change and revoke apps that sign colleagues in and act for them.",
    "admin.rights": "Change roles, teams and the classes of fields; explain access; see through others’ eyes.",
    "admin.elevate": "Give colleagues another role for a while.",
    "admin.signin": "Connect identity providers.",
    "admin.metrics": "Read the metrics.",
    "audit.accept": "Accept that lines are missing at the end of the audit log.",
    "audit.view": "Read the audit log.",
    "audit.export": "Take the audit log out as a file.",
    "audit.prune": "Let old audit lines go.",
    "destinations.manage": "Connect and change what carries messages; report what became of them.",
    "fields.edit": "Declare, change and archive custom fields; sees how many records have a value.",
    "identity.edit": "Change the rules of identity: limits, priorities, blocked values.",
    "jobs.view": "See background jobs.",
    "jobs.edit": "Stop background jobs, and send failed ones out again.",
    "mailbox.view": "Read what was delivered into the built-in mailbox, in full.",
    "receipts.view": "See receipts: what was accepted, and what became of it.",
    "receipts.edit": "Load missing messages again.",
    "scim.edit": "Keep accounts and groups as an identity provider says (SCIM).",
    "messages.transactional": "Say that a message is transactional, past consent, caps and holdout; approve campaigns with one.",
    "settings.edit": "Change settings.",
    "sources.view": "See sources, and live events if all customers may be seen in full.",
    "sources.edit": "Connect, change and archive sources.",
}


def about(right: str) -> str:
    """What a right permits, in a sentence; of a plugin's, what its first action says of itself."""
    area, _, verb = right.partition(".")
    many = next((kind.many.lower() for kind in kinds() if kind.name == area), "")
    if many and verb in VERBS:
        return VERBS[verb].format(many=many)
    return PLAIN.get(right) or RIGHTS.get(right, "").partition(" Raises ")[0]


def has_scope(right: str) -> bool:
    """Whether a right is about records that belong to somebody."""
    return right.partition(".")[0] in {kind.name for kind in kinds()} and not right.endswith(".create")


@dataclass(frozen=True, slots=True)
class RightRow:
    """A right in a role's matrix. by: the pattern that grants it when no grant of its own does."""

    name: str
    about: str
    scoped: bool
    scope: str
    by: str
    denied: str


def matrix(role: Role) -> list[tuple[str, list[RightRow]]]:
    """(area, rights) of a role: every right there is, and what it was given that can only be taken away."""
    grants = list(role.grants.all())
    own = {(grant.right, grant.deny): grant.scope for grant in grants}
    areas: dict[str, list[RightRow]] = {}
    known = all_rights()
    odd = {g.right for g in grants if g.right not in known and (g.deny or not is_right(g.right))}
    for right in [*known, *sorted(odd)]:
        patterns = [g.right for g in grants if not g.deny and g.right in ("*", f"{right.partition('.')[0]}.*")]
        scope = own.get((right, False), "")
        by = "" if scope or not patterns else patterns[0]
        row = RightRow(right, about(right), has_scope(right), scope, by, own.get((right, True), ""))
        areas.setdefault(right.partition(".")[0], []).append(row)
    records = {kind.name for kind in kinds()}
    return sorted(areas.items(), key=lambda area: (area[0] not in records, area[0]))


def field_rows(role: Role) -> list[tuple[Kind, list[tuple[str, str, str]]]]:
    """Per kind (target, label, level) for each class and field, and for the targets that have a rule."""
    rules = {(rule.kind, rule.target): rule.level for rule in role.field_rules.all() if not rule.deny}
    found = []
    for kind in kinds():
        targets = [("class:personal", "Personal fields"), ("class:sensitive", "Sensitive fields"), *kind.fields]
        targets += kind.own_fields()
        extra = [(target, target) for k, target in rules if k == kind.name and target not in dict(targets)]
        level = [(t, label, rules.get((kind.name, t)) or rules.get(("*", t), "")) for t, label in [*targets, *extra]]
        found.append((kind, level))
    return found


def roles() -> "QuerySet[Role]":
    return Role.objects.order_by("order", "label")


def holders() -> dict[str, int]:
    """Role → how many open accounts and keys in force hold it."""
    users = User.objects.filter(is_active=True).values_list("role").annotate(n=Count("pk"))
    found = dict(users)
    for role, n in ApiKey.objects.filter(revoked=None).values_list("role").annotate(n=Count("pk")):
        found[role] = found.get(role, 0) + n
    return found


def teams() -> list[tuple[int, Team, list[User]]]:
    """(depth, team, members), each below its parent, in alphabetical order."""
    below: dict[int | None, list[Team]] = {}
    for team in Team.objects.order_by("name").prefetch_related("members__user"):
        below.setdefault(team.parent_id, []).append(team)
    found: list[tuple[int, Team, list[User]]] = []

    def walk(parent: int | None, depth: int) -> None:
        for team in below.get(parent, []):
            found.append((depth, team, sorted((m.user for m in team.members.all()), key=str)))
            walk(team.pk, depth + 1)

    walk(None, 0)
    return found


class Finding(NamedTuple):
    """What should be looked at, what to do, and the page on which that is done."""

    what: str
    fix: str
    url: str = ""


@dataclass(slots=True)
class Review:
    """Who can see what, and what nobody uses."""

    reach: list[tuple[Role, int, list[tuple[str, str]]]] = field(default_factory=list)
    elevations: list[Elevation] = field(default_factory=list)
    shares: list[Share] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    purposes: Overview = field(default_factory=overview)


def review() -> Review:
    """The state of rights, with what should be looked at."""
    now, held, found = clock.now(), holders(), Review()
    shown = [f"{kind.name}.{verb}" for kind in kinds() for verb in ("view", "edit", "export")]
    for role in roles().prefetch_related("grants"):
        reach = [(right, _scope(list(role.grants.all()), right)) for right in shown]
        found.reach.append((role, held.get(role.name, 0), reach))
        if not held.get(role.name) and role.name not in builtin.ROLES:
            what = f"Nobody holds the role “{role.label}”."
            found.findings.append(Finding(what, "Remove it, or give it to somebody.", _role_page(role.name)))
    found.elevations = list(Elevation.objects.filter(ended=None, until__gt=now).select_related("user", "role"))
    found.shares = list(Share.objects.select_related("user", "team").order_by("-created")[:100])
    found.findings += [*_stale(now), *_ended(found.shares, now), *_without_effect()]
    return found


def _stale(now: datetime) -> Iterator[Finding]:
    """Accounts and keys that nobody uses."""
    people, keys = reverse("settings_people"), reverse("settings_keys")
    stale = User.objects.filter(
        Q(last_login=None) | Q(last_login__lt=now - UNUSED), is_active=True, date_joined__lt=now - UNUSED
    )
    for user in stale[:100]:
        yield Finding(f"{user} has not signed in for 90 days.", "Close the account.", people)
    for key in ApiKey.objects.filter(
        Q(last_used=None) | Q(last_used__lt=now - UNUSED), revoked=None, created__lt=now - UNUSED
    )[:100]:
        yield Finding(f"The key “{key.name}” was not used for 90 days.", "Revoke it.", keys)


def _ended(shares: list[Share], now: datetime) -> Iterator[Finding]:
    for share in shares:
        if (share.until and share.until < now) or (share.user and not share.user.is_active):
            yield Finding(f"A share with {share.user or share.team} has ended.", "Take it back.", "#shared-records")


def _without_effect() -> Iterator[Finding]:
    """Roles that work for nothing in force, and colleagues whose role there is not."""
    labels = dict(Role.objects.values_list("name", "label"))
    for name in (one for one, held_for in of_roles(labels).items() if not held_for):
        what = f"“{labels[name]}” works for retired purposes alone."
        yield Finding(what, "Say what it works for, or remove it.", _role_page(name))
    names = set(labels)
    for user in User.objects.exclude(role__in=names):
        what = f"{user} has the role “{user.role}”, which there is not: no rights."
        yield Finding(what, "Give another role.", reverse("settings_people"))


def _role_page(name: str) -> str:
    return reverse("settings_role", args=[name])


def _scope(grants: list[Grant], right: str) -> str:
    rules = tuple(Rule("", g.right, Scope[g.scope.upper()], g.deny) for g in grants)
    reach = Policy(grants=rules).reach(right)
    return "" if reach.nothing else reach.allow.name.lower() + (" but some" if reach.deny else "")


def record_of(text: str) -> Any | None:
    """A customer or company by its id or its page's address; None when there is none."""
    wanted = text.strip().partition("?")[0].strip("/").rpartition("/")[2].lower()
    for model in models_of_kinds():
        if (found := model._base_manager.filter(id=wanted).first()) is not None:
            return getattr(found, "root", None) or found
    return None
