"""Reading files of any size a row at a time: delimited text, aligned text, Parquet. Nothing is skipped in silence.

Every record of the file comes out as a Row, with its cells or with a fault that says why it has none.
"""

import codecs
import csv
import hashlib
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, TextIO

from pentad.core.errors import Invalid
from pentad.data.imports.rules_guess import WHITESPACE, split

MAX_LINE = 1 << 20
MAX_RECORD_LINES = 100
"""Lines that a quoted field may span. Beyond it a quotation mark was opened by mistake."""
MAX_IN_VAIN = 32 << 20
"""Characters of a file that may be looked at for the ends of quoted fields that have none; a later record is one line."""
MAX_PARQUET_ROW = 1 << 16
MAX_WIDTH = 4096
"""Bytes of a value in a column where all are as long."""
BATCH = 200
"""Rows of a Parquet file that are held at once."""
CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Row:
    """A record: the line it starts on (its number, in Parquet), its cells, its text, and what is wrong with it."""

    line: int
    cells: list[str]
    raw: str
    fault: str = ""


@dataclass(frozen=True)
class Facts:
    """What one pass over the bytes tells."""

    digest: str
    size: int
    encoding: str
    """"" for Parquet."""


def look(path: Path) -> Facts:
    """Hash a file and find its encoding: a byte order mark, else UTF-8 when all of it is, else Windows-1252 or Latin-1."""
    total, size, head = hashlib.sha256(), 0, b""
    utf8: codecs.IncrementalDecoder | None = codecs.getincrementaldecoder("utf-8")()
    undefined = False
    try:
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                head = head or chunk[:8]
                total.update(chunk)
                size += len(chunk)
                undefined = undefined or any(byte in chunk for byte in (b"\x81", b"\x8d", b"\x8f", b"\x90", b"\x9d"))
                utf8 = _still_utf8(utf8, chunk)
        utf8 = _still_utf8(utf8, b"", final=True)
    except OSError as error:
        raise Invalid(f"{path} cannot be read: {error.strerror}.", code="file_unreadable") from None
    if size == 0:
        raise Invalid(f"{path} is empty.", code="file_empty")
    return Facts(total.hexdigest(), size, _encoding(head, utf8 is not None, undefined))


def _still_utf8(
    decoder: codecs.IncrementalDecoder | None, chunk: bytes, final: bool = False
) -> codecs.IncrementalDecoder | None:
    if decoder is None:
        return None
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError:
        return None
    return decoder


def _encoding(head: bytes, utf8: bool, undefined: bool) -> str:
    if head.startswith(b"PAR1"):
        return ""
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if utf8:
        return "utf-8"
    return "latin-1" if undefined else "cp1252"


def text_lines(path: Path, encoding: str) -> Iterator[tuple[int, str]]:
    """Lines that are not blank, with their numbers. A longer line than MAX_LINE is cut there.

    Raises Invalid when the file cannot be in this encoding.
    """
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        number = 0
        while line := _line(file, path):
            number += 1
            if not line.endswith(("\n", "\r")):
                _skip_rest(file, line)
            if line.strip():
                yield number, line


def _line(file: TextIO, path: Path) -> str:
    try:
        return file.readline(MAX_LINE)
    except UnicodeError as error:  # UTF-16 that does not begin with its mark
        raise Invalid(
            f"{path} is not {file.encoding}: {error}.", code="wrong_encoding", fix="Say another one."
        ) from None


def _skip_rest(file: TextIO, line: str) -> None:
    while len(line) == MAX_LINE and not line.endswith(("\n", "\r")):
        line = file.readline(MAX_LINE)


def text_rows(path: Path, encoding: str, delimiter: str) -> Iterator[Row]:
    """Every record of a text file."""
    ahead = _Ahead(text_lines(path, encoding))
    while (following := ahead.next()) is not None:
        number, line = following
        if len(line) >= MAX_LINE:
            yield Row(number, [], line[:1000], f"line is longer than {MAX_LINE:,} characters")
        elif delimiter == WHITESPACE or '"' not in line:
            yield Row(number, split(line, delimiter), line)
        else:
            yield _quoted(number, line, delimiter, ahead)


class _Ahead:
    """Lines of a file, of which some may be looked at and given back, while what that costs stays in proportion."""

    def __init__(self, lines: Iterator[tuple[int, str]]):
        self._lines, self._back, self._left = lines, deque[tuple[int, str]](), MAX_IN_VAIN

    def next(self) -> tuple[int, str] | None:
        return self._back.popleft() if self._back else next(self._lines, None)

    def record(self, first: str, taken: list[tuple[int, str]]) -> Iterator[str]:
        """The first line and those after it, as long as they may belong to it; they are noted in `taken`."""
        size = len(first)
        yield first
        while size < MAX_LINE and len(taken) < MAX_RECORD_LINES and size < self._left:
            following = self.next()
            if following is None:
                return
            taken.append(following)
            size += len(following[1])
            yield following[1]

    def give_back(self, taken: list[tuple[int, str]]) -> None:
        self._back.extendleft(reversed(taken))
        self._left -= sum(len(line) for _, line in taken)


