"""From where a page or an API operation was asked for, for the lines written meanwhile."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

from pentad.core import trail


def set_origin(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """REMOTE_ADDR is the visitor's own address also behind proxies: config.asgi sees to that."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        with trail.asked_from(request.META.get("REMOTE_ADDR", "")):
            return get_response(request)

    return middleware
