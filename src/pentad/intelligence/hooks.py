"""What this competency asks of the core."""

from collections.abc import Collection
from typing import Any
from urllib.parse import quote

from pentad.core import hooks
from pentad.core.actor import Actor
from pentad.core.hookvalues import AuditKind, NavItem, PaletteItem, Panel, ScheduleItem, TimelineEntry
from pentad.intelligence.computed.models import ComputedTrait
from pentad.intelligence.segments.definition import ENTERED, LEFT
from pentad.intelligence.segments.models import Segment
from pentad.intelligence.segments.queries import memberships, segments


def _segments_named(ids: Collection[str]) -> dict[str, str]:
    return dict(Segment.objects.filter(id__in=ids).values_list("id", "name"))


def _computed_named(ids: Collection[str]) -> dict[str, str]:
    return dict(ComputedTrait.objects.filter(id__in=ids).values_list("id", "name"))


@hooks.impl
def navigation(actor: Actor) -> list[NavItem]:
    return [NavItem("Segments", "/segments/", "filter", key="e", right="segments.view", order=25)]


@hooks.impl
def palette(actor: Actor, query: str) -> list[PaletteItem]:
    """Segments and computed traits by words of their name; those in the archive come last."""
    if len(query) < 2:
        return []
    found = list(segments().filter(name__icontains=query)[:20])
    found.sort(key=lambda one: one.state == Segment.ARCHIVED)
    traits = list(ComputedTrait.objects.filter(name__icontains=query).order_by("name")[:20])
    traits.sort(key=lambda one: not one.live)
    return [
        PaletteItem(one.name, f"/segments/{one.id}/", "filter", "Segments", one.state, right="segments.view")
        for one in found[:5]
    ] + [
        PaletteItem(
            one.name, f"/segments/traits/{one.id}/", "sigma", "Computed traits", one.state, right="segments.view"
        )
        for one in traits[:5]
    ]


@hooks.impl
def customer_panels(actor: Actor, person: Any) -> list[Panel]:
    if not actor.may("segments.view") or not (total := segments(Segment.LIVE).count()):
        return []
    return [Panel("segments/_panel.html", {"memberships": memberships(person), "total": total}, "segments.view")]


@hooks.impl
def timeline_entry(event: Any) -> TimelineEntry | None:
    """Entering and leaving, in words; what the reader may not know of the segment is not in the event by now."""
    if event.type != "track" or event.name not in (ENTERED, LEFT) or not isinstance(event.properties, dict):
        return None
    id, name = str(event.properties.get("segment_id", "")), str(event.properties.get("segment", ""))[:200]
    verb = "Entered" if event.name == ENTERED else "Left"
    title = f"{verb} the segment “{name}”" if name else f"{verb} a segment"
    return TimelineEntry(title, "", "filter", "", f"/segments/{quote(id, safe='')}/" if id else "")


@hooks.impl
def audit_kinds() -> list[AuditKind]:
    return [
        AuditKind("segment", "Segment", "filter", "/segments/{}/", _segments_named),
        AuditKind("computed", "Computed trait", "sigma", "/segments/traits/{}/", _computed_named),
    ]


@hooks.impl
def schedules() -> list[ScheduleItem]:
    return [
        ScheduleItem("ask late segments again", "segments.late", 60),
        ScheduleItem("count events by name", "segments.names", 60),
        ScheduleItem("work late computed traits out again", "computed.late", 60),
    ]
