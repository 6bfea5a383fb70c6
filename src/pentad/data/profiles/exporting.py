"""Customers as a file: CSV for spreadsheets, Parquet for programs; streamed, as the reader may see them."""

import csv
import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from django.db.models import QuerySet

from pentad.core.actor import Actor, acting_as
from pentad.data.identity.models import Person
from pentad.data.profiles.lists import load_people
from pentad.roles.views.spec import Column

CHUNK = 500
ROWS_IN_GROUP = 20_000
TYPES = {"event_count": pa.int64(), "first_seen": pa.timestamp("us", "UTC"), "last_seen": pa.timestamp("us", "UTC")}
"""Of columns in Parquet; every other one is text."""


def csv_of(reader: Actor, rows: "QuerySet[Person]", columns: Sequence[Column]) -> Iterator[str]:
    """Lines of the file."""
    writer = csv.writer(_Line())
    yield "\ufeff" + writer.writerow(["id", *(_cell(column.label) for column in columns)])
    for chunk in _chunks(reader, rows, columns):
        for line in chunk:
            yield writer.writerow([_cell(value) for value in line])


def parquet_of(reader: Actor, rows: "QuerySet[Person]", columns: Sequence[Column]) -> Iterator[bytes]:
    """Pieces of the file. Columns have the names of the list's, so that programs find them when labels change."""
    kinds = [pa.string(), *(TYPES.get(column.name, pa.string()) for column in columns)]
    names = ["id", *(column.name for column in columns)]
    schema = pa.schema([pa.field(name, kind) for name, kind in zip(names, kinds, strict=True)])
    sink = _Sink()
    with pq.ParquetWriter(pa.PythonFile(sink, mode="w"), schema) as writer:
        waiting: list[list[Any]] = []
        for chunk in _chunks(reader, rows, columns):
            waiting += chunk
            if len(waiting) >= ROWS_IN_GROUP:
                writer.write_table(_table(waiting, schema))
                waiting = []
                yield sink.taken()
        if waiting:
            writer.write_table(_table(waiting, schema))
    yield sink.taken()


def _chunks(reader: Actor, rows: "QuerySet[Person]", columns: Sequence[Column]) -> Iterator[list[list[Any]]]:
    """Values by row. Whoever reads is named for each chunk: the request has ended when they are asked for."""
    last = 0
    while True:
        with acting_as(reader):
            chunk = list(rows.filter(pk__gt=last).order_by("pk")[:CHUNK])
            load_people(chunk)
            lines = [[one.id, *(column.plain(one) for column in columns if column.plain)] for one in chunk]
        if not chunk:
            return
        yield lines
        last = chunk[-1].pk


def _table(lines: list[list[Any]], schema: pa.Schema) -> pa.Table:
    columns = []
    for field, values in zip(schema, zip(*lines, strict=True), strict=True):
        kept = values if field.type != pa.string() else [None if one in (None, "") else _text(one) for one in values]
        columns.append(pa.array(kept, field.type))
    return pa.Table.from_arrays(columns, schema=schema)


class _Line:
    """A file that hands back what is written."""

    def write(self, text: str) -> str:
        return text


class _Sink:
    """A file whose bytes are taken away while it is written."""

    closed = False

    def __init__(self) -> None:
        self._held: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._held.append(bytes(data))
        return len(data)

    def flush(self) -> None: ...

    def close(self) -> None: ...

    def taken(self) -> bytes:
        held, self._held = b"".join(self._held), []
        return held


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    return str(value) if isinstance(value, int | float) else json.dumps(value, ensure_ascii=False)


def _cell(value: Any) -> str:
    """Text that a spreadsheet does not take for a formula."""
    if value is None:
        return ""
    text = _text(value)
    return f"'{text}" if isinstance(value, str) and text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
