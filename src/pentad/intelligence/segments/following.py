"""What segments do with the mirror's news: the touched few are asked again; everybody, when the table was lost."""

from pentad import ledger
from pentad.core import jobs
from pentad.data.profiles.mirror import Mirrored, listen
from pentad.data.profiles.touched import register_quiet
from pentad.intelligence.segments import queries
from pentad.intelligence.segments.actions import FILL
from pentad.intelligence.segments.definition import ENTERED, LEFT
from pentad.intelligence.segments.models import Segment
from pentad.intelligence.segments.refresh import some_people
from pentad.intelligence.segments.table import live
from pentad.ledger import Ledger

MARK = "segments"
"""Set in the derived file once its feature table is known to be what was left in it."""


def follow(news: Mirrored) -> None:
    """Told again after an error or a crash: asking twice changes nothing."""
    store = ledger.current()
    if news.roots is None or not store.derived.mark(MARK):
        _everybody(store)
    if news.roots is not None:
        some_people(store, news.roots, news.names)


def _nobody_asks_for() -> set[str]:
    """Entering and leaving change nobody's answers, unless a segment that is kept up asks for these events."""
    asked = {name for one in live() for feature in one.asked.features for name in feature.events or ()}
    return {ENTERED, LEFT} - asked


def _everybody(store: Ledger) -> None:
    if queries.segments(Segment.LIVE).exists():
        jobs.enqueue(FILL, {}, key=f"{FILL}:", priority=10)
    store.derived.set_mark(MARK, 1)


listen(follow)
register_quiet(_nobody_asks_for)
