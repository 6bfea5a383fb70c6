"""The roles that come with the product: what they are granted until somebody changes it."""

from dataclasses import dataclass
from typing import Any

from pentad.roles.access.rights import FieldRule, Grant, Level, Policy, Scope


@dataclass(frozen=True, slots=True)
class BuiltIn:
    """grants: right → scope. fields: (kind, target) → level. purposes: what it works for; every purpose when empty."""

    label: str
    note: str
    grants: dict[str, str]
    fields: dict[tuple[str, str], str]
    purposes: tuple[str, ...] = ()


PURPOSES = {
    "service": ("Service", "Helping customers with what they bought or asked."),
    "sales": ("Sales", "Winning customers, and keeping them."),
    "marketing": ("Marketing", "Telling people of what may interest them."),
    "analytics": ("Analytics", "Learning from all customers together, to make things better."),
}
"""Name → label and note, in their order."""


_CUSTOMERS = {"people.view": "all", "companies.view": "all"}
_OWN_TASKS = {"tasks.view": "own", "tasks.edit": "own"}
_TEAM_TASKS = {"tasks.view": "team", "tasks.edit": "team", "tasks.assign": "team"}
_SEGMENTS = {"segments.view": "all", "segments.edit": "all", "segments.export": "all"}
_MESSAGES = {"messages.view": "all", "messages.edit": "all", "messages.publish": "all", "messages.send_test": "all"}
_CAMPAIGNS = {"campaigns.view": "all", "campaigns.edit": "all", "campaigns.approve": "all", "campaigns.start": "all"}
_MAILBOX = {"mailbox.view": "all"}
_CONTACT = {"contact.view": "all", "contact.edit": "all"}
_SENSITIVE_MASKED = {("*", "class:sensitive"): "masked"}

ROLES: dict[str, BuiltIn] = {
    "admin": BuiltIn("Administrator", "May do and see everything.", {"*": "all"}, {}),
    "member": BuiltIn(
        "Member",
        "Sees, edits and exports customers; sees sources and receipts.",
        {
            "tasks.*": "all",
            **_CUSTOMERS,
            **_SEGMENTS,
            **_CONTACT,
            **_MESSAGES,
            **_CAMPAIGNS,
            **_MAILBOX,
            "people.edit": "all",
            "people.consent": "all",
            "people.create": "all",
            "people.export": "all",
            "people.bulk": "all",
            "people.reveal": "all",
            "sources.view": "all",
            "receipts.view": "all",
        },
        {},
    ),
    "lead": BuiltIn(
        "Team lead",
        "Sees, edits, merges and exports what belongs to the team and those below it; gives records to others.",
        {
            **_TEAM_TASKS,
            "people.view": "team",
            "people.edit": "team",
            "people.consent": "team",
            "people.create": "all",
            "people.export": "team",
            "people.bulk": "team",
            "people.merge": "team",
            "changes.others": "team",
            "people.assign": "team",
            "people.share": "team",
            "people.reveal": "team",
            "companies.view": "team",
            "companies.edit": "team",
            "companies.assign": "team",
            "companies.bulk": "team",
            **_SEGMENTS,
        },
        _SENSITIVE_MASKED,
    ),
    "rep": BuiltIn(
        "Sales rep",
        "Sees and edits only own customers and companies, and what is shared.",
        {
            **_OWN_TASKS,
            "tasks.assign": "team",
            "people.view": "own",
            "people.edit": "own",
            "people.consent": "own",
            "people.create": "all",
            "people.share": "own",
            "companies.view": "own",
            "companies.edit": "own",
            "segments.view": "all",
        },
        _SENSITIVE_MASKED,
        ("sales",),
    ),
    "agent": BuiltIn(
        "Service agent",
        "Sees and edits every customer; sensitive fields are masked and can be revealed for a reason.",
        {
            **_TEAM_TASKS,
            **_CUSTOMERS,
            "people.edit": "all",
            "people.consent": "all",
            "people.create": "all",
            "people.reveal": "all",
            "segments.view": "all",
        },
        _SENSITIVE_MASKED,
        ("service",),
    ),
    "marketer": BuiltIn(
        "Marketer",
        "Sees and exports every customer, without sensitive fields.",
        {
            **_OWN_TASKS,
            "tasks.assign": "team",
            **_CUSTOMERS,
            **_SEGMENTS,
            **_CONTACT,
            **_MESSAGES,
            **_CAMPAIGNS,
            **_MAILBOX,
            "people.export": "all",
            "people.bulk": "all",
        },
        {("*", "class:sensitive"): "hidden"},
        ("marketing",),
    ),
    "analyst": BuiltIn(
        "Analyst",
        "Sees every customer with personal fields masked and without sensitive ones.",
        {
            **_OWN_TASKS,
            **_CUSTOMERS,
            "segments.view": "all",
            "segments.edit": "all",
            "contact.view": "all",
            "messages.view": "all",
            "campaigns.view": "all",
        },
        {("people", "class:personal"): "masked", ("*", "class:sensitive"): "hidden"},
        ("analytics",),
    ),
    "developer": BuiltIn(
        "Developer",
        "Connects sources and destinations, looks after receipts, jobs, fields and identity rules.",
        {
            **_OWN_TASKS,
            **_CUSTOMERS,
            "sources.*": "all",
            "receipts.*": "all",
            "destinations.manage": "all",
            **_MAILBOX,
            "identity.edit": "all",
            "fields.edit": "all",
            "jobs.*": "all",
            "segments.view": "all",
        },
        {},
    ),
}


