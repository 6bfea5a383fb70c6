"""Who is asking: users and API keys as actors."""

from datetime import timedelta

from django.db.models import F, Q, QuerySet

from pentad.core import clock
from pentad.core.actor import Actor
from pentad.roles.access import rules
from pentad.roles.access.models import ApiKey, User

USE_NOTED_EVERY = timedelta(minutes=1)


def actor_of(user: User) -> Actor:
    """A signed-in colleague with the rights of the role."""
    return Actor("user", str(user.pk), user.name or user.email, rules.rights_of(user.role))


def actor_by_token(token: str) -> Actor | None:
    """The API key that this token belongs to; None when unknown or revoked. Notes when it was used."""
    key = ApiKey.objects.filter(digest=rules.digest(token), revoked__isnull=True).first()
    if key is None:
        return None
    now = clock.now()
    if key.last_used is None or key.last_used < now - USE_NOTED_EVERY:
        stale = Q(last_used__isnull=True) | Q(last_used__lt=now - USE_NOTED_EVERY)
        ApiKey.objects.filter(stale, pk=key.pk).update(last_used=now)
    return Actor("key", key.id, key.name, rules.rights_of(key.role))


def is_first_run() -> bool:
    """Whether nobody has an account yet."""
    return not User.objects.exists()


def colleagues() -> QuerySet[User]:
    return User.objects.order_by("-is_active", "name", "email")


def keys() -> QuerySet[ApiKey]:
    """Keys in force first, then revoked ones, newest first."""
    return ApiKey.objects.order_by(F("revoked").desc(nulls_first=True), "-created")
