"""Quiet hours by the clock of the customer's wall, worked out by hand; the changes of 2026 are those of the tz database."""

from datetime import UTC, datetime

import pytest

from pentad.intelligence.contact.policy import Quiet
from pentad.intelligence.contact.quiet import quiet_until

NIGHT = Quiet("21:00", "08:00", "sms")
NOON = Quiet("12:00", "13:30", "sms")
SUNDAY = Quiet("00:00", "00:00", "", (7,))


def at(told: str) -> datetime:
    return datetime.fromisoformat(told).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("quiet", "channel", "zone", "now", "until"),
    [
        # Berlin in winter is an hour ahead of UTC, in summer two.
        ([NIGHT], "sms", "Europe/Berlin", "2026-01-14T19:59:59", None),
        ([NIGHT], "sms", "Europe/Berlin", "2026-01-14T20:00:00", "2026-01-15T07:00:00"),
        ([NIGHT], "sms", "Europe/Berlin", "2026-01-15T06:59:59", "2026-01-15T07:00:00"),
        ([NIGHT], "sms", "Europe/Berlin", "2026-01-15T07:00:00", None),
        ([NIGHT], "sms", "Europe/Berlin", "2026-07-14T19:00:00", "2026-07-15T06:00:00"),
        # Another channel is not quiet; what is said of every channel holds for it.
        ([NIGHT], "email", "Europe/Berlin", "2026-01-14T22:00:00", None),
        ([Quiet("21:00", "08:00")], "email", "Europe/Berlin", "2026-01-14T22:00:00", "2026-01-15T07:00:00"),
        # The same moment elsewhere: 07:00 in New York (UTC-5), 17:30 in Kolkata, 01:00 of the next day in Auckland (UTC+13).
        ([NIGHT], "sms", "America/New_York", "2026-01-14T12:00:00", "2026-01-14T13:00:00"),
        ([NIGHT], "sms", "Asia/Kolkata", "2026-01-14T12:00:00", None),
        ([NIGHT], "sms", "Pacific/Auckland", "2026-01-14T12:00:00", "2026-01-14T19:00:00"),
        # The night of 29 March is an hour shorter in Berlin: quiet from 20:00 to 06:00 UTC.
        ([NIGHT], "sms", "Europe/Berlin", "2026-03-28T20:00:00", "2026-03-29T06:00:00"),
        # The night of 25 October is an hour longer: from 19:00 to 07:00 UTC.
        ([NIGHT], "sms", "Europe/Berlin", "2026-10-24T19:00:00", "2026-10-25T07:00:00"),
        # The clock leaps from 02:00 to 03:00 at 01:00 UTC: an end at 02:30 is where it leaps, a start too.
        ([Quiet("21:00", "02:30")], "sms", "Europe/Berlin", "2026-03-29T00:59:59", "2026-03-29T01:00:00"),
        ([Quiet("21:00", "02:30")], "sms", "Europe/Berlin", "2026-03-29T01:00:00", None),
        ([Quiet("02:30", "05:00")], "sms", "Europe/Berlin", "2026-03-29T00:59:59", None),
        ([Quiet("02:30", "05:00")], "sms", "Europe/Berlin", "2026-03-29T01:00:00", "2026-03-29T03:00:00"),
        # 02:30 comes twice, at 00:30 and 01:30 UTC: an end is the second, a start the first.
        ([Quiet("21:00", "02:30")], "sms", "Europe/Berlin", "2026-10-25T00:45:00", "2026-10-25T01:30:00"),
        ([Quiet("02:30", "05:00")], "sms", "Europe/Berlin", "2026-10-25T00:29:59", None),
        ([Quiet("02:30", "05:00")], "sms", "Europe/Berlin", "2026-10-25T00:30:00", "2026-10-25T04:00:00"),
        # Lord Howe Island leaps by half an hour: on 4 October from 02:00 (15:30 UTC the day before) to 02:30.
        ([Quiet("21:00", "02:15")], "sms", "Australia/Lord_Howe", "2026-10-03T15:29:00", "2026-10-03T15:30:00"),
        # Samoa had no 30 December 2011: the night of the 29th ends on the morning of the 31st (UTC+14).
        ([NIGHT], "sms", "Pacific/Apia", "2011-12-30T09:00:00", "2011-12-30T18:00:00"),
        # A whole Sunday, and the night before and after that it joins.
        ([SUNDAY], "sms", "UTC", "2026-01-17T23:59:59", None),
        ([SUNDAY], "sms", "UTC", "2026-01-18T00:00:00", "2026-01-19T00:00:00"),
        ([SUNDAY, NIGHT], "sms", "UTC", "2026-01-17T21:00:00", "2026-01-19T08:00:00"),
        # On days on which it begins: Friday's night reaches into Saturday, Saturday's own is not quiet.
        ([Quiet("22:00", "06:00", "", (5,))], "sms", "UTC", "2026-01-17T05:00:00", "2026-01-17T06:00:00"),
        ([Quiet("22:00", "06:00", "", (5,))], "sms", "UTC", "2026-01-17T22:00:00", None),
        ([NIGHT, NOON], "sms", "UTC", "2026-01-14T12:30:00", "2026-01-14T13:30:00"),
        ([], "sms", "UTC", "2026-01-14T03:00:00", None),
    ],
)
def test_quiet_hours(quiet: list[Quiet], channel: str, zone: str, now: str, until: str | None) -> None:
    assert quiet_until(quiet, channel, zone, at(now)) == (at(until) if until else None)


def test_quiet_until_is_never_quiet_and_never_long_past() -> None:
    """Each half hour of two years in zones with odd changes: the end is later, not quiet, and less than 13 hours away."""
    for zone in ("Europe/Berlin", "America/St_Johns", "Africa/Casablanca"):
        for hour in range(0, 2 * 365 * 24, 7):
            now = datetime.fromtimestamp(1767225600 + hour * 3600, UTC)
            until = quiet_until([NIGHT], "sms", zone, now)
            if until is not None:
                assert now < until and (until - now).total_seconds() <= 13 * 3600
                assert quiet_until([NIGHT], "sms", zone, until) is None
