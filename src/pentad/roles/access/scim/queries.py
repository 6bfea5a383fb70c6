"""Reads of SCIM resources: one, or a page of those that a filter fits."""

import re
from typing import Any

from django.db.models import Q, QuerySet
from scim2_models import Group, NotFoundException, ScimFilter

from pentad.roles.access import models
from pentad.roles.access.scim.models import ProvisionedGroup, ProvisionedUser
from pentad.roles.access.scim.resources import Person, blank, group_of, person_of

MOST = 200
EQUAL = re.compile(r'^\s*(userName|externalId|emails|displayName|id)\s+eq\s+"([^"\\]*)"\s*$', re.IGNORECASE)


def users() -> QuerySet[models.User]:
    """Everybody who has an account, but those who were deleted by SCIM."""
    gone = ProvisionedUser.objects.filter(gone=True).values("user_id")
    return models.User.objects.exclude(pk__in=gone).order_by("pk")


def row_of(user: models.User) -> ProvisionedUser:
    return ProvisionedUser.objects.select_related("user").filter(user=user).first() or blank(user)


def user_by(id: str) -> models.User:
    """Raises SCIM's 404."""
    found = users().filter(pk=int(id)).first() if id.isdecimal() and len(id) < 19 else None
    if found is None:
        raise NotFoundException(detail=f"There is no user {id}.")
    return found


def group_by(id: str) -> ProvisionedGroup:
    """Raises SCIM's 404."""
    found = ProvisionedGroup.objects.filter(pk=id).first()
    if found is None:
        raise NotFoundException(detail=f"There is no group {id}.")
    return found


def person(user: models.User, base: str) -> Any:
    return person_of(row_of(user), base, list(ProvisionedGroup.objects.filter(members=user).order_by("display_name")))


def find_people(wanted: str, base: str, start: int, count: int) -> tuple[int, list[Any]]:
    """How many users the filter fits, and a page of them. Raises SCIM's invalidFilter."""
    rows = users()
    if not wanted:
        return rows.count(), [person(user, base) for user in rows[start : start + count]]
    fits = ScimFilter[Person](wanted)
    if equal := EQUAL.match(wanted):
        rows = _narrowed(rows, equal[1].lower(), equal[2])
    found = [one for one in (person(user, base) for user in rows.iterator()) if fits.match(one)]
    return len(found), found[start : start + count]


def find_groups(wanted: str, base: str, start: int, count: int) -> tuple[int, list[Any]]:
    rows = ProvisionedGroup.objects.order_by("created", "pk")
    if not wanted:
        return rows.count(), [group_of(row, base) for row in rows[start : start + count]]
    fits = ScimFilter[Group](wanted)
    found = [one for one in (group_of(row, base) for row in rows.iterator()) if fits.match(one)]
    return len(found), found[start : start + count]


def _narrowed(rows: QuerySet[models.User], field: str, value: str) -> QuerySet[models.User]:
    """The few rows for which what providers ask all the time can hold."""
    told = ProvisionedUser.objects.all()
    if field == "username":
        return rows.filter(Q(pk__in=told.filter(user_name=value.lower()).values("user_id")) | Q(email=value.lower()))
    if field == "externalid":
        return rows.filter(pk__in=told.filter(external_id=value).values("user_id"))
    if field == "id":
        return rows.filter(pk=int(value)) if value.isdecimal() and len(value) < 19 else rows.none()
    return rows
