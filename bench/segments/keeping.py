"""Saved segments kept up: after new events, when time alone flips them, and when everybody is asked.

In a process of its own, that owns the data folder: `python -m bench.segments.keeping FOLDER CUSTOMERS EVENTS SEGMENTS`.
"""

import itertools
import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, timedelta
from pathlib import Path
from typing import Any

from bench import load
from bench.report import Row, at_most
from bench.segments import many, world
from tests.serving import Server

SEGMENTS, NEW_EVENTS, FLIPS = 200, 100_000, 100_000
REFRESH_SECONDS = 10
SHARE = 1
"""Percent of the customers in each segment: what is measured is asking, not writing a million memberships each."""


def rows(quick: bool) -> Iterator[Row]:
    customers, events, segments = (50_000, 1_000_000, 40) if quick else (world.CUSTOMERS, world.EVENTS, SEGMENTS)
    server = Server(load.folder() / "data", installed=True)
    try:
        server.add_source("Bench")
        command = [
            sys.executable,
            "-m",
            "bench.segments.keeping",
            str(server.folder),
            *map(str, (customers, events, segments)),
        ]
        done = subprocess.run(command, env=server.environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        found = json.loads(done.stdout.splitlines()[-1])
    finally:
        shutil.rmtree(server.folder.parent, ignore_errors=True)
    size = f"{segments} segments, {customers:,} customers, {events:,} events"
    note = f" ({found['touched']:,} customers touched, {found['moved']:,} entered or left)"
    yield at_most(f"refresh after {found['new']:,} new events, {size}", found["refresh"], "s", REFRESH_SECONDS, note)
    yield Row(
        f"the same beside asking everybody again, {size}", f"{found['refresh']:,.1f} s", f"{found['all']:,.1f} s asking all",
        found["refresh"] / found["all"],
    )  # fmt: skip
    yield Row(f"windows that flip by time for {found['due']:,} customers, {size}", f"{found['flips']:,.1f} s")
    yield Row(
        "members of a new segment written, with history and event each",
        f"{found['written'] / found['writing']:,.0f} members/s ({found['written']:,})",
    )


def main() -> None:
    folder, (customers, events, segments) = Path(sys.argv[1]), map(int, sys.argv[2:5])
    from pentad.config import bootstrap

    bootstrap.setup(folder)
    from pentad import ledger
    from pentad.core import clock, runtime
    from pentad.core.actor import SYSTEM, read_as

    read_as(SYSTEM)
    with clock.held(world.NOW.replace(tzinfo=UTC)), runtime.own(runtime.Folder(folder)) as owned:
        store = ledger.open(owned.ledger)
        world.fill(store, customers, events)
        _people(store)
        found = _measured(store, customers, events, segments)
        store.close()
    print(json.dumps(found))


def _measured(store: Any, customers: int, events: int, segments: int) -> dict[str, float]:
    from pentad.core import clock
    from pentad.core.models import OutboxMessage
    from pentad.data.profiles.mirror import LIMIT
    from pentad.intelligence.segments import filling, table
    from pentad.intelligence.segments.due import DueTimer
    from pentad.intelligence.segments.refresh import some_people

    found: dict[str, float] = {}
    made = [_save(number, where) for number, where in enumerate(many.definitions(segments))]
    filling.fill(store, made)
    live = table.live()
    found["all"] = _seconds(lambda: table.compute(store, live, world.NOW))
    OutboxMessage.objects.all().delete()
    new = min(NEW_EVENTS, events // 20)
    # What came during the last day, or as much of it as a small world has.
    later = timedelta(microseconds=new * (world.DAYS * 86_400_000_000 // events))
    with clock.held((world.NOW + later).replace(tzinfo=UTC)):
        touched: set[int] = set()
        names: set[str] = set()
        for part in world.slices(world.drawer(), customers, events, events, events + new):
            store.append(part)
            touched.update(part.events["person_no"].to_pylist())
            names.update(part.events["name"].to_pylist())
        found["new"], found["touched"] = new, len(touched)
        began = time.perf_counter()
        found["moved"] = sum(some_people(store, some, names) for some in _portions(sorted(touched), LIMIT))
        found["refresh"] = time.perf_counter() - began
        timer = DueTimer(store)
        timer.turn()
        due = store.query(
            f"SELECT due FROM features WHERE due IS NOT NULL ORDER BY due LIMIT {min(FLIPS, customers // 10)}"
        )
        last = due["due"][len(due) - 1].as_py()
    found["due"] = store.rows("SELECT count(*) AS n FROM features WHERE due <= ?", [last])[0]["n"]
    with clock.held(last.replace(tzinfo=UTC)):
        found["flips"] = _seconds(lambda: _until_quiet(timer))
        one = _save(len(made), many.did("Product Viewed"), share=20)
        before = OutboxMessage.objects.count()
        found["writing"] = _seconds(lambda: filling.fill(store, [one]))
        found["written"] = OutboxMessage.objects.count() - before
    return found


def _until_quiet(timer: Any) -> None:
    while timer.turn() == 0.0:
        pass


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _portions(numbers: Iterable[int], size: int) -> Iterator[list[int]]:
    waiting = iter(numbers)
    while some := list(itertools.islice(waiting, size)):
        yield some


def _save(number: int, where: dict[str, Any], share: float = SHARE) -> Any:
    import msgspec

    from pentad.intelligence.segments.models import Segment
    from pentad.intelligence.segments.reading import read, write

    few = many.every(where, {"kind": "share", "percent": share, "seed": str(number)})
    text = write(read(msgspec.json.encode({"where": few, "time_zone": "Europe/Berlin"})))
    return Segment.objects.create(name=f"Segment {number}", definition=text, changed_by="bench")


def _people(store: Any) -> None:
    """The rows that memberships point to."""
    from django.db import connection, transaction

    from pentad.data.identity.models import Person

    fields = list(Person._meta.concrete_fields)
    model = Person()
    values = [one.get_db_prep_save(one.pre_save(model, add=True), connection) for one in fields]
    names = [one.column for one in fields]
    no, id, name = (names.index(one) for one in ("no", "id", "name"))
    sql = f"INSERT INTO {Person._meta.db_table} ({', '.join(names)}) VALUES ({', '.join('%s' for _ in names)})"
    for some in store.query("SELECT person_no, id, name FROM people ORDER BY person_no").to_batches(
        max_chunksize=50_000
    ):
        given = []
        for row in some.to_pylist():
            values[no], values[id], values[name] = row["person_no"], row["id"], row["name"]
            given.append(tuple(values))
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.executemany(sql, given)


if __name__ == "__main__":
    main()
