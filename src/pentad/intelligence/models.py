"""Django looks here for the competency's models; each feature keeps its own."""

from pentad.intelligence.computed.models import ComputedDue, ComputedTrait, ComputedVersion
from pentad.intelligence.contact.models import (
    ContactLog,
    ContactPolicy,
    OpenTimes,
    OpenTimesOfMany,
    SeenZone,
    SeenZoneMark,
    Suppression,
)
from pentad.intelligence.segments.models import Segment, SegmentMember, SegmentMove, SegmentVersion

__all__ = [
    "ComputedDue",
    "ComputedTrait",
    "ComputedVersion",
    "ContactLog",
    "ContactPolicy",
    "OpenTimes",
    "OpenTimesOfMany",
    "SeenZone",
    "SeenZoneMark",
    "Segment",
    "SegmentMember",
    "SegmentMove",
    "SegmentVersion",
    "Suppression",
]
