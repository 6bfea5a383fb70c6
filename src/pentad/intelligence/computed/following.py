"""What computed traits do with the mirror's news: the touched few are worked out again; everybody, when all was lost."""

from pentad import ledger
from pentad.core import jobs
from pentad.core.turns import Turns
from pentad.data.profiles.mirror import Mirrored, listen
from pentad.intelligence.computed import queries
from pentad.intelligence.computed.keeping import due_now, some_people
from pentad.intelligence.computed.models import ComputedTrait
from pentad.intelligence.computed.queries import FILL

EVERY_SECONDS = 1.0
"""How often to look for whose values time alone has changed: one look at an index."""


def follow(news: Mirrored) -> None:
    """Told again after an error or a crash: what stands already is left."""
    if news.roots is not None:
        some_people(ledger.current(), news.roots, news.names)
    elif queries.traits(ComputedTrait.LIVE).exists():
        jobs.enqueue(FILL, {}, key=f"{FILL}:", priority=10)


def by_time() -> Turns:
    """The thread of the owner process."""
    return Turns("computed-due", lambda: due_now(ledger.current()), EVERY_SECONDS)


listen(follow)
