"""The second look: before a loaded log is deleted, each of its messages must be found in the ledger.

The messages are read anew from the frames, by other queries than the loader's, so that a fault of the
loader cannot hide itself. What is missing is remembered as a gap, by name, and raises the alarm.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from pentad.core import clock
from pentad.data.ingest.frames import Frame, read_frames
from pentad.data.ingest.models import Gap
from pentad.data.ingest.shape import identifier_sql, message_key_sql, unread_id
from pentad.ledger import Ledger, Staging

_PIECE = 8 << 20


@dataclass(frozen=True, slots=True)
class Missing:
    """A message that was accepted and is nowhere."""

    source_no: int
    message_id: str
    received_us: int
    start: int
    """Of its request, in the log."""
    index: int
    """In the request."""


class _Batch(msgspec.Struct):
    batch: list[msgspec.Raw]


class _Named(msgspec.Struct):
    messageId: Any = None


class _NamedBatch(msgspec.Struct):
    batch: list[_Named]


_decode_named = msgspec.json.Decoder(_NamedBatch).decode
_decode_one = msgspec.json.Decoder(_Named).decode


def missing_messages(staging: Staging, ledger: Ledger, path: Path, end: int) -> list[Missing]:
    """Messages in the first `end` bytes of a log that the ledger knows nothing of."""
    missing: list[Missing] = []
    at = 0
    while at < end:
        frames, after = read_frames(path, at, _PIECE)
        if not frames:
            break
        rows: dict[str, list[object]] = {"source_no": [], "received": [], "place": [], "body": []}
        for frame in _unproved(staging, ledger, frames):
            single = bool(frame.meta.type)
            bodies = [frame.body] if single else [bytes(r) for r in msgspec.json.decode(frame.body, type=_Batch).batch]
            for idx, body in enumerate(bodies):
                rows["source_no"].append(frame.meta.source_no)
                rows["received"].append(frame.meta.received_us)
                rows["place"].append(f"{path.name}:{frame.start}:{idx}")
                rows["body"].append(body.decode("utf-8", "replace"))
        missing += _not_found(staging, ledger, pa.table(rows)) if rows["body"] else []
        at = after
    return missing


def _unproved(staging: Staging, ledger: Ledger, frames: list[Frame]) -> list[Frame]:
    """The requests that need a closer look: not every message in them has a plain id that the ledger knows."""
    suspects: set[int] = set()
    rows: dict[str, list[object]] = {"frame": [], "source_no": [], "message_id": []}
    for no, frame in enumerate(frames):
        try:
            named = [_decode_one(frame.body)] if frame.meta.type else _decode_named(frame.body).batch
        except (msgspec.DecodeError, RecursionError):
            suspects.add(no)
            continue
        names = [one.messageId for one in named]
        if all(type(name) is str and name for name in names):
            rows["frame"] += [no] * len(names)
            rows["source_no"] += [frame.meta.source_no] * len(names)
            rows["message_id"] += names
        else:
            suspects.add(no)
    if not rows["frame"]:
        return [frames[no] for no in sorted(suspects)]
    staging.put("plain", pa.table(rows))
    staging.run(f"CREATE OR REPLACE TEMP TABLE plain_key AS SELECT frame, {message_key_sql()} AS key FROM plain")
    staging.drop("plain")
    staging.put("found", ledger.known(staging.sql("SELECT DISTINCT key FROM plain_key")["key"]))
    unknown = staging.sql("SELECT DISTINCT frame FROM plain_key WHERE key NOT IN (SELECT key FROM found)")
    suspects.update(unknown["frame"].to_pylist())
    return [frames[no] for no in sorted(suspects)]


def _not_found(staging: Staging, ledger: Ledger, table: pa.Table) -> list[Missing]:
    staging.put("second_look", table)
    text = identifier_sql("said", "body", "messageId")
    named = (
        f"SELECT source_no, received, place, coalesce(nullif({text}, ''),"
        f" {unread_id('NOT json_valid(body)', 'body')}, 'pentad-' || md5(place)) AS message_id FROM"
        ' (SELECT *, TRY(from_json(body, \'{"messageId":"VARCHAR"}\')).messageId AS said FROM second_look)'
    )
    staging.run(f"CREATE OR REPLACE TEMP TABLE named AS SELECT *, {message_key_sql()} AS key FROM ({named})")
    staging.put("found", ledger.known(staging.sql("SELECT DISTINCT key FROM named")["key"]))
    left = staging.sql("SELECT * FROM named WHERE key NOT IN (SELECT key FROM found)")
    staging.drop("second_look")
    left = left.filter(pc.invert(pc.is_in(left["key"], value_set=_erased(ledger, left["key"]))))
    if not left.num_rows:
        return []
    first, last = min(left["received"].to_pylist()), max(left["received"].to_pylist())
    aside = ledger.query(
        "SELECT source_no, message_id FROM quarantined"
        " WHERE received BETWEEN make_timestamp(CAST(? AS BIGINT)) AND make_timestamp(CAST(? AS BIGINT))",
        [first, last],
    )
    known = set(zip(aside["source_no"].to_pylist(), aside["message_id"].to_pylist(), strict=True))
    return [
        Missing(row["source_no"], row["message_id"], row["received"], *map(int, row["place"].split(":")[1:]))
        for row in left.to_pylist()
        if (row["source_no"], row["message_id"][:200]) not in known
    ]


def _erased(ledger: Ledger, keys: pa.ChunkedArray) -> pa.Array:
    """Which of these messages were erased between their loading and now: they are gone for a reason."""
    if not len(keys):
        return keys.combine_chunks()
    wanted = ", ".join(str(key) for key in keys.to_pylist())
    return ledger.query(f"SELECT key FROM erased WHERE key IN ({wanted})")["key"].combine_chunks()


def remember(log: str, missing: list[Missing]) -> None:
    """Gaps are rows, so that the alarm survives a restart. A log that is whole again closes its gaps."""
    Gap.objects.filter(log=log).delete()
    Gap.objects.bulk_create(
        Gap(log=log, source_no=m.source_no, message_id=m.message_id[:200], received=clock.from_us(m.received_us))
        for m in missing[:10_000]
    )
