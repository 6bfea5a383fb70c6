"""Signing browsers out. A session that has ended is refused at its next request, whatever it asks for."""

from django.contrib.sessions.models import Session

from pentad.core.action import action, check, note
from pentad.core.actor import Actor
from pentad.roles.access.models import User
from pentad.roles.access.sessions.models import BrowserSession


@action("account.own")
def end_session(*, actor: Actor, session: BrowserSession) -> None:
    """Sign one browser out: one's own, or with admin.users a colleague's."""
    _may_end(actor, session.user)
    note(f"user:{session.user_id}", ended=drop_sessions(session.user, only=session.pk))


@action("account.own")
def end_sessions(*, actor: Actor, user: User, but: str | None = None) -> int:
    """Sign out of every browser, but the one whose row is named. Returns how many those were."""
    _may_end(actor, user)
    ended = drop_sessions(user, but=but)
    note(f"user:{user.pk}", ended=ended)
    return ended


def _may_end(actor: Actor, user: User) -> None:
    if actor.ref != f"user:{user.pk}":
        check(actor, "admin.users")


def drop_sessions(user: User, *, but: str | None = None, only: str | None = None) -> int:
    """The part without a line of its own, for actions of which it is a consequence. Returns how many ended."""
    rows = BrowserSession.objects.filter(user=user)
    if only is not None:
        rows = rows.filter(pk=only)
    if but is not None:
        rows = rows.exclude(pk=but)
    keys = list(rows.values_list("session_key", flat=True))
    ended, _ = Session.objects.filter(session_key__in=keys).delete()
    rows.delete()
    return ended
