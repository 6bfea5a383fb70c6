"""Loading: from inbox logs to committed rows of both stores, beside a bare append of the same rows to DuckDB."""

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from bench import load
from bench.report import Row, at_least
from tests.serving import Server

BUDGET = 0.25
SLICE = 20_000


def rows(quick: bool) -> Iterator[Row]:
    """In a process of its own, because the comparison opens the ledger of a finished run."""
    server = Server(load.folder() / "data", installed=True)
    try:
        server.add_source("Bench")
        count = 40_000 if quick else 400_000
        command = [sys.executable, "-m", "bench.loading", str(server.folder), str(count)]
        done = subprocess.run(command, env=server.environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        found = json.loads(done.stdout.splitlines()[-1])
        name = f"load {count:,} events"
        bare = found["bare"]
        yield at_least(f"{name}: JSON to ledger row", found["ledger"], bare, "events/s", "bare Arrow insert", BUDGET)
        for what, says in (("new", "new customers"), ("known", "known customers")):
            full = f"{name} of {says}: identity and profiles too, audited"
            yield at_least(full, found[what], bare, "events/s", "bare Arrow insert", None)
    finally:
        shutil.rmtree(server.folder.parent, ignore_errors=True)


def _write_logs(inbox: Path, source_no: int, first: int, count: int) -> None:
    from pentad.core import clock
    from pentad.data.ingest.inbox import FrameMeta, Inbox

    body, writer = load.template(20), Inbox(inbox, writer="bench")
    now = clock.now_us()
    numbers = range(first, first + count // 20)
    for start in range(0, len(numbers), 500):
        piece = numbers[start : start + 500]
        writer.append_many_sync((FrameMeta(source_no, now, 20, "", "", 0), load.fill(body, n)) for n in piece)
    writer.close()


def _bare(folder: Path, count: int) -> float:
    """Rows a second of appending what the loader stored, from Arrow, a slice and a commit at a time."""
    import duckdb

    from pentad import ledger

    rows_of_run = ledger.current().query(f"SELECT * EXCLUDE (root_no) FROM events ORDER BY seq LIMIT {int(count)}")
    target = duckdb.connect(str(folder / "bare.duckdb"))
    target.execute("CREATE TABLE events AS SELECT * FROM rows_of_run LIMIT 0")
    began = time.perf_counter()
    for start in range(0, rows_of_run.num_rows, SLICE):
        piece = rows_of_run.slice(start, SLICE)  # noqa: F841  DuckDB finds it by its name
        target.execute("BEGIN; INSERT INTO events SELECT * FROM piece; COMMIT")
    seconds = time.perf_counter() - began
    target.close()
    return rows_of_run.num_rows / seconds


def _watch(loader: object, *names: str) -> dict[str, float]:
    """Seconds spent in these steps of the loader, filled in while it runs: what a row in the ledger does not need."""
    spent = dict.fromkeys(names, 0.0)

    def timed(name: str, step: Callable[..., object]) -> Callable[..., object]:
        def run(*arguments: object) -> object:
            began = time.perf_counter()
            try:
                return step(*arguments)
            finally:
                spent[name] += time.perf_counter() - began

        return run

    for name in names:
        setattr(loader, name, timed(name, getattr(loader, name)))
    return spent


def main() -> None:
    folder, count = Path(sys.argv[1]), int(sys.argv[2])
    from pentad.config import bootstrap

    bootstrap.setup(folder)
    from pentad import ledger
    from pentad.core import runtime
    from pentad.data.ingest.loader import Loader
    from pentad.data.ingest.models import Source

    found: dict[str, float] = {}
    with runtime.own(runtime.Folder(folder)) as owned:
        engine = ledger.open(owned.ledger)
        source = Source.objects.get(name="Bench").no
        for turn, what in enumerate(("new", "known")):  # the second turn: the same customers, other messages
            _write_logs(owned.inbox, source, turn * 10**9, count)
            loader = Loader(owned, engine)
            spent = _watch(loader, "_relational", "_retire")
            began = time.perf_counter()
            loader.drain()
            whole = time.perf_counter() - began
            found[what] = count / whole
            found["ledger"] = count / (whole - sum(spent.values()))
            loader.stop()
        found["bare"] = _bare(folder, count)
        engine.close()
    print(json.dumps(found))


if __name__ == "__main__":
    main()
