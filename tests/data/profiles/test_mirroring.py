"""The thread that mirrors: at once, through failures, and anew when what it wrote is damaged."""

import queue
from collections.abc import Iterator
from typing import Any

import pytest

from pentad.data.profiles import mirror
from pentad.data.profiles.mirror import Mirrored
from pentad.data.profiles.mirroring import Mirroring
from pentad.ledger.protocol import DERIVED_DAMAGED, Problem, QueryFailed
from tests.data.road import Road, track

PATIENCE = 20
"""Seconds after which a test gives up; each takes less than one."""


@pytest.fixture
def heard() -> Iterator["queue.Queue[Mirrored]"]:
    told: queue.Queue[Mirrored] = queue.Queue()
    mirror.listen(told.put)
    yield told
    mirror.unlisten(told.put)


@pytest.fixture
def running(road: Road) -> Iterator[Mirroring]:
    mirroring = Mirroring(road.folder, road.ledger)
    mirroring.start()
    yield mirroring
    mirroring.stop(grace=PATIENCE)


def test_it_follows_at_once(road: Road, heard: "queue.Queue[Mirrored]", running: Mirroring) -> None:
    assert heard.get(timeout=PATIENCE).roots is None
    for user in ("keiko", "sven"):
        road.send(track("Order Completed", userId=user))
        assert heard.get(timeout=PATIENCE).roots == {road.person(f"user_id:{user}").no}
    assert running.warning() is None
    running.stop(grace=PATIENCE)
    road.send(track(userId="ana"))
    assert heard.empty()


def test_a_failure_is_told_and_tried_again(road: Road, heard: "queue.Queue[Mirrored]") -> None:
    mirroring = Mirroring(road.folder, road.ledger)
    warnings: list[str | None] = []

    def fail(told: Mirrored) -> None:
        warnings.append(mirroring.warning())
        if len(warnings) == 1:
            raise ValueError("a segment that cannot be")

    mirror.listen(fail)
    try:
        mirroring.start()
        assert heard.get(timeout=PATIENCE) == heard.get(timeout=PATIENCE)  # told again
    finally:
        mirroring.stop(grace=PATIENCE)
        mirror.unlisten(fail)
    assert warnings[0] is None or "written beside" in warnings[0]
    assert "a segment that cannot be" in str(warnings[1])
    assert mirroring.warning() is None


def test_what_is_damaged_on_disk_is_made_anew(
    road: Road, heard: "queue.Queue[Mirrored]", monkeypatch: pytest.MonkeyPatch
) -> None:
    road.send(track(userId="keiko"))
    mirror.drain(road.folder)
    assert heard.get(timeout=PATIENCE).roots is None
    derived, damage = road.ledger.derived, [Problem(DERIVED_DAMAGED, "The derived people cannot be read.")]

    def put(*_: Any) -> None:
        monkeypatch.undo()
        monkeypatch.setattr(derived, "check", lambda: damage)
        raise QueryFailed("a checksum is wrong")

    monkeypatch.setattr(derived, "put", put)
    road.send(track(userId="sven"))
    mirroring = Mirroring(road.folder, road.ledger)
    mirroring.start()
    try:
        while heard.get(timeout=PATIENCE).roots is not None:
            pass
    finally:
        mirroring.stop(grace=PATIENCE)
    assert road.ledger.rows("SELECT count(*) AS n FROM people") == [{"n": 2}]
