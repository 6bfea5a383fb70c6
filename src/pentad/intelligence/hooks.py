"""What this competency asks of the core."""

from collections.abc import Collection
from typing import Any
from urllib.parse import quote

from pentad.core import hooks
from pentad.core.actor import Actor
from pentad.core.hookvalues import AuditKind, NavItem, PaletteItem, Panel, ScheduleItem, TimelineEntry
from pentad.data.consent.queries import sees_consents
from pentad.intelligence.computed.models import ComputedTrait
from pentad.intelligence.contact.events import LIFTED, SUPPRESSED
from pentad.intelligence.contact.panel import contact_panel
from pentad.intelligence.segments.definition import ENTERED, LEFT
from pentad.intelligence.segments.models import Segment
from pentad.intelligence.segments.queries import memberships, segments

CONTACT = "/settings/contact/"


def _segments_named(ids: Collection[str]) -> dict[str, str]:
    return dict(Segment.objects.filter(id__in=ids).values_list("id", "name"))


def _computed_named(ids: Collection[str]) -> dict[str, str]:
    return dict(ComputedTrait.objects.filter(id__in=ids).values_list("id", "name"))


@hooks.impl
def navigation(actor: Actor) -> list[NavItem]:
    return [
        NavItem("Segments", "/segments/", "filter", key="e", right="segments.view", order=25),
        NavItem("Contact policy", CONTACT, "gauge", "Administration", right="contact.view", order=919),
    ]


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
    found = []
    if sees_consents():
        found.append(Panel("contact/_panel.html", contact_panel(person), "people.view", 90))
    if actor.may("segments.view") and (total := segments(Segment.LIVE).count()):
        context = {"memberships": memberships(person), "total": total}
        found.append(Panel("segments/_panel.html", context, "segments.view"))
    return found


@hooks.impl
def timeline_entry(event: Any) -> TimelineEntry | None:
    """Entering and leaving, in words; what the reader may not know of the segment is not in the event by now. And that an
    address is not written to any more, or again.
    """
    if event.type == "track" and event.name in (SUPPRESSED, LIFTED) and isinstance(event.properties, dict):
        return _suppression(event.name, event.properties)
    if event.type != "track" or event.name not in (ENTERED, LEFT) or not isinstance(event.properties, dict):
        return None
    id, name = str(event.properties.get("segment_id", "")), str(event.properties.get("segment", ""))[:200]
    verb = "Entered" if event.name == ENTERED else "Left"
    title = f"{verb} the segment “{name}”" if name else f"{verb} a segment"
    return TimelineEntry(title, "", "filter", "", f"/segments/{quote(id, safe='')}/" if id else "")


def _suppression(name: str, properties: dict[str, Any]) -> TimelineEntry:
    channel, reason = (str(properties.get(one, ""))[:60].replace("_", " ") for one in ("channel", "reason"))
    by = f"by {channel}" if channel else "by any channel"
    if name == SUPPRESSED:
        return TimelineEntry(f"Not written to any more {by}", reason, "ban", "bad")
    return TimelineEntry(f"May be written to again {by}", "", "circle-check", "good")


@hooks.impl
def audit_kinds() -> list[AuditKind]:
    return [
        AuditKind("segment", "Segment", "filter", "/segments/{}/", _segments_named),
        AuditKind("computed", "Computed trait", "sigma", "/segments/traits/{}/", _computed_named),
        AuditKind("contact_policy", "Contact policy", "gauge", CONTACT),
        AuditKind("suppression", "Suppressed address", "ban", f"{CONTACT}suppressed/"),
    ]


@hooks.impl
def schedules() -> list[ScheduleItem]:
    return [
        ScheduleItem("ask late segments again", "segments.late", 60),
        ScheduleItem("count events by name", "segments.names", 60),
        ScheduleItem("note customers' time zones", "contact.zones", 300),
        ScheduleItem("learn when customers open messages", "contact.learn", 6 * 3600),
        ScheduleItem("forget contacts that no limit counts", "contact.prune", 24 * 3600),
        ScheduleItem("work late computed traits out again", "computed.late", 60),
    ]
