"""The decorator that stands before every page."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect

from pentad.core.action import check

V = TypeVar("V", bound=Callable[..., HttpResponseBase])


def signed_in(right: str | None = None) -> Callable[[V], V]:
    """Let a view answer only colleagues who hold `right`; with None, everyone who is signed in.

    Others are sent to the sign-in page and back; a colleague without the right gets Denied.
    """

    def decorate(view: V) -> V:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            actor: Any = request.actor  # type: ignore[attr-defined]
            if actor is None:
                return _to_sign_in(request)
            if right is not None:
                check(actor, right)
            return view(request, *args, **kwargs)

        return cast(V, guarded)

    return decorate


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
