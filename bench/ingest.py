"""Accepting: durable, beside the same server without durability and without doing anything; and with the loader at work."""

import contextlib
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator

from bench import load
from bench.report import Row, at_least, at_most
from tests.serving import Server, free_port, until

BUDGETS = {1: 0.30, 20: 0.22, 100: 0.17}
WITHOUT_DURABILITY = 0.60
BOTH_AT_ONCE = 0.50
CATCH_UP_SECONDS = 2.0


@contextlib.contextmanager
def _comparison(mode: str) -> Iterator[tuple[int, str]]:
    """(port, write key) of a server of bench.server."""
    server = Server(load.folder() / "data", installed=True)
    key = load.add_source(server)
    port = free_port()
    command = [sys.executable, "-m", "bench.server", mode, str(server.folder), str(port)]
    process = subprocess.Popen(command, env=server.environment)
    server.port = port
    try:
        until(lambda: _answers(server, key), 20, f"the server {mode}")
        yield port, key
    finally:
        process.terminate()
        process.wait(10)
        shutil.rmtree(server.folder.parent, ignore_errors=True)


def _answers(server: Server, key: str) -> bool:
    with contextlib.suppress(OSError):
        return server.send("track", {"userId": "u", "event": "Warm"}, key=key, status=None).status == 200
    return False


def rates(batch: int, seconds: float, modes: tuple[str, ...] = ("nothing", "memory", "durable")) -> dict[str, float]:
    """Requests a second of each mode, interleaved twice so that a change of the machine's mood meets all."""
    body = load.template(batch)
    best: dict[str, float] = {}
    for turn in range(2):
        for mode in modes:
            with _comparison(mode) as (port, key):
                load.drive(port, key, body, 1)
                done = load.drive(port, key, body, seconds, start=(turn + 1) << 40)
                assert not done.errors, f"{mode}: {done.errors} errors"
                best[mode] = max(best.get(mode, 0), done.rate)
    return best


def ingest(quick: bool) -> Iterator[Row]:
    """Durable accept for batches of 1, 20 and 100."""
    for batch, budget in BUDGETS.items():
        rate = rates(batch, 2 if quick else 6)
        what = f"durable accept, batches of {batch}"
        events = f" ({rate['durable'] * batch:,.0f} events/s)" if batch > 1 else ""
        yield at_least(what + events, rate["durable"], rate["nothing"], "req/s", "doing nothing", budget)
        yield at_least(what, rate["durable"], rate["memory"], "req/s", "without durability", WITHOUT_DURABILITY)


def whole(quick: bool) -> Iterator[Row]:
    """Accept and load at once, in `pentad up`, beside accepting alone; then how long the loader needs to catch up."""
    seconds = 4 if quick else 20
    alone = rates(20, 2 if quick else 6, ("durable",))["durable"] * 20
    server = Server(load.folder() / "data", installed=True)
    try:
        key = load.add_source(server)
        server.start()
        load.drive(server.port, key, load.template(20), 1)
        before = _loaded(server)
        done = load.drive(server.port, key, load.template(20), seconds, start=1 << 40)
        stopped = time.monotonic()
        until(lambda: _loaded(server) >= before + done.requests * 20, 600, "the loader catches up")
        lag = time.monotonic() - stopped
    finally:
        server.kill()
        shutil.rmtree(server.folder.parent, ignore_errors=True)
    what = "accept and load at once, batches of 20"
    yield at_least(
        f"{what}: accepted", done.requests * 20 / done.seconds, alone, "events/s", "accepting alone", BOTH_AT_ONCE
    )
    loaded = done.requests * 20 / (done.seconds + lag)
    yield at_least(f"{what}: loaded, identity and profiles too", loaded, alone, "events/s", "accepting alone", None)
    yield at_most("lag after the load stopped", lag, "s", CATCH_UP_SECONDS)


def _loaded(server: Server) -> int:
    totals = server.totals("Web")
    return totals["stored"] + totals["duplicate"] + totals["quarantined"]
