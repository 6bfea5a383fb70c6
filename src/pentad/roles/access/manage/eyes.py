"""Looking at Pentad through a colleague's eyes: what they may see, and nothing may be changed."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from pentad.core.action import action, note
from pentad.core.actor import Actor
from pentad.roles.access.gate import EYES, signed_in
from pentad.roles.access.giving import require_purposes, roles_of
from pentad.roles.access.models import User
from pentad.roles.access.own_view import require_no_more
from pentad.roles.access.purposes.queries import of_role
from pentad.roles.access.queries import actor_of
from pentad.roles.access.rules import OWN_ACCOUNT


@action("admin.rights")
def look_through(*, actor: Actor, user: User) -> None:
    """See what a colleague sees. Raises Denied when that is more than one sees with one's own eyes."""
    require_purposes(actor, *(of_role(role) for role in roles_of(user)))
    require_no_more(actor, actor_of(user).policy)
    note(f"user:{user.pk}")


@action(OWN_ACCOUNT)
def look_away(*, actor: Actor, user: User | None) -> None:
    """See with one's own eyes again."""
    note(f"user:{user.pk}" if user else "")


@require_POST
@signed_in("admin.rights")
def look(request: HttpRequest, user_id: int) -> HttpResponse:
    """From the next page on, see what this colleague sees."""
    user = get_object_or_404(User, pk=user_id, is_active=True)
    look_through(actor=request.actor, user=user)  # type: ignore[attr-defined]
    request.session[EYES] = user.pk
    return redirect("/")


@require_POST
@signed_in()
def leave(request: HttpRequest) -> HttpResponse:
    """See with one's own eyes again."""
    number = request.session.pop(EYES, None)
    if number is not None:
        look_away(actor=request.actor, user=User.objects.filter(pk=number).first())  # type: ignore[attr-defined]
    return redirect("settings_explain")
