"""kill -9 at each point where it hurts. What reopens is consistent, whatever the moment."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from pentad import ledger
from pentad.ledger import manifest as manifests
from tests.ledger import works

# Runs in a process of its own: does `work`, and kills itself when it comes to `point` for the nth time.
CHILD = """
import os, signal, sys
from pathlib import Path
from pentad import ledger
from pentad.ledger import faults
from tests.ledger import works

folder, work, point, times = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
seen = 0

def step(name):
    global seen
    seen += name == point
    if seen == times:
        os.kill(os.getpid(), signal.SIGKILL)

store = ledger.open(folder)
faults.step = step
getattr(works, work)(store)
"""


CASES = [
    ("append", "append.events", 1),
    ("append", "append.commit", 1),
    ("append", "append.done", 1),
    ("seal", "rewrite.sealed", 1),
    ("seal", "seal.month", 2),
    ("seal", "rewrite.hot", 1),
    ("seal", "rewrite.before_switch", 1),
    ("seal", "rewrite.switched", 1),
    ("seal", "rewrite.published", 1),
    ("erase", "erase.month", 2),
    ("erase", "rewrite.before_switch", 1),
    ("erase", "rewrite.switched", 1),
    ("promote", "rewrite.before_switch", 1),
    ("promote", "rewrite.switched", 1),
]


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("filled")
    works.fill(folder)
    return folder


def killed(folder: Path, work: str, point: str, times: int) -> None:
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(folder), work, point, str(times)], cwd=root, capture_output=True, text=True
    )
    assert done.returncode == -signal.SIGKILL, f"{point} was not reached: {done.stderr}"


def copy(folder: Path, to: Path) -> Path:
    to.mkdir()
    for path in folder.iterdir():
        if path.is_file():
            (to / path.name).write_bytes(path.read_bytes())
    return to


@pytest.mark.parametrize(("work", "point", "times"), CASES, ids=str)
def test_a_killed_process_leaves_a_sound_store(filled: Path, tmp_path: Path, work: str, point: str, times: int) -> None:
    folder = copy(filled, tmp_path / "ledger")
    killed(folder, work, point, times)
    store = ledger.open(folder)
    try:
        assert store.check() == []
        assert unnamed(folder) == []
        applied = store.offset("web-1.log") == 200
        assert applied == (point == "append.done")
        erased = not store.rows("SELECT 1 FROM events WHERE person_no = 2")
        assert erased == (work == "erase" and point == "rewrite.switched")
        kept = "SELECT count(*) AS n FROM events WHERE person_no <> 2"
        assert store.rows(kept) == [{"n": 14 if applied else 12}]
        # The same work again, as the loader or the next night would do it, ends where it should.
        getattr(works, work)(store)
        works.append(store)
        assert store.check() == []
        assert store.rows(kept) == [{"n": 14}]
        assert store.next_seq() == 24
    finally:
        store.close()


def unnamed(folder: Path) -> list[str]:
    """Files that the manifest does not account for."""
    manifest = manifests.read(folder)
    assert manifest is not None
    named = {manifests.NAME, "tmp"}
    for file in manifest.every():
        named |= {file, f"{file}.wal", manifests.bloom_name(file)}
    return [path.name for path in folder.iterdir() if path.name not in named]


def test_repeated_kills_under_load_lose_nothing(tmp_path: Path) -> None:
    """A writer acknowledges each slice on stdout, with seals meanwhile; it is killed at any moment."""
    folder, acknowledged = tmp_path / "ledger", 0
    for _ in range(3):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(folder)],
            cwd=Path(__file__).parents[2],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert writer.stdout is not None
        for line in writer.stdout:
            acknowledged = int(line)
            if acknowledged % 37 == 36:
                break
        writer.kill()
        for line in writer.stdout:
            if line.endswith("\n"):
                acknowledged = int(line)
        writer.wait()
        store = ledger.open(folder)
        offset = store.offset("web-1.log")
        assert acknowledged <= offset <= acknowledged + 1
        assert store.rows("SELECT count(*) AS n, count(DISTINCT seq) AS d FROM events") == [
            {"n": offset * 3, "d": offset * 3}
        ]
        assert store.check() == []
        store.close()


WRITER = """
import sys, threading
from datetime import date
from pentad import ledger
from tests.ledger import works
from tests.ledger.rows import NOON, event, slice_of

store = ledger.open(sys.argv[1])

def seals():
    while True:
        store.seal(date(2026, 10, 1))

threading.Thread(target=seals, daemon=True).start()
n = store.offset("web-1.log")
while True:
    rows = [event(store.next_seq() + i, i, ts=NOON.replace(month=6 + i)) for i in range(3)]
    assert store.append(slice_of(*rows, start=n, end=n + 1))
    n += 1
    print(n, flush=True)
"""
