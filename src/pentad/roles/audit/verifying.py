"""Reading the chain from its beginning, and naming the first line that is not as Pentad wrote it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from django.db.models import Count

from pentad.core import trail
from pentad.core.models import AuditCheckpoint, AuditLine
from pentad.roles.audit import chain
from pentad.roles.audit.chain import Head

CHUNK = 2_000

What = Literal["changed", "removed", "inserted", "copied", "moved", "checkpoint"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with which line. first, last: places in the chain, when lines are gone."""

    what: What
    message: str
    first: int = 0
    last: int = 0

    @property
    def fix(self) -> str:
        if self.what == "removed":
            return (
                "If an older backup of the database was restored, say so with `pentad audit verify --accept REASON`;"
                " else treat it as an intrusion: keep the database as it is and compare it with a backup."
            )
        return (
            "Treat it as an intrusion: keep the database as it is, compare the line with a backup, see who could write."
        )


@dataclass(frozen=True, slots=True)
class Verdict:
    lines: int
    unsealed: int
    finding: Finding | None = None

    @property
    def sound(self) -> bool:
        return self.finding is None


def verify() -> Verdict:
    """Seal what waits, then read every line: some 20 seconds a million. Only in the owner of the data folder."""
    with chain.alone:
        chain.note_gap()
        chain.seal_waiting()
        return _verify()


def _verify() -> Verdict:
    lines, head = 0, Head()
    points = {point.first: point for point in AuditCheckpoint.objects.all()}
    for line in _sealed():
        head, finding = _over_gap(head, int(line.no or 0), points)
        finding = finding or _check(line, head)
        if finding:
            return Verdict(lines, 0, finding)
        head = Head(int(line.no or 0), bytes(line.seal or b""))
        lines += 1
    head, finding = _over_gap(head, max(chain.last_link().no, head.no) + 1, points)
    if finding:
        return Verdict(lines, 0, finding)
    unsealed, finding = _tail()
    return Verdict(lines, unsealed, finding or _copied())


def _sealed() -> Iterator[AuditLine]:
    return AuditLine.objects.exclude(no=None).order_by("no").iterator(chunk_size=CHUNK)


def _over_gap(head: Head, no: int, points: dict[int, AuditCheckpoint]) -> tuple[Head, Finding | None]:
    """The link before place `no`, where checkpoints account for every place in between."""
    while head.no + 1 < no:
        point = points.get(head.no + 1)
        if point is None or point.last >= no:
            return head, Finding("removed", _gone(head.no + 1, no - 1), head.no + 1, no - 1)
        if not trail.marks(bytes(point.mark), point.content()):
            text = f"The checkpoint that stands for lines {point.first:,} to {point.last:,} was changed or is not Pentad’s."
            return head, Finding("checkpoint", text, point.first, point.last)
        if point.reason == chain.UNEXPLAINED:
            return head, Finding("removed", _gone(point.first, point.last), point.first, point.last)
        head = Head(point.last, bytes(point.seal))
    return head, None


def _gone(first: int, last: int) -> str:
    return f"Line {first:,} was removed." if first == last else f"Lines {first:,} to {last:,} were removed."


def _check(line: AuditLine, head: Head) -> Finding | None:
    no, mark, seal = int(line.no or 0), bytes(line.mark), bytes(line.seal or b"")
    if no <= head.no:
        return Finding("moved", f"{_named(line)} stands where another line was sealed.")
    genuine = trail.marks(mark, line.content())
    if seal == chain.seal_of(head.seal, no, mark):
        return None if genuine else Finding("changed", f"{_named(line)} was changed after it was written.")
    if genuine:
        return Finding(
            "moved", f"{_named(line)} does not follow from the line before: one of them was moved or replaced."
        )
    return Finding("inserted", f"{_named(line)} was put in or replaced by something other than Pentad.")


def _tail() -> tuple[int, Finding | None]:
    """Lines that wait for their seal have only their marks."""
    count = 0
    for line in AuditLine.objects.filter(no=None).order_by("id").iterator(chunk_size=CHUNK):
        if not trail.marks(bytes(line.mark), line.content()):
            return count, Finding("inserted", f"{_named(line)} was changed, or put in by something other than Pentad.")
        count += 1
    return count, None


def _copied() -> Finding | None:
    twice = AuditLine.objects.values("mark").annotate(n=Count("id")).filter(n__gt=1).order_by("mark").first()
    if twice is None:
        return None
    line = AuditLine.objects.filter(mark=twice["mark"]).order_by("-id")[0]
    return Finding("copied", f"{_named(line)} is a copy of another line.")


def _named(line: AuditLine) -> str:
    place = f"Line {line.no:,}" if line.no else "A line not sealed yet"
    return f"{place} (id {line.pk}, {line.at:%Y-%m-%d %H:%M:%S} UTC, {line.action} by {line.actor})"
