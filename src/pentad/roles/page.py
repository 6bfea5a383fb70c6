"""What views share: who acts, toasts, leaving a dialog, the reader's time zone."""

import json
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone

from pentad.core.actor import Actor

V = TypeVar("V", bound=Callable[..., HttpResponseBase])

ZONE_COOKIE = "zone"
"""Set by the page's script: the browser's time zone, such as Europe/Lisbon."""


def actor_of(request: HttpRequest) -> Actor:
    """The signed-in colleague; views stand behind `signed_in`, so there is one."""
    actor = request.actor  # type: ignore[attr-defined]
    assert isinstance(actor, Actor)
    return actor


def toast(response: HttpResponse, text: str, *, undo: str = "", tone: str = "green") -> HttpResponse:
    """Have the page show a short message, with a way back when there is one."""
    response["HX-Trigger"] = json.dumps({"toast": {"text": text, "tone": tone, **({"undo": undo} if undo else {})}})
    return response


def modal_done(address: str) -> HttpResponse:
    """The dialog has done its work: go to `address`."""
    return HttpResponse(status=204, headers={"HX-Redirect": address})


def is_part(request: HttpRequest) -> bool:
    """Whether htmx asks for a part of the page."""
    return request.headers.get("HX-Request-Type") == "partial"


def zone_of(request: HttpRequest) -> ZoneInfo:
    """The time zone of the reader's browser; UTC when it has not said."""
    try:
        return ZoneInfo(request.COOKIES.get(ZONE_COOKIE, "UTC")[:60])
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def in_readers_zone(view: V) -> V:
    """Days and times in this view are those of the reader's browser."""

    @wraps(view)
    def shifted(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        with timezone.override(zone_of(request)):
            return view(request, *args, **kwargs)

    return cast(V, shifted)
