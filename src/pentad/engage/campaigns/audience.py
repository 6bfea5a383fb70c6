"""Who is meant: members of segments, page by page and in numbers of customers; who is of some of them now."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Max, Min, QuerySet

from pentad.core.errors import Conflict
from pentad.data.identity.models import Person
from pentad.engage.campaigns.plan import Audience
from pentad.intelligence.segments.access import everybody
from pentad.intelligence.segments.models import Segment, SegmentMember, SegmentMove
from pentad.intelligence.segments.queries import readable

PAGE = 500
"""Customers chosen in one transaction: others wait to write in between."""


def page(audience: Audience, after: int) -> list[int]:
    """The next numbers of customers beyond `after`, in order; none at the end. The exclusions are not taken out yet."""
    if audience.everybody:
        return _next(after)
    found = set[int]()
    for segment in _numbers(audience.include):
        members = SegmentMember.objects.filter(segment_id=segment, person_id__gt=after).order_by("person_id")
        found.update(members.values_list("person_id", flat=True)[:PAGE])
    return sorted(found)[:PAGE]  # each gave its first so many: nobody below the last of these is left out


def _next(after: int) -> list[int]:
    """Of everybody. Who is a part of another is passed over here: asked for whom no other is the whole of, a database may
    put all of them in order for each page.
    """
    found = list[int]()
    rows = Person.objects.order_by("no").values_list("no", "root_id")
    while len(found) < PAGE and (some := list(rows.filter(no__gt=after)[:PAGE])):
        found += [no for no, root in some if not root]
        after = some[-1][0]
    return found[:PAGE]


def within(audience: Audience, numbers: Collection[int]) -> set[int]:
    """Those of these customers who are meant now. An audience that names no segments to include means everybody."""
    found = set(numbers)
    if audience.include and not audience.everybody:
        found = _members(audience.include, found)
    return found - _members(audience.exclude, found) if audience.exclude else found


def _members(ids: Sequence[str], numbers: Collection[int]) -> set[int]:
    rows = SegmentMember.objects.filter(segment_id__in=_numbers(ids), person_id__in=list(numbers))
    return set(rows.values_list("person_id", flat=True))


def is_readable(audience: Audience) -> bool:
    """Whether the reader sees in full what its segments ask, and so may know who is meant."""
    return all(map(readable, Segment.objects.filter(id__in=[*audience.include, *audience.exclude])))


def may_count(audience: Audience) -> bool:
    """Whether the reader may know how many are meant."""
    return everybody() and is_readable(audience)


def count(audience: Audience) -> int:
    """How many are meant now."""
    return everybody_of(audience).count()


def everybody_of(audience: Audience) -> "QuerySet[Any, tuple[int]]":
    """The numbers of all who are meant now, each once."""
    left_out = SegmentMember.objects.filter(segment_id__in=_numbers(audience.exclude)).values("person_id")
    if audience.everybody:
        everybody = Person.objects.filter(root=None)
        return (everybody.exclude(no__in=left_out) if audience.exclude else everybody).values_list("no")
    members = SegmentMember.objects.filter(segment_id__in=_numbers(audience.include))
    if audience.exclude:
        members = members.exclude(person_id__in=left_out)
    return members.values_list("person_id").distinct()


def _numbers(ids: Sequence[str]) -> list[int]:
    return list(Segment.objects.filter(id__in=ids, deleted=None).order_by("no").values_list("no", flat=True))


def require_known(ids: Collection[str]) -> None:
    """Raise Conflict for a segment whose members are not known: it is a draft, in the archive, gone, or being filled."""
    rows = {one.id: one for one in Segment.objects.filter(id__in=ids)}
    for id in ids:
        row = rows.get(id)
        if row is None or not row.kept_up:
            name = f"“{row.name}”" if row else id[:36]
            raise Conflict(
                f"The segment {name} is not live.", code="segment_not_live", fix="Make it live, or leave it out."
            )
        if row.filled is None or row.failure:
            raise Conflict(
                f"It is not known yet who is in “{row.name}”.", code="segment_not_filled", fix="Try again in a minute."
            )


class Entry(NamedTuple):
    """Somebody entered a segment. id: grows with each."""

    id: int
    person_no: int
    at: datetime


LOOK_BACK = 500
"""Entries written at the same time by several connections may become visible out of order: these are looked at again."""


def entries(ids: Collection[str], after: int, most: int) -> list[Entry]:
    """Who entered any of the segments since, in order; a few before `after` come again."""
    rows = SegmentMove.objects.filter(segment_id__in=_numbers(list(ids)), entered=True, id__gt=after - LOOK_BACK)
    if not rows.filter(id__gt=after).exists():
        return []
    return [Entry(*one) for one in rows.order_by("id").values_list("id", "person_id", "at")[: most + LOOK_BACK]]


def has_entries(id: str, after: int) -> bool:
    return SegmentMove.objects.filter(segment_id__in=_numbers([id]), entered=True, id__gt=after).exists()


def last_entry() -> int:
    return SegmentMove.objects.aggregate(last=Max("id"))["last"] or 0


def entry_before(at: datetime) -> int:
    """The last entry of which it is certain that it was written before this moment."""
    first = SegmentMove.objects.filter(at__gte=at).aggregate(first=Min("id"))["first"]
    return last_entry() if first is None else first - 1


def pages(audience: Audience) -> Iterator[list[int]]:
    """Everybody who is meant now, a page at a time."""
    after = 0
    while found := page(audience, after):
        after = found[-1]
        if meant := within(audience, found):
            yield sorted(meant)
