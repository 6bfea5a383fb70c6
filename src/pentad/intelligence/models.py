"""Django looks here for the competency's models; each feature keeps its own."""

from pentad.intelligence.segments.models import Segment, SegmentMember, SegmentMove, SegmentVersion

__all__ = ["Segment", "SegmentMember", "SegmentMove", "SegmentVersion"]
