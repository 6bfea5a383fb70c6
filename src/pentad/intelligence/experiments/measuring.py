"""What the arms of a campaign did, asked of the ledger.

On behalf of whoever reads: of the customers they may see, and only what they see in full. Jobs read as Pentad itself.
"""

from collections.abc import Mapping
from datetime import datetime

from pentad import ledger
from pentad.core import clock
from pentad.core.actor import reader
from pentad.intelligence.experiments.definition import Goal, Measurement, asked, asked_of_currencies
from pentad.intelligence.experiments.reading import POINTS, Reading
from pentad.intelligence.experiments.results import Results, assembled
from pentad.intelligence.segments.access import may_ask, require_fields, seen_numbers
from pentad.intelligence.segments.engine import promoted
from pentad.intelligence.segments.patience import waited_for
from pentad.intelligence.segments.queries import definition_of


def measured(
    campaign: str, measurement: Measurement, weights: Mapping[str, float], *, run: str = "",
    ends: datetime | None = None, now: datetime | None = None, points: int = POINTS,
) -> Results:  # fmt: skip
    """The same without a limit of time, for jobs."""
    require_fields(reader(), asked(measurement), definition_of)
    at = now or clock.now()
    store = ledger.current()
    look = Reading(store, campaign, run, at, seen_numbers(), promoted(store), _sees_currency)
    seen = look.seen(measurement, points)
    return assembled(campaign, measurement, weights, seen, run=run, ends=ends, now=at)


def _sees_currency(goal: Goal) -> bool:
    return may_ask(reader(), asked_of_currencies(goal), definition_of)


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


__all__ = ["Results", "measured", "results"]
