"""kill -9 at each point of a campaign's own work and at random, also with two workers at once and clocks that differ: whoever
was meant has one row, one event, one delivery and one message, whatever it was that set it off.
"""

import os
import random
import signal
import sqlite3
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pentad.engage.campaigns.keys import key_of
from tests.nursery import Nursery

DAY = 24 * 3600.0
PLACES = (
    "begin", "begin, inside", "claim", "choose", "choose, inside", "everybody", "set off", "newcomers", "compose",
    "enqueue", "save", "release", "decide", "decide, inside", "finish", "end",
)  # fmt: skip
PORTIONS = ("claim", "choose", "choose, inside", "compose", "enqueue", "save")
AT_RANDOM = 20
MEMBERS = 5


class Workers(Nursery):
    def __init__(self, folder: Path) -> None:
        self.database = folder / "pentad.db"
        self.lots = self.day = 0
        self.survived = set[int]()
        self.random = random.Random(5)
        super().__init__("tests.engage.campaigns.nursery", str(folder))

    def next_day(self, *, lot: bool = True) -> None:
        self.day += 1
        if lot:
            self.tell(do="lot", number=self.lots, jump=self.day * DAY)
            self.lots += 1

    def live(self, skew: float = 0, **order: Any) -> int:
        return self.tell(do="live", jump=self.day * DAY + skew, **order)

    def reap(self, pid: int) -> bool:
        killed = super().reap(pid)
        if not killed:
            self.survived.add(self.day)
        return killed

    def last(self) -> None:
        """What is left is done by some that nothing happens to, as the days go by."""
        for _ in range(5):
            self.day += 1
            assert not self.reap(self.live())

    def rows(self, sql: str) -> list[Any]:
        with sqlite3.connect(self.database) as database:
            return database.execute(sql).fetchall()


@pytest.fixture
def workers(tmp_path: Path) -> Iterator[Workers]:
    made = Workers(tmp_path / "data")
    yield made
    made.close()


def at_each_point(workers: Workers) -> int:
    """How many were killed where they were to be."""
    killed = 0
    for number, place in enumerate(PLACES):
        workers.next_day(lot=number % 3 == 0)
        killed += sum([workers.reap(workers.live(place=place, side=side, nth=1)) for side in ("before", "after")])
        if place in PORTIONS:
            killed += workers.reap(workers.live(place=place, side="before", nth=3))
    return killed


def at_random(workers: Workers, wanted: int) -> int:
    """Every other time with a second one at the same work, whose clock may be ahead: it takes over from one that is alive."""
    killed = tries = 0
    while killed < wanted:
        if tries % 4 == 0:
            workers.next_day()
        tries += 1
        pids = [workers.live(skew) for skew in ([0, 45] if tries % 2 else [0])]
        until = time.monotonic() + workers.random.uniform(0.0, 0.25)
        while time.monotonic() < until:
            os.sched_yield()
        for pid in pids:
            os.kill(pid, signal.SIGKILL)  # one that has ended is still there to be reaped
        killed += sum([workers.reap(pid) for pid in pids])
    return killed


def intended(lots: int, numbers: list[int]) -> dict[str, Counter[int]]:
    """Campaign → how often each customer is meant by each of its runs; of those that are set off, by all together."""
    found = {"daily": Counter(numbers), "fresh": Counter[int](), "bought": Counter[int]()}
    for lot in range(lots):
        found[f"once-{lot}"] = found[f"test-{lot}"] = Counter(numbers)
        found[f"live-{lot}"] = Counter(numbers[: 5 if lot < lots - 1 else 4])
        found["fresh"].update((numbers[lot % MEMBERS], numbers[(lot + 1) % MEMBERS]))
        found["bought"].update([numbers[lot % MEMBERS]] * 2)
    return found


@pytest.mark.once
def test_whatever_ends_a_campaigns_work_each_is_told_once(workers: Workers) -> None:
    killed = at_each_point(workers)
    assert killed > 2 * len(PLACES)  # nearly all came to where they were to die
    killed += at_random(workers, AT_RANDOM)
    workers.last()

    people = dict(workers.rows("SELECT id, no FROM pentad_data_person ORDER BY no"))
    meant = intended(workers.lots, list(people.values()))
    runs = dict[str, tuple[str, int]]()
    for run, name, chosen in workers.rows(
        "SELECT r.id, c.name, r.chosen FROM pentad_engage_run r JOIN pentad_engage_campaign c ON c.no = r.campaign_id"
    ):
        runs[run] = (name, chosen)
    times = Counter(name for name, _ in runs.values())
    assert len(workers.survived) <= times.pop("daily") <= workers.day  # a day on which all died at once has none
    assert times == dict.fromkeys(meant.keys() - {"daily"}, 1)

    recipients = workers.rows(
        "SELECT r.id, p.person_id, p.entry, p.arm, p.state, c.winner FROM pentad_engage_recipient p"
        " JOIN pentad_engage_run r ON r.no = p.run_id JOIN pentad_engage_campaign c ON c.no = r.campaign_id"
    )
    chosen = {run: Counter(no for of, no, *_ in recipients if of == run) for run in runs}
    assert {run: (counted, counted.total()) for run, counted in chosen.items()} == {
        run: (meant[name], number) for run, (name, number) in runs.items()
    }
    told = workers.rows(
        "SELECT message ->> '$.properties.run', message ->> '$.personId' FROM pentad_core_outboxmessage"
        " WHERE message ->> '$.event' = 'Campaign Entered'"
    )
    assert Counter((run, people[who]) for run, who in told) == Counter((run, no) for run, no, *_ in recipients)

    assert {state for *_, state, _ in recipients} == {"queued", "held out"}
    expected = {
        key_of(run, no, entry): winner if arm == "winner" else arm
        for run, no, entry, arm, state, winner in recipients
        if state == "queued"
    }
    deliveries = workers.rows("SELECT key, variant, state, public_id FROM pentad_platforms_delivery")
    assert {key: variant for key, variant, *_ in deliveries} == expected
    assert {state for *_, state, _ in deliveries} == {"delivered"}
    arrived = Counter(one for (one,) in workers.rows("SELECT delivery FROM pentad_platforms_mailboxmessage"))
    assert arrived == {public: 1 for *_, public in deliveries}
    over = workers.rows("SELECT state, count(*) FROM pentad_engage_campaign GROUP BY state ORDER BY state")
    assert over == [("finished", 3 * workers.lots), ("running", 3)]
