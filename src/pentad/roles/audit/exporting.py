"""The log as a file: CSV for people, JSON lines for programs. Taking it away is itself recorded."""

import csv
import json
from collections.abc import Iterator
from typing import Any

from pentad.core.action import action, note
from pentad.core.actor import Actor
from pentad.core.errors import Invalid
from pentad.core.models import AuditLine
from pentad.roles.audit.lists import AUDIT
from pentad.roles.audit.telling import told_by
from pentad.roles.views import paging, plans
from pentad.roles.views.state import ListState

FORMATS = {"csv": "text/csv; charset=utf-8", "jsonl": "application/x-ndjson"}
COLUMNS = ("id", "no", "at", "actor", "actor_name", "action", "right", "subject", "detail", "origin", "mark", "seal")
CHUNK = 1_000


@action("audit.export")
def export_audit(*, actor: Actor, state: ListState, format: str) -> Iterator[str]:
    """Take audit lines out of Pentad as a file: the lines that the list holds, latest first, a text at a time.

    Raises Invalid for a format there is not.
    """
    if format not in FORMATS:
        raise Invalid(f"There is no format “{format[:20]}”.", code="bad_format", fix=f"One of {', '.join(FORMATS)}.")
    rows = plans.plan(AUDIT, state).rows
    note("list:audit", rows=rows.count(), filters=told_by(state), format=format)
    return as_csv(rows) if format == "csv" else as_json_lines(rows)


def each(rows: plans.Rows) -> Iterator[AuditLine]:
    """Latest first, a chunk at a time, so that a client that reads slowly holds no transaction open."""
    rows = rows.defer(None).order_by("-at", "-id")
    chunk = list(rows[:CHUNK])
    while chunk:
        yield from chunk
        last = chunk[-1]
        chunk = list(rows.filter(paging.beyond("at", True, last.at, last.pk))[:CHUNK])


def as_dict(line: AuditLine) -> dict[str, Any]:
    return {
        "id": line.pk, "no": line.no, "at": line.at.isoformat(), "actor": line.actor, "actor_name": line.actor_name,
        "action": line.action, "right": line.right, "subject": line.subject, "detail": line.detail,
        "origin": line.origin, "mark": bytes(line.mark).hex(), "seal": bytes(line.seal or b"").hex(),
    }  # fmt: skip


def as_json_lines(rows: plans.Rows) -> Iterator[str]:
    for line in each(rows):
        yield json.dumps(as_dict(line), ensure_ascii=False, separators=(",", ":")) + "\n"


def as_csv(rows: plans.Rows) -> Iterator[str]:
    writer: Any = csv.writer(_Line())
    yield "\ufeff" + writer.writerow(COLUMNS)
    for line in each(rows):
        yield writer.writerow([_cell(value) for value in as_dict(line).values()])


def _cell(value: Any) -> str:
    """Text that a spreadsheet does not take for a formula."""
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)
    text = "" if value is None else str(value)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


class _Line:
    """A file that hands back what is written."""

    def write(self, text: str) -> str:
        return text
