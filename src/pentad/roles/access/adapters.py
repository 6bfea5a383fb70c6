"""How the sign-in library fits our house: no public sign-up, secrets encrypted, lockouts explained."""

import math
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from pentad.core import clock, secretbox


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": "The e-mail address or the password is not right. Try again, or set a new password.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return "/account/"


class MfaAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Keeps second-factor secrets encrypted."""

    def encrypt(self, text: str) -> str:
        return secretbox.seal("pentad.mfa", text)

    def decrypt(self, encrypted_text: str) -> str:
        return secretbox.unseal("pentad.mfa", encrypted_text)

    def generate_authenticator_name(self, user: AbstractBaseUser, type: Authenticator.Type) -> str:
        return f"Key {Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1}"


def attempted_email(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str | None:
    """Under which name failed attempts are counted."""
    given = (credentials or {}).get("email") or request.POST.get("login")
    return str(given).strip().lower()[:254] if given else None


def locked_out(request: HttpRequest, *_: Any) -> HttpResponse:
    """The page after too many wrong passwords."""
    email, address = attempted_email(request), request.META.get("REMOTE_ADDR")
    tries = AccessAttempt.objects.filter(username=email, ip_address=address)
    last = tries.order_by("-attempt_time").values_list("attempt_time", flat=True).first() or clock.now()
    again = last + settings.AXES_COOLOFF_TIME
    seconds = max(1, math.ceil((again - clock.now()).total_seconds()))
    context = {"again": again, "minutes": math.ceil(seconds / 60)}
    response = render(request, "access/locked.html", context, status=429)
    response["Retry-After"] = str(seconds)
    return response
