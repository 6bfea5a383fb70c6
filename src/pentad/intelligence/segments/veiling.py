"""What the reader does not see of values that segments show.

Entering and leaving in timelines: not by name to who may not read the segment, for membership tells what it asks.
"""

from functools import cache
from typing import Any

from pentad.core.errors import Invalid
from pentad.data.profiles.kinds import Properties, event_veil, register_event_veil, veiled_inside
from pentad.intelligence.segments import queries
from pentad.intelligence.segments.explain import Eyes
from pentad.intelligence.segments.models import Segment
from pentad.roles.access.seeing import levels, veiled


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


def eyes() -> Eyes:
    """The reader's, who sees in full what the definition names, but not what else stands in it: as on the page."""
    people, companies, veil = levels("people"), levels("companies"), event_veil()
    return Eyes(
        trait=lambda value: veiled_inside(value, people),
        properties=lambda properties: veil(properties, {}, {}, False).properties,
        company_trait=lambda value: veiled_inside(value, companies),
        company=lambda name: veiled(name, companies("name")) or "",
    )
