"""Signing in leaves an audit line; a new password ends what was begun with the old one, and a changed second step is told."""

from typing import Any

from allauth.account.internal.flows.login import get_authentication_records
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
from pentad.roles.access.sso.models import IdentityProvider
from pentad.roles.audit.telling import record

PROTOCOLS = {IdentityProvider.OIDC: "OpenID Connect", IdentityProvider.SAML: "SAML"}
SECOND_STEPS = {
    Authenticator.Type.TOTP: "code of an app",
    Authenticator.Type.RECOVERY_CODES: "recovery code",
    Authenticator.Type.WEBAUTHN: "security key",
}


@receiver(user_logged_in)
def note_sign_in(sender: Any, user: User, request: HttpRequest | None = None, **_: Any) -> None:
    actor, how = actor_of(user), _how(request, user) if request is not None else ""
    AuditLine.objects.create(
        actor=actor.ref, actor_name=actor.name, action="sign_in", right="", subject=f"user:{user.pk}",
        detail={"how": how} if how else {},
    )  # fmt: skip


def _how(request: HttpRequest, user: User) -> str:
    """With what somebody signs in, in words, as far as the sign-in library has kept it: not of a link that lets in."""
    said = []
    for one in get_authentication_records(request, user):
        method, kind = one.get("method"), one.get("type")
        if method == "socialaccount":
            provider = IdentityProvider.objects.filter(slug=one.get("provider")).first()
            said.append(f"{PROTOCOLS.get(provider.kind, provider.kind)}: {provider.name}" if provider else "provider")
        elif method == "mfa":
            said.append("passkey" if one.get("passwordless") else SECOND_STEPS.get(str(kind), str(kind)))
        elif method in ("password", "password_reset"):
            said.append("password")
    return ", then ".join(dict.fromkeys(said))


@receiver([password_changed, password_set, password_reset])
def end_other_sessions(sender: Any, request: HttpRequest, user: User, **_: Any) -> None:
    here = current(request) if request.user == user else None
    end_sessions(actor=actor_of(user), user=user, but=here)


@receiver([authenticator_added, authenticator_removed, authenticator_reset])
def note_second_step(sender: Any, signal: Any, user: User, authenticator: Authenticator, **_: Any) -> None:
    """The ceremonies are the sign-in library's own, and so no actions of ours."""
    what = {id(authenticator_added): "added", id(authenticator_removed): "removed"}.get(id(signal), "renewed")
    record(actor_of(user), f"second_step_{what}", f"user:{user.pk}", kind=authenticator.type)
