"""What sets triggered campaigns off: customers who enter a segment, and events that arrive."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from pentad import ledger
from pentad.core import clock
from pentad.engage.campaigns import audience
from pentad.engage.campaigns.choosing import Candidate
from pentad.engage.campaigns.models import Run
from pentad.engage.campaigns.plan import Trigger

PORTION = 2_000
FRESH = timedelta(days=1)
"""An event that is older when it arrives sets nothing off: somebody imports the past."""


def begin(trigger: Trigger) -> int:
    """From where on a campaign that starts now follows what sets it off."""
    return audience.last_entry() if trigger.on == "segment" else ledger.current().next_seq() - 1


def candidates(run: Run, trigger: Trigger) -> tuple[list[Candidate], int]:
    """Whom it set off since the run looked last, and up to where that is."""
    return _entered(run, trigger) if trigger.on == "segment" else _did(run, trigger)


def _entered(run: Run, trigger: Trigger) -> tuple[list[Candidate], int]:
    found = audience.entries([trigger.segment], run.cursor, PORTION)
    last = max((one.id for one in found), default=run.cursor)
    # A few are read again: of these only what was written since it began.
    new = [one for one in found if one.id > run.cursor or one.at > run.created]
    return [Candidate(one.person_no, str(one.id), one.at) for one in new], max(last, run.cursor)


def _did(run: Run, trigger: Trigger) -> tuple[list[Candidate], int]:
    """Events by the order in which the ledger keeps them; what was read goes with the customer, for the message."""
    sql = (
        "SELECT seq, person_no, name, ts, message_id, props FROM events WHERE seq > ? AND type = 'track' AND name = ?"
        f" ORDER BY seq LIMIT {PORTION}"
    )
    rows = ledger.current().rows(sql, [run.cursor, trigger.event])
    oldest = clock.now() - FRESH
    found = [_candidate(row) for row in rows if _at(row) >= oldest]
    return found, rows[-1]["seq"] if rows else run.cursor


def _candidate(row: dict[str, Any]) -> Candidate:
    event = {"name": row["name"], "at": _at(row).isoformat(), "properties": _properties(row["props"])}
    entry = hashlib.blake2b(row["message_id"].encode(), digest_size=9).hexdigest()
    return Candidate(row["person_no"], entry, min(_at(row), clock.now()), event)


def _properties(text: str | None) -> dict[str, Any]:
    found = msgspec.json.decode(text) if text else {}
    return found if isinstance(found, dict) else {}


def _at(row: dict[str, Any]) -> datetime:
    at: datetime = row["ts"]
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def waiting(runs: Sequence[tuple[Run, Trigger]]) -> list[Run]:
    """Those of the runs for which there is something new. One look for all that follow events."""
    found = [
        run for run, trigger in runs if trigger.on == "segment" and audience.has_entries(trigger.segment, run.cursor)
    ]
    by_event = [(run, trigger) for run, trigger in runs if trigger.on == "event"]
    if not by_event:
        return found
    names = sorted({trigger.event for _, trigger in by_event})
    sql = (
        "SELECT name, max(seq) AS last FROM events WHERE seq > ? AND type = 'track' AND name IN "
        f"({', '.join('?' for _ in names)}) GROUP BY name"
    )
    rows = ledger.current().rows(sql, [min(run.cursor for run, _ in by_event), *names])
    last = {row["name"]: row["last"] for row in rows}
    return found + [run for run, trigger in by_event if last.get(trigger.event, 0) > run.cursor]
