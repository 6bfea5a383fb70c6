"""One customer read in process: by identifier, and with the fifty latest events out of hot and sealed months."""

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from bench import load
from bench.report import Row, at_most
from tests.serving import Server

POINT_MS = 2.0
EVENTS_MS = 1.0  # decision 8 says why it is not met, and what it is enough for
EVENTS_PER_CUSTOMER = 20


def person(quick: bool) -> Iterator[Row]:
    """In a process of its own: it owns the data folder."""
    customers = 2_000 if quick else 50_000
    server = Server(load.folder() / "data", installed=True)
    try:
        server.add_source("Bench")
        command = [sys.executable, "-m", "bench.reads", str(server.folder), str(customers)]
        done = subprocess.run(command, env=server.environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        found = json.loads(done.stdout.splitlines()[-1])
    finally:
        shutil.rmtree(server.folder.parent, ignore_errors=True)
    events = f"{customers * EVENTS_PER_CUSTOMER:,} events"
    note = f" (median {found['point_median']:.2f} ms)"
    yield at_most(f"one customer by identifier, {customers:,} customers, p99", found["point"], "ms", POINT_MS, note)
    for where in ("hot", "sealed"):
        note = f" (median {found[where + '_median']:.1f} ms)"
        yield at_most(f"their 50 latest events, {where}, {events}, p99", found[where], "ms", EVENTS_MS, note)


def _quantiles(read: Callable[[int], object], numbers: range) -> tuple[float, float]:
    """(median, p99) in milliseconds, the first tenth left out."""
    times = []
    for number in numbers:
        began = time.perf_counter()
        read(number)
        times.append(1000 * (time.perf_counter() - began))
    warm = sorted(times[len(times) // 10 :])
    return warm[len(warm) // 2], warm[int(0.99 * (len(warm) - 1))]


def main() -> None:
    folder, customers = Path(sys.argv[1]), int(sys.argv[2])
    from pentad.config import bootstrap

    bootstrap.setup(folder)
    from bench.pages import fill_owned
    from pentad import ledger
    from pentad.core import runtime
    from pentad.core.actor import SYSTEM, read_as
    from pentad.data.identity.queries import person_by_identifier
    from pentad.data.profiles.queries import timeline

    def events_of(number: int) -> int:
        found = person_by_identifier("user_id", f"u-{number * 7919 % customers}")
        assert found is not None
        return len(timeline(found, limit=50)[0])

    read_as(SYSTEM)
    found: dict[str, float] = {}
    with runtime.own(runtime.Folder(folder)) as owned:
        engine = ledger.open(owned.ledger)
        fill_owned(owned, engine, customers, EVENTS_PER_CUSTOMER)
        found["point_median"], found["point"] = _quantiles(
            lambda number: person_by_identifier("user_id", f"u-{number * 7919 % customers}"), range(1000)
        )
        found["hot_median"], found["hot"] = _quantiles(events_of, range(300))
        engine.seal()
        found["sealed_median"], found["sealed"] = _quantiles(events_of, range(300))
        engine.close()
    print(json.dumps(found))


if __name__ == "__main__":
    main()
