"""kill -9 at each point of the send path and at random, two hundred times in all, and with two senders at once.

To a service that knows messages again by their keys, every message that was ever queued arrives exactly once. To one that does
not, it arrives at most once, and of each that may or may not have arrived it says so.
"""

import os
import random
import signal
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.nursery import Nursery
from tests.platforms.channels.sink import Sink

MEMBERS = 3
PLACES = ["enqueue", "claim", "prepare", "begin", "act", "settle", "recover"]
INSIDE = ["begin, inside", "settle, inside"]
POINTS = [(place, side) for place in PLACES for side in ("before", "after")] + [(one, "before") for one in INSIDE]
KILLS = 200


class Senders(Nursery):
    def __init__(self, folder: Path, sink: Sink) -> None:
        self.database, self.sink = folder / "pentad.db", sink
        self.lots = 0
        self.random = random.Random(20)
        super().__init__("tests.platforms.channels.nursery", str(folder), sink.url)

    def live(self, **order: Any) -> int:
        """A sender with a new lot to queue, beside the last ones: whoever died may have queued none of its own."""
        self.lots += 1
        return self.tell(do="live", lots=list(range(max(0, self.lots - 3), self.lots)), **order)

    def last(self) -> None:
        """What is left is sent by one that nothing happens to, some hours later."""
        for _ in range(2):
            pid = self.tell(do="live", lots=list(range(self.lots)), jump=3600 * 3)
            assert not self.reap(pid)

    def rows(self) -> dict[str, str]:
        with sqlite3.connect(self.database) as database:
            return dict(database.execute("SELECT key, state FROM pentad_platforms_delivery"))

    def accepted_twice(self) -> int:
        with sqlite3.connect(self.database) as database:
            asked = (
                "SELECT count(*) FROM (SELECT 1 FROM pentad_platforms_attempt WHERE outcome = 'accepted'"
                " GROUP BY delivery_id HAVING count(*) > 1)"
            )
            return int(database.execute(asked).fetchone()[0])


@pytest.fixture
def senders(tmp_path: Path) -> Iterator[Senders]:
    sink = Sink()
    made = Senders(tmp_path / "data", sink)
    yield made
    made.close()
    sink.close()


def at_each_point(senders: Senders) -> int:
    """How many were killed where they were to be."""
    killed = 0
    for nth in (1, 2, 5):  # the fifth message goes to the service that forgets
        for place, side in POINTS:
            nth_here = 1 if place in ("enqueue", "recover") else nth
            killed += senders.reap(senders.live(place=place, side=side, nth=nth_here))
        for when in ("before", "after"):
            for path in ("/knows", "/forgets"):
                pid = senders.live(jump=1)
                senders.sink.kill = (when, path, pid)
                killed += senders.reap(pid)
                senders.sink.kill = None
    return killed


def at_random(senders: Senders, wanted: int) -> int:
    """With a clock that jumps to and fro, and every third time with another sender at the same work."""
    killed = 0
    while killed < wanted:
        jump = senders.random.choice([0, 0, 0, 5, -5, 150, -150, 290])
        pids = [senders.live(jump=jump) for _ in range(2 if killed % 3 == 0 else 1)]
        time_left = time.monotonic() + senders.random.uniform(0.0, 0.12)
        while time.monotonic() < time_left:
            os.sched_yield()
        for pid in pids:
            os.kill(pid, signal.SIGKILL)  # one that has ended is still there to be reaped
        killed += sum([senders.reap(pid) for pid in pids])
    return killed


@pytest.mark.once
def test_two_hundred_deaths_and_nothing_twice(senders: Senders) -> None:
    killed = at_each_point(senders)
    assert killed > 2.5 * len(POINTS)  # nearly all came to where they were to die
    killed += at_random(senders, KILLS - killed)
    senders.last()

    rows, effects = senders.rows(), senders.sink.effects
    intended = {f"{name}:{lot}" for name in ("knows", "forgets") for lot in range(senders.lots)}
    assert len(rows) == len(intended) * MEMBERS and {key.rpartition(":")[0] for key in rows} == intended
    assert killed >= KILLS

    knows = {key: state for key, state in rows.items() if key.startswith("knows")}
    assert set(knows.values()) == {"sent"}
    assert {key: effects[key] for key in knows if effects[key] != 1} == {}

    forgets = {key: state for key, state in rows.items() if key.startswith("forgets")}
    assert set(forgets.values()) == {"sent", "doubtful"}
    assert {key: effects[key] for key in forgets if effects[key] > 1} == {}
    assert [key for key, state in forgets.items() if state == "sent" and effects[key] != 1] == []
    assert any(effects[key] for key, state in forgets.items() if state == "doubtful")
    assert any(not effects[key] for key, state in forgets.items() if state == "doubtful")

    assert any(senders.sink.calls[key] > 1 for key in knows)  # some were handed over again, with the same key
    assert senders.accepted_twice() == 0
