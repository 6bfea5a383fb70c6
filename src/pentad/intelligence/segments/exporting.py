"""The members of a segment as a file."""

from collections.abc import Iterator, Sequence
from typing import Literal

from django.utils.text import slugify

from pentad.core.actor import Actor
from pentad.core.errors import Conflict, Invalid
from pentad.data.profiles.exporting import csv_of, parquet_of
from pentad.data.profiles.lists import PEOPLE
from pentad.intelligence.segments import queries
from pentad.intelligence.segments.actions import export_segment
from pentad.intelligence.segments.models import Segment
from pentad.roles.access import seeing

Format = Literal["csv", "parquet"]
TYPES: dict[Format, str] = {"csv": "text/csv; charset=utf-8", "parquet": "application/vnd.apache.parquet"}


def file_name(segment: Segment, format: Format) -> str:
    """As the segment is called, in letters that every system takes."""
    return f"{slugify(segment.name)[:80].strip('-') or f'segment-{segment.no}'}.{format}"


def export(actor: Actor, segment: Segment, format: Format, columns: Sequence[str] = ()) -> Iterator[bytes]:
    """Pieces of the file, with these columns of the list of customers, or those it shows at first.

    Members whom the actor may not export are left out. Raises Invalid for a column there is not, and Conflict while nobody
    knows who is in it.
    """
    queries.require_readable(segment)
    _require_asked(segment)
    shown = [column for column in PEOPLE.shown_columns(columns) if column.plain]
    if unknown := sorted(set(columns) - {column.name for column in shown}):
        raise Invalid(f"Customers have no column “{unknown[0][:60]}”.", code="bad_column", fix="Leave it out.")
    rows = queries.member_people(segment)
    if (condition := seeing.within(actor, "people.export", "people")) is not None:
        rows = rows.filter(condition)
    export_segment(actor=actor, segment=segment, rows=rows.count(), format=format)
    if format == "parquet":
        return parquet_of(actor, rows, shown)
    return (line.encode() for line in csv_of(actor, rows, shown))


def _require_asked(segment: Segment) -> None:
    if segment.filled is not None:
        return
    if segment.kept_up and (job := queries.job_of(segment)) is not None:
        why, fix = f"job {job.public_id} is asking everybody", "Export it once the job is done."
    elif segment.kept_up:
        why, fix = "it is asked again within minutes", "Refresh it, and export it once it is correct."
    else:
        why, fix = "it is not live", "Make it live first."
    raise Conflict(f"Nobody knows yet who is in “{segment.name}”: {why}.", code="segment_not_asked", fix=fix)
