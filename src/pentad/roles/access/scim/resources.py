"""Rows as SCIM resources, and back."""

from typing import Any

from scim2_models import (
    Context,
    Email,
    EnterpriseUser,
    Group,
    GroupMember,
    GroupMembership,
    InvalidValueException,
    Meta,
    Name,
    ScimPolicy,
    User,
)

from pentad.roles.access import models
from pentad.roles.access.scim.models import ProvisionedGroup, ProvisionedUser

Person = User[EnterpriseUser]
POLICY = ScimPolicy(unknown=ScimPolicy.Unknown.ignore)
"""Attributes we do not know are left out, not refused: providers send their own."""

HELD = ("id", "meta", "groups", "password", "active", "externalId", "userName")
"""What the account and its row hold; never in the stored resource."""

LONGEST = 254
"""Of a userName or an externalId."""


def person_of(row: ProvisionedUser, base: str, groups: list[ProvisionedGroup]) -> Any:
    """A colleague as a SCIM user; `base` is the address of /scim/v2."""
    user = row.user
    with POLICY:
        person = Person.model_validate({"userName": row.user_name or user.email, **row.resource})
    person.id = str(user.pk)
    person.user_name = row.user_name or user.email
    person.external_id = row.external_id or None
    person.active = user.is_active
    person.display_name = person.display_name or user.name
    person.name = person.name or Name(formatted=user.name)
    person.emails = person.emails or [Email(value=user.email, primary=True, type=Email.Type.work)]
    shown = [{"value": one.id, "display": one.display_name, "$ref": f"{base}/Groups/{one.id}"} for one in groups]
    person.groups = [GroupMembership.model_validate(one) for one in shown] or None
    person.meta = Meta(
        resource_type="User", location=f"{base}/Users/{user.pk}", created=row.created, last_modified=row.changed
    )
    return person


def group_of(row: ProvisionedGroup, base: str) -> Any:
    rows = row.members.order_by("pk").values_list("pk", "name")
    shown = [{"value": str(pk), "display": name, "$ref": f"{base}/Users/{pk}", "type": "User"} for pk, name in rows]
    members = [GroupMember.model_validate(one) for one in shown]
    return Group(
        id=row.id,
        external_id=row.external_id or None,
        display_name=row.display_name,
        members=members or None,
        meta=Meta(
            resource_type="Group", location=f"{base}/Groups/{row.id}", created=row.created, last_modified=row.changed
        ),
    )


def address_of(person: Any) -> str:
    """Where mail reaches a colleague: the primary address, the first, or a userName that is one. Raises SCIM's 400."""
    listed = [email for email in person.emails or [] if email.value]
    first = next((email for email in listed if email.primary), listed[0] if listed else None)
    if first is not None:
        return str(first.value)
    if "@" in (person.user_name or ""):
        return str(person.user_name)
    raise InvalidValueException(detail="Pentad needs an e-mail address: in emails, or as userName.")


def external_id_of(resource: Any) -> str:
    """What the provider calls a user or group. Raises SCIM's 400 for more than fits."""
    said = str(resource.external_id or "")
    if len(said) > LONGEST:
        raise InvalidValueException(detail=f"An externalId has at most {LONGEST} characters.")
    return said


def name_of(person: Any) -> str:
    """What a colleague is called."""
    name = person.name
    parts = [name.given_name, name.family_name] if name else []
    return (
        person.display_name
        or (name.formatted if name else None)
        or " ".join(filter(None, parts))
        or str(person.user_name)
    )[:200]


def kept(person: Any) -> dict[str, Any]:
    """What is stored of a resource."""
    dumped = person.model_dump(scim_ctx=Context.DEFAULT)
    return {key: value for key, value in dumped.items() if key not in HELD and value is not None}


def blank(user: models.User) -> ProvisionedUser:
    """The row of a colleague of whom no provider has told anything yet; not stored."""
    return ProvisionedUser(user=user, user_name=user.email, created=user.date_joined, changed=user.date_joined)
