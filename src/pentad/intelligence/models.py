"""Django looks here for the competency's models; each feature keeps its own."""

from pentad.intelligence.computed.models import ComputedDue, ComputedTrait, ComputedVersion
from pentad.intelligence.segments.models import Segment, SegmentMember, SegmentMove, SegmentVersion

__all__ = [
    "ComputedDue",
    "ComputedTrait",
    "ComputedVersion",
    "Segment",
    "SegmentMember",
    "SegmentMove",
    "SegmentVersion",
]
