"""Messages lost on purpose: the alarm names them, loading them again brings them back and closes it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from pentad.core import runtime
from pentad.core.actor import CLI, Actor
from pentad.core.errors import Conflict, Denied
from pentad.core.hooks import doctor_checks
from pentad.core.jobs import run_here
from pentad.core.models import Job
from pentad.data.identity.models import Person
from pentad.data.ingest import actions, again, slices
from pentad.data.ingest.inbox import FrameMeta
from pentad.data.ingest.models import Gap
from pentad.data.privacy.actions import erase_person, see_gone
from pentad.ledger import LedgerSlice
from tests.data.road import NOON, Road, identify, track

Lose = Callable[[LedgerSlice], LedgerSlice]


def everything(part: LedgerSlice) -> LedgerSlice:
    """The whole slice never reached the ledger."""
    return LedgerSlice(part.log, part.start, part.end)


def rows(part: LedgerSlice) -> LedgerSlice:
    """The rows are gone, but counted."""
    gone = pa.array(["lost", "lost-too"])
    keep = [part.events.filter(pc.invert(pc.is_in(part.events["message_id"], value_set=gone))), part.quarantined[:0]]
    return replace(part, events=keep[0], quarantined=keep[1])


def verdicts(part: LedgerSlice) -> LedgerSlice:
    """The rows are gone and only counted as accepted."""
    few = rows(part)
    kinds = {"stored": few.events.num_rows, "quarantined": 0}
    counts = part.counts
    for name, value in kinds.items():
        column = pa.array([value] + [0] * (counts.num_rows - 1), pa.int64())
        counts = counts.set_column(counts.column_names.index(name), name, column)
    return replace(few, counts=counts)


MESSAGES = [
    identify("u1", plan="gold") | {"messageId": "here"},
    track(userId="u1", messageId="lost"),
    track(userId="u2", messageId="lost-too"),
    track(messageId="bad"),
    5,
]


def lose(road: Road, monkeypatch: pytest.MonkeyPatch, how: Lose) -> None:
    whole = slices.ledger_slice
    with monkeypatch.context() as patch:
        patch.setattr(slices, "ledger_slice", lambda *args: how(whole(*args)))
        road.send(*MESSAGES, sentAt=NOON.isoformat())
        road.inbox.roll()
        road.loader.drain()
    assert len(list(road.folder.inbox.glob("*.log"))) == 1


@pytest.mark.parametrize("how", [everything, rows, verdicts])
def test_lost_messages_are_brought_back(road: Road, monkeypatch: pytest.MonkeyPatch, how: Lose) -> None:
    lose(road, monkeypatch, how)
    lost = set(Gap.objects.values_list("message_id", flat=True))
    assert {"lost", "lost-too", "bad"} <= lost
    assert again.load_again(road.loader) == {"loaded": len(lost), "missing": 0}
    assert not Gap.objects.exists()
    assert not list(road.folder.inbox.glob("*.log"))
    assert {r["message_id"] for r in road.ledger.rows("SELECT message_id FROM events")} == {"here", "lost", "lost-too"}
    assert sorted(road.reasons()) == ["no_user_anon_id", "unknown_type"]
    assert road.counts() == {"accepted": 5, "stored": 3, "duplicate": 0, "quarantined": 2}
    assert road.ledger.check() == []
    assert (road.person("user_id:u1").event_count, road.person("user_id:u2").event_count) == (2, 1)
    assert {row["received"] for row in road.ledger.rows("SELECT received FROM events")} == {NOON.replace(tzinfo=None)}
    assert road.person("user_id:u1").traits == {"plan": "gold"}


def test_what_was_there_after_all_is_stored_once(road: Road, monkeypatch: pytest.MonkeyPatch) -> None:
    lose(road, monkeypatch, rows)
    road.send(track(userId="u1", messageId="lost"))  # the sender repeats it
    again.load_again(road.loader)
    assert road.ledger.rows("SELECT count(*) AS n FROM events WHERE message_id = 'lost'") == [{"n": 1}]
    assert not Gap.objects.exists()
    assert road.ledger.check() == []


def test_a_crash_before_they_are_loaded_does_no_harm(road: Road, monkeypatch: pytest.MonkeyPatch) -> None:
    lose(road, monkeypatch, everything)

    class Crash(BaseException):
        pass

    def crash(*_: Any) -> None:
        raise Crash

    with monkeypatch.context() as patch:
        patch.setattr(again.Inbox, "append_many_sync", crash)
        with pytest.raises(Crash):
            again.load_again(road.loader)
    with monkeypatch.context() as patch:
        patch.setattr(again, "_recount", crash)
        with pytest.raises(Crash):
            again.load_again(road.loader)
    assert not Gap.objects.exists()
    assert road.counts() == {"accepted": 5, "stored": 3, "duplicate": 0, "quarantined": 2}


def test_what_cannot_be_loaded_stays_an_alarm_and_the_log_stays(road: Road, monkeypatch: pytest.MonkeyPatch) -> None:
    lose(road, monkeypatch, rows)
    whole = slices.ledger_slice
    monkeypatch.setattr(slices, "ledger_slice", lambda *args: rows(whole(*args)))
    for _ in range(2):
        report = again.load_again(road.loader)
        assert report["missing"] >= 2
        assert [path.name.split("-")[0] for path in road.folder.inbox.glob("*.log")] == ["web"]
        assert set(Gap.objects.values_list("log", flat=True)) == {path.name for path in road.folder.inbox.glob("*.log")}


def test_text_that_is_no_json_comes_back_under_its_id(road: Road, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = slices.ledger_slice
    meta = FrameMeta(road.source.no, int(NOON.timestamp() * 1e6), 1, "track")
    with monkeypatch.context() as patch:
        patch.setattr(slices, "ledger_slice", lambda *args: everything(whole(*args)))
        road.inbox.append_many_sync([(meta, b'{"event": "A", "x": "\\ud800"}'), (meta, b'{"event": "A", "x": ')])
        road.loader.drain()
        road.inbox.roll()
        road.loader.drain()
    assert again.load_again(road.loader) == {"loaded": 2, "missing": 0}
    assert sorted(road.reasons()) == ["invalid_unicode", "malformed_json"]


def test_an_erasure_that_waits_for_the_kept_log_can_end_then(road: Road, monkeypatch: pytest.MonkeyPatch) -> None:
    lose(road, monkeypatch, verdicts)
    monkeypatch.setattr(runtime, "folder", lambda: road.folder)
    erasure = erase_person(actor=CLI, person=road.person("user_id:u1"))
    with pytest.raises(Conflict, match="kept"):
        road.loader.settle()
    assert again.load_again(road.loader)["missing"] == 0
    road.loader.settle()
    with runtime.own(road.folder):
        assert see_gone(erasure).gone
    assert [row["user_id"] for row in road.ledger.rows("SELECT user_id FROM events")] == ["u2"]
    assert road.ledger.check() == []


def test_the_action_asks_for_the_right_and_for_a_reason(road: Road, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Conflict):
        actions.load_again(actor=CLI)
    lose(road, monkeypatch, rows)
    with pytest.raises(Denied):
        actions.load_again(actor=Actor("user", "7", "Lea", frozenset({"receipts.view"})))
    assert any("pentad load-again" in problem.fix for problem in doctor_checks())
    monkeypatch.setattr(runtime, "folder", lambda: road.folder)
    job = actions.load_again(actor=CLI)
    assert actions.load_again(actor=CLI).pk == job.pk
    run_here(job.pk)
    job.refresh_from_db()
    assert (job.status, job.result) == (Job.DONE, {"loaded": 4, "missing": 0})
    assert Person.objects.count() == 2
