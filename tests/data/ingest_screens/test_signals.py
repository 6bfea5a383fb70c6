"""What the SDK doctor was told outlives a restart, stays small, and costs no request anything."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError

from pentad.core import clock
from pentad.core.errors import NotSignedIn, RateLimited
from pentad.data.ingest import signal_store, signals
from pentad.data.ingest.models import SignalCount, WrongWriteKey

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.relational]
SHOP = 7


def wrong(key: str) -> None:
    signals.refused(NotSignedIn("No", code="unknown_write_key", key=key))


def restart() -> None:
    """The memory of the process is gone."""
    signal_store.flush()
    signals.forget()


def test_a_restart_forgets_nothing() -> None:
    for _ in range(3):
        signals.refused(RateLimited("Slow", source_no=SHOP))
    wrong("nonsense-key-of-somebody")
    restart()
    signals.note("rate_limited", SHOP)
    wrong("nonsense-key-of-somebody")
    assert signal_store.counts(SHOP) == {"rate_limited": 4}
    restart()
    assert signal_store.counts(SHOP) == {"rate_limited": 4}
    assert signal_store.counts() == {"wrong_key": 2}
    assert [(one.key, one.count) for one in signal_store.wrong_keys()] == [("nonsense-key", 2)]


def test_requests_do_not_wait_for_the_database(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        signals.note("telemetry")
        wrong("nonsense")


def test_what_is_kept_is_bounded() -> None:
    for n in range(60):
        wrong(f"guess-{n}")
        signal_store.flush()
    assert WrongWriteKey.objects.count() == signals.MOST_KEYS == len(signal_store.wrong_keys())
    assert signal_store.wrong_keys()[0].key == "guess-59"
    with clock.held(clock.now() + timedelta(hours=25)):
        assert (signal_store.counts(), signal_store.wrong_keys()) == ({}, [])
        signals.note("telemetry")
        signal_store.flush()
        assert [row.kind for row in SignalCount.objects.all()] == ["telemetry"]
        assert not WrongWriteKey.objects.exists()


def test_nothing_is_lost_while_the_database_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: object) -> None:
        raise OperationalError("away")

    wrong("nonsense")
    with monkeypatch.context() as patch:
        patch.setattr(signal_store, "_write", fail)
        with pytest.raises(OperationalError):
            signal_store.flush()
        wrong("nonsense")
    signal_store.flush()
    assert [(one.key, one.count) for one in signal_store.wrong_keys()] == [("nonsense", 2)]


def test_odd_keys_are_kept_as_they_can_be() -> None:
    wrong("a\0b")
    wrong("<script>alert(1)</script>")
    signal_store.flush()
    assert {one.key for one in signal_store.wrong_keys()} == {"a�b", "<script>aler"}
