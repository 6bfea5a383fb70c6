"""Which other segments the members of one are in too."""

from collections.abc import Collection

from django.conf import settings
from django.db.models import Count

from pentad.core.errors import Unavailable
from pentad.intelligence.segments import queries
from pentad.intelligence.segments.access import everybody
from pentad.intelligence.segments.models import Segment, SegmentMember


def overlaps(segment: Segment) -> list[tuple[Segment, int]]:
    """Other live segments that the reader may read, with how many members they share, the most first."""
    others = [one for one in queries.segments(Segment.LIVE) if one.pk != segment.pk and queries.readable(one)]
    shared = _by_table(segment, others) if everybody() else None
    shared = _by_rows(segment) if shared is None else shared
    return sorted(((one, both) for one in others if (both := shared.get(one.pk))), key=lambda pair: -pair[1])


def _by_table(segment: Segment, others: Collection[Segment]) -> dict[int, int] | None:
    """What the feature table has written down, which counts a million in no time. None when it is not to be had."""
    from pentad import ledger  # here and not above: most commands need no engine, which takes long to load
    from pentad.ledger import limits

    try:
        store = ledger.current()
    except Unavailable:  # another process has it, or none
        return None
    there = store.derived.columns()
    asked = [one.pk for one in others if f"m{one.pk}" in there]
    if f"m{segment.pk}" not in there or not asked:
        return None
    figures = ", ".join(f"count(*) FILTER (WHERE m{no}) AS m{no}" for no in asked)
    with limits.asking(settings.ASK_SECONDS):
        (row,) = store.rows(f"SELECT {figures} FROM features WHERE m{segment.pk}")
    return {no: int(row[f"m{no}"] or 0) for no in asked}


def _by_rows(segment: Segment) -> dict[int, int]:
    """Counted over the members whom the reader may see."""
    rows = SegmentMember.objects.filter(person_id__in=queries.members(segment).order_by().values("person_id"))
    return dict(rows.values_list("segment_id").annotate(both=Count("pk")).order_by())
