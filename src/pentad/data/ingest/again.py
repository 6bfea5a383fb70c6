"""Messages that the second look did not find are loaded again, from the log that was kept for them.

They are written to the inbox anew, under the ids they had, and take the road of every message: what is in the
ledger after all counts as a duplicate. Then the kept log is looked through once more, and goes when it is whole.
A crash at any point leaves the log where it is; starting again does no harm.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path

import msgspec
import pyarrow as pa
from django.db import transaction

from pentad.core import clock
from pentad.data.identity.models import Person
from pentad.data.identity.store import chunks
from pentad.data.ingest.audit import Missing
from pentad.data.ingest.frames import Frame, FrameMeta, logs, read_frames
from pentad.data.ingest.inbox import Inbox
from pentad.data.ingest.loader import Loader
from pentad.data.ingest.models import Gap
from pentad.data.ingest.own import own_number
from pentad.data.ingest.rules import message_key
from pentad.data.ingest.when import naive
from pentad.data.privacy.models import Erasure
from pentad.data.profiles import fold
from pentad.data.profiles.touched import touch
from pentad.ledger import Ledger, LedgerSlice, schema

WRITER = "again"
_MINUTE_US = 60_000_000
_KINDS = {"stored": "events", "quarantined": "quarantined"}

Minute = tuple[int, int]
"""Source number, and the minute of receipt in microseconds since the epoch."""

_decode_object = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_decode_list = msgspec.json.Decoder(list[msgspec.Raw]).decode


def load_again(loader: Loader, progress: Callable[[float], None] = lambda part: None) -> dict[str, int]:
    """Load what is missing of every kept log. Returns the messages loaded and those still missing."""
    folder = loader.folder.inbox
    _finish_written(loader)
    kept = [folder / name for name in Gap.objects.order_by("log").values_list("log", flat=True).distinct()]
    inbox = Inbox(folder, WRITER)
    found = {path: loader.missing(path) for path in kept if path.exists() and not loader.finish(path)}
    every = [one for missing in found.values() for one in missing]
    try:
        promised = _open_promises(loader.ledger, next(iter(found), None), every)
        for path, missing in found.items():
            inbox.append_many_sync(_entries(path, missing, promised))
    finally:
        inbox.close()
    progress(0.3)
    _finish_written(loader)
    progress(0.8)
    for path in kept:
        if path.exists():
            loader.finish(path)
    with loader.resting():
        _recount(loader.ledger, every)
    return {"loaded": len(every), "missing": Gap.objects.count()}


def _recount(ledger: Ledger, found: list[Missing]) -> None:
    """The profiles may have counted these messages when they were lost: count the events of their persons anew."""
    for some in chunks(sorted({message_key(one.source_no, one.message_id) for one in found})):
        keys = ", ".join(map(str, some))
        counted = ledger.rows(
            "SELECT person_no, count(*) AS n FROM events WHERE person_no IN"
            f" (SELECT person_no FROM events WHERE key IN ({keys})) AND source_no <> {own_number()} GROUP BY person_no"
        )
        with transaction.atomic():
            for row in counted:
                Person.objects.filter(no=row["person_no"]).update(own_event_count=row["n"])
            parts = Person.objects.filter(no__in=[row["person_no"] for row in counted])
            roots = {root or no for no, root in parts.values_list("no", "root_id")}
            fold.refresh_spans(roots)
            touch(roots)


def _finish_written(loader: Loader) -> None:
    """Load what was written anew. The kept logs still hold all of it, so these go in any case."""
    for path in logs(loader.folder.inbox):
        if path.name.startswith(f"{WRITER}-") and not loader.finish(path):
            loader.let_go(path)


def _entries(path: Path, missing: list[Missing], promised: dict[Minute, int]) -> list[tuple[FrameMeta, bytes]]:
    wanted: dict[int, dict[int, str]] = defaultdict(dict)
    for one in missing:
        wanted[one.start][one.index] = one.message_id
    entries = []
    for frame in _frames(path):
        if names := wanted.get(frame.start):
            minute = (frame.meta.source_no, frame.meta.received_us - frame.meta.received_us % _MINUTE_US)
            counted = min(promised[minute], len(names))
            promised[minute] -= counted
            meta = msgspec.structs.replace(frame.meta, count=len(names) - counted)
            entries.append((meta, _body(frame, names)))
    return entries


def _frames(path: Path) -> Iterator[Frame]:
    at, found = 0, read_frames(path)[0]
    while found:
        yield from found
        at = found[-1].end
        found = read_frames(path, at)[0]


def _body(frame: Frame, names: Mapping[int, str]) -> bytes:
    """The request with the missing messages alone, each with the id under which it is missed."""
    if frame.meta.type:
        return _named(frame.body, names[0])
    request = _decode_object(frame.body)
    messages = _decode_list(request["batch"])
    chosen = b",".join(_named(bytes(messages[index]), name) for index, name in sorted(names.items()))
    return msgspec.json.encode({**request, "batch": msgspec.Raw(b"[" + chosen + b"]")})


def _named(message: bytes, name: str) -> bytes:
    """The message with its id in it: one that was made from its place in the log would be another in the new one."""
    id = msgspec.json.encode(name)
    try:
        return msgspec.json.encode({**_decode_object(message), "messageId": msgspec.Raw(id)})
    except (msgspec.DecodeError, RecursionError):
        if (rest := message.lstrip())[:1] == b"{":  # not JSON as a whole: it is set aside under this id
            return b'{"messageId":' + id + b"," + rest[1:]
        return b'{"messageId":' + id + b',"invalid":' + message + b"}"


def _open_promises(ledger: Ledger, path: Path | None, missing: list[Missing]) -> dict[Minute, int]:
    """How many of the missing messages the counts hold as accepted already, by source and minute.

    Where the counts even say what became of them, though the rows are gone, that is taken back first; and where
    the sender has repeated one meanwhile, that it was accepted twice. path: a kept log, in whose name it is.
    """
    numbers: dict[Minute, int] = defaultdict(int)
    for one in missing:
        numbers[one.source_no, one.received_us - one.received_us % _MINUTE_US] += 1
    open_now: dict[Minute, int] = defaultdict(int)
    rows: list[dict[str, object]] = []
    erasing = Erasure.objects.filter(gone=None).exists()  # rows that are hidden only look as if they were gone
    for (no, minute), number in numbers.items():
        counted = _counts(ledger, no, minute)
        back = dict.fromkeys(_KINDS, 0)
        for kind, relation in () if erasing else _KINDS.items():
            without = counted[kind] - _rows(ledger, relation, kind, no, minute)
            back[kind] = max(0, without)
        waiting = counted["accepted"] - counted["stored"] - counted["duplicate"] - counted["quarantined"]
        waiting += sum(back.values())
        repeated = max(0, min(waiting - number, sum(back.values())))
        if any(back.values()):
            taken = {kind: -n for kind, n in back.items()}
            rows.append({"source_no": no, "minute": minute, "accepted": -repeated, "duplicate": 0, **taken})
        open_now[no, minute] = max(0, min(number, waiting))
    if rows and path is not None:
        end = ledger.offset(path.name)
        ledger.append(LedgerSlice(path.name, end, end, counts=pa.Table.from_pylist(rows, schema=schema.COUNTS)))
    return open_now


def _counts(ledger: Ledger, source_no: int, minute: int) -> dict[str, int]:
    kinds = ("accepted", "stored", "duplicate", "quarantined")
    sums = ", ".join(f"CAST(coalesce(sum({kind}), 0) AS BIGINT) AS {kind}" for kind in kinds)
    at = naive(clock.from_us(minute))
    return ledger.rows(f"SELECT {sums} FROM counts WHERE source_no = ? AND minute = ?", [source_no, at])[0]


def _rows(ledger: Ledger, relation: str, kind: str, source_no: int, minute: int) -> int:
    """Rows of this minute, with those that are gone for a reason."""
    at = naive(clock.from_us(minute))
    here = ledger.rows(
        f"SELECT count(*) AS n FROM {relation} WHERE source_no = ? AND received >= ? AND received < ?",
        [source_no, at, at + timedelta(minutes=1)],
    )
    gone = ledger.rows(
        "SELECT CAST(coalesce(sum(n), 0) AS BIGINT) AS n FROM removed WHERE source_no = ? AND minute = ? AND kind = ?",
        [source_no, at, kind],
    )
    return int(here[0]["n"]) + int(gone[0]["n"])
