"""What the form knows of the data: types of what was seen, and the segments there are."""

from functools import cached_property
from typing import cast, get_args

from pentad.intelligence.segments import queries
from pentad.intelligence.segments.builder.choices import Options
from pentad.intelligence.segments.catalogue.suggesting import EventType, type_of
from pentad.intelligence.segments.models import Segment


class Seen:
    """Asked as who is signed in: of what is hidden from them nothing was seen. For one page."""

    def __init__(self) -> None:
        self._types: dict[tuple[str, str, tuple[str, ...], str], str] = {}

    def type_of(self, what: str, name: str, events: tuple[str, ...], type: str) -> str:
        asked = (what, name, events, type)
        if asked not in self._types:
            self._types[asked] = type_of(what, name, events, _event_type(type))
        return self._types[asked]

    def segments(self) -> Options:
        return self._segments

    @cached_property
    def _segments(self) -> Options:
        """Those not archived that the reader may read."""
        rows = queries.segments().exclude(state=Segment.ARCHIVED)
        return [(one.id, one.name) for one in rows if queries.readable(one)]


def _event_type(given: str) -> EventType:
    return cast(EventType, given) if given in get_args(EventType) else "any"
