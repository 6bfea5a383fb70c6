"""What the arms of a campaign did, asked of the ledger.

On behalf of whoever reads: of the customers they may see, and only what they see in full. Jobs read as Pentad itself.
"""

from collections.abc import Mapping
from datetime import datetime

from pentad import ledger
from pentad.core import clock
from pentad.core.actor import reader
from pentad.intelligence.experiments.definition import Measurement, asked
from pentad.intelligence.experiments.reading import POINTS, Reading
from pentad.intelligence.experiments.results import Results, assembled
from pentad.intelligence.segments.access import require_fields, seen_numbers
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
    seen = Reading(store, campaign, run, at, seen_numbers(), promoted(store)).seen(measurement, points)
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


__all__ = ["Results", "measured", "results"]
