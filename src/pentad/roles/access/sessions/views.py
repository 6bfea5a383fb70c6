"""“Your sessions”, and a colleague's for administrators."""

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from pentad.core.errors import NotFound
from pentad.roles.access.gate import signed_in
from pentad.roles.access.models import User
from pentad.roles.access.sessions import actions
from pentad.roles.access.sessions.middleware import current
from pentad.roles.access.sessions.queries import session_of, sessions_of


@signed_in()
@require_http_methods(["GET", "POST"])
def mine(request: HttpRequest) -> HttpResponse:
    """Where one is signed in oneself; sign out of one of them, or of all others."""
    user: User = request.user  # type: ignore[assignment]
    if request.method == "POST":
        _sign_out(request, user, but=current(request))
        if request.POST.get("session") == current(request):
            logout(request)
            return redirect("account_login")
        return redirect("own_sessions")
    return _page(request, user, own=True)


@signed_in("admin.users")
@require_http_methods(["GET", "POST"])
def of_colleague(request: HttpRequest, user_id: int) -> HttpResponse:
    user = get_object_or_404(User, pk=user_id)
    if request.method == "POST":
        _sign_out(request, user, but=current(request) if user.pk == request.user.pk else None)
        return redirect("settings_sessions", user_id=user.pk)
    return _page(request, user, own=False)


def _sign_out(request: HttpRequest, user: User, *, but: str | None) -> None:
    actor = request.actor  # type: ignore[attr-defined]
    if not (chosen := request.POST.get("session")):
        ended = actions.end_sessions(actor=actor, user=user, but=but)
        messages.success(request, f"Signed out of {ended} browser{'s' * (ended != 1)}.")
        return
    try:
        session = session_of(user, chosen)
    except NotFound:
        return  # somebody was quicker: what was asked for is so
    actions.end_session(actor=actor, session=session)
    messages.success(request, f"{session.browser} on {session.device} is signed out.")


def _page(request: HttpRequest, user: User, *, own: bool) -> HttpResponse:
    context = {"person": user, "sessions": sessions_of(user), "current": current(request), "own": own}
    return render(request, "access/sessions.html", context)
