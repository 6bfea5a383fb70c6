"""What the arms of a campaign did, asked of the ledger. The only place that runs these statements.

On behalf of whoever reads: of the customers they may see, and only what they see in full. Jobs read as Pentad itself.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from pentad import ledger
from pentad.core import clock
from pentad.core.actor import reader
from pentad.intelligence.experiments.definition import Measurement, asked, goals
from pentad.intelligence.experiments.measuring_sql import Entering, entries_sql, sums_sql
from pentad.intelligence.experiments.results import BySums, Results, Seen, assembled
from pentad.intelligence.experiments.rules import Sums
from pentad.intelligence.segments.access import require_fields, seen_numbers
from pentad.intelligence.segments.engine import promoted
from pentad.intelligence.segments.parts import Scene
from pentad.intelligence.segments.patience import waited_for
from pentad.intelligence.segments.periods import naive
from pentad.intelligence.segments.queries import definition_of
from pentad.ledger import Ledger

POINTS = 16
"""Moments at which the goal is told as it was then. Each costs seven sums over everybody."""


def measured(
    campaign: str, measurement: Measurement, weights: Mapping[str, float], *, run: str = "",
    ends: datetime | None = None, now: datetime | None = None, points: int = POINTS,
) -> Results:  # fmt: skip
    """The same without a limit of time, for jobs."""
    require_fields(reader(), asked(measurement), definition_of)
    at = now or clock.now()
    seen = _Reading(ledger.current(), campaign, run, at, seen_numbers()).seen(measurement, points)
    return assembled(campaign, measurement, weights, seen, run=run, ends=ends, now=at)


@waited_for
def results(
    campaign: str, measurement: Measurement, weights: Mapping[str, float], *, run: str = "",
    ends: datetime | None = None, now: datetime | None = None, points: int = POINTS,
) -> Results:  # fmt: skip
    """What a campaign, or one run of it, changed by `now`. weights: of its arms, HOLDOUT among them.

    ends: when measuring is over, if that was fixed at the beginning: the last planned entry and the goal's days. Raises
    Denied when the reader does not see what it asks for, Invalid `ask_too_slow`.
    """
    return measured(campaign, measurement, weights, run=run, ends=ends, now=now, points=points)


class _Reading:
    def __init__(self, store: Ledger, campaign: str, run: str, now: datetime, only: Collection[int] | None):
        self._store, self._only = store, only
        self._entering = Entering(campaign, run)
        self._scene = Scene(naive(now), promoted(store), "" if only is None else "scope", alone=True)

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
        first, *rest = every
        by_moment = self._sums(sums_sql(first, known, self._scene, moments), len(moments))
        others = [self._sums(sums_sql(one, known, self._scene, moments[-1:]), 1)[0] for one in rest]
        arms = {row["arm"]: (int(row["people"]), int(row["done"])) for row in rows if row["arm"] is not None}
        mixed = sum(row["people"] for row in rows if row["arm"] is None)
        earlier = [(at.replace(tzinfo=UTC), sums) for at, sums in zip(moments, by_moment, strict=True)]
        return Seen(arms, int(mixed), [by_moment[-1], *others], earlier)

    def _ask(self, sql: str) -> list[dict[str, Any]]:
        return self._store.rows(sql, scope=self._only)

    def _sums(self, sql: str, moments: int) -> list[BySums]:
        rows = self._ask(sql)
        return [{row["arm"]: _sums_of(row, m) for row in rows} for m in range(moments)]


def _sums_of(row: dict[str, Any], m: int) -> Sums:
    y, yy, x, xx, xy = (float(row[f"{name}_{m}"] or 0) for name in ("y", "yy", "x", "xx", "xy"))
    return Sums(int(row[f"n_{m}"]), int(row[f"some_{m}"]), y, yy, x, xx, xy)


def _moments(low: datetime, high: datetime, points: int) -> Sequence[datetime]:
    """Evenly spread, the last one just past everything that counts."""
    step = (high - low) / max(1, points)
    return [*(low + step * n for n in range(1, points)), high + timedelta(microseconds=1)]
