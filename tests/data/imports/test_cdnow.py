"""The tutorial on real data: every command of docs/tutorial/first-hour.md, run as a reader runs it.

CDNOW: 23,570 customers, 69,659 transactions. What Pentad says is held against a reading of the file of our own.
"""

import os
import re
import subprocess
import sys
import zipfile
from collections import defaultdict
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from tests.serving import Server

HERE = Path(__file__).parent
TUTORIAL = HERE.parents[2] / "docs" / "tutorial" / "first-hour.md"
CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "pentad-tests"


@pytest.fixture(scope="module")
def wheel() -> Path:
    """Downloaded once, its hash checked each time. Set PENTAD_TEST_OFFLINE=1 to leave these tests out where there is no network."""
    CACHE.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps", "--require-hashes",
               "--only-binary", ":all:", "--find-links", str(CACHE), "--dest", str(CACHE), "-r", str(HERE / "lifetimes.txt")]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode and os.environ.get("PENTAD_TEST_OFFLINE") == "1":
        pytest.skip("no network, as PENTAD_TEST_OFFLINE says")
    assert done.returncode == 0, f"the wheel could not be had (PENTAD_TEST_OFFLINE=1 leaves this out):\n{done.stderr}"
    return next(CACHE.glob("[Ll]ifetimes-0.11.3-*.whl"))


@pytest.fixture(scope="module")
def transactions(wheel: Path) -> list[tuple[str, str, int, Decimal]]:
    """Customer, day, number of CDs and dollars of each line: our own reading."""
    text = zipfile.ZipFile(wheel).read("lifetimes/datasets/CDNOW_master.txt").decode()
    lines = [line.split() for line in text.splitlines()[1:]]
    return [(customer, day, int(items), Decimal(amount)) for customer, day, items, amount in lines]


def test_the_file_is_the_known_one(transactions: list[tuple[str, str, int, Decimal]]) -> None:
    assert len(transactions) == 69_659
    assert len({customer for customer, *_ in transactions}) == 23_570


def test_what_the_tutorial_asks_is_so_by_our_own_reading(transactions: list[tuple[str, str, int, Decimal]]) -> None:
    days = defaultdict[str, list[date]](list)
    for customer, day, _, _ in transactions:
        days[customer].append(date.fromisoformat(day))
    ordered = [sorted(one) for one in days.values()]
    once = sum(len(one) == 1 for one in ordered)
    again = sum(len(one) > 1 and one[1] <= one[0] + timedelta(days=90) for one in ordered)
    said = "\n".join(printed for _, printed in _blocks()).splitlines()
    assert (once, again) == (11_908, 7_079)
    assert [said.count(str(once)), said.count(str(again))] == [2, 1], "once by Pentad and once by awk"


def _blocks() -> list[tuple[str, str]]:
    """(command, what it prints or "") of every shell block of the tutorial."""
    text = TUTORIAL.read_text()
    return [
        (m[1].strip(), (m[2] or "").strip())
        for m in re.finditer(r"```sh\n(.*?)```(?:\n+```text\n(.*?)```)?", text, re.S)
    ]


def test_the_tutorial_step_by_step(
    wheel: Path, transactions: list[tuple[str, str, int, Decimal]], tmp_path: Path, new_server: Callable[..., Server]
) -> None:
    server = new_server()
    server.folder = tmp_path / "shop"
    environment = server.environment | {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "PIP_FIND_LINKS": str(CACHE),
    }
    said: dict[str, str] = {}
    for command, printed in _blocks():
        if command.startswith("pentad up"):
            server.start()
            continue
        command = command.replace("127.0.0.1:8000", f"127.0.0.1:{server.port}")
        done = subprocess.run(
            ["bash", "-euc", command], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=300
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
        said[command] = done.stdout + done.stderr
        for line in printed.splitlines():
            if "…" not in line:
                assert line.strip() in said[command], f"{command}\nshould print\n{line}\nand printed\n{said[command]}"
    _compare(server, transactions)


def _compare(server: Server, transactions: list[tuple[str, str, int, Decimal]]) -> None:
    """Counts of the receipts, and every event of some customers, those with two orders on a day among them."""
    totals = server.totals("CDNOW")
    expected = {"accepted": 2 * 69_659, "stored": 69_659, "duplicate": 69_659, "quarantined": 0}
    assert {name: totals[name] for name in expected} == expected
    theirs = defaultdict[str, list[tuple[str, int, Decimal]]](list)
    for customer, day, items, amount in transactions:
        theirs[customer].append((day, items, amount))
    busiest = max(theirs, key=lambda customer: len(theirs[customer]))
    twice_a_day = [c for c, orders in theirs.items() if len({day for day, *_ in orders}) < len(orders)][:5]
    for customer in ["00001", busiest, *twice_a_day]:
        person = server.person(f"user_id:{customer}")
        assert person is not None
        found = [
            (
                e["timestamp"][:10].replace("-", ""),
                e["properties"]["quantity"],
                Decimal(str(e["properties"]["revenue"])),
            )
            for e in server.events(person["id"])
            if e["name"] != "Segment Entered"  # the tutorial saves one
        ]
        assert sorted(found) == sorted(theirs[customer])
