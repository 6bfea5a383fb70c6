"""Signing in leaves an audit line; a new password ends what was begun with the old one, and a changed second step is told."""

from typing import Any

from allauth.account.signals import password_changed, password_reset, password_set
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_reset
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest

from pentad.core.models import AuditLine
from pentad.roles.access.models import User
from pentad.roles.access.queries import actor_of
from pentad.roles.access.sessions.actions import end_sessions
from pentad.roles.access.sessions.middleware import current
from pentad.roles.audit.telling import record


@receiver(user_logged_in)
def note_sign_in(sender: Any, user: User, **_: Any) -> None:
    actor = actor_of(user)
    AuditLine.objects.create(
        actor=actor.ref, actor_name=actor.name, action="sign_in", right="", subject=f"user:{user.pk}"
    )


@receiver([password_changed, password_set, password_reset])
def end_other_sessions(sender: Any, request: HttpRequest, user: User, **_: Any) -> None:
    here = current(request) if request.user == user else None
    end_sessions(actor=actor_of(user), user=user, but=here)


@receiver([authenticator_added, authenticator_removed, authenticator_reset])
def note_second_step(sender: Any, signal: Any, user: User, authenticator: Authenticator, **_: Any) -> None:
    """The ceremonies are the sign-in library's own, and so no actions of ours."""
    what = {id(authenticator_added): "added", id(authenticator_removed): "removed"}.get(id(signal), "renewed")
    record(actor_of(user), f"second_step_{what}", f"user:{user.pk}", kind=authenticator.type)
