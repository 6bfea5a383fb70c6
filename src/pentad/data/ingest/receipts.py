"""Where one message is: waiting, stored, a duplicate, or set aside and why."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

import pyarrow as pa

from pentad import ledger
from pentad.data.identity.models import Person
from pentad.data.ingest import pending
from pentad.data.ingest.contents import type_of
from pentad.data.ingest.counts import reason
from pentad.data.ingest.models import Source
from pentad.data.ingest.rules import message_key
from pentad.data.ingest.when import aware, aware_or_none

State = Literal["pending", "stored", "duplicate", "quarantined", "unknown"]


@dataclass(frozen=True, slots=True)
class Stage:
    """A step on the way of a message. `tone`: ok, waiting, repeated or problem."""

    name: str
    at: datetime | None
    text: str
    tone: str = "ok"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of the message with this id from this source."""

    message_id: str
    source_no: int
    source: str
    state: State
    received: datetime
    stages: list[Stage]
    person_id: str | None = None
    person_name: str = ""
    reason: str = ""
    says: str = ""
    fix: str = ""
    type: str = ""
    name: str = ""
    timestamp: datetime | None = None
    duplicates: int = 0
    content: dict[str, Any] = field(default_factory=dict)
    raw: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The short answer for a program that asks about its own messages."""

    message_id: str
    state: State
    reason: str = ""
    detail: str = ""


def receipt(message_id: str, source: str | None = None) -> Receipt | None:
    """The receipt of a message; when several sources sent this id, the one that was received last."""
    found = receipts_of(message_id)
    if source is not None:
        found = [r for r in found if r.source == source]
    return found[0] if found else None


def receipts_of(message_id: str) -> list[Receipt]:
    """One receipt for each source that sent this id, latest first."""
    sources = {s.no: s.name for s in Source.objects.only("no", "name")}
    keys = [message_key(no, message_id) for no in sources]
    waiting = pending.find(message_id)  # before the ledger: a message on its way must not fall between
    # Most ids that people try are of nothing: the ledger's filters tell without reading a column.
    known = ledger.current().known(pa.array(keys, pa.uint64()))["key"].to_pylist()
    stored = _rows("events", _EVENT, "key", known)
    set_aside = _rows("quarantined", "seq, source_no, received, reason, detail, raw", "message_id", [message_id])
    repeated = _rows("duplicates", "seq, source_no, received", "key", keys)
    result = []
    for no in {r["source_no"] for r in (*stored, *set_aside, *repeated)} | {w.source_no for w in waiting}:
        mine = [[r for r in rows if r["source_no"] == no] for rows in (stored, set_aside, repeated)]
        here = [w for w in waiting if w.source_no == no]
        result.append(_assemble(message_id, no, sources.get(no, f"Source {no}"), mine[0], mine[1], mine[2], here))
    return sorted(result, key=lambda r: r.received, reverse=True)


_EVENT = (
    "seq, source_no, type, name, ts, received, original, sent, message_id, root_no, user_id, anonymous_id, group_id, "
    "props, context, traits"
)


def _rows(relation: str, columns: str, by: str, values: Sequence[Any]) -> list[dict[str, Any]]:
    if not values:
        return []
    marks = ", ".join("?" * len(values))
    return ledger.current().rows(
        f"SELECT {columns} FROM {relation} WHERE {by} IN ({marks}) ORDER BY seq LIMIT 200", values
    )


def _assemble(
    message_id: str,
    no: int,
    name: str,
    stored: list[dict[str, Any]],
    set_aside: list[dict[str, Any]],
    repeated: list[dict[str, Any]],
    waiting: list[pending.Waiting],
) -> Receipt:
    stages: list[Stage] = []
    shared: dict[str, Any] = {"message_id": message_id, "source_no": no, "source": name, "duplicates": len(repeated)}
    if stored:
        row = stored[0]
        person = Person.seen.filter(no=row["root_no"]).first() if row["root_no"] else None
        stages += _stored_stages(row, person, name)
        shared |= {
            "state": "stored", "received": aware(row["received"]), "type": row["type"], "name": row["name"],
            "timestamp": aware(row["ts"]), "content": row,
            "person_id": person.id if person else None, "person_name": (person.name or person.email) if person else "",
        }  # fmt: skip
    elif set_aside:
        row = set_aside[0]
        why = reason(row["reason"])
        shared |= {
            "state": "quarantined", "received": aware(row["received"]), "reason": why.code,
            "says": row["detail"] or why.says, "fix": why.fix, "raw": row["raw"] or "",
            "type": type_of(row["raw"] or "", row["reason"]),
        }  # fmt: skip
    elif repeated:
        shared |= {"state": "duplicate", "received": aware(repeated[0]["received"])}
    else:
        shared |= {"state": "pending", "received": waiting[0].received, "content": waiting[0].message}
    for row in set_aside:
        at = aware(row["received"])
        stages += [Stage("Accepted", at, f"Durable in the inbox, from {name}", "ok")] if not stored else []
        stages.append(Stage("Quarantined", at, reason(row["reason"]).says, "problem"))
    stages += [
        Stage(
            "Duplicate", aware(r["received"]), "Came again with the same content; counted, not stored twice", "repeated"
        )
        for r in repeated
    ]
    for w in waiting:
        stages.append(
            Stage("Accepted", w.received, "Durable in the inbox; the loader has not reached it yet", "waiting")
        )
    return Receipt(stages=stages, **shared)


def _stored_stages(row: dict[str, Any], person: Person | None, source: str) -> list[Stage]:
    stages = []
    original, sent = aware_or_none(row["original"]), aware_or_none(row["sent"])
    if original:
        stages.append(Stage("Happened", original, "By the sender’s own clock"))
    if sent:
        stages.append(Stage("Sent", sent, "By the sender’s own clock"))
    received = aware(row["received"])
    stages.append(Stage("Accepted", received, f"Durable in the inbox, from {source}"))
    stages.append(Stage("Stored", received, "In the ledger, once"))
    if person:
        stages.append(Stage("Matched", received, f"Belongs to {person.name or person.email or 'an anonymous person'}"))
    return stages


def receipts(source_no: int, message_ids: Sequence[str]) -> dict[str, Verdict]:
    """Verdicts on a source's own messages, by id. Ids that are not in the ledger are left to the caller
    ("pending" when it has just accepted them, otherwise unknown)."""
    by_key = {message_key(source_no, m): m for m in message_ids}
    verdicts: dict[str, Verdict] = {}
    marks = ", ".join("?" * len(by_key))
    if not by_key:
        return verdicts
    current = ledger.current()
    for row in current.rows(f"SELECT DISTINCT key FROM duplicates WHERE key IN ({marks})", list(by_key)):
        verdicts[by_key[row["key"]]] = Verdict(by_key[row["key"]], "duplicate")
    for row in current.rows(
        f"SELECT message_id, reason, detail FROM quarantined WHERE source_no = ? AND message_id IN ({marks}) ORDER BY seq",
        [source_no, *by_key.values()],
    ):
        verdicts[row["message_id"]] = Verdict(row["message_id"], "quarantined", row["reason"], row["detail"] or "")
    for row in current.rows(f"SELECT key FROM events WHERE key IN ({marks})", list(by_key)):
        verdicts[by_key[row["key"]]] = Verdict(by_key[row["key"]], "stored")
    return verdicts
