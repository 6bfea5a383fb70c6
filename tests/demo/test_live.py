"""Live events: from every source, such as the inbox takes, and as many as there were before."""

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from pentad.demo import live
from pentad.demo.season import DAY_MS
from pentad.demo.shop import SOURCES
from pentad.demo.year import Year

END = datetime(2026, 11, 21, 22, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def half_hour() -> list[live.Batch]:
    street = live.Street(live.customers(Year(end=END, customers=900)), Random(7), lambda now: 3.0)
    start = END.timestamp()
    return [batch for tick in range(3600) for batch in street.batches(start + tick / 2, 0.5)]


def test_a_few_events_a_second_from_every_source(half_hour: list[live.Batch]) -> None:
    counts = Counter[str]()
    for batch in half_hour:
        counts[batch.source] += batch.count
    assert 1.5 < counts.total() / 1800 < 6
    assert set(counts) == {spec.name for spec in SOURCES}


def test_messages_are_of_the_moment_and_mostly_sound(half_hour: list[live.Batch]) -> None:
    messages = []
    for batch in half_hour:
        body = json.loads(batch.body)
        assert len(body["batch"]) == batch.count
        assert body["context"]["library"]["name"]
        for message in body["batch"]:
            assert message["timestamp"] <= body["sentAt"]
            messages.append(message)
    bad = [m for m in messages if m["type"] == "track" and not m.get("event")]
    bad += [m for m in messages if m["type"] == "purchase" or m.get("groupId") == ""]
    bad += [m for m in messages if not m.get("userId") and not m.get("anonymousId")]
    assert 0 < len(bad) < 0.02 * len(messages)
    ids = Counter(m["messageId"] for m in messages)
    assert 0 < sum(count > 1 for count in ids.values()) < 60
    events = Counter(m.get("event", m["type"]) for m in messages)
    assert events["Order Completed"] > 20
    assert events["identify"] > 20


def test_new_visitors_are_anonymous_until_they_open_an_account(half_hour: list[live.Batch]) -> None:
    known_since: dict[str, bool] = {}
    for batch in half_hour:
        for message in json.loads(batch.body)["batch"]:
            device = message.get("anonymousId")
            if device and batch.source == "Web shop":
                if message.get("userId"):
                    known_since[device] = True
                else:
                    assert not known_since.get(device), "went back to being anonymous"
    assert sum(known_since.values()) > 20


def test_as_much_comes_as_came_in_the_last_weeks() -> None:
    year = Year(end=END, customers=2400)
    rows, _ = year.rows()
    days = [(END - timedelta(days=n), int((rows.at // DAY_MS == year.end // DAY_MS - n).sum())) for n in range(1, 22)]
    rate = live.rate(year)
    for day, count in days:
        usual = sum(rate(day.replace(hour=hour).timestamp()) * 3600 for hour in range(24))
        assert 0.4 < usual / count < 2.5, f"{day:%d %b}: {usual:.0f} would come, {count} came"
    total = sum(rate(day.replace(hour=hour).timestamp()) * 3600 for day, _ in days for hour in range(24))
    assert 0.7 < total / sum(count for _, count in days) < 1.4
