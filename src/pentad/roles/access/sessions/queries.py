"""Who is signed in where."""

from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef, QuerySet

from pentad.core import clock
from pentad.core.action import check
from pentad.core.errors import NotFound
from pentad.roles.access.models import User
from pentad.roles.access.queries import actor_of
from pentad.roles.access.sessions.models import BrowserSession


def sessions_of(user: User) -> QuerySet[BrowserSession]:
    """Browsers in which the colleague is signed in now, the one used last first."""
    return live().filter(user=user).order_by("-last_seen")


def session_of(user: User, id: str) -> BrowserSession:
    """Raises NotFound."""
    found = sessions_of(user).filter(pk=id).first()
    if found is None:
        raise NotFound("This browser is signed out.", code="session_not_found", fix="Reload the list.")
    return found


def sender(session_key: str, right: str) -> int | None:
    """The number of the colleague who is signed in with this session, before their request has come as a whole; None
    when nobody is. Raises Denied without the right.
    """
    found = live().filter(session_key=session_key, user__is_active=True).select_related("user").first()
    if found is None:
        return None
    check(actor_of(found.user), right)
    return int(found.user_id)


def live() -> QuerySet[BrowserSession]:
    return BrowserSession.objects.filter(_alive())


def ended() -> QuerySet[BrowserSession]:
    """Rows whose session is over, for the daily sweep."""
    return BrowserSession.objects.exclude(_alive())


def _alive() -> Exists:
    return Exists(Session.objects.filter(session_key=OuterRef("session_key"), expire_date__gt=clock.now()))
