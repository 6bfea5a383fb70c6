"""Days and times of tasks as people say them."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from pentad.roles.work import rules

LISBON, AUCKLAND = ZoneInfo("Europe/Lisbon"), ZoneInfo("Pacific/Auckland")
NOW = datetime(2026, 6, 5, 20, tzinfo=UTC)  # a Friday; Saturday morning in Auckland


@pytest.mark.parametrize(
    ("day", "time", "zone", "at", "remind"),
    [
        ("2026-06-09", "14:30", LISBON, "2026-06-09T13:30", "2026-06-09T13:30"),
        ("2026-06-09", "", LISBON, "2026-06-09T23:00", "2026-06-09T07:00"),
        ("", "09:00", AUCKLAND, "2026-06-05T21:00", "2026-06-05T21:00"),
    ],
)
def test_a_day_ends_and_a_time_comes_where_one_is(day: str, time: str, zone: ZoneInfo, at: str, remind: str) -> None:
    due = rules.parse(day, time, zone, NOW)
    assert due
    assert due.at == datetime.fromisoformat(at).replace(tzinfo=UTC)
    assert due.remind == datetime.fromisoformat(remind).replace(tzinfo=UTC)
    assert (due.day is None) is bool(time)


def test_nothing_said_is_no_due_day() -> None:
    assert rules.parse("", "", LISBON, NOW) is None


@pytest.mark.parametrize(("day", "time"), [("9999-12-31", ""), ("2026-02-30", ""), ("", "25:00"), ("x", "")])
def test_odd_days_are_refused(day: str, time: str) -> None:
    with pytest.raises(ValueError):
        rules.parse(day, time, LISBON, NOW)


def test_a_task_is_put_off_by_names_of_days() -> None:
    found = {name: (words, due.day) for name, words, due in rules.later(NOW, LISBON)}
    assert found["hours"] == ("Tonight, 00:00", None)
    assert found["tomorrow"][1] == date(2026, 6, 6)
    assert found["monday"] == ("Monday, 8 June", date(2026, 6, 8))
    assert found["week"][1] == date(2026, 6, 12)


@pytest.mark.parametrize(
    ("at", "day", "said"),
    [
        (datetime(2026, 6, 5, 21, tzinfo=UTC), None, "today 22:00"),
        (datetime(2026, 6, 6, 23, tzinfo=UTC), date(2026, 6, 6), "tomorrow"),
        (datetime(2026, 6, 2, 23, tzinfo=UTC), date(2026, 6, 2), "Tue 2 Jun"),
        (datetime(2027, 1, 4, 9, tzinfo=UTC), None, "Mon 4 Jan 2027 09:00"),
        (None, None, ""),
    ],
)
def test_words(at: datetime | None, day: date | None, said: str) -> None:
    assert rules.words(at, day, NOW, LISBON) == said


@pytest.mark.once
@pytest.mark.parametrize(
    ("today", "offered"),
    [
        (date(2026, 6, 5), ["hours", "tomorrow", "monday", "week"]),
        (date(2026, 6, 7), ["hours", "tomorrow", "week"]),  # a Sunday: tomorrow is Monday
        (date(2026, 6, 8), ["hours", "tomorrow", "monday"]),  # a Monday: in a week is Monday
    ],
)
def test_no_day_is_offered_twice(today: date, offered: list[str]) -> None:
    found = rules.later(datetime(today.year, today.month, today.day, 9, tzinfo=UTC), LISBON)
    assert [name for name, _, _ in found] == offered
