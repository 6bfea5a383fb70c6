"""One slice of an inbox log: raw frames to typed rows, duplicates told apart, persons filled in.

Set by set: Python splits requests into messages and sees each distinct combination of identifiers and
each identify or group call; everything else happens in the staging engine.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec
import pyarrow as pa

from pentad.data.identity.resolver import Combo, Resolution
from pentad.data.identity.rules import Ident
from pentad.data.ingest import shape
from pentad.data.ingest.frames import Frame, FrameMeta
from pentad.data.ingest.rules import MAX_DEPTH, MAX_MESSAGE_BYTES, identifier_text, too_deep
from pentad.data.profiles.fold import Seen, Stated
from pentad.data.profiles.rules import Fact
from pentad.data.profiles.touched import quiet_names
from pentad.ledger import LedgerSlice, Staging, schema

_TS = pa.timestamp("us")


class _Request(msgspec.Struct):
    batch: list[msgspec.Raw]
    sentAt: msgspec.Raw = msgspec.Raw(b"null")
    context: msgspec.Raw = msgspec.Raw(b"null")


_decode_request = msgspec.json.Decoder(_Request).decode


@dataclass(slots=True)
class Slice:
    """What the loader hands from step to step."""

    log: str
    start: int
    end: int
    frames: list[Frame]

    @property
    def messages(self) -> int:
        return sum(f.meta.count for f in self.frames)


def stage(staging: Staging, piece: Slice, known: Callable[[pa.ChunkedArray], pa.Table]) -> None:
    """Fill the staging tables up to `outcome`."""
    frames, raw = _split(piece)
    staging.put("frame", frames)
    staging.put("raw", raw)
    _make(staging, "judged", shape.judgement_sql())
    keys = staging.sql("SELECT DISTINCT key FROM judged WHERE reason IS NULL")["key"]
    staging.put("known", known(keys))
    _make(staging, "outcome", shape.outcomes_sql())


def _make(staging: Staging, name: str, query: str, params: Any = ()) -> None:
    staging.run(f"CREATE OR REPLACE TEMP TABLE {name} AS {query}", params)


def _split(piece: Slice) -> tuple[pa.Table, pa.Table]:
    """Requests to messages, without looking into them."""
    requests: dict[str, list[Any]] = {
        n: [] for n in ("frame", "source_no", "received", "type", "ip", "sent", "context", "flags", "place", "promised")
    }
    frame_no: list[int] = []
    index: list[int] = []
    bodies: list[bytes] = []
    deep: list[bool] = []
    for no, frame in enumerate(piece.frames):
        meta, sent, context = frame.meta, None, None
        if meta.type:
            messages: Sequence[bytes | memoryview] = [frame.body]
        else:
            request = _decode_request(frame.body)
            messages = [bytes(r) for r in request.batch]
            sent, context = _text(request.sentAt), _object(request.context)
        every = context is not None and _deep(context.encode())  # it becomes a part of each message
        deep.extend(every or (len(one) <= MAX_MESSAGE_BYTES and _deep(bytes(one))) for one in messages)
        bodies.extend(messages)  # type: ignore[arg-type]
        frame_no.extend([no] * len(messages))
        index.extend(range(len(messages)))
        row = (no, meta.source_no, meta.received_us, meta.type, meta.ip, sent, context, meta.flags,
               f"{piece.log}:{frame.start}", meta.count)  # fmt: skip
        for column, value in zip(requests.values(), row, strict=True):
            column.append(value)
    types: dict[str, pa.DataType] = {
        "frame": pa.int32(), "source_no": pa.int32(), "received": _TS, "type": pa.string(), "ip": pa.string(),
        "sent": pa.string(), "context": pa.string(), "flags": pa.int32(), "place": pa.string(), "promised": pa.int64(),
    }  # fmt: skip
    frames = pa.table({n: pa.array(values, types[n]) for n, values in requests.items()})
    raw = pa.table({
        "pos": pa.array(range(len(bodies)), pa.int64()), "frame": pa.array(frame_no, pa.int32()),
        "idx": pa.array(index, pa.int32()), "body": _utf8(bodies),
        "deep": pa.array(deep, pa.bool_()),
    })  # fmt: skip
    return frames, raw


def _utf8(bodies: list[bytes]) -> pa.Array:
    try:
        return pa.array(bodies, pa.binary()).cast(pa.string())
    except pa.ArrowInvalid:
        # Cannot come through the tracking API, which checks; a hand-written log must not stop the loader.
        return pa.array([b.decode("utf-8", "replace") for b in bodies], pa.string())


def _deep(body: bytes) -> bool:
    """Whether it is nested too deep: it is looked at only when it opens so many objects and lists at all."""
    if body.count(b"{") + body.count(b"[") <= MAX_DEPTH:
        return False
    return too_deep(body.decode("utf-8", "replace"))


def _text(raw: msgspec.Raw) -> str | None:
    try:
        value = msgspec.json.decode(raw)
    except msgspec.DecodeError:
        return None
    return str(value) if isinstance(value, str | int | float) else None


def _object(raw: msgspec.Raw) -> str | None:
    text = bytes(raw).decode("utf-8", "replace")
    return text if text.startswith("{") else None


class _Extra(msgspec.Struct):
    email: Any = None
    externalIds: Any = None


_decode_extra = msgspec.json.Decoder(_Extra).decode


def combos(staging: Staging) -> tuple[list[Combo], pa.Table]:
    """The distinct identifier combinations of the slice, and the table they came from."""
    table = staging.sql(shape.combos_sql())
    return [_combo(*row) for row in zip(*(c.to_pylist() for c in table.columns), strict=True)], table


def _combo(
    first: int, user: str | None, anonymous: str | None, previous: str | None, extra: str | None, pinned: str | None,
    at: int, received: int, message_id: str, source_no: int,
) -> Combo:  # fmt: skip
    found: list[Ident] = []
    if user:
        found.append(Ident("user_id", user))
    if anonymous:
        found.append(Ident("anonymous_id", anonymous))
    if extra:
        found += _extras(_decode_extra(extra))
    alias_of = previous if previous != user else None
    return Combo(tuple(found), at, received, message_id, source_no, alias_of, pinned)


def _extras(extra: _Extra) -> list[Ident]:
    found = []
    if isinstance(extra.email, str) and 3 <= len(email := extra.email.strip().lower()) <= 254 and "@" in email:
        found.append(Ident("email", email))
    for item in extra.externalIds if isinstance(extra.externalIds, list) else []:
        if not isinstance(item, dict) or item.get("collection", "users") != "users":
            continue
        namespace, value = item.get("type"), item.get("id")
        if not (isinstance(namespace, str) and namespace and isinstance(value, str | int | float)):
            continue
        if 0 < len(text := identifier_text(value)) <= 500:
            found.append(Ident(namespace[:60], text))
    return found


def place(staging: Staging, table: pa.Table, answer: Resolution, base: int) -> None:
    """Fill in the persons: `placed` has every message with its final outcome and arrival number."""
    resolved = table.append_column("person_no", pa.array(answer.persons, pa.int32())).append_column(
        "reason", pa.array(answer.reasons, pa.string())
    )
    staging.put("resolved", resolved)
    _make(staging, "placed", shape.placed_sql(), {"base": base})


def ledger_slice(staging: Staging, piece: Slice) -> LedgerSlice:
    """The slice as the ledger takes it."""
    return LedgerSlice(
        piece.log, piece.start, piece.end,
        events=staging.sql(shape.events_sql()), quarantined=staging.sql(shape.quarantined_sql()),
        duplicates=staging.sql(shape.duplicates_sql()), counts=staging.sql(shape.counts_sql()),
    )  # fmt: skip


def seen(staging: Staging) -> list[Seen]:
    columns = staging.sql(shape.seen_sql()).to_pydict().values()
    return [Seen(*row) for row in zip(*columns, strict=True)]


def arrived(staging: Staging) -> tuple[list[int], list[str]]:
    """Every part of a person that has messages in the slice, and the names of these."""
    row = staging.sql(shape.arrived_sql(quiet_names())).to_pylist()[0]
    return row["persons"] or [], row["names"] or []


def stated(staging: Staging) -> Stated:
    """Traits of persons and companies as the identify and group calls of the slice state them."""
    out = Stated()
    for row in staging.sql(shape.stated_sql()).to_pylist():
        traits = _traits(row["traits"])
        at = _aware(row["ts"])
        if row["type"] == "group":
            place = (row["group_id"], row["person_no"], traits, at, row["source_no"], row["message_id"])
            out.group(*place, seen=not row["own"])
            continue
        once = _names(row["once"])
        for name, value in traits.items():
            if not (name in once and value is None):
                out.person(
                    Fact(name[:120], row["source_no"], value, at, row["message_id"], row["person_no"], name in once)
                )
    return out


def _traits(text: str | None) -> dict[str, Any]:
    if not text:
        return {}
    try:
        value = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _names(text: str | None) -> frozenset[str]:
    """The traits that are meant only where there is no value yet."""
    value = msgspec.json.decode(text) if text else None
    return frozenset(name for name in value if isinstance(name, str)) if isinstance(value, list) else frozenset()


def warm(staging: Staging) -> None:
    """Go through the motions once with a message that goes nowhere: the first real one need not wait for imports."""
    piece = Slice(
        "", 0, 0, [Frame(FrameMeta(0, 0, 1, "track"), b'{"anonymousId":"a","event":"e","properties":{"p":1}}', 0, 0)]
    )
    stage(staging, piece, lambda _: pa.table({"key": pa.array([], pa.uint64()), "body": pa.array([], pa.uint64())}))
    _, table = combos(staging)
    place(staging, table, Resolution([None], ["erased"]), 0)
    ledger_slice(staging, piece)


def set_aside(piece: Slice, base: int, problem: str) -> LedgerSlice:
    """The messages of a slice that cannot be loaded, as quarantined rows: they wait, and nothing else does."""
    quarantined: dict[str, list[Any]] = {
        n: [] for n in ("seq", "source_no", "message_id", "received", "reason", "detail", "raw")
    }
    counts: dict[str, list[Any]] = {
        n: [] for n in ("source_no", "minute", "accepted", "stored", "duplicate", "quarantined")
    }
    for frame in piece.frames:
        meta, bodies = frame.meta, _bodies(frame)
        for idx in range(meta.count):
            body = bodies[idx] if idx < len(bodies) else b""
            place = hashlib.md5(f"{piece.log}:{frame.start}:{idx}".encode(), usedforsecurity=False).hexdigest()
            row = (base + len(quarantined["seq"]), meta.source_no, _message_id(body) or f"pentad-{place}", meta.received_us,
                   "loader_failed", problem[:500], body.decode("utf-8", "replace")[:40_000])  # fmt: skip
            for column, value in zip(quarantined.values(), row, strict=True):
                column.append(value)
        minute = meta.received_us - meta.received_us % 60_000_000
        for column, value in zip(counts.values(), (meta.source_no, minute, meta.count, 0, 0, meta.count), strict=True):
            column.append(value)
    return LedgerSlice(
        piece.log, piece.start, piece.end,
        quarantined=pa.table(quarantined, schema=schema.QUARANTINED), counts=pa.table(counts, schema=schema.COUNTS),
    )  # fmt: skip


def _bodies(frame: Frame) -> list[bytes]:
    try:
        return [frame.body] if frame.meta.type else [bytes(r) for r in _decode_request(frame.body).batch]
    except (msgspec.DecodeError, RecursionError):
        return [frame.body]


class _Named(msgspec.Struct):
    messageId: Any = None


def _message_id(body: bytes) -> str:
    try:
        value = msgspec.json.decode(body, type=_Named).messageId
    except (msgspec.DecodeError, RecursionError):
        return ""
    return identifier_text(value)[:200] if isinstance(value, str | int | float) else ""


def _aware(at: datetime) -> datetime:
    return at.replace(tzinfo=UTC)
