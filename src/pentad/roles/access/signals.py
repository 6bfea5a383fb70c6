"""Signing in leaves an audit line; a new password ends what was begun with the old one."""

from typing import Any

from allauth.account.signals import password_changed, password_reset, password_set
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest

from pentad.core.models import AuditLine
from pentad.roles.access.models import User
from pentad.roles.access.queries import actor_of
from pentad.roles.access.sessions.actions import end_sessions
from pentad.roles.access.sessions.middleware import current


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
