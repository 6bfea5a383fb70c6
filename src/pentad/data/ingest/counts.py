"""Do the counts balance, and what was set aside and why.

All SQL is DuckDB's dialect over the ledger's relations. Times in the ledger are naive UTC; here they
come out aware.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from django.db.models import Count, Min

from pentad import ledger
from pentad.core import clock
from pentad.data.ingest import models, pending
from pentad.data.ingest.models import Source
from pentad.data.ingest.rules import REASONS, Reason
from pentad.data.ingest.when import aware, naive

Step = Literal["minute", "hour", "day"]


@dataclass(frozen=True, slots=True)
class Totals:
    """What became of the messages that were answered with 200.

    accepted = stored + duplicate + quarantined + pending: the last are durable in the inbox and not
    loaded yet, which is a matter of a second unless the loader is behind.
    """

    accepted: int = 0
    duplicate: int = 0
    quarantined: int = 0
    stored: int = 0
    pending: int = 0

    @property
    def gap(self) -> int:
        """Messages whose whereabouts are unknown: 0 unless something is badly wrong."""
        return self.accepted - self.stored - self.duplicate - self.quarantined - self.pending

    @property
    def error_share(self) -> float:
        return self.quarantined / self.accepted if self.accepted else 0.0


@dataclass(frozen=True, slots=True)
class Slot:
    """The verdicts of one minute, hour or day."""

    at: datetime
    accepted: int
    stored: int
    duplicate: int
    quarantined: int

    @property
    def gap(self) -> int:
        return self.accepted - self.stored - self.duplicate - self.quarantined


@dataclass(frozen=True, slots=True)
class Gap:
    """A minute of a source whose verdicts do not add up to what was accepted."""

    source_no: int
    minute: datetime
    accepted: int
    missing: int


@dataclass(frozen=True, slots=True)
class Missing:
    """Messages of a source that were accepted and cannot be found: how many, and the first by name."""

    source_no: int
    count: int
    first: datetime
    message_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class QuarantineGroup:
    """Messages that were set aside for one reason, with a sample."""

    reason: Reason
    count: int
    last: datetime
    message_id: str
    detail: str
    source_no: int


def reason(code: str) -> Reason:
    """The reason of a code; an unknown one (a plugin's, an older release's) goes by its name."""
    return REASONS.get(code) or Reason(
        code, code.replace("_", " ").capitalize() + ".", "See the detail of each message."
    )


def _where(source_no: int | None, since: datetime | None, column: str) -> tuple[str, list[Any]]:
    conditions: list[str] = []
    params: list[Any] = []
    if source_no is not None:
        conditions.append("source_no = ?")
        params.append(source_no)
    if since is not None:
        conditions.append(f"{column} >= ?")
        params.append(naive(since))
    return (" WHERE " + " AND ".join(conditions)) if conditions else "", params


_SUMS = (
    "CAST(coalesce(sum(accepted), 0) AS BIGINT) AS accepted, CAST(coalesce(sum(duplicate), 0) AS BIGINT) AS duplicate, "
    "CAST(coalesce(sum(quarantined), 0) AS BIGINT) AS quarantined, CAST(coalesce(sum(stored), 0) AS BIGINT) AS stored"
)


def totals_by_source(since: datetime | None = None) -> dict[int, Totals]:
    """Totals of every source that ever sent, by source number."""
    where, params = _where(None, _to_minute(since), "minute")
    rows: list[dict[str, Any]] = []
    waiting: dict[int, int] = {}
    # A slice that lands between the two reads would be counted twice or not at all: look again then.
    for _attempt in range(5):
        before = ledger.current().offsets()
        waiting = pending.by_source(since)
        rows = ledger.current().rows(f"SELECT source_no, {_SUMS} FROM counts{where} GROUP BY source_no", params)
        if ledger.current().offsets() == before:
            break
    result = {row.pop("source_no"): row for row in rows}
    for no, count in waiting.items():
        row = result.setdefault(no, dict.fromkeys(("accepted", "duplicate", "quarantined", "stored"), 0))
        row["accepted"] += count
    return {no: Totals(**result[no], pending=waiting.get(no, 0)) for no in sorted(result)}


def totals(source: Source | None = None, since: datetime | None = None) -> Totals:
    """Totals of one source, or of all. since: by time of receipt, whole minutes; None is ever."""
    every = totals_by_source(since)
    if source is not None:
        return every.get(source.no, Totals())
    return Totals(*(sum(getattr(t, f) for t in every.values()) for f in Totals.__dataclass_fields__))


def _to_minute(at: datetime | None) -> datetime | None:
    return at.replace(second=0, microsecond=0) if at else None


def per_minute(source: Source | None, since: datetime, step: Step = "minute") -> list[Slot]:
    """Verdicts by minute (or hour, or day) of receipt, oldest first; slots without messages are left out."""
    where, params = _where(source.no if source else None, _to_minute(since), "minute")
    rows = ledger.current().rows(
        f"SELECT date_trunc('{step}', minute) AS at, {_SUMS} FROM counts{where} GROUP BY 1 ORDER BY 1", params
    )
    return [Slot(at=aware(row.pop("at")), **row) for row in rows]


def hourly_by_source(hours: int = 24) -> dict[int, list[int]]:
    """Accepted messages of each of the last hours, oldest first, by source number. For sparklines."""
    now = clock.now().replace(minute=0, second=0, microsecond=0)
    first = now - timedelta(hours=hours - 1)
    rows = ledger.current().rows(
        "SELECT source_no, date_trunc('hour', minute) AS hour, CAST(sum(accepted) AS BIGINT) AS accepted "
        "FROM counts WHERE minute >= ? GROUP BY 1, 2",
        [naive(first)],
    )
    series: dict[int, list[int]] = {}
    for row in rows:
        slot = int((aware(row["hour"]) - first) / timedelta(hours=1))
        if 0 <= slot < hours:
            series.setdefault(row["source_no"], [0] * hours)[slot] += row["accepted"]
    return series


def gaps(since: datetime | None = None) -> list[Gap]:
    """Minutes whose counts do not balance, newest first. Empty when all is well."""
    where, params = _where(None, _to_minute(since), "minute")
    rows = ledger.current().rows(
        f"SELECT * FROM (SELECT source_no, minute, {_SUMS} FROM counts{where} GROUP BY source_no, minute) AS m "
        "WHERE accepted <> stored + duplicate + quarantined ORDER BY minute DESC LIMIT 200",
        params,
    )
    return [
        Gap(
            r["source_no"],
            aware(r["minute"]),
            r["accepted"],
            r["accepted"] - r["stored"] - r["duplicate"] - r["quarantined"],
        )
        for r in rows
    ]


def missing(most: int = 20) -> list[Missing]:
    """What the second look at loaded logs did not find in the ledger, by source; `most` names each."""
    found = []
    rows = models.Gap.objects.order_by("received", "id")
    for no, count, first in rows.order_by().values_list("source_no").annotate(Count("id"), Min("received")):
        names = rows.filter(source_no=no).values_list("message_id", flat=True)[:most]
        found.append(Missing(no, count, first, tuple(names)))
    return sorted(found, key=lambda m: m.first)


def quarantine_groups(source: Source | None = None, since: datetime | None = None) -> list[QuarantineGroup]:
    """Why messages were set aside, most frequent first, each with the latest as a sample."""
    where, params = _where(source.no if source else None, since, "received")
    rows = ledger.current().rows(
        "SELECT reason, count(*) AS count, max(received) AS last, arg_max(message_id, seq) AS message_id, "
        f"arg_max(detail, seq) AS detail, arg_max(source_no, seq) AS source_no FROM quarantined{where} "
        "GROUP BY reason ORDER BY count DESC, reason",
        params,
    )
    return [
        QuarantineGroup(
            reason(r["reason"]), r["count"], aware(r["last"]), r["message_id"] or "", r["detail"] or "", r["source_no"]
        )
        for r in rows
    ]
