"""What views of data screens share: who acts, toasts, and leaving a dialog."""

import json

from django.http import HttpRequest, HttpResponse

from pentad.core.actor import Actor
from pentad.core.health import readiness


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


def standstill() -> str:
    """Why nothing is loaded at the moment; "" when all is well."""
    check = readiness.result()["checks"].get("loader")
    return check["detail"] if check and not check["ok"] else ""


def is_part(request: HttpRequest) -> bool:
    """Whether htmx asks for a part of the page."""
    return request.headers.get("HX-Request-Type") == "partial"
