"""Entering and leaving in timelines: not by name to who may not read the segment, for membership tells what it asks."""

from functools import cache
from typing import Any

from pentad.core.errors import Invalid
from pentad.data.profiles.kinds import Properties, register_event_veil
from pentad.intelligence.segments import queries
from pentad.intelligence.segments.models import Segment


@register_event_veil
def unnamed() -> Properties:
    @cache
    def readable(id: str) -> bool:
        row = Segment.objects.filter(id=id).first()
        try:
            return row is not None and queries.readable(row)
        except Invalid:  # it names one that is gone
            return False

    def veil(properties: dict[str, Any]) -> dict[str, Any]:
        id = properties.get("segment_id")
        if not isinstance(id, str) or "segment" not in properties or readable(id):
            return properties
        return {name: value for name, value in properties.items() if name not in ("segment", "segment_id")}

    return veil
