"""How a source fares, in one word and a sentence."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from pentad import ledger
from pentad.core import clock
from pentad.data.ingest import pending
from pentad.data.ingest.models import Source
from pentad.data.ingest.when import aware_or_none, naive

HealthState = Literal["healthy", "quiet", "failing", "behind", "waiting", "off"]

QUIET_AFTER = timedelta(hours=24)
BEHIND_AFTER = timedelta(seconds=30)
FAILING_SHARE = 0.05
_RATE_MINUTES = 15


@dataclass(frozen=True, slots=True)
class SourceHealth:
    """What a source list shows: state, and the figures it follows from."""

    state: HealthState
    last_event: datetime | None
    """By time of receipt."""
    per_minute: float
    """Messages a minute, over the last quarter of an hour."""
    error_share: float
    """Of the messages of the last 24 hours, the part that was set aside."""
    accepted: int
    """In the last 24 hours."""
    lag: timedelta
    """How long the message has waited that waits longest for the loader."""

    @property
    def text(self) -> str:
        return _TEXTS[self.state]

    @property
    def tone(self) -> str:
        return _TONES[self.state]


_TEXTS: dict[str, str] = {
    "healthy": "Healthy", "quiet": "Quiet", "failing": "Failing", "behind": "Loader behind",
    "waiting": "Waiting for first event", "off": "Off",
}  # fmt: skip
_TONES: dict[str, str] = {
    "healthy": "green", "quiet": "orange", "failing": "red", "behind": "orange", "waiting": "gray", "off": "gray",
}  # fmt: skip


def source_health(source: Source) -> SourceHealth:
    """How one source fares now."""
    return health_of([source])[source.no]


def health_of(sources: list[Source]) -> dict[int, SourceHealth]:
    """How each of the sources fares now, by number, in two reads of the ledger."""
    now = clock.now()
    figures = {row["source_no"]: row for row in _figures(now)}
    oldest = pending.oldest_by_source()
    return {source.no: _judge(source, figures.get(source.no, {}), oldest.get(source.no), now) for source in sources}


def _figures(now: datetime) -> list[dict[str, Any]]:
    day, quarter = naive(now - timedelta(days=1)), naive(now - timedelta(minutes=_RATE_MINUTES))
    return ledger.current().rows(
        "SELECT source_no, max(minute) AS last, "
        "CAST(coalesce(sum(CASE WHEN minute >= ? THEN accepted END), 0) AS BIGINT) AS accepted, "
        "CAST(coalesce(sum(CASE WHEN minute >= ? THEN quarantined END), 0) AS BIGINT) AS quarantined, "
        "CAST(coalesce(sum(CASE WHEN minute >= ? THEN accepted END), 0) AS BIGINT) AS lately "
        "FROM counts GROUP BY source_no",
        [day, day, quarter],
    )


def _judge(source: Source, row: dict[str, Any], waits_since: datetime | None, now: datetime) -> SourceHealth:
    last = aware_or_none(row.get("last"))
    accepted, lately = row.get("accepted", 0), row.get("lately", 0)
    share = row.get("quarantined", 0) / accepted if accepted else 0.0
    lag = now - waits_since if waits_since else timedelta()
    state: HealthState = "healthy"
    if source.archived or not source.enabled:
        state = "off"
    elif last is None and waits_since is None:
        state = "waiting"
    elif lag > BEHIND_AFTER:
        state = "behind"
    elif share >= FAILING_SHARE:
        state = "failing"
    elif last is not None and now - last > QUIET_AFTER:
        state = "quiet"
    return SourceHealth(state, last, lately / _RATE_MINUTES, share, accepted, lag)
