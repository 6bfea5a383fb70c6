"""The chain: each sealed line has a place and a seal, made of the seal before it, its place and its mark.

Lines are sealed in the background by the owner of the data folder, some seconds after they were committed, in the order
of their ids among those that can be seen by then. So actions never wait for one another, and a transaction that commits
late simply comes later in the chain. The place and the seal of the last line also stand in a file of the data folder:
whoever has only the database cannot cut the end off unnoticed.
"""

import os
import threading
from dataclasses import dataclass

from django.db import connection, transaction

from pentad.core import clock, runtime, trail
from pentad.core.models import AuditCheckpoint, AuditLine

BATCH = 1_000
UNEXPLAINED = ""
START = bytes(32)
"""What the first seal is made of."""

alone = threading.RLock()
"""Held while lines are sealed, verified or pruned; actions never take it."""


@dataclass(frozen=True, slots=True)
class Head:
    """The last link: its place (0 before the first) and its seal."""

    no: int = 0
    seal: bytes = START

    def next(self, mark: bytes, *, ours: bool) -> "Head":
        no = self.no + 1
        return Head(no, seal_of(self.seal, no, mark, ours=ours))


def seal_of(before: bytes, no: int, mark: bytes, *, ours: bool = True) -> bytes:
    """ours: the line's mark was right when it was sealed; others are sealed as what they are."""
    return trail.sign("chain" if ours else "foreign", before, no.to_bytes(8, "big"), mark)


def seal_waiting() -> int:
    """Seal every line that has no place yet; returns how many."""
    total = 0
    with alone:
        while True:
            lines = list(AuditLine.objects.filter(no=None).order_by("id")[:BATCH])
            if lines:
                note_gap()
                _seal(lines)
                total += len(lines)
            if len(lines) < BATCH:
                return total


def _seal(lines: list[AuditLine]) -> None:
    with transaction.atomic():
        head, rows = last_link(), list[tuple[int, bytes, int]]()
        for line in lines:
            mark = bytes(line.mark)
            head = head.next(mark, ours=trail.marks(mark, line.content()))
            rows.append((head.no, head.seal, line.pk))
        table = connection.ops.quote_name(AuditLine._meta.db_table)
        with connection.cursor() as cursor:
            cursor.executemany(f"UPDATE {table} SET no = %s, seal = %s WHERE id = %s AND no IS NULL", rows)
    write_head(head)


def last_link() -> Head:
    """After the last sealed line, or after the last checkpoint when that is later."""
    line = AuditLine.objects.exclude(no=None).order_by("-no").values_list("no", "seal").first()
    point = AuditCheckpoint.objects.order_by("-last").values_list("last", "seal").first()
    ends = [Head(int(no or 0), bytes(seal or b"")) for no, seal in filter(None, (line, point))]
    return max(ends, key=lambda head: head.no, default=Head())


def note_gap() -> None:
    """When the data folder knows of later lines than the database has, leave their places empty for good.

    An unexplained checkpoint stands for them: it lets the chain go on, and counts as lines removed until somebody
    accepts it with a reason.
    """
    here, known = last_link(), in_folder()
    if known is not None and known.no > here.no:
        stand_in(here.no + 1, known, UNEXPLAINED)


def stand_in(first: int, last: Head, reason: str) -> AuditCheckpoint:
    """A checkpoint for the places from `first` to `last`: that before it goes on when it has the same reason."""
    before = AuditCheckpoint.objects.filter(last=first - 1, reason=reason).first()
    point = before or AuditCheckpoint(first=first, reason=reason)
    point.last, point.seal, point.at = last.no, last.seal, clock.now()
    return sign_checkpoint(point)


def sign_checkpoint(point: AuditCheckpoint) -> AuditCheckpoint:
    point.mark = trail.mark(point.content())
    point.save()
    return point


# -- the file --------------------------------------------------------------------------------------


def _file() -> "os.PathLike[str]":
    return runtime.folder().root / "audit.head"


def in_folder() -> Head | None:
    """None when there is no file, or it holds no head signed with this installation's key."""
    try:
        with open(_file(), encoding="ascii") as file:
            no, seal, signature = file.read().split()
        head = Head(int(no), bytes.fromhex(seal))
    except (OSError, ValueError):
        return None
    return head if _signature(head) == signature else None


def write_head(head: Head) -> None:
    """Under another name first: nobody ever reads half of it."""
    file = os.fspath(_file())
    handle = os.open(f"{file}.part", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as out:
        out.write(f"{head.no} {head.seal.hex()} {_signature(head)}\n")
    os.replace(f"{file}.part", file)


def _signature(head: Head) -> str:
    return trail.sign("head", head.no.to_bytes(8, "big"), head.seal).hex()
