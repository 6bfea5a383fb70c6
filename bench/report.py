"""One table: measured, ceiling, ratio, budget, verdict."""

import os
import platform
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

PAGE = Path(__file__).resolve().parent.parent / "docs" / "reference" / "benchmarks.md"
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
    lines = [HEADINGS, *(row.cells() for row in rows)]
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
    """Write the page, with date and machine."""
    kind = " Short runs (`--quick`): for orientation." if quick else ""
    PAGE.write_text(
        "# Benchmarks\n\n"
        f"Measured by `make bench` on {datetime.now(UTC):%d %B %Y}: {about}. Load came from {tool()}, on the same machine.{kind}\n"
        "Ratios of one run compare; figures of different machines do not.\n\n"
        f"{table(rows)}\n"
    )
