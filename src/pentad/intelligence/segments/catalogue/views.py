"""What the builder asks while somebody types."""

from dataclasses import asdict
from typing import Literal

import msgspec
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_GET

from pentad.core.action import check
from pentad.core.errors import Invalid
from pentad.intelligence.segments.catalogue.suggesting import EventType, What, suggest
from pentad.roles.access import signed_in
from pentad.roles.page import actor_of

LONGEST = 200
MOST_EVENTS = 100


class Wanted(msgspec.Struct):
    what: What
    type: EventType | Literal[""]


@require_GET
@signed_in("segments.view")
def suggestions(request: HttpRequest) -> JsonResponse:
    """Names or values, as JSON: `what` there is that fits `q`; of the values of `name`; in `event`s of a `type`."""
    check(actor_of(request), "people.view")
    asked = request.GET
    try:
        wanted = msgspec.convert({"what": asked.get("what"), "type": asked.get("type", "")}, Wanted)
    except msgspec.ValidationError as error:
        raise Invalid(f"Nothing can be suggested: {error}.", code="bad_suggestion") from None
    events = [one for one in asked.getlist("event") if one][:MOST_EVENTS]
    found = suggest(
        wanted.what, asked.get("q", "")[:LONGEST], events=events, type=wanted.type or "track",
        name=asked.get("name", "")[:LONGEST],
    )  # fmt: skip
    return JsonResponse({"results": [asdict(one) for one in found]})
