"""`request.actor`: the signed-in colleague, or None."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

from pentad.core.actor import NOBODY, acting_as
from pentad.roles.access.queries import actor_of


def set_actor(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """API calls do not look at the session: /api sets the actor from the bearer token instead,
    so that no other site can use a colleague's cookie there.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        by_session = not request.path.startswith("/api/") and request.user.is_authenticated
        actor = actor_of(request.user) if by_session else None  # type: ignore[arg-type]
        request.actor = actor  # type: ignore[attr-defined]
        with acting_as(actor or NOBODY):
            return get_response(request)

    return middleware