def policy(name: str) -> Policy:
    """What a role that came with the product is granted, without teams; nothing for any other."""
    built = ROLES.get(name)
    if built is None:
        return Policy()
    return Policy(
        roles=(name,),
        grants=tuple(Grant(name, right, Scope[scope.upper()]) for right, scope in built.grants.items()),
        fields=tuple(FieldRule(name, kind, to, Level[at.upper()]) for (kind, to), at in built.fields.items()),
        purposes={name: frozenset(built.purposes)} if built.purposes else {},
    )


def put_back(role: Any, grant: Any, field_rule: Any, *names: str) -> None:
    """Write these built-in roles (all, when none is named) as they came, over what is there. Takes the three models,
    so that a migration can hand in its own.
    """
    wanted = [(order, name) for order, name in enumerate(ROLES) if not names or name in names]
    rows = [role(name=name, label=ROLES[name].label, note=ROLES[name].note, order=order) for order, name in wanted]
    role.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["name"], update_fields=["label", "note", "order"]
    )
    for rule in (grant, field_rule):
        rule.objects.filter(role__in=[row.name for row in rows]).delete()
    grant.objects.bulk_create(
        grant(role=row, right=right, scope=scope) for row in rows for right, scope in ROLES[row.name].grants.items()
    )
    field_rule.objects.bulk_create(
        field_rule(role=row, kind=kind, target=target, level=level)
        for row in rows
        for (kind, target), level in ROLES[row.name].fields.items()
    )


def first_purposes(purpose: Any) -> None:
    """Write the purposes that come with the product, which can be renamed and retired."""
    purpose.objects.bulk_create(
        purpose(name=name, label=label, note=note, order=order)
        for order, (name, (label, note)) in enumerate(PURPOSES.items())
    )


def put_purposes_back(role_purpose: Any, *names: str) -> None:
    """Let these built-in roles (all, when none is named) work for what they came for."""
    wanted = [name for name in ROLES if not names or name in names]
    role_purpose.objects.filter(role__in=wanted).delete()
    role_purpose.objects.bulk_create(
        role_purpose(role_id=name, purpose_id=purpose) for name in wanted for purpose in ROLES[name].purposes
    )