def _quoted(number: int, first: str, delimiter: str, ahead: _Ahead) -> Row:
    """A record with quotation marks, which may go on over several lines. When it never ends, only its first line is bad."""
    taken = list[tuple[int, str]]()
    try:
        cells = next(csv.reader(ahead.record(first, taken), delimiter=delimiter, strict=True), [])
    except csv.Error as error:
        ahead.give_back(taken)
        return Row(number, [], first, f"quotation marks do not balance ({error})")
    return Row(number, cells, first + "".join(line for _, line in taken))


def count_rows(path: Path, text: bool) -> int:
    """Lines of a text file, the header too; rows of a Parquet file."""
    if not text:
        return int(_parquet(path).metadata.num_rows)
    lines, last = 0, b""
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            lines, last = lines + chunk.count(b"\n"), chunk[-1:]
    return lines + (last != b"\n")


def parquet_columns(path: Path) -> list[str]:
    """Raises Invalid when the file is damaged or nested."""
    return list(_parquet(path).schema_arrow.names)


@contextmanager
def _sound(path: Path) -> Iterator[None]:
    import pyarrow as pa

    try:
        yield
    except (pa.ArrowException, OSError) as error:
        raise Invalid(f"{path} is not a sound Parquet file: {error}", code="file_damaged") from None


def _parquet(path: Path, texts: Sequence[str] = ()) -> Any:
    """texts: columns of which each value is held once, however many rows have it."""
    import pyarrow as pa
    from pyarrow import parquet

    with _sound(path):
        file = parquet.ParquetFile(path, read_dictionary=list(texts))
        for column in file.schema_arrow:
            wide = pa.types.is_fixed_size_binary(column.type) and column.type.byte_width > MAX_WIDTH
            if wide or pa.types.is_nested(column.type):
                raise Invalid(f"The column “{column.name}” of {path} is {column.type}.", code="file_nested")
        return file


def _texts(file: Any) -> list[str]:
    """Columns of text whose encodings allow to read each value once."""
    schema, groups = file.schema, [file.metadata.row_group(n) for n in range(file.metadata.num_row_groups)]
    plain = {"PLAIN", "PLAIN_DICTIONARY", "RLE_DICTIONARY", "RLE", "BIT_PACKED"}
    return [
        schema.column(at).path
        for at in range(len(schema))
        if schema.column(at).physical_type == "BYTE_ARRAY"
        and all(plain.issuperset(group.column(at).encodings) for group in groups)
    ]


def parquet_rows(path: Path) -> Iterator[Row]:
    """Every row of a Parquet file, values as text: dates as ISO 8601, numbers with a point.

    A few hundred bytes can stand for gigabytes there, so few rows are held at once, equal values once, and none that
    is too long to become a message. Raises Invalid, also later, for a damaged page.
    """
    with _sound(path):
        first = _parquet(path)
        texts = _texts(first)
        long = sum(first.schema.column(at).physical_type == "BYTE_ARRAY" for at in range(len(first.schema)))
        batches = _parquet(path, texts).iter_batches(batch_size=BATCH if len(texts) == long else BATCH // 10)
        number = 0
        while (batch := next(batches, None)) is not None:
            for cells in zip(*(_cells(column) for column in batch.columns), strict=True):
                number += 1
                yield _row(number, cells)


def _row(number: int, cells: tuple[str | None, ...]) -> Row:
    """None stands for a value that is too long."""
    known = [cell for cell in cells if cell is not None]
    if len(known) < len(cells) or sum(map(len, known)) > MAX_PARQUET_ROW:
        return Row(
            number,
            [],
            "\t".join(cell[:80] for cell in known)[:1000],
            f"row is longer than {MAX_PARQUET_ROW:,} characters",
        )
    return Row(number, known, "\t".join(known))


def _cells(column: Any) -> list[str | None]:
    import pyarrow as pa

    if isinstance(column, pa.DictionaryArray):
        places = column.indices.to_pylist()
        known = {place: _cell(column.dictionary[place]) for place in set(places) if place is not None}
        return ["" if place is None else known[place] for place in places]
    return [_cell(one) for one in column]


def _cell(value: Any) -> str | None:
    """A value as text; None when it is too long. Text that is no UTF-8 and moments that Python does not know stay readable."""
    if not value.is_valid:
        return ""
    if hasattr(value, "as_buffer"):
        held = value.as_buffer()
        return None if held.size > MAX_PARQUET_ROW else bytes(held).decode("utf-8", "replace")
    try:
        return _text(value.as_py())
    except (ValueError, OverflowError, LookupError):  # a year beyond 9999, nanoseconds, a zone that is not known
        return str(value.value)


def _text(value: Any) -> str:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)
