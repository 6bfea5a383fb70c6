"""What goes wrong at the door, and leaving by it, are lines of the log. Signing in is told by roles.access."""

from typing import Any

from django.contrib.auth.signals import user_logged_out, user_login_failed
from django.dispatch import receiver

from pentad.core.actor import NOBODY
from pentad.roles.access.models import User
from pentad.roles.access.queries import actor_of
from pentad.roles.audit.telling import record


@receiver(user_login_failed)
def note_failure(sender: Any, credentials: dict[str, Any], **_: Any) -> None:
    """Whose account it was meant for, when there is one; what was typed may be anything, a password too."""
    typed = str(credentials.get("email") or credentials.get("username") or credentials.get("login") or "")
    user = User.objects.filter(email=User.objects.normalise(typed)).only("pk").first() if typed else None
    record(NOBODY, "sign_in_failed", f"user:{user.pk}" if user else "", account="known" if user else "unknown")


@receiver(user_logged_out)
def note_sign_out(sender: Any, user: User | None, **_: Any) -> None:
    if user is not None:
        record(actor_of(user), "sign_out", f"user:{user.pk}")
