"""Everything that must hold, in parts, two at a time: what `make test` and CI run.

    python scripts/check.py               all parts
    python scripts/check.py unit lint     these parts
    python scripts/check.py --list        what there is

Each part writes test-results/<part>.log. A part that fails has its log printed; the table at the end tells
how long each part took and the last line counts the tests of all parts together.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "test-results"
BIN = Path(sys.executable).parent
PYTEST = [str(BIN / "python"), "-m", "pytest", "-q", "-p", "no:cacheprovider", "--hypothesis-profile=ci"]
LANES = 2
COUNTS = re.compile(r"(\d+) (passed|failed|skipped|errors?|xfailed|xpassed)")


@dataclass
class Part:
    name: str
    says: str
    commands: list[list[str]]
    environment: dict[str, str] = field(default_factory=dict)
    needs: Callable[[], None] | None = None  # raises SystemExit with what to install


@dataclass
class Outcome:
    part: Part
    ok: bool
    seconds: float
    output: str
    counts: dict[str, int]


def chromium() -> str | None:
    """The system's browser, as Playwright is told to use it; best the build without a window, a third quicker here."""
    names = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return os.environ.get("PENTAD_CHROMIUM") or next(filter(None, map(shutil.which, names)), None)


_installing = threading.Lock()


def need_chromium() -> None:
    """Install the browser where we may, else say what to install."""
    with _installing:
        if not chromium():
            _install_chromium()


def _install_chromium() -> None:
    before: list[str] | None = None
    if shutil.which("apt-get"):
        if os.geteuid() == 0:
            before = []
        elif shutil.which("sudo") and subprocess.run(["sudo", "-n", "true"], capture_output=True).returncode == 0:
            before = ["sudo", "-n"]
    if before is not None:
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run([*before, "apt-get", "-qq", "update"], env=quiet, capture_output=True)
        for package in ("chromium-headless-shell", "chromium"):
            install = [*before, "apt-get", "-qq", "install", "-y", "--no-install-recommends", package]
            if subprocess.run(install, env=quiet, capture_output=True).returncode == 0:
                break
    if not chromium():
        raise SystemExit(
            "The browser tests need Chromium, which is not here and could not be installed.\n"
            "Debian, Ubuntu: sudo apt-get install chromium    Fedora: sudo dnf install chromium\n"
            "Then run the same command again."
        )


def parts() -> list[Part]:
    """In the order in which they start: what takes longest first, so that no lane waits at the end. Beside what waits
    for a browser or a server is what always has something to do.
    """
    folders = {"journeys", "browser", "clients", "conformance"}
    others = [f"--ignore=tests/{name}" for name in sorted(folders)]
    workers = ["-n", "2", "--dist", "loadfile"]
    unit = [*PYTEST, *workers, "tests", *others]
    return [
        Part(
            "lint",
            "ruff, import contracts",
            [
                [str(BIN / "ruff"), "check", "."],
                [str(BIN / "ruff"), "format", "--check", "."],
                [str(BIN / "lint-imports"), "--no-cache"],
            ],
        ),
        Part("unit", "rules, actions, queries, architecture; SQLite", [unit]),
        Part(
            "browser",
            "screens in Chromium: keyboard, axe, Content-Security-Policy",
            [[*PYTEST, "tests/browser"]],
            needs=need_chromium,
        ),
        Part("journeys", "whole promises over HTTP, kill -9 among them", [[*PYTEST, "tests/journeys"]]),
        Part(
            "postgres",
            "the relational tests again on PostgreSQL",
            [[*unit, "-m", "relational and not once"]],
            {"PENTAD_TEST_DATABASE": "postgres"},
        ),
        Part("conformance", "the ledger's promises on DuckDB and chDB", [[*PYTEST, "tests/conformance"]]),
        Part("clients", "pinned third-party libraries", [[*PYTEST, "tests/clients"]], needs=need_chromium),
        Part("types", "mypy, strict", [[str(BIN / "mypy")]]),
    ]


def run(part: Part, data: Path) -> Outcome:
    started = time.monotonic()
    environment = {
        **os.environ,
        "PATH": f"{BIN}{os.pathsep}{os.environ.get('PATH', '')}",
        "PENTAD_DATA": str(data / part.name),
        **part.environment,
    }
    output, ok = "", True
    try:
        if part.needs:
            part.needs()
        for command in part.commands:
            done = subprocess.run(
                command,
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                text=True,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
            )
            output += done.stdout
            if done.returncode < 0:
                output += f"\n{command[0]} was ended by {signal.Signals(-done.returncode).name}\n"
            ok = ok and done.returncode == 0
    except SystemExit as told:
        output, ok = f"{told}\n", False
    (RESULTS / f"{part.name}.log").write_text(output)
    return Outcome(part, ok, time.monotonic() - started, output, _counts(output))


def _counts(output: str) -> dict[str, int]:
    """What pytest's closing lines say, added up."""
    counts: dict[str, int] = {}
    for line in output.splitlines():
        if re.search(r"\d+ \w+.* in [\d.]+s", line):
            for number, word in COUNTS.findall(line):
                counts[word.rstrip("s") if word == "errors" else word] = counts.get(word, 0) + int(number)
    return counts


def main(names: list[str]) -> int:
    known = {part.name: part for part in parts()}
    if names == ["--list"]:
        for part in known.values():
            print(f"{part.name:12} {part.says}")
        return 0
    if unknown := [name for name in names if name not in known]:
        print(f"No part is called {', '.join(unknown)}; there are {', '.join(known)}.", file=sys.stderr)
        return 2
    chosen = [known[name] for name in names] or list(known.values())
    RESULTS.mkdir(exist_ok=True)
    started = time.monotonic()
    outcomes: list[Outcome] = []
    with tempfile.TemporaryDirectory(prefix="pentad-test-") as data, ThreadPoolExecutor(LANES) as lanes:
        waiting = [lanes.submit(run, part, Path(data)) for part in chosen]
        for outcome in (one.result() for one in as_completed(waiting)):
            outcomes.append(outcome)
            if not outcome.ok:
                print(f"──── {outcome.part.name} ────\n{outcome.output}", flush=True)
            print(_line(outcome), flush=True)
    return _close(outcomes, time.monotonic() - started)


def _line(outcome: Outcome) -> str:
    counts = ", ".join(f"{number} {word}" for word, number in outcome.counts.items())
    word = "ok" if outcome.ok else "FAIL"
    return f"{word:4} {outcome.part.name:12} {outcome.seconds:6.1f} s  {counts or outcome.part.says}"


def _close(outcomes: list[Outcome], seconds: float) -> int:
    def total(*words: str) -> int:
        return sum(outcome.counts.get(word, 0) for outcome in outcomes for word in words)

    bad = [outcome for outcome in outcomes if not outcome.ok]
    verdict = f"Does not hold: {', '.join(one.part.name for one in bad)}" if bad else "Everything holds"
    print(f"\n{verdict}; {seconds:.0f} s.")
    failed = max(total("failed", "error"), len(bad))
    print(f"{total('passed')} passed, {failed} failed, {total('skipped')} skipped")
    return 1 if bad else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
