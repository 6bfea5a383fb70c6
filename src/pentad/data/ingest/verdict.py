"""POST /v1/verdict: the same body as a batch, answered with what became of each message.

The messages are as durable as through any other path; then the answer waits, for WAIT_SECONDS at
most, until the loader has judged them. What is not judged by then is "pending", and can be asked for
at /api/v1/receipts/{messageId}.
"""

import asyncio
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import msgspec

from pentad import ledger
from pentad.core import clock, ids
from pentad.core.errors import PentadError
from pentad.data.ingest import answers
from pentad.data.ingest.accept import Accepted, open_batch
from pentad.data.ingest.answers import Receive, Scope, Send
from pentad.data.ingest.rules import REASONS, identifier_text
from pentad.data.ingest.tracker import Stored, Tracker

WAIT_SECONDS = 5.0
_FIRST_PAUSE, _LONGEST_PAUSE = 0.02, 0.2

_pool = ThreadPoolExecutor(2, "verdicts")


async def answer(tracker: Tracker, scope: Scope, receive: Receive, send: Send) -> None:
    """Take a batch and tell what became of each message, in the order they were sent."""
    named: list[str] = []
    limits = tracker.keys.known.limits
    stored = await tracker.take(scope, receive, lambda body: _named(open_batch(body, limits), named), limits.batch)
    found = await judged(stored)
    await answers.answer_json(send, {"success": True, "results": _results(named, found)})


def _named(accepted: Accepted, named: list[str]) -> Accepted:
    """Give an id to every message without one, so that the answer can name it; `named` gets all ids."""
    content = msgspec.json.decode(accepted.body)
    changed = False
    for message in content["batch"]:
        message_id = message.get("messageId") if isinstance(message, dict) else ""
        if not message_id and isinstance(message, dict):
            message["messageId"] = message_id = ids.new_id()
            changed = True
        named.append(identifier_text(message_id) if isinstance(message_id, float) else str(message_id))
    for part in accepted.apart:  # in rising order, so each lands where it was sent
        named.insert(part.place, "")
    if changed:
        accepted.body = msgspec.json.encode(content)
    return accepted


async def judged(stored: Stored) -> dict[str, list[dict[str, str]]]:
    """Verdicts by message id (one for each copy sent), as far as the loader comes within WAIT_SECONDS."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + WAIT_SECONDS
    pause = _FIRST_PAUSE
    look = partial(_look, stored.source.no, stored.received_us)
    while True:
        await asyncio.sleep(pause)
        rows = await loop.run_in_executor(_pool, look)
        if len(rows) >= stored.count or loop.time() + pause > deadline:
            break
        pause = min(pause * 1.5, _LONGEST_PAUSE)
    found: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in rows:
        found[row["message_id"]].append(row)
    return found


def _look(source_no: int, received_us: int) -> list[dict[str, Any]]:
    """What the ledger holds of a request. The moment of receipt tells this copy from earlier ones."""
    received = clock.from_us(received_us).replace(tzinfo=None)
    try:
        return ledger.current().rows(
            "SELECT seq, message_id, 'stored' AS verdict, '' AS reason, '' AS detail FROM events "
            "WHERE source_no = ? AND received = ? "
            "UNION ALL SELECT seq, message_id, 'duplicate', '', '' FROM duplicates WHERE source_no = ? AND received = ? "
            "UNION ALL SELECT seq, message_id, 'quarantined', reason, detail FROM quarantined "
            "WHERE source_no = ? AND received = ? ORDER BY seq",
            [source_no, received] * 3,
        )
    except PentadError:  # the ledger is not open here: all that is known is that the messages are safe
        return []


def _results(named: list[str], found: dict[str, list[dict[str, str]]]) -> list[dict[str, str]]:
    """One verdict for each message sent, in order."""
    rows = [copies.pop(0) if (copies := found.get(message_id)) else None for message_id in named]
    # What could not even be read has no id that we know: what is left over belongs to those, in order.
    rest = [row for copies in found.values() for row in copies if row["verdict"] == "quarantined"]
    return [
        _result(message_id, row or (rest.pop(0) if rest else None)) for message_id, row in zip(named, rows, strict=True)
    ]


def _result(message_id: str, row: dict[str, str] | None) -> dict[str, str]:
    if row is None:
        return {
            "messageId": message_id,
            "verdict": "pending",
            "reason": "",
            "detail": "",
            "fix": "Durable, not judged yet: ask for its receipt in a moment.",
        }
    reason = REASONS.get(row["reason"])
    return {
        "messageId": message_id,
        "verdict": row["verdict"],
        "reason": row["reason"],
        "detail": row["detail"] or (reason.says if reason else ""),
        "fix": reason.fix if reason else "",
    }
