"""Signing in leaves an audit line."""

from typing import Any

from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver

from pentad.core.models import AuditLine
from pentad.roles.access.models import User
from pentad.roles.access.queries import actor_of


@receiver(user_logged_in)
def note_sign_in(sender: Any, user: User, **_: Any) -> None:
    actor = actor_of(user)
    AuditLine.objects.create(
        actor=actor.ref, actor_name=actor.name, action="sign_in", right="", subject=f"user:{user.pk}"
    )
