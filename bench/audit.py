"""The audit log: writing a million lines, sealing and verifying them, and finding some over HTTP."""

import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

from bench import load
from bench.pages import _p95, _session
from bench.report import Row, at_most
from tests.serving import Server

LIST_MS = 150
WRITE_US, SEAL_US, VERIFY_US = 150, 200, 100
URLS = (
    "/audit/",
    "/audit/?q=nadia",
    "/audit/?q=merge",
    "/audit/?q=person-777",
    "/audit/?q=nothing-like-it",
    "/audit/?f=actor~is~user:7",
    "/audit/?f=action~is~view",
    "/audit/?f=subject~is~person:person-777",
    "/audit/?f=kind~is~person&f=at~before~2026-06-01",
    "/audit/?f=actor~is~user:7&f=action~is~merge_people",
)
_FILL = """
import sys
from bench.audit import fill
fill(sys.argv[1], int(sys.argv[2]))
"""


def rows(quick: bool) -> Iterator[Row]:
    lines = 20_000 if quick else 1_000_000
    server = Server(load.folder() / "data", installed=True)
    try:
        server.add_source("Bench")
        command = [sys.executable, "-c", _FILL, str(server.folder), str(lines)]
        done = subprocess.run(command, env=server.environment, capture_output=True, text=True, check=True)
        write, seal, verify, session = done.stdout.split()
        yield at_most(f"audit line written, marked ({lines:,} in batches)", float(write), "µs", WRITE_US)
        yield at_most("audit line sealed, in the background", float(seal), "µs", SEAL_US)
        yield at_most("audit line verified", float(verify), "µs", VERIFY_US)
        server.start(seconds=600)
        slowest = max((_p95(server, url, {"cookie": f"pentad_session={session}"}, quick), url) for url in URLS)
        what = f"audit log, {lines:,} lines, slowest of {len(URLS)} searches, p95"
        yield at_most(what, slowest[0], "ms", LIST_MS, f" ({slowest[1]})")
    finally:
        server.kill()
        shutil.rmtree(server.folder.parent, ignore_errors=True)


def fill(folder: str, lines: int) -> None:
    """Lines of a year by fifty colleagues; prints µs a line for writing, sealing and verifying, and a session's key."""
    from pentad.config import bootstrap

    bootstrap.setup(folder)
    from pentad.core import runtime
    from pentad.core.models import AuditLine
    from pentad.roles.audit import chain
    from pentad.roles.audit.verifying import verify

    with runtime.own(runtime.Folder(runtime.folder().root)):
        write = _timed(lambda: [AuditLine.objects.bulk_create(part) for part in _parts(AuditLine, lines)])
        seal = _timed(chain.seal_waiting)
        check = _timed(lambda: _must_be_sound(verify()))
    print(*(f"{1e6 * seconds / lines:.1f}" for seconds in (write, seal, check)), _session())


def _parts(line: Any, lines: int) -> Iterator[list[Any]]:
    from datetime import timedelta

    from pentad.core import clock

    names = ("Nadia Karim", "Tom Reyes", "Ines Jensen", "Sven García")
    actions = ("view", "view", "view", "view", "set_trait", "sign_in", "merge_people", "export_people", "add_note")
    start, step = clock.now() - timedelta(days=365), timedelta(days=365) / lines
    for first in range(0, lines, 2_000):
        yield [
            line(
                at=start + step * n, actor=f"user:{n * 7 % 50}", actor_name=names[n * 7 % 50 % 4], right="",
                action=actions[n % 9], subject=f"person:person-{n * 31 % max(lines // 20, 1)}",
                detail={"how": "page"}, origin=f"10.0.{n % 7}.{n % 200}",
            ).prepared()
            for n in range(first, min(first + 2_000, lines))
        ]  # fmt: skip


def _timed(work: Any) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _must_be_sound(verdict: Any) -> None:
    assert verdict.sound, verdict.finding
