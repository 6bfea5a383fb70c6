"""The generated year: big enough, the same each time, and true to life."""

import json
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from pentad.demo import shop
from pentad.demo.log import RAW, Rows
from pentad.demo.people import user_id
from pentad.demo.season import DAY_MS, black_friday, day_factor
from pentad.demo.year import MOST, Year

END = datetime(2026, 11, 21, 22, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def year() -> Year:
    return Year(end=END)


@pytest.fixture(scope="module")
def written(year: Year) -> tuple[Rows, list[str]]:
    return year.rows()


def _orders(rows: Rows, tails: list[str]) -> Rows:
    is_order = np.array([tail.startswith('"type":"track","event":"Order Completed"') for tail in tails])
    return rows.take(np.flatnonzero((rows.who >= 0) & is_order[np.maximum(rows.tail, 0)]))


def _days(at: Any) -> Counter[str]:
    return Counter(at.astype("datetime64[ms]").astype("datetime64[D]").astype(str).tolist())


def test_is_large(year: Year, written: tuple[Rows, list[str]]) -> None:
    rows, _ = written
    assert len(rows) >= 1_000_000
    assert len(np.unique(rows.who[rows.who >= 0])) >= 20_000
    assert rows.at.max() < year.end
    assert rows.received.max() < year.end
    assert (rows.received.max() - rows.received.min()) / DAY_MS > 363


def test_frames_hold_every_message_once() -> None:
    year = Year(end=END, customers=900)
    rows, _ = year.rows()
    counted, seen = 0, Counter[str]()
    for frame in year.frames():
        batch = json.loads(frame.body)
        assert len(batch["batch"]) == frame.count <= MOST
        assert frame.received_us <= year.end * 1000
        sent = datetime.fromisoformat(batch["sentAt"])
        assert sent.timestamp() * 1e6 == pytest.approx(frame.received_us, abs=1000)
        counted += frame.count
        seen.update(str(message.get("messageId")) for message in batch["batch"])
    assert counted == len(rows)
    # The retries, and nothing else, come under an id that was there before.
    repeated = sum(count - 1 for count in seen.values())
    assert 0 < repeated < 0.02 * counted


def test_the_same_seed_and_end_give_the_same_bytes() -> None:
    def body() -> list[tuple[str, int, bytes]]:
        return [(f.source, f.received_us, f.body) for f in Year(end=END, seed=5, customers=600).frames()]

    first = body()
    assert first == body()
    other = [(f.source, f.received_us, f.body) for f in Year(end=END, seed=6, customers=600).frames()]
    assert first != other


def test_who_is_asked_for_first_comes_first() -> None:
    year = Year(end=END, customers=600)
    flags = [year.is_first(frame) for frame in year.frames()]
    assert flags == sorted(flags, reverse=True)
    assert 0 < sum(flags) < len(flags)


def test_the_year_has_seasons(written: tuple[Rows, list[str]]) -> None:
    orders = _days(_orders(*written).at)
    ordinary = np.median([count for day, count in orders.items() if day.startswith("2026-0")])
    assert orders[black_friday(2025).isoformat()] > 2 * ordinary
    december = np.mean([orders[f"2025-12-{day:02d}"] for day in range(8, 18)])
    august = np.mean([orders[f"2026-08-{day:02d}"] for day in range(5, 20)])
    assert december > 1.4 * ordinary
    assert august < 0.85 * ordinary
    visits = written[0].at[written[0].source == shop.WEB].astype("datetime64[ms]")
    by_hour = Counter(visits.astype("datetime64[h]").astype(int) % 24)
    assert by_hour[19] > 4 * by_hour[2]


def test_day_factor_by_hand() -> None:
    assert black_friday(2025) == date(2025, 11, 28)
    assert black_friday(2026) == date(2026, 11, 27)
    assert day_factor(date(2026, 8, 12)) < 0.75 * day_factor(date(2026, 6, 10))
    assert day_factor(date(2026, 6, 14)) > 1.15 * day_factor(date(2026, 6, 15))


def test_customers_leave_and_bargain_hunters_sooner(year: Year) -> None:
    people = year.people
    known = (people.joined > year.start) & (people.joined < year.end - 150 * DAY_MS)
    stayed = people.left - people.joined > 120 * DAY_MS
    busy = year.season.factor(people.joined) > 1.9
    assert 0.2 < 1 - stayed[known & ~busy].mean() < 0.7
    assert stayed[known & busy].mean() < stayed[known & ~busy].mean() - 0.1


def test_few_are_very_active(written: tuple[Rows, list[str]]) -> None:
    counts = np.sort(np.bincount(written[0].who[written[0].who >= 0]))[::-1]
    top = counts[: len(counts) // 10].sum() / counts.sum()
    assert 0.3 < top < 0.7
    assert counts.max() < 5000


def test_devices_are_anonymous_before_they_are_known(year: Year, written: tuple[Rows, list[str]]) -> None:
    rows = written[0]
    for customer in np.flatnonzero(year.people.device_count == 3)[200:400].tolist():
        for device in range(int(year.people.device_first[customer]), int(year.people.device_first[customer]) + 3):
            mine = rows.take(np.flatnonzero((rows.device == device) & (rows.who != RAW)))
            if not (mine.who >= 0).any():
                continue
            since = mine.at[mine.who >= 0].min()
            assert (mine.who[mine.at > since + 600_000] >= 0).all()
    several = year.people.device_count >= 2
    assert 0.4 < several.mean() < 0.8


def test_people_share_tablets_and_have_two_accounts(year: Year) -> None:
    owners: dict[str, set[int]] = {}
    for owner, anonymous in zip(year.devices.owner.tolist(), year.devices.anonymous_id, strict=True):
        owners.setdefault(anonymous, set()).add(owner)
    assert sum(len(people) == 2 for people in owners.values()) >= 20
    same_name_and_day = Counter(
        (name, birthday, city)
        for name, birthday, city in zip(year.people.name, year.people.birthday, year.people.city, strict=True)
        if birthday
    )
    assert sum(count == 2 for count in same_name_and_day.values()) >= 80
    assert 30 <= sum(count > 1 for count in Counter(year.people.email).values()) < 60  # a slip may hit another address


def test_addresses_and_numbers_reach_nobody(year: Year) -> None:
    assert all(email.endswith(".example") for email in year.people.email)
    import phonenumbers

    for number in filter(None, year.people.phone[:3000]):
        assert phonenumbers.is_possible_number(phonenumbers.parse(number, None)), number


def test_orders_add_up(written: tuple[Rows, list[str]]) -> None:
    """What an order's lines cost, less the discount, is its revenue."""
    rows, tails = written
    orders = _orders(rows, tails)
    assert len(np.unique(orders.who)) > 8000
    for tail in orders.tail[:2000].tolist():
        properties = json.loads("{" + tails[tail] + "}")["properties"]
        goods = sum(line["price"] * line["quantity"] for line in properties["products"])
        assert properties["revenue"] == pytest.approx(goods - properties["discount"], abs=0.011)
        assert properties["total"] == pytest.approx(properties["revenue"] + properties["shipping"], abs=0.011)
        assert properties["currency"] in shop.RATES


def test_phones_send_late_what_happened_without_a_network(written: tuple[Rows, list[str]]) -> None:
    rows = written[0]
    late = (rows.received - rows.at) > timedelta(hours=2) / timedelta(milliseconds=1)
    app = rows.source == shop.APP
    assert 0.005 < late[app].mean() < 0.03
    assert user_id(7) == "u-200007"
