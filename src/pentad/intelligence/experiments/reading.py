"""The statements about a campaign, put to a ledger. The only place that runs them."""

from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from pentad.intelligence.experiments.definition import Goal, Measurement, by_currency, goals
from pentad.intelligence.experiments.measuring_sql import Entering, currencies_sql, entries_sql, sums_sql
from pentad.intelligence.experiments.results import BySums, Seen
from pentad.intelligence.experiments.rules import Sums
from pentad.intelligence.segments.parts import Scene
from pentad.intelligence.segments.periods import naive
from pentad.ledger import Ledger
from pentad.ledger.schema import Promoted

POINTS = 16
"""Moments at which the goal is told as it was then. Each costs seven sums over everybody."""


class Reading:
    """One look at one campaign, at a moment; only: the person numbers it is narrowed to, None for everybody. sees_currency:
    whether that of a goal may be told.
    """

    def __init__(
        self,
        store: Ledger,
        campaign: str,
        run: str,
        now: datetime,
        only: Collection[int] | None,
        promoted: Sequence[Promoted],
        sees_currency: Callable[[Goal], bool] = lambda _: True,
    ):
        self._sees_currency = sees_currency
        self._store, self._only = store, only
        self._entering = Entering(campaign, run)
        self._scene = Scene(naive(now), promoted, "" if only is None else "scope", alone=True)

    def seen(self, measurement: Measurement, points: int) -> Seen:
        rows = self._ask(entries_sql(self._entering, self._scene, measurement.goal.within_days))
        every = list(goals(measurement))
        if not rows:
            return Seen({}, 0, [{} for _ in every])
        low, high = min(row["low"] for row in rows), max(row["high"] for row in rows)
        people = sum(row["people"] for row in rows)
        again = sum(row["entries"] for row in rows) > people
        known = Entering(self._entering.campaign, self._entering.run, low, high, again)
        moments = _moments(low, min(self._scene.now, high + timedelta(days=measurement.goal.within_days)), points)
        currencies = [self._currencies(one, known) for one in every]
        (first, *also), *rest = (by_currency(one, some) for one, some in zip(every, currencies, strict=True))
        by_moment = self._sums(sums_sql(first, known, self._scene, moments), len(moments))
        split = [[self._last(one, known, moments) for one in some] for some in (also, *(some[1:] for some in rest))]
        others = [self._last(some[0], known, moments) for some in rest]
        arms = {row["arm"]: (int(row["people"]), int(row["done"])) for row in rows if row["arm"] is not None}
        mixed = sum(row["people"] for row in rows if row["arm"] is None)
        earlier = [(at.replace(tzinfo=UTC), sums) for at, sums in zip(moments, by_moment, strict=True)]
        return Seen(arms, int(mixed), [by_moment[-1], *others], earlier, currencies, split)

    def _last(self, goal: Goal, entering: Entering, moments: Sequence[datetime]) -> BySums:
        """As it is now."""
        return self._sums(sums_sql(goal, entering, self._scene, moments[-1:]), 1)[0]

    def _currencies(self, goal: Goal, entering: Entering) -> tuple[str, ...]:
        """In which currencies what a sum adds up is, what most people used first; of another figure none."""
        if goal.figure != "sum" or goal.currency is not None or not self._sees_currency(goal):
            return ()
        return tuple(row["currency"] for row in self._ask(currencies_sql(goal, entering, self._scene)))

    def _ask(self, sql: str) -> list[dict[str, Any]]:
        return self._store.rows(sql, scope=self._only)

    def _sums(self, sql: str, moments: int) -> list[BySums]:
        rows = self._ask(sql)
        return [{row["arm"]: _sums_of(row, m) for row in rows} for m in range(moments)]


def _sums_of(row: dict[str, Any], m: int) -> Sums:
    y, yy, x, xx, xy = (float(row[f"{name}_{m}"] or 0) for name in ("y", "yy", "x", "xx", "xy"))
    return Sums(int(row[f"n_{m}"]), int(row[f"some_{m}"]), y, yy, x, xx, xy)


def _moments(low: datetime, high: datetime, points: int) -> Sequence[datetime]:
    """Every day, or every so many; of a shorter time evenly spread. The last one is just past everything that counts."""
    days = -(-(high - low).days // points) if points and (high - low).days >= 4 else 0
    step = timedelta(days=days) if days else (high - low) / max(1, points)
    last = high + timedelta(microseconds=1)
    return [*(at for n in range(1, points) if (at := low + step * n) < high), last]
