"""Receipts that balance, and where a single message is."""

from datetime import timedelta

import pytest

from pentad.core import clock
from pentad.core.actor import CLI
from pentad.core.errors import NotSignedIn, RateLimited
from pentad.data.ingest import actions, doctor, live, pending, queries, receipts, signal_store, signals
from pentad.data.ingest.models import Source
from tests.data.ingest_screens.conftest import Road

pytestmark = pytest.mark.parametrize("engine", ["duckdb", "chdb"], indirect=True)


def test_totals_balance_before_and_after_loading(road: Road, shop: Source) -> None:
    same = {"type": "track", "event": "Cup Sold", "userId": "keiko", "messageId": "m-1"}
    road.send(same, same, {"type": "track", "event": "Nobody", "messageId": "m-2"}, source=shop)
    before = queries.totals(shop)
    assert (before.accepted, before.pending, before.stored, before.gap) == (3, 3, 0, 0)
    road.load()
    after = queries.totals(shop)
    assert (after.accepted, after.stored, after.duplicate, after.quarantined, after.pending) == (3, 1, 1, 1, 0)
    assert after.gap == 0
    assert queries.totals() == after


def test_totals_of_a_period(road: Road, shop: Source) -> None:
    road.track(shop)
    road.load()
    assert queries.totals(shop, since=clock.now() - timedelta(hours=1)).accepted == 1
    assert queries.totals(shop, since=clock.now() + timedelta(minutes=2)).accepted == 0


def test_slots(road: Road, shop: Source) -> None:
    road.track(shop)
    road.track(shop)
    road.load()
    hour = clock.now().replace(minute=0, second=0, microsecond=0)
    for step in ("minute", "hour", "day"):
        slots = queries.per_minute(shop, hour - timedelta(days=1), step)
        assert sum(slot.stored for slot in slots) == 2
        assert all(slot.gap == 0 and slot.at.tzinfo for slot in slots)
    assert sum(queries.hourly_by_source()[shop.no]) == 2


def test_reasons_with_a_sample(road: Road, shop: Source) -> None:
    road.send({"type": "track", "messageId": "m-1", "userId": "u"}, source=shop)
    road.send(
        {"type": "trakc", "messageId": "m-2", "userId": "u"},
        {"type": "x", "messageId": "m-3", "userId": "u"},
        source=shop,
    )
    road.load()
    groups = queries.quarantine_groups(shop)
    assert [(g.reason.code, g.count, g.message_id) for g in groups] == [
        ("unknown_type", 2, "m-3"),
        ("missing_event", 1, "m-1"),
    ]
    assert all(g.reason.fix for g in groups)


def test_a_receipt_tells_each_state(road: Road, shop: Source) -> None:
    road.track(shop, messageId="m-1")
    assert receipts.receipt("m-1").state == "pending"  # type: ignore[union-attr]
    road.load()
    stored = receipts.receipt("m-1")
    assert stored
    assert (stored.state, stored.source, stored.name, bool(stored.person_id)) == (
        "stored",
        "Web shop",
        "Product Viewed",
        True,
    )
    assert [stage.name for stage in stored.stages][-3:] == ["Accepted", "Stored", "Matched"]
    road.track(shop, messageId="m-1")
    road.send({"type": "track", "event": "x", "messageId": "m-2"}, source=shop)
    road.load()
    again, refused = receipts.receipt("m-1"), receipts.receipt("m-2")
    assert again and refused
    assert (again.state, again.duplicates) == ("stored", 1)
    assert (refused.state, refused.reason, bool(refused.fix)) == ("quarantined", "no_user_anon_id", True)
    assert receipts.receipt("m-3") is None


def test_the_same_id_from_two_sources(road: Road, shop: Source) -> None:
    other = road.source("App", kind="mobile")
    road.track(shop, messageId="m-1")
    road.track(other, messageId="m-1", userId="u2")
    road.load()
    assert {(r.source, r.state) for r in receipts.receipts_of("m-1")} == {("Web shop", "stored"), ("App", "stored")}
    assert receipts.receipt("m-1", source="App").source == "App"  # type: ignore[union-attr]


def test_verdicts_for_a_program(road: Road, shop: Source) -> None:
    road.track(shop, messageId="m-1")
    road.send({"type": "track", "messageId": "m-2", "userId": "u"}, source=shop)
    road.load()
    verdicts = receipts.receipts(shop.no, ["m-1", "m-2", "m-3"])
    assert {k: v.state for k, v in verdicts.items()} == {"m-1": "stored", "m-2": "quarantined"}


def test_live_is_newest_first_and_follows_a_cursor(road: Road, shop: Source) -> None:
    for n in range(5):
        road.track(shop, name=f"Step {n}", messageId=f"m-{n}")
    road.track(shop, name="Step 4", messageId="m-4")
    road.load()
    rows = live.live(limit=10)
    assert [(r.name, r.outcome) for r in rows[:2]] == [("Step 4", "duplicate"), ("Step 4", "stored")]
    assert [r.seq for r in rows] == sorted((r.seq for r in rows), reverse=True)
    assert live.live(after_seq=rows[0].seq) == []
    road.track(shop, name="Step 5", messageId="m-5")
    road.load()
    assert [r.name for r in live.live(after_seq=rows[0].seq)] == ["Step 5"]


