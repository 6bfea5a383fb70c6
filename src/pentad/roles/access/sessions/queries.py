"""Who is signed in where."""

from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef, QuerySet

from pentad.core import clock
from pentad.core.errors import NotFound
from pentad.roles.access.models import User
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


def user_of(session_key: str) -> int | None:
    """The number of the colleague who is signed in with this session, before their request has come as a whole."""
    found = live().filter(session_key=session_key, user__is_active=True).values_list("user_id", flat=True)
    return found.first()


def live() -> QuerySet[BrowserSession]:
    return BrowserSession.objects.filter(_alive())


def ended() -> QuerySet[BrowserSession]:
    """Rows whose session is over, for the daily sweep."""
    return BrowserSession.objects.exclude(_alive())


def _alive() -> Exists:
    return Exists(Session.objects.filter(session_key=OuterRef("session_key"), expire_date__gt=clock.now()))
