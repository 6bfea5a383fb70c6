"""What the pages of one segment share: its head, its tabs, and what the reader may do with it."""

import re
from typing import Any

from django.http import HttpRequest

from pentad.core.action import check
from pentad.intelligence.segments import queries
from pentad.intelligence.segments.listing import TONES, duration, prepare
from pentad.intelligence.segments.models import Segment
from pentad.roles.page import actor_of

_ID = re.compile(r'"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"')


def context(request: HttpRequest, row: Segment, tab: str) -> dict[str, Any]:
    """Of any page of a segment. tab: which of its pages this is."""
    actor = actor_of(request)
    prepare([row])
    may_open = row.open  # type: ignore[attr-defined]
    may_see = actor.may("people.view") and may_open
    return {
        "segment": row,
        "tab": tab,
        "state": ("Not kept up", "red") if row.failure and row.kept_up and may_open else TONES[row.state],
        "cost": duration(row.shown_cost),  # type: ignore[attr-defined]
        "percent": round((row.fresh.progress or 0) * 100),  # type: ignore[attr-defined]
        "may_see": may_see,
        "may_edit": actor.may("segments.edit") and may_open,
        "may_export": may_see and actor.may("segments.export") and actor.may("people.export"),
        "versions": queries.versions(row).count() if may_open else 0,
    }


def named(sentence: str) -> str:
    """A sentence with the names of segments in place of their ids; to be read, not to be parsed."""
    names = dict(Segment.objects.filter(id__in=_ID.findall(sentence)).values_list("id", "name"))
    return _ID.sub(lambda found: names.get(found[1], found[1]).join('""'), sentence)


def of_members(request: HttpRequest, id: str) -> Segment:
    """A segment whose members the reader may see. Raises NotFound or Denied."""
    check(actor_of(request), "people.view")
    row = queries.find_segment(id)
    queries.require_readable(row)
    return row
