"""What sending decides, worked out by hand."""

from datetime import UTC, datetime, timedelta

import pytest

from pentad.platforms.channels.rules import (
    ACCEPTED,
    BUSY,
    REFUSED,
    UNKNOWN,
    Breaker,
    Rate,
    Result,
    Tries,
    after,
    back_off,
    broken,
    may_repeat,
    per_minute,
    rate,
    warm_left,
)

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
DAY = 24 * HOUR


def tries(number: int = 1, *, first: datetime = NOON, opened: datetime | None = None, trusted: bool = True) -> Tries:
    return Tries(number, first, opened, trusted, DAY)


@pytest.mark.parametrize(
    ("result", "so_far", "now", "state", "reason"),
    [
        (Result(ACCEPTED), tries(), NOON, "sent", ""),
        (Result(ACCEPTED, delivered=True), tries(), NOON, "delivered", ""),
        (Result(ACCEPTED), tries(2, opened=NOON, trusted=False), NOON, "sent", ""),  # an answer after all
        (Result(REFUSED), tries(), NOON, "failed", "refused"),
        (Result(REFUSED, address=True), tries(), NOON, "bounced", "address_refused"),
        (Result(BUSY), tries(), NOON, "queued", "busy"),
        (Result(BUSY), tries(9), NOON + 23 * HOUR, "queued", "busy"),
        (Result(BUSY), tries(9), NOON + DAY, "failed", "gave_up"),
        (Result(UNKNOWN), tries(1, opened=NOON), NOON, "queued", "unknown"),
        (Result(UNKNOWN), tries(1, opened=NOON, trusted=False), NOON, "doubtful", "no_answer"),
        (Result(BUSY), tries(2, opened=NOON, trusted=False), NOON, "doubtful", "no_answer"),
        (Result(BUSY), tries(9, opened=NOON), NOON + 22 * HOUR, "doubtful", "no_answer"),  # the key may be forgotten
        (Result(REFUSED), tries(2, opened=NOON), NOON, "failed", "refused"),
    ],
)
def test_what_becomes_of_a_delivery(result: Result, so_far: Tries, now: datetime, state: str, reason: str) -> None:
    becomes = after(result, so_far, key="k", now=now, give_up=DAY)
    assert (becomes.state, becomes.reason) == (state, reason)
    assert (becomes.due is not None) == (state == "queued")


@pytest.mark.parametrize(
    ("opened", "trusted", "may"),
    [
        (None, False, True),
        (NOON - MINUTE, True, True),
        (NOON - MINUTE, False, False),
        (NOON - 21 * HOUR, True, True),
        (NOON - 22 * HOUR, True, False),
        (NOON + 5 * MINUTE, True, True),  # a clock that was corrected
        (NOON + HOUR, True, False),  # one that was put back, who knows how far
    ],
)
def test_whether_what_may_have_arrived_may_be_sent_again(opened: datetime | None, trusted: bool, may: bool) -> None:
    assert may_repeat(tries(2, opened=opened, trusted=trusted), NOON) is may


def test_waiting_doubles_up_to_half_an_hour_and_differs_by_message() -> None:
    waits = [back_off(number, "campaign:1:7") for number in (1, 2, 3, 7, 8, 60)]
    assert 22 * SECOND < waits[0] < 38 * SECOND
    assert waits[1] == 2 * waits[0] and waits[-1] == waits[-2] < 38 * MINUTE
    assert len({back_off(1, f"k{n}") for n in range(20)}) > 15
    asked = after(Result(BUSY, retry_after=600), tries(), key="k", now=NOON, give_up=DAY).due
    assert asked == NOON + 10 * MINUTE


def test_the_breaker_opens_after_five_failures_and_longer_each_time() -> None:
    fails = [Result(BUSY)] * 4
    breaker = broken(Breaker(), fails, NOON)
    assert (breaker.failures, breaker.is_open(NOON)) == (4, False)
    breaker = broken(breaker, [Result(UNKNOWN)], NOON)
    assert breaker.until == NOON + 30 * SECOND and breaker.probing and breaker.is_open(NOON)
    breaker = broken(breaker, [Result(BUSY)], NOON + 30 * SECOND)
    assert breaker.until == NOON + 90 * SECOND
    for _ in range(9):
        breaker = broken(breaker, [Result(BUSY)], NOON + HOUR)
    assert breaker.until == NOON + 70 * MINUTE
    assert not breaker.is_open(NOON)  # the clock was put back
    assert broken(breaker, [Result(BUSY), Result(REFUSED)], NOON) == Breaker()  # who refuses, answers
    assert broken(Breaker(), [Result(BUSY, retry_after=90)], NOON).until == NOON + 90 * SECOND


def test_a_rate_lets_a_second_through_at_once_and_then_keeps_its_pace() -> None:
    ten = rate(10, None)
    assert ten is not None and ten.allowed(NOON) == 10
    ten = Rate(ten.every, ten.burst, ten.charged(NOON, 10))
    assert (ten.allowed(NOON), ten.free(NOON)) == (0, NOON + SECOND / 10)
    assert [ten.allowed(NOON + SECOND * n / 10) for n in (1, 2, 5, 10, 99)] == [1, 2, 5, 10, 10]
    slow = rate(0.1, None)
    assert slow is not None and slow.allowed(NOON) == 1
    slow = Rate(slow.every, slow.burst, slow.charged(NOON, 1))
    assert (slow.allowed(NOON + 9 * SECOND), slow.allowed(NOON + 10 * SECOND)) == (0, 1)
    assert slow.allowed(NOON - HOUR) == 1  # the clock was put back: it is not waited for to come round
    assert rate(0, NOON) is None


@pytest.mark.parametrize(
    ("now", "sent", "left"),
    [
        (NOON, 0, 50),
        (NOON, 49, 1),
        (NOON, 70, 0),
        (NOON + DAY, 70, 30),
        (NOON + 2 * DAY, 1000, None),
        (NOON - DAY, 0, 0),
    ],
)
def test_warming_up(now: datetime, sent: int, left: int | None) -> None:
    assert warm_left({"start": "2026-11-22", "days": [50, 100]}, sent, now) == left


def test_limits_by_domain() -> None:
    limits = {"kestrel.example": 60, "*": 600}
    assert [per_minute(limits, one) for one in ("kestrel.example", "other.example", "")] == [60, 600, 0]
    assert per_minute({"kestrel.example": 60}, "other.example") == 0
