"""The decorator that stands before every page."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect

from pentad.core.action import check
from pentad.core.errors import Denied

V = TypeVar("V", bound=Callable[..., HttpResponseBase])


EYES = "eyes"
"""In the session: the number of the colleague through whose eyes an administrator looks."""

LEAVE = "/settings/eyes/leave/"

PAGE_RIGHTS: set[str] = set()
"""Every right a page asks for."""


def signed_in(right: str | None = None) -> Callable[[V], V]:
    """Let a view answer only colleagues who hold `right`; with None, everyone who is signed in.

    Others are sent to the sign-in page and back; a colleague without the right gets Denied.
    """

    if right is not None:
        PAGE_RIGHTS.add(right)

    def decorate(view: V) -> V:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            actor: Any = request.actor  # type: ignore[attr-defined]
            if actor is None:
                return _to_sign_in(request)
            _only_look(request)
            if right is not None:
                check(actor, right)
            return view(request, *args, **kwargs)

        return cast(V, guarded)

    return decorate


def _only_look(request: HttpRequest) -> None:
    """Through somebody else's eyes nothing is changed, but for leaving them."""
    user = getattr(request, "eyes", None)
    if user is not None and request.method not in ("GET", "HEAD", "OPTIONS") and request.path != LEAVE:
        raise Denied(
            f"You look through {user}’s eyes: nothing can be changed.", code="eyes_only", fix="Leave their view first."
        )


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    if request.headers.get("HX-Request"):
        # A part of a page cannot show the sign-in form: let the browser leave the page, and come back to it.
        here = request.headers.get("HX-Current-URL", "/")
        path = "/" + here.split("://", 1)[-1].partition("/")[2]
        return HttpResponse(status=401, headers={"HX-Redirect": sign_in_address(path)})
    return HttpResponseRedirect(sign_in_address(request.get_full_path() if request.method == "GET" else request.path))


def sign_in_address(back_to: str) -> str:
    """The sign-in page, returning to `back_to` (a path) afterwards."""
    return f"{settings.LOGIN_URL}?{urlencode({'next': back_to})}"
