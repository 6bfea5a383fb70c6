"""A role's page as one form: what it shows, what differs in what it sends, and the one action that does all of that."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from pentad.core import nested
from pentad.core.action import action, note
from pentad.core.actor import Actor
from pentad.roles.access.manage import queries
from pentad.roles.access.manage.actions import set_field_rule, set_grant
from pentad.roles.access.purposes.actions import set_role_purposes
from pentad.roles.access.purposes.queries import choices, role_choices
from pentad.roles.access.rights_models import Role
from pentad.roles.access.seeing import kinds

NONE = "none"
PURPOSES = "purposes"
LEVELS = (("hidden", "hidden"), ("masked", "masked"), ("see", "see"), ("change", "see and change"))
REACH = {"own": "own", "team": "the team’s", "all": "all"}


@dataclass(frozen=True, slots=True)
class Choice:
    """A list to choose from in the form. value: what is chosen; usual: what nothing chosen means."""

    name: str
    value: str
    usual: str


@action("admin.rights")
def change_role(*, actor: Actor, role: Role, changes: Mapping[str, str]) -> None:
    """Change rights, fields and purposes of a role at once, all or none; each is checked as by itself.

    changes: "allow:<right>" and "deny:<right>" to a scope, "field:<kind>:<target>" to a level, "purposes" to their
    names with blanks between. Fields come first: a right to see records is then given with them.
    """
    for name, value in sorted(changes.items(), key=lambda one: not one[0].startswith("field:")):
        what, _, which = name.partition(":")
        if what in ("allow", "deny"):
            set_grant(actor=actor, role=role, right=which, scope=value, deny=what == "deny")
        elif what == "field":
            kind, _, target = which.partition(":")
            set_field_rule(actor=actor, role=role, kind=kind, target=target, level=value)
        else:
            set_role_purposes(actor=actor, role=role, purposes=value.split())
    note(f"role:{role.name}", changes=len(changes))


def standing(role: Role) -> dict[str, str]:
    """Every choice of the form, by name, as the role is."""
    said = {PURPOSES: " ".join(one.name for one, chosen in role_choices(role) if chosen)}
    for row in (row for _, rows in queries.matrix(role) for row in rows):
        said |= {f"allow:{row.name}": row.scope or NONE, f"deny:{row.name}": row.denied or NONE}
    own = {(rule.kind, rule.target): rule.level for rule in role.field_rules.filter(deny=False)}
    for kind, lines in queries.field_rows(role):
        said |= {f"field:{kind.name}:{target}": own.get((kind.name, target), "") for target, _, _ in lines}
    return said


def wishes(asked: QueryDict, now: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """(what the form said when it was shown, what differs from that in what it sends).

    What a colleague has changed since the page was shown is left as it is, unless it was chosen anew here.
    """
    given = {name: str(asked[name]) for name in asked if name.partition(":")[0] in ("allow", "deny", "field")}
    if PURPOSES in asked:
        given[PURPOSES] = " ".join(one for one in asked.getlist("purpose") if " " not in one)
    try:
        seen = nested.read(asked.get("seen", "{}"))
    except ValueError:
        seen = {}
    shown = {**now, **({k: v for k, v in seen.items() if isinstance(v, str)} if isinstance(seen, dict) else {})}
    return shown, {name: value for name, value in given.items() if not _same(name, value, shown.get(name))}


def _same(name: str, value: str, shown: str | None) -> bool:
    return sorted(value.split()) == sorted((shown or "").split()) if name == PURPOSES else value == shown


def rows(role: Role, chosen: Mapping[str, str]) -> dict[str, Any]:
    """What the page shows, with what is chosen in its lists."""
    rules = {(rule.kind, rule.target): rule.level for rule in role.field_rules.filter(deny=False)}
    words = dict(LEVELS)
    areas = [(area, [(row, *_of_right(row, chosen)) for row in lines]) for area, lines in queries.matrix(role)]
    fields = []
    for kind, lines in queries.field_rows(role):
        found = []
        for target, label, _ in lines:
            name, everywhere = f"field:{kind.name}:{target}", rules.get(("*", target))
            usual = f"{words[everywhere]}, as everywhere" if everywhere else "as usual"
            found.append((label, Choice(name, chosen.get(name, ""), usual)))
        fields.append((kind, found))
    return {"areas": areas, "fields": fields, "purposes": choices(chosen.get(PURPOSES, "").split())}


def _of_right(row: queries.RightRow, chosen: Mapping[str, str]) -> tuple[Choice, Choice]:
    allow, deny = f"allow:{row.name}", f"deny:{row.name}"
    return (
        Choice(allow, chosen.get(allow, NONE), f"by {row.by}" if row.by else "—"),
        Choice(deny, chosen.get(deny, NONE), "—"),
    )


def told(role: Role, changes: Mapping[str, str], most: int = 3) -> str:
    """What was changed, in a sentence."""
    if not changes:
        return "Nothing was changed."
    said = [_said(name, value) for name, value in changes.items()]
    rest = f" and {len(said) - most} more" if len(said) > most else ""
    return f"“{role.label}” is changed: {'; '.join(said[:most])}{rest}."


def _said(name: str, value: str) -> str:
    what, _, which = name.partition(":")
    if what == PURPOSES:
        return f"works for {value.replace(' ', ', ') or 'every purpose'}"
    if what == "field":
        kind, _, target = which.partition(":")
        return f"{_field(kind, target)} {dict(LEVELS).get(value, 'as usual')}"
    reach = (REACH[value] if queries.has_scope(which) else "yes") if value in REACH else ""
    if what == "deny":
        return f"{which} denied ({reach})" if reach else f"{which} not denied"
    return f"{which} allowed ({reach})" if reach else f"{which} no more allowed"


def _field(kind: str, target: str) -> str:
    """A field as the page calls it."""
    known = next((one for one in kinds() if one.name == kind), None)
    names = {"class:personal": "personal fields", "class:sensitive": "sensitive fields"}
    names |= dict([*known.fields, *known.own_fields()]) if known else {}
    return f"{names.get(target, target)} of {known.many.lower() if known else kind}"