def test_live_filters(road: Road, shop: Source) -> None:
    app = road.source("App", kind="mobile")
    road.track(shop, name="Order Completed", properties={"coffee": "Sidamo"}, messageId="m-1")
    road.track(app, name="App Opened", messageId="m-2")
    road.send({"type": "track", "messageId": "m-3", "userId": "sven"}, source=shop)
    road.send({"type": "identify", "messageId": "m-4", "userId": "elif", "traits": {"plan": "Gold"}}, source=shop)
    road.track(shop, name="Order Completed", properties={"coffee": "Sidamo"}, messageId="m-1")
    road.load()
    found = lambda **f: [r.message_id for r in live.live(**f)]  # noqa: E731
    assert found(source=app) == ["m-2"]
    assert found(outcome="quarantined") == ["m-3"]
    assert found(outcome="duplicate") == ["m-1"]
    assert found(text="sidamo") == ["m-1", "m-1"]
    assert found(text="GOLD") == ["m-4"]
    assert found(type="identify") == ["m-4"]
    assert found(reason="missing_event") == ["m-3"]
    assert found(outcome="duplicate", reason="missing_event") == []


def test_content_of_an_arrival(road: Road, shop: Source) -> None:
    road.track(shop, messageId="m-1")
    road.track(shop, messageId="m-1")
    road.send(b'{"type": "track", "messageId": "m-2"}', source=shop)
    road.load()
    by_id = {(r.message_id, r.outcome): live.content(r.seq) for r in live.live()}
    assert by_id["m-1", "stored"]["name"] == "Product Viewed"  # type: ignore[index]
    assert by_id["m-1", "duplicate"]["again"]  # type: ignore[index]
    assert by_id["m-2", "quarantined"]["raw"].startswith("{")  # type: ignore[index]
    assert live.content(999_999) is None


def test_what_waits_is_counted_by_source(road: Road, shop: Source) -> None:
    app = road.source("App")
    road.track(shop)
    road.load()
    assert pending.by_source() == {}
    assert pending.oldest_by_source() == {}
    road.track(shop)
    road.track(app)
    road.track(app)
    assert pending.by_source() == {shop.no: 1, app.no: 2}
    assert set(pending.oldest_by_source()) == {shop.no, app.no}


def test_a_long_backlog_is_estimated(road: Road, shop: Source, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(pending, "MAX_FRAMES", 3)
    for n in range(30):
        road.track(shop, messageId=f"m-{n:02}")
    assert pending.by_source()[shop.no] in range(28, 33)


def test_health_in_words(road: Road, shop: Source) -> None:
    assert queries.source_health(shop).state == "waiting"
    road.track(shop)
    road.load()
    assert queries.source_health(shop).state == "healthy"
    for n in range(5):
        road.send({"type": "nonsense", "messageId": f"n{n}", "userId": "u"}, source=shop)
    road.load()
    failing = queries.source_health(shop)
    assert (failing.state, round(failing.error_share, 2)) == ("failing", 0.83)
    actions.change_source(actor=CLI, source=shop, enabled=False)
    assert queries.source_health(shop).state == "off"


def test_the_doctor_looks_at_what_arrived(road: Road, shop: Source) -> None:
    assert doctor.sdk_findings(shop) == []
    for n in range(3):
        road.send(
            {"type": "track", "event": ["Order Completed", "order_completed"][n % 2], "userId": "u1"}, source=shop
        )
    road.send({"type": "alias", "previousId": "u1", "userId": "u1", "messageId": "a-1"}, source=shop)
    road.send({"type": "alias", "previousId": "a1", "userId": "u1", "messageId": "a-2"}, source=shop)
    road.load()
    assert [f.count for f in doctor.sdk_findings(shop) if f.code == "self_alias"] == [1]
    assert {"no_message_id", "names_by_case"} <= {f.code for f in doctor.sdk_findings(shop)}


def test_no_gaps(road: Road, shop: Source) -> None:
    road.track(shop)
    road.load()
    assert queries.gaps() == []
    assert queries.missing() == []


def test_refusals_reach_the_doctor(road: Road, shop: Source) -> None:
    signals.forget()
    signals.refused(NotSignedIn("No", code="unknown_write_key", key="abcdefghijklmnopqrstuvwxyz"))
    signals.refused(RateLimited("Slow", source_no=shop.no))
    signals.refused(RateLimited("Slow", source_no=shop.no + 1))
    signals.refused(NotSignedIn("No", code="something_else"))
    signals.note("telemetry")
    assert signal_store.counts(shop.no) == {"rate_limited": 1}
    assert [(w.key, w.count) for w in signal_store.wrong_keys()] == [("abcdefghijkl", 1)]
    assert {"wrong_key", "rate_limited", "telemetry"} <= {f.code for f in doctor.sdk_findings(shop)}
    with clock.held(clock.now() + timedelta(hours=30)):
        assert signal_store.counts(shop.no) == {}
        assert signal_store.wrong_keys() == []
    signals.forget()
