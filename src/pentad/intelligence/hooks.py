"""What this competency asks of the core."""

from collections.abc import Collection

from pentad.core import hooks
from pentad.core.actor import Actor
from pentad.core.hookvalues import AuditKind, NavItem, ScheduleItem
from pentad.intelligence.segments.models import Segment


def _segments_named(ids: Collection[str]) -> dict[str, str]:
    return dict(Segment.objects.filter(id__in=ids).values_list("id", "name"))


@hooks.impl
def navigation(actor: Actor) -> list[NavItem]:
    return [NavItem("Segments", "/segments/", "filter", key="e", right="segments.view", order=25)]


@hooks.impl
def audit_kinds() -> list[AuditKind]:
    return [AuditKind("segment", "Segment", "filter", names=_segments_named)]


@hooks.impl
def schedules() -> list[ScheduleItem]:
    return [ScheduleItem("ask late segments again", "segments.late", 60)]
