"""What companies can be filtered by."""

from datetime import date, datetime, time, timedelta

from django.db.models import Q
from django.utils import timezone

from pentad.core.actor import reader
from pentad.core.errors import Invalid
from pentad.data.profiles import field_filters
from pentad.roles.access import seeing
from pentad.roles.access.models import User
from pentad.roles.access.rules import row_number
from pentad.roles.views.spec import Condition, Field, Operator


def day_range(column: str, value: str) -> Q:
    """A day of the reader's. Raises Invalid."""
    try:
        start = datetime.combine(date.fromisoformat(value), time(), timezone.get_current_timezone())
        return Q(**{f"{column}__gte": start, f"{column}__lt": start + timedelta(days=1)})
    except (ValueError, OverflowError):
        raise Invalid(f"“{value}” is not a day.", code="bad_filter", fix="Write it as 2026-11-21.") from None


def _owner(operator: str, value: str) -> Condition:
    if operator == "none":
        return Condition(Q(owner=None))
    number = seeing.user_of(reader()) if operator == "mine" else row_number(value)
    return Condition(Q(owner_id=number if number is not None and number < 2**31 else -1))


def _colleagues() -> list[tuple[str, str]]:
    return [(str(user.pk), str(user)) for user in User.objects.filter(is_active=True).order_by("name")[:200]]


def _last_seen(operator: str, value: str) -> Condition:
    return Condition(day_range("last_seen", value))


FIXED = (
    Field(
        "owner", "Owner",
        (Operator("is", "is", "choice"), Operator("mine", "is me", "none"), Operator("none", "is nobody", "none")),
        _owner, "user-round", "Company", _colleagues,
    ),
    Field("last_seen", "Last seen", (Operator("on", "on", "date"),), _last_seen, "clock", "Company"),
)  # fmt: skip


def fields() -> list[Field]:
    """All filters of the list, in the order of the menu."""
    return [*FIXED, *field_filters.company_filters()]


def named(name: str) -> Field | None:
    return next((one for one in FIXED if one.name == name), None) or field_filters.company_filter(name)
