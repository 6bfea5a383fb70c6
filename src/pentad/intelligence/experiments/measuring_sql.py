"""The sums of each arm as SQL, from the events of being chosen and those of the goal. Pure.

A person counts once, however often chosen: what they do within the goal's days of any time they were chosen counts, each
event once. Who was seen in two arms (two people merged, say) belongs to none.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pentad.intelligence.experiments.definition import BEFORE_DAYS, CURRENCY, Goal
from pentad.intelligence.segments import events_sql
from pentad.intelligence.segments.definition import Equals, EventMatch, PropertyTest
from pentad.intelligence.segments.moments_sql import stamp
from pentad.intelligence.segments.numbers_sql import MAX, number_sql
from pentad.intelligence.segments.parts import Needed, Scene, all_of, nested
from pentad.intelligence.segments.values_sql import view_sql
from pentad.ledger.sql import literal

ENTERED = "Campaign Entered"


@dataclass(frozen=True)
class Entering:
    """Whose entries: of a campaign, or of one run of it; and what is known of them, to read no more than needed.

    low, high: the earliest and the latest of them. again: somebody was chosen more than once.
    """

    campaign: str
    run: str = ""
    low: datetime | None = None
    high: datetime | None = None
    again: bool = True


def entered_sql(entering: Entering, scene: Scene) -> str:
    """root_no, ts, arm: one row for each time somebody was chosen, up to now."""
    asks = [PropertyTest("campaign_id", Equals(entering.campaign))]
    if entering.run:
        asks.append(PropertyTest("run", Equals(entering.run)))
    match = EventMatch((ENTERED,), where=tuple(asks))
    needed = Needed()
    matched = events_sql.match_sql(match, scene, scene.asked("UTC", needed), needed)
    arm = view_sql(events_sql.property_value(match, "arm", scene, needed))
    since = f"ts >= {stamp(entering.low)}" if entering.low else ""
    rows = _events(match, since, needed.used(matched, arm), scene)
    return f"SELECT root_no, ts, coalesce({arm}, '') AS arm FROM ({rows}) AS r WHERE {matched}"


def entries_sql(entering: Entering, scene: Scene, within_days: int) -> str:
    """arm (of those seen in two: NULL), people, entries, low, high, done: whose days are all over."""
    over = f"max(ts) < {stamp(scene.now - timedelta(days=within_days))}"
    persons = (
        "SELECT CASE WHEN min(arm) = max(arm) THEN min(arm) END AS arm, count(*) AS entries, min(ts) AS low,"
        f" max(ts) AS high, CASE WHEN {over} THEN 1 ELSE 0 END AS done"
        f" FROM ({entered_sql(entering, scene)}) AS e GROUP BY root_no"
    )
    return (
        "SELECT arm, count(*) AS people, sum(entries) AS entries, min(low) AS low, max(high) AS high, sum(done) AS done"
        f" FROM ({persons}) AS p GROUP BY arm"
    )


def sums_sql(goal: Goal, entering: Entering, scene: Scene, moments: Sequence[datetime]) -> str:
    """arm, and for each moment m the sums by then: n_m, some_m, y_m, yy_m, x_m, xx_m, xy_m."""
    persons = (
        "SELECT root_no, min(arm) AS arm, min(ts) AS since FROM entered GROUP BY root_no HAVING min(arm) = max(arm)"
    )
    ys = ", ".join(f"coalesce(a.y{m}, 0e0) AS y{m}" for m in range(len(moments)))
    each = (
        f"SELECT p.arm AS arm, p.since AS since, {_covariate(goal)} AS x, {ys} FROM persons AS p"
        f" LEFT JOIN ({_after_sql(goal, entering, moments)}) AS a ON a.root_no = p.root_no"
        f" LEFT JOIN ({_before_sql()}) AS b ON b.root_no = p.root_no"
    )
    columns = ", ".join(_sums(m, at) for m, at in enumerate(moments))
    return (
        f"WITH entered AS ({entered_sql(entering, scene)}), persons AS ({persons}),"
        f" goal AS ({_goal_sql(goal, entering, scene)})"
        f" SELECT arm, {columns} FROM ({each}) AS each_person GROUP BY arm"
    )


def currencies_sql(goal: Goal, entering: Entering, scene: Scene) -> str:
    """currency, once each, what most people used first; "" of what names none: of what those who were chosen did from then
    on, and that counts something. Not by arm, so that which one comes first says nothing of any arm.
    """
    persons = (
        "SELECT root_no, min(ts) AS since, max(ts) AS latest FROM entered GROUP BY root_no HAVING min(arm) = max(arm)"
    )
    return (
        f"WITH entered AS ({entered_sql(entering, scene)}), persons AS ({persons}),"
        f" goal AS ({_goal_sql(goal, entering, scene, currency=True)})"
        " SELECT g.currency AS currency, count(DISTINCT g.root_no) AS people"
        " FROM goal AS g JOIN persons AS p ON p.root_no = g.root_no"
        f" WHERE g.v <> 0 AND g.ts >= p.since AND g.ts < p.latest + INTERVAL {goal.within_days} DAY"
        " GROUP BY g.currency ORDER BY g.currency = '', people DESC, g.currency LIMIT 50"  # so many tell it as well
    )


def _sums(m: int, at: datetime) -> str:
    there, y = f"since < {stamp(at)}", f"y{m}"
    x = f"CASE WHEN {there} THEN x ELSE 0e0 END"
    return (
        f"count(CASE WHEN {there} THEN 1 END) AS n_{m}, count(CASE WHEN {y} <> 0 THEN 1 END) AS some_{m},"
        f" sum({y}) AS y_{m}, sum({y} * {y}) AS yy_{m}, sum({x}) AS x_{m}, sum(x * ({x})) AS xx_{m},"
        f" sum(x * {y}) AS xy_{m}"
    )


def _covariate(goal: Goal) -> str:
    """The same figure in the days before. Of whether somebody did it how often, on a scale that a few cannot stretch."""
    return "coalesce(ln(1e0 + b.x), 0e0)" if goal.figure == "converted" else "coalesce(b.x, 0e0)"


def _goal_sql(goal: Goal, entering: Entering, scene: Scene, *, currency: bool = False) -> str:
    """root_no, seq, ts, v: the goal's events that can matter, and what each counts; and its currency, where asked for.
    Of a goal in one currency only what is in that one.
    """
    needed = Needed()
    matched = events_sql.match_sql(goal.event, scene, scene.asked("UTC", needed), needed)
    v = "1e0"
    if goal.property is not None:
        value = events_sql.property_value(goal.event, goal.property, scene, needed)
        number = value.number or f"TRY_CAST({value.text} AS DOUBLE)"
        v = f"coalesce(CASE WHEN {number} BETWEEN {number_sql(-MAX)} AND {number_sql(MAX)} THEN {number} END, 0e0)"
    told = ""
    if currency or goal.currency is not None:
        # As long as a goal names one: what is longer is no currency, and is told with what begins like it.
        told = f"substr(upper(coalesce({view_sql(events_sql.property_value(goal.event, CURRENCY, scene, needed))}, '')), 1, 20)"
    low = entering.low - timedelta(days=BEFORE_DAYS) if entering.low else None
    high = entering.high + timedelta(days=goal.within_days) if entering.high else None
    within = all_of(f"ts >= {stamp(low)}" if low else "", f"ts < {stamp(high)}" if high else "")
    rows = _events(goal.event, within, needed.used(matched, v, told), scene)
    more = f", {told} AS currency" if currency else ""
    only = f" AND {told} = {literal(goal.currency.upper())}" if goal.currency is not None else ""
    return f"SELECT root_no, seq, ts, {v} AS v{more} FROM ({rows}) AS r WHERE ({matched}){only}"


def _after_sql(goal: Goal, entering: Entering, moments: Sequence[datetime]) -> str:
    """root_no, and the figure by each moment as y0, y1 …"""
    inside = f"g.ts >= {{0}} AND g.ts < {{0}} + INTERVAL {goal.within_days} DAY"
    if entering.again:  # an event lies within the days of several entries, and counts once
        rows = (
            "SELECT g.root_no AS root_no, g.seq AS seq, min(g.ts) AS ts, min(g.v) AS v FROM goal AS g"
            " JOIN persons AS p ON p.root_no = g.root_no JOIN entered AS n ON n.root_no = g.root_no"
            f" WHERE {inside.format('n.ts')} GROUP BY g.root_no, g.seq"
        )
    else:
        rows = (
            "SELECT g.root_no AS root_no, g.ts AS ts, g.v AS v FROM goal AS g JOIN persons AS p ON p.root_no = g.root_no"
            f" WHERE {inside.format('p.since')}"
        )
    if goal.figure == "converted":
        figures = [f"CASE WHEN min(ts) < {stamp(at)} THEN 1e0 ELSE 0e0 END" for at in moments]
    else:
        figures = [f"sum(CASE WHEN ts < {stamp(at)} THEN v ELSE 0e0 END)" for at in moments]
    ys = ", ".join(f"{sql} AS y{m}" for m, sql in enumerate(figures))
    return f"SELECT root_no, {ys} FROM ({rows}) AS w GROUP BY root_no"


def _before_sql() -> str:
    return (
        "SELECT g.root_no AS root_no, sum(g.v) AS x FROM goal AS g JOIN persons AS p ON p.root_no = g.root_no"
        f" WHERE g.ts < p.since AND g.ts >= p.since - INTERVAL {BEFORE_DAYS} DAY GROUP BY g.root_no"
    )


def _events(match: EventMatch, within: str, levels: tuple[tuple[tuple[str, str], ...], ...], scene: Scene) -> str:
    """The events that may match, with the columns that the rest asks for."""
    own = dict.fromkeys(["root_no", "seq", "ts", "type", "name"])
    first = [(name, sql) for name, sql in (levels[0] if levels else ()) if name not in own]
    columns = ", ".join([*own, *(sql if sql == name else f"{sql} AS {name}" for name, sql in first)])
    read = all_of(scene.only("root_no"), f"ts < {stamp(scene.now)}", within, events_sql.named_sql(match))
    return nested(f"SELECT {columns} FROM events WHERE {read}", levels[1:])
