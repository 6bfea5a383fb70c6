"""`request.actor`: the signed-in colleague, or None."""

import dataclasses
from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

from pentad.core.actor import NOBODY, Actor, acting_as
from pentad.roles.access.gate import EYES
from pentad.roles.access.models import User
from pentad.roles.access.own_view import beyond
from pentad.roles.access.queries import actor_of


def set_actor(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """API calls do not look at the session: /api and /scim set the actor from the bearer token instead,
    so that no other site can use a colleague's cookie there.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        by_session = not request.path.startswith(("/api/", "/scim/")) and request.user.is_authenticated
        actor = actor_of(request.user) if by_session else None  # type: ignore[arg-type]
        request.eyes = lent = _eyes(request, actor) if actor else None  # type: ignore[attr-defined]
        if lent and actor:  # what is looked at is the administrator's look, with the colleague's rights
            name = f"{actor.name}, through {lent}’s eyes"
            actor = dataclasses.replace(actor, name=name, policy=actor_of(lent).policy)
        request.actor = actor  # type: ignore[attr-defined]
        with acting_as(actor or NOBODY):
            return get_response(request)

    return middleware


def _eyes(request: HttpRequest, own: Actor) -> User | None:
    """Through whose eyes an administrator looks. The right is asked for again with each request, and whether the
    colleague, who may have another role by now, sees more than they.
    """
    number = request.session.get(EYES)
    if number is None or not own.may("admin.rights"):
        return None
    user = User.objects.filter(pk=number, is_active=True).first()
    return user if user and not beyond(actor_of(user).policy, own.policy) else None
