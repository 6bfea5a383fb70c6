"""What the doctor finds about sending."""

from collections.abc import Collection
from datetime import timedelta

from pentad.core import clock
from pentad.core.hookvalues import Problem
from pentad.platforms.channels import rules
from pentad.platforms.channels.hook_log import refusing
from pentad.platforms.channels.models import DOUBTFUL, Delivery, Destination
from pentad.platforms.channels.queries import due, duplicates, stranded

DAYS = 30


def problems() -> list[Problem]:
    return [*_duplicates(), *_stopped(), *_stranded(), *_failing(), *_refusing(), *_doubtful()]


def _duplicates() -> list[Problem]:
    found = duplicates(clock.now() - timedelta(days=DAYS))
    if not found:
        return []
    return [
        Problem(
            "messages", "error", f"Messages were sent twice in the last {DAYS} days: {found:,}.",
            "Turn the destination off, and tell us: this must not happen.",
        )
    ]  # fmt: skip


def _stopped() -> list[Problem]:
    from pentad.platforms.channels.sending import LEAVE  # with what it takes to send: the doctor has time

    if LEAVE.get() or not any(due(clock.now()).values()):
        return []
    return [
        Problem(
            "messages", "warning", "Messages are due, and the setting channels.sending lets none leave.",
            "After a backup was put back, cancel what has been sent since; then: pentad setting set channels.sending yes",
        )
    ]  # fmt: skip


def _stranded() -> list[Problem]:
    return [
        Problem(
            "messages", "warning",
            f"Messages by {channel} cannot leave ({n:,}): "
            + (f"the destination “{name}” is off." if name else "there is no destination that takes them."),
            f"Turn on a destination for {channel}, or cancel them.",
        )
        for channel, name, n in stranded(clock.now())
    ]  # fmt: skip


def _failing() -> list[Problem]:
    rows = Destination.objects.filter(state=Destination.ON, failures__gte=rules.BREAKS_AT)
    return [
        Problem(
            "destinations", "error", f"“{row.name}” fails: {row.failure or 'no answer'} ({row.failures} times in a row).",
            "Its messages wait. Check its settings, and what the service says.",
        )
        for row in rows
    ]  # fmt: skip


def _refusing() -> list[Problem]:
    rows = Destination.objects.exclude(state=Destination.ARCHIVED).exclude(report_refused=None)
    return [
        Problem(
            "destinations", "warning", f"Reports to “{row.name}” are refused. {row.report_refusal}",
            "Bounces and complaints are not counted meanwhile. See its page, and what was set at the provider.",
        )
        for row in rows
        if refusing(row)
    ]  # fmt: skip


def _doubtful() -> list[Problem]:
    week = clock.now() - timedelta(days=7)
    found = Delivery.objects.filter(state=DOUBTFUL, done_at__gte=week).count()
    if not found:
        return []
    return [
        Problem(
            "messages", "warning", f"It is not known whether messages of the last 7 days arrived: {found:,}.",
            "They are not sent again, so that nobody gets one twice. Each says so on the customer’s page.",
        )
    ]  # fmt: skip


def destinations_named(ids: Collection[str]) -> dict[str, str]:
    """For the audit log."""
    return dict(Destination.objects.filter(public_id__in=ids).values_list("public_id", "name"))
