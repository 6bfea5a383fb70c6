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
    """Raises Invalid: of one the reader may read says what became of it, in the same words of all others there are and
    are not.
    """
    found = _read(number)
    if found is None:
        raise Invalid("Customers cannot be filtered by this segment.", code="bad_filter", fix="Choose another one.")
    if not found.kept_up:
        now = (
            "was deleted" if found.deleted else "is in the archive" if found.state == Segment.ARCHIVED else "is a draft"
        )
        raise Invalid(f"The segment “{found.name}” {now}.", code="bad_filter", fix="Choose another one.")
    return found.no


def _read(number: str) -> Segment | None:
    """The segment, in whatever state, if the reader may read it."""
    found = Segment.objects.filter(no=row_number(number)).first()
    if found is None or not reader().may("segments.view"):
        return None
    try:
        return found if queries.readable(found) else None
    except Invalid:  # it names one that is gone
        return None


class _BySegment(Field):
    def say(self, operator: str, value: str) -> str:
        """Saved views may name segments that are no choice any more."""
        self.operator(operator)
        found = [_read(one) for one in value.split("|")]
        return ", ".join(one.name if one else "another segment" for one in found)


def _choices() -> Sequence[tuple[str, str]]:
    if not reader().may("segments.view"):
        return []
    return [(str(one.no), one.name) for one in queries.segments(Segment.LIVE) if queries.readable(one)]


@register_field
def segment() -> Field:
    return _BySegment("segment", "Segment", OPERATORS, _condition, "filter", "Customer", _choices)
