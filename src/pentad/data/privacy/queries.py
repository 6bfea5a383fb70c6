"""Reads of the privacy feature."""

import hashlib
import hmac
from collections.abc import Iterable

from django.conf import settings

from pentad.core import clock
from pentad.core.hookvalues import Problem
from pentad.core.models import Job
from pentad.data.identity.rules import Ident
from pentad.data.privacy.models import ErasedIdentifier, Erasure

REWRITE, WIPE = "privacy.rewrite", "privacy.wipe"
"""The jobs of an erasure, one after the other."""


def digest(ident: Ident) -> str:
    """A keyed hash of an identifier: lets us recognise an erased one without keeping it."""
    text = f"{ident.namespace}:{ident.value}".encode()
    return hmac.new(settings.SECRET_KEY.encode(), text, hashlib.sha256).hexdigest()


class Erased:
    """Identifiers that were erased, and when: what was received before stays away."""

    def __init__(self) -> None:
        self._any = ErasedIdentifier.objects.exists()

    def covers(self, idents: Iterable[Ident], received: int) -> bool:
        if not self._any:
            return False
        digests = [digest(i) for i in idents]
        return ErasedIdentifier.objects.filter(digest__in=digests, at__gte=clock.from_us(received)).exists()


def halted() -> list[Erasure]:
    """Erasures that nobody works at any more although bytes of the person are left, oldest first."""
    at_work = Job.objects.filter(kind__in=[REWRITE, WIPE], status__in=[Job.WAITING, Job.RUNNING])
    under_way = {payload.get("erasure", "") for payload in at_work.values_list("payload", flat=True)}
    return list(Erasure.objects.filter(gone=None).exclude(id__in=under_way).order_by("at"))


def dead_jobs() -> dict[str, Job]:
    """The latest dead letter of each erasure, by the erasure's id."""
    return {job.payload.get("erasure", ""): job for job in Job.objects.filter(
        kind__in=[REWRITE, WIPE], status=Job.DEAD).order_by("finished")}  # fmt: skip


_FIX = "Remove the cause (the jobs page names it), then run `pentad erase --unfinished`, or press “Try again” there."


def problems() -> list[Problem]:
    """For the doctor: each erasure that has come to a halt."""
    dead = dead_jobs()
    return [Problem("privacy", "error", _said(one, dead.get(one.id)), _FIX) for one in halted()]


def _said(erasure: Erasure, job: Job | None) -> str:
    why = f"the job {job.kind} gave up after {job.attempts} attempts" if job else "its job was stopped"
    left = "The person is hidden, but the files still hold their data."
    if job is None:
        left += (
            " What was to be looked for in other texts is gone with the job: only the person's own rows can be removed."
        )
    elif job.kind == WIPE:
        left = "The files are rewritten; the database's own log may still hold remains."
    else:
        left += " Until it is finished the job keeps what it must look for."
    return f"The erasure {erasure.id} of {erasure.at:%Y-%m-%d %H:%M} UTC is not finished: {why}. {left}"


def warning() -> str | None:
    """The same in a sentence, for /readyz. Names nobody."""
    number = len(halted())
    if not number:
        return None
    return f"{number} erasure{'s have' if number > 1 else ' has'} come to a halt: data of erased people is left. {_FIX}"
