"""The list of customers filtered by segment: who is in it by the rows, which an index finds either way."""

from collections.abc import Sequence

from django.db.models import Exists, OuterRef, Q

from pentad.core.actor import reader
from pentad.core.errors import Invalid
from pentad.data.profiles.filters import register_field
from pentad.intelligence.segments import queries
from pentad.intelligence.segments.models import Segment, SegmentMember
from pentad.roles.access.rules import row_number
from pentad.roles.views.spec import Condition, Field, Operator

OPERATORS = (
    Operator("is", "is", "choice"), Operator("isnt", "is not", "choice"),
    Operator("in", "is any of", "choices"), Operator("notin", "is none of", "choices"),
)  # fmt: skip


def _condition(operator: str, value: str) -> Condition:
    asked = [_usable(one) for one in dict.fromkeys(value.split("|"))]
    rows = SegmentMember.objects.filter(segment__in=asked)
    held = Exists(rows.filter(person=OuterRef("pk")))
    if operator in ("isnt", "notin"):
        return Condition(~Q(held))
    keys = rows.order_by().values_list("person_id", flat=True)
    keys = keys if len(asked) == 1 else keys.distinct()
    return Condition(Q(held), lambda limit: set(keys[:limit]), keys)


def _usable(number: str) -> int:
    """Raises Invalid, in the same words, for a segment there is not and one the reader may not read."""
    found = queries.segments(Segment.LIVE).filter(no=row_number(number)).first()
    if found is None or not reader().may("segments.view") or not queries.readable(found):
        raise Invalid("Customers cannot be filtered by this segment.", code="bad_filter", fix="Choose another one.")
    return found.no


def _choices() -> Sequence[tuple[str, str]]:
    if not reader().may("segments.view"):
        return []
    return [(str(one.no), one.name) for one in queries.segments(Segment.LIVE) if queries.readable(one)]


@register_field
def segment() -> Field:
    return Field("segment", "Segment", OPERATORS, _condition, "filter", "Customer", _choices)
