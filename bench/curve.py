"""Growth as a picture: what asking takes as events come in, drawn from the figures that the page of benchmarks keeps."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

PICTURE = Path(__file__).resolve().parent.parent / "docs" / "pictures" / "segments-growth.svg"
CUSTOMERS = "1,000,000 customers"
"""Figures of fewer customers, as short runs have them, belong to no curve."""

WIDE, TOP, TALL = 310, 46, 168
LEFTS = (52, 424)
_PLACES, _LAST = (("start", 9, 12), ("middle", 4, -10), ("end", -6, -6)), ("end", -4, 22)
"""Of figures beside their dots, such that no curve that rises crosses one."""
STYLE = """
  text { font: 12px system-ui, sans-serif; fill: #62626b }
  .title { font-size: 13px; font-weight: 600; fill: #1b1b1f }
  .figure { fill: #1b1b1f; font-variant-numeric: tabular-nums }
  .ground { fill: #fff }
  .grid { stroke: #e4e4e9 }
  .line { fill: none; stroke: #4f46e5; stroke-width: 2 }
  .dot { fill: #4f46e5 }
  .budget { stroke: #b45309; stroke-dasharray: 5 4 }
  .limit { fill: #b45309 }
  @media (prefers-color-scheme: dark) {
    text { fill: #9c9ca8 }
    .title, .figure { fill: #ececf1 }
    .ground { fill: #111113 }
    .grid { stroke: #2a2a30 }
    .line { stroke: #7c74ff }
    .dot { fill: #7c74ff }
    .budget { stroke: #fbbf24 }
    .limit { fill: #fbbf24 }
  }"""


@dataclass(frozen=True)
class Curve:
    """One panel. begins, ends: of the rows' names, around customers and events; top: where its axis ends."""

    title: str
    begins: str
    ends: str
    unit: str
    top: float
    step: float
    budget: float | None = None

    def points(self, rows: Iterable[tuple[str, ...]]) -> list[tuple[float, float]]:
        """Millions of events and what was measured, as they grow."""
        name = re.compile(f"{re.escape(self.begins)}, {CUSTOMERS}, ([\\d,]+) events{re.escape(self.ends)}")
        found = [(match, row[1]) for row in rows if (match := name.fullmatch(row[0]))]
        return sorted((_number(match[1]) / 1e6, _number(measured)) for match, measured in found)


CURVES = (
    Curve("Count while a segment is built, p95", "count while a segment is built", ", p95", "ms", 1200, 250, 1000),
    Curve("Features of 200 segments for 20,000 touched", "features of 200 segments for 20,000 touched", "", "s", 4, 1),
)


def draw(rows: Sequence[tuple[str, ...]]) -> str:
    """An SVG of all the curves beside each other, which follows light and dark."""
    panels = "".join(_panel(curve, left, curve.points(rows)) for curve, left in zip(CURVES, LEFTS, strict=True))
    told = "; ".join(f"{curve.title}: {_told(curve, curve.points(rows))}" for curve in CURVES)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 760 264" width="760" role="img" aria-label="{told}">\n'
        f'<style>{STYLE}\n</style>\n<rect class="ground" width="760" height="264" rx="8"/>\n{panels}</svg>\n'
    )


def _told(curve: Curve, points: list[tuple[float, float]]) -> str:
    return ", ".join(f"{y:g} {curve.unit} at {x:g} million events" for x, y in points)


def _panel(curve: Curve, left: int, points: list[tuple[float, float]]) -> str:
    """Axes from nothing on, both even: what grows with the events is a straight line."""
    most = max([x for x, _ in points], default=50)
    high = max(curve.top, *(y * 1.1 for _, y in points), 0.0)

    def place(x: float, y: float) -> tuple[float, float]:
        return left + WIDE * x / most, TOP + TALL * (1 - y / high)

    lines = [f'<text class="title" x="{left - 36}" y="24">{curve.title}</text>']
    for tick in (curve.step * n for n in range(int(high / curve.step) + 1)):
        _, y = place(0, tick)
        lines.append(f'<path class="grid" d="M{left} {y:.1f}h{WIDE}"/>')
        lines.append(f'<text x="{left - 8}" y="{y + 4:.1f}" text-anchor="end">{tick:,g}</text>')
    if curve.budget is not None:
        _, y = place(0, curve.budget)
        lines.append(f'<path class="budget" d="M{left} {y:.1f}h{WIDE}"/>')
        lines.append(f'<text class="limit" x="{left + 6}" y="{y - 6:.1f}">budget {curve.budget:,g} {curve.unit}</text>')
    shown = [place(*one) for one in points]
    lines.append(f'<polyline class="line" points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in shown)}"/>')
    for at, ((x, y), (events, measured)) in enumerate(zip(shown, points, strict=True)):
        side, dx, dy = _PLACES[min(at, len(_PLACES) - 1)] if at < len(points) - 1 else _LAST
        lines.append(f'<circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="3.5"/>')
        lines.append(
            f'<text class="figure" x="{x + dx:.1f}" y="{y + dy:.1f}" text-anchor="{side}">{measured:,.3g} {curve.unit}</text>'
        )
        lines.append(f'<text x="{x:.1f}" y="{TOP + TALL + 18}" text-anchor="middle">{events:g}</text>')
    middle = left + WIDE / 2
    lines.append(f'<text x="{middle}" y="{TOP + TALL + 38}" text-anchor="middle">million events</text>')
    return "\n".join(lines) + "\n"


def _number(text: str) -> float:
    """Of “1,000” and of “98.7 ms (median 11 ms)” the first figure."""
    return float(text.split(" ")[0].replace(",", ""))
