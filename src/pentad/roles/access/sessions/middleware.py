"""Notes which browser is signed in and when it was last here."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponseBase

from pentad.core import clock
from pentad.roles.access.sessions.models import AGENT_LENGTH, BrowserSession

KEPT = "browser"
"""Under which name the session's own data holds [row, session key, last noted]: no query finds the row."""

NOTED_EVERY = timedelta(minutes=1)


def note_browser(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """After the view, because it may have signed somebody in or given the session another key."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        before = request.session.session_key
        response = get_response(request)
        if not request.path.startswith(("/api/", "/scim/")) and request.user.is_authenticated:
            _note(request, before)
        return response

    return middleware


def current(request: HttpRequest) -> str | None:
    """The id of the row of the browser that asks."""
    kept = request.session.get(KEPT)
    return kept[0] if kept else None


def _note(request: HttpRequest, before: str | None) -> None:
    user = int(request.user.pk or 0)
    now, session = clock.now(), request.session
    kept = session.get(KEPT)
    key = session.session_key
    if kept and kept[1] == key and now - datetime.fromisoformat(kept[2]) < NOTED_EVERY:
        return
    if key is None:
        session.save()
    elif key == before and not session.exists(key):
        return  # ended while this request was under way: it must not come back
    seen = {
        "user_id": user,
        "session_key": session.session_key,
        "agent": request.headers.get("User-Agent", "")[:AGENT_LENGTH],
        "address": request.META.get("REMOTE_ADDR", "")[:45],
        "last_seen": now,
    }
    # A session that changes hands (somebody signs in over somebody else) is another row.
    if not (kept and BrowserSession.objects.filter(pk=kept[0], user_id=user).update(**seen)):
        row, _ = BrowserSession.objects.update_or_create(session_key=seen["session_key"], defaults=seen)
        kept = [row.pk]
    session[KEPT] = [kept[0], session.session_key, now.isoformat()]
