"""Screens of one customer and segments: which they are in, and why they are in one or not."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from pentad.core.action import check
from pentad.core.errors import PentadError
from pentad.data.identity.models import Person
from pentad.data.identity.queries import find_person
from pentad.data.profiles.lists import title
from pentad.intelligence.segments import page, queries, text
from pentad.intelligence.segments.models import Segment
from pentad.roles.access import signed_in
from pentad.roles.audit import looked_at
from pentad.roles.page import actor_of, in_readers_zone


@dataclass(frozen=True, slots=True)
class Asked:
    """A segment as the page of a customer lists it; since: when they entered, if they are in it."""

    segment: Segment
    since: datetime | None


@require_GET
@signed_in("segments.view")
@in_readers_zone
def person_segments(request: HttpRequest, person_id: str) -> HttpResponse:
    """Every segment, those they are in first; and of one of them why, condition by condition."""
    check(actor_of(request), "people.view")
    person = find_person(person_id)
    looked_at(actor_of(request), f"person:{person.id}", "segments")
    rows = asked_of(person)
    wanted = request.GET.get("segment", "")
    chosen = next((one for one in rows if one.segment.id == wanted), None)
    if chosen is None and wanted:
        found = queries.find_segment(wanted)
        queries.require_readable(found)
        chosen = Asked(found, None)
    chosen = chosen or next(iter(rows), None)
    context = {"person": person, "title": title(person), "rows": rows, "chosen": chosen}
    if chosen is not None:
        context |= {"sentence": page.named(text.say(chosen.segment.tree)), **_why(chosen.segment, person)}
    return render(request, "segments/person.html", context)


def asked_of(person: Person) -> list[Asked]:
    """The segments in use that the reader may read, those they are in first, then by name."""
    since = {one.segment_id: one.since for one in queries.memberships(person)}
    rows = [one for one in queries.segments().exclude(state=Segment.ARCHIVED) if queries.readable(one)]
    return sorted((Asked(one, since.get(one.pk)) for one in rows), key=lambda one: one.since is None)


def _why(segment: Segment, person: Person) -> dict[str, Any]:
    """The tree of conditions; or why it cannot be told now."""
    from pentad.intelligence.segments import engine, reasons  # loads the compiler

    names = dict(Segment.objects.values_list("id", "name"))
    try:
        reason = engine.explain(segment.tree, person)
    except PentadError as error:
        return {"fault": error.message}
    return {
        "node": reasons.shown(reason, lambda id: names.get(id, id), timezone.get_current_timezone()),
        "holds": reason.holds,
    }
