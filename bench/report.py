"""One table: measured, ceiling, ratio, budget, verdict."""

import os
import platform
import re
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bench import curve

PAGE = Path(__file__).resolve().parent.parent / "docs" / "reference" / "benchmarks.md"
GROWTH = """## As events come in

What asking takes as the events of a million customers grow from one to fifty million. A count reads all events of the names it
asks for and grows with them; after new events only the touched customers are asked, of whom each has more events, too.

![Two curves over millions of events: counts while a segment is built, and features of touched customers](../pictures/segments-growth.svg)
"""
HEADINGS = ("what", "measured", "ceiling", "ratio", "budget", "verdict")


@dataclass(frozen=True)
class Row:
    """`ratio` is measured ÷ ceiling; rows with an absolute budget have none."""

    what: str
    measured: str
    ceiling: str = ""
    ratio: float | None = None
    budget: str = ""
    holds: bool | None = None

    def cells(self) -> tuple[str, ...]:
        verdict = {None: "", True: "holds", False: "MISSES"}[self.holds]
        ratio = "" if self.ratio is None else f"{self.ratio:.2f}"
        return (self.what, self.measured, self.ceiling, ratio, self.budget, verdict)


def at_least(what: str, measured: float, ceiling: float, unit: str, of: str, least: float | None) -> Row:
    """A row whose budget is a share of a ceiling."""
    ratio = measured / ceiling if ceiling else 0.0
    holds = None if least is None else ratio >= least
    budget = "" if least is None else f"≥ {least:.2f}"
    return Row(what, f"{measured:,.0f} {unit}", f"{ceiling:,.0f} {unit} {of}", ratio, budget, holds)


def at_most(what: str, measured: float, unit: str, most: float, note: str = "") -> Row:
    """A row whose budget is an absolute figure."""
    shown = f"{measured:,.0f}" if measured >= 100 else f"{measured:,.2f}"
    return Row(what, f"{shown} {unit}{note}", budget=f"≤ {most:g} {unit}", holds=measured <= most)


def table(rows: Iterable[Row]) -> str:
    return _table([HEADINGS, *(row.cells() for row in rows)])


def _table(lines: list[tuple[str, ...]]) -> str:
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEADINGS))]
    shown = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) + " |" for line in lines
    ]
    rule = "|" + "|".join("-" * (width + 2) for width in widths) + "|"
    return "\n".join([shown[0], rule, *shown[1:]])


def machine() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    model = ""
    if Path("/proc/cpuinfo").exists():
        found = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
        model = found[0].split(":", 1)[1].strip() if found else ""
    load = f"load average {os.getloadavg()[0]:.1f} at the start"
    return f"{os.cpu_count()} cores ({model or platform.machine()}), {memory:.0f} GB, Python {platform.python_version()}, {load}"


def tool() -> str:
    return "wrk" if shutil.which("wrk") else "the Python generator of bench/load.py (install wrk for higher figures)"


def save(rows: list[Row], about: str, quick: bool) -> None:
    """Write the page, with date and machine. Rows that were not measured this time stay as they are."""
    kind = " Short runs (`--quick`): for orientation." if quick else ""
    merged = merge(rows_of(PAGE.read_text("utf-8") if PAGE.exists() else ""), [row.cells() for row in rows])
    PAGE.write_text(
        "# Benchmarks\n\n"
        f"Measured by `make bench`, last on {datetime.now(UTC):%d %B %Y}: {about}. Load came from {tool()}, on the same"
        f" machine.{kind}\nRows are measured again a few at a time; ratios of one row compare, figures of different machines"
        f" do not.\n\n{_table([HEADINGS, *merged])}\n\n{GROWTH}",
        "utf-8",
    )
    curve.PICTURE.write_text(curve.draw(merged), "utf-8")


def merge(before: list[tuple[str, ...]], now: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """The rows there were, those measured again in their places, and new ones at the end. A row is known by what it
    measures and against what, without the figures that stand in its name.
    """
    left = {_key(row): row for row in now}
    return [*(left.pop(_key(row), row) for row in before), *left.values()]


def _key(row: tuple[str, ...]) -> tuple[str, str]:
    ceiling = re.sub(r"^[\d,.]+ \S+ ?", "", row[2])
    return re.sub(r" \([\d,.]+ events/s\)", "", row[0]), ceiling


def rows_of(page: str) -> list[tuple[str, ...]]:
    rows = [tuple(cell.strip() for cell in line.strip("|").split("|")) for line in page.splitlines() if line[:1] == "|"]
    return [row for row in rows[2:] if len(row) == len(HEADINGS)]
