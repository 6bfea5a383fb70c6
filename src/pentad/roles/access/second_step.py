"""How often codes of the second step may be guessed: counted by account on disk, whatever the address or session.

A code has six figures and three of them are right at a time. After every FREE misses in a row the account takes no
code for PAUSE, twice as long each time: thirty-five guesses on the first day at most, then five a day.
"""

import math
from datetime import datetime, timedelta
from typing import Any

from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa import app_settings
from allauth.mfa.base import forms
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import transaction

from pentad.core import clock
from pentad.core.actor import NOBODY
from pentad.roles.access.models import SecondStepMisses, User
from pentad.roles.audit.telling import record

FREE = 5
PAUSE = timedelta(minutes=15)
LONGEST = timedelta(days=1)


def open_again(tries: int, last_at: datetime) -> datetime:
    """From when on another code is looked at, after so many misses in a row."""
    if not tries or tries % FREE:
        return last_at
    return last_at + min(PAUSE * (1 << min(tries // FREE - 1, 10)), LONGEST)


def take_try(user: User) -> None:
    """Count a try before its code is looked at, so that many at once gain nothing. Raises ValidationError in a pause."""
    with transaction.atomic():
        SecondStepMisses.objects.get_or_create(user=user)
        row = SecondStepMisses.objects.select_for_update().get(user=user)
        now = clock.now()
        again = open_again(row.tries, row.last_at)
        if again <= now:
            row.tries, row.last_at = row.tries + 1, now
            row.save()
    if again > now:
        raise ValidationError(_too_many(again, again - now))


def forget_tries(user: User) -> None:
    """After a right code, or when an administrator helps."""
    SecondStepMisses.objects.filter(user=user).delete()


def _too_many(again: datetime, wait: timedelta) -> str:
    minutes = math.ceil(wait.total_seconds() / 60)
    span = f"{minutes} minute{'s' * (minutes != 1)}" if minutes < 120 else f"{math.ceil(minutes / 60)} hours"
    return (
        f"Too many wrong codes for this account. Try again in {span}, after {again:%H:%M} UTC on {again.day} {again:%B}."
        " An administrator can open the account before that."
    )


def _first_use(user: User, code: Any) -> bool:
    """Whether a right code comes for the first time. The library remembers one for a single period, and takes it for one
    more on either side.
    """
    span = app_settings.TOTP_PERIOD * (2 * app_settings.TOTP_TOLERANCE + 1)
    return cache.add(f"pentad.second_step.used[{user.pk}:{normalize_user_code(str(code))}]", 1, timeout=span)


class _Counted:
    """Stands before the library's check of a code."""

    user: User

    def clean_code(self) -> Any:
        take_try(self.user)
        try:
            code = super().clean_code()  # type: ignore[misc]
        except ValidationError:
            record(NOBODY, "second_step_failed", f"user:{self.user.pk}")
            raise
        if not _first_use(self.user, code):
            record(NOBODY, "second_step_failed", f"user:{self.user.pk}")
            raise ValidationError("This code was used already. Wait for the next one.")
        forget_tries(self.user)
        return code


class AuthenticateForm(_Counted, forms.AuthenticateForm):  # type: ignore[misc]
    """The second step of signing in: a code of the app, or a recovery code."""


class ReauthenticateForm(_Counted, forms.ReauthenticateForm):  # type: ignore[misc]
    """The same for somebody signed in who is about to change how one signs in."""
