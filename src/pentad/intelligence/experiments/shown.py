"""Results as a page shows them: rows of texts, bars with a scale, and a chart. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any

from pentad.intelligence.experiments import words
from pentad.intelligence.experiments.definition import Goal, title
from pentad.intelligence.experiments.results import MESSAGES, Kept, Measured, Results, Said
from pentad.intelligence.experiments.rules import Compared, Verdict

WIDTH = 160
"""Of a bar, in pixels; its middle is no difference."""
_MARGIN = 4
_WIDEST = 5.0
"""Times the last interval, beyond which the chart leaves one out."""
TONES: dict[Verdict, str] = {"better": "green", "worse": "red", "open": "gray", "early": "gray"}
WORDS: dict[Verdict, str] = {"better": "Better", "worse": "Worse", "open": "Not certain", "early": "Too early"}


@dataclass(frozen=True, slots=True)
class Bar:
    """An interval from `low` to `high` with the estimate at `at`, in pixels."""

    low: float
    high: float
    at: float

    @property
    def width(self) -> float:
        return round(self.high - self.low, 1)


@dataclass(frozen=True, slots=True)
class Row:
    """An arm: what it did, and how it compares."""

    label: str
    people: int
    mean: str
    total: str
    against: str = ""
    change: str = ""
    verdict: str = ""
    tone: str = "gray"
    words: str = ""
    between: str = ""
    bar: Bar | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    title: str
    mean_of: str
    total_of: str
    within_days: int
    rows: tuple[Row, ...]
    notes: tuple[str, ...]
    narrowed: int
    split: str


@dataclass(frozen=True, slots=True)
class Shown:
    tone: str
    verdict: str
    figures: tuple[Figure, ...]
    guards: tuple[tuple[str, str, str, str], ...]
    chart: dict[str, Any] | None
    against: str
    chart_of: str
    matured: int
    mismatch: str


_GUARDS = {"held": ("green", "Fine"), "broken": ("red", "Broken"), "open": ("orange", "Not certain"),
           "early": ("gray", "Too early")}  # fmt: skip


def shown(results: Results, zone: tzinfo) -> Shown:
    chief = results.goal.chief.compared if results.goal.chief else None
    verdict: Verdict = chief.verdict if chief and results.state != "empty" else "early"
    word = "Nobody yet" if results.state == "empty" else WORDS[verdict]
    if chief and chief.final and verdict == "open":
        word = "No difference found"
    return Shown(
        TONES[verdict], word, tuple(_figures(results)),
        tuple(_guard(one) for one in results.guards), _chart(results, zone), words.arm(chief.against) if chief else "",
        "percentage points" if results.goal.goal.figure == "converted" else "a person",
        round(100 * results.done / results.people) if results.people else 0, _mismatch(results),
    )  # fmt: skip


def _figures(results: Results) -> Iterator[Figure]:
    """One of each thing measured; of a sum over several currencies one of each of these."""
    for measured in (results.goal, *results.others):
        yield _figure(results, measured)
        yield from (_figure(results, one) for one in measured.split)


def _figure(results: Results, measured: Measured) -> Figure:
    goal, people = measured.goal, {one.name: one.people for one in results.arms}
    first = {said.compared.arm: said for said in reversed(measured.compared)}
    reach = _reach(measured.compared)
    rows = [_row(goal, one.label, people[one.name], measured, one.name, first, reach) for one in results.arms]
    if MESSAGES in first:
        both = [one for one in results.arms if one.name != first[MESSAGES].compared.against]
        count, total = sum(one.people for one in both), sum(measured.totals[one.name] for one in both)
        said = first[MESSAGES]
        whole = _told(goal, said, reach)
        rows.insert(0, Row(words.arm(MESSAGES), count, words.figure(goal, total / count if count else 0),
                           _total(goal, total), **whole))  # fmt: skip
    chief = measured.chief
    narrowed = round(100 * chief.compared.narrowed) if chief else 0
    heads = ("Did it", "People") if goal.figure == "converted" else ("Per person", "Total")
    return Figure(_capital(title(goal)), *heads, goal.within_days, tuple(rows), _notes(measured, first), narrowed,
                  words.currencies(measured.goal, measured.currencies))  # fmt: skip


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _notes(measured: Measured, first: dict[str, Said]) -> tuple[str, ...]:
    """What the rows have no room for: what the differences come to, and the messages beside each other."""
    found = []
    for said in measured.compared:
        one = said.compared
        beside = f"{words.arm(one.arm)} beside “{words.arm(one.against)}”"
        if first[one.arm] is not said:
            found.append(f"{beside}: {said.words}")
        elif one.verdict in ("better", "worse"):
            found.append(f"{beside}: {words.in_all(measured.goal, one)}.")
    return tuple(found)


def _row(
    goal: Goal, label: str, people: int, measured: Measured, name: str, first: dict[str, Said], reach: float
) -> Row:
    told = _told(goal, first[name], reach) if name in first else {}
    return Row(label, people, words.figure(goal, measured.means[name]), _total(goal, measured.totals[name]), **told)


def _total(goal: Goal, value: float) -> str:
    return f"{value:,.0f}".replace("-", "−") if goal.figure != "sum" else words.number(value)


def _told(goal: Goal, said: Said, reach: float) -> dict[str, Any]:
    one = said.compared
    early = one.verdict == "early"
    change = (
        "" if early else words.change(one.relative) if one.relative is not None else words.points(goal, one.difference)
    )
    return {
        "against": words.arm(one.against), "change": change, "verdict": WORDS[one.verdict], "tone": TONES[one.verdict],
        "words": said.words, "bar": None if early else _bar(one, reach),
        "between": "" if early else words.interval(goal, one),
    }  # fmt: skip


def _reach(compared: Sequence[Said]) -> float:
    """The largest difference that any bar must show."""
    told = [one.compared for one in compared if one.compared.verdict != "early"]
    return max((max(abs(one.low), abs(one.high)) for one in told), default=0.0) or 1.0


def _bar(one: Compared, reach: float) -> Bar:
    def place(value: float) -> float:
        return round(WIDTH / 2 + value / reach * (WIDTH / 2 - _MARGIN), 1)

    return Bar(place(one.low), place(one.high), place(one.difference))


def _guard(one: Kept) -> tuple[str, str, str, str]:
    return title(one.guard.goal), *_GUARDS[one.state], one.words


def _mismatch(results: Results) -> str:
    if not results.ratio.mismatch:
        return ""
    seen, expected = results.ratio.seen, results.ratio.expected
    told = ", ".join(f"{words.arm(arm)} {seen[arm]:,} of {expected[arm]:,.0f}" for arm in seen)
    return f"The arms did not get the people that they should have ({told}): do not trust these figures before you know why."


def _chart(results: Results, zone: tzinfo) -> dict[str, Any] | None:
    """The difference as it was told from day to day, with its interval: in percentage points, or as it is."""
    points = [
        one for one in results.series if one.difference is not None and one.low is not None and one.high is not None
    ]
    last = points[-1] if points else None
    if last is None or last.low is None or last.high is None:
        return None
    # The first intervals are so wide that they would flatten all that follow.
    widest = _WIDEST * (last.high - last.low)
    points = [one for one in points if (one.high or 0.0) - (one.low or 0.0) <= widest]
    if len(points) < 2:
        return None
    scale = 100 if results.goal.goal.figure == "converted" else 1
    days = (points[-1].at - points[0].at).days >= 2
    labels = [f"{one.at.astimezone(zone):{'%-d %b' if days else '%-d %b %H:%M'}}" for one in points]

    def line(name: str, data: list[float | None], tone: str, width: float, kind: str) -> dict[str, Any]:
        values = [None if one is None else round(one * scale, 2) for one in data]
        return {"name": name, "data": values, "tone": tone, "smooth": False, "areaStyle": None,
                "lineStyle": {"width": width, "type": kind}}  # fmt: skip

    return {
        "labels": labels,
        "unit": " points" if scale == 100 else "",
        "series": [
            line("Difference", [one.difference for one in points], "chart-1", 2, "solid"),
            line("At most", [one.high for one in points], "muted-foreground", 1, "dashed"),
            line("At least", [one.low for one in points], "muted-foreground", 1, "dashed"),
        ],
    }
