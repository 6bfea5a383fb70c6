"""Reading Parquet files of any size a row at a time, in bounded memory: a few hundred bytes can stand for gigabytes there.

What its pages weigh is looked at before any of them is read. Looking is work too, so it is told from their headers how much
before it begins, and there is only so much of it for a file of some size.
"""

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from copy import copy
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

from pentad.core.errors import Invalid
from pentad.data.imports import parquet_pages as pages
from pentad.data.imports.reading import Row

MAX_ROW = 1 << 16
MAX_WIDTH = 4096
"""Bytes of a value in a column where all are as long."""
BATCHES = (200, 20, 1)
"""Rows that are held at once: the most whose pages fit into MOST_UNFOLDED."""
MOST_UNFOLDED = 256 << 20
"""Bytes of pages that one batch may unfold to, in all columns together."""
MOST_FOOTER = 4 << 20
"""The library makes some hundred bytes of memory of three in a footer."""
MOST_PAGES = 100_000
"""In one row group, in all columns together: each is looked at. One without a value counts as HOLLOW."""
HOLLOW = 100
PAGES, STEPS, BYTES = "pages", "steps", "bytes"
MOST_LOOKED_AT = {PAGES: (100_000, 1 / 64), STEPS: (100_000, 1 / 8), BYTES: (256 << 20, 100.0)}
"""Of a file: so many, and so many more for each byte it has. Steps go through runs of delta-coded lengths, bytes are those
unfolded to find these.
"""
MOST_VERDICTS = 1_000
BUFFER = 1 << 20
_LENGTHS_HEAD = 64
"""Bytes in which delta-coded numbers say how many they are."""
_PLAIN, _DELTA_LENGTHS, _DELTA_TEXTS = 0, 6, 7
_CODECS = {"UNCOMPRESSED": "", "SNAPPY": "snappy", "GZIP": "gzip", "BROTLI": "brotli", "ZSTD": "zstd"}
_SMALLER = "Write the file anew with pages of a megabyte, as most programs do, or as CSV."


def count_rows(path: Path) -> int:
    """What the file says of itself."""
    return int(_open(path).metadata.num_rows)


def columns(path: Path) -> list[str]:
    """Raises Invalid when the file is damaged or nested."""
    return list(_open(path).schema_arrow.names)


def rows(path: Path) -> Iterator[Row]:
    """Every row, values as text: dates as ISO 8601, numbers with a point.

    Few rows are held at once, equal values once, and none that is too long to become a message. Raises Invalid, also
    later, for a damaged page, and for pages that unfold to too much, before they do.
    """
    with _sound(path):
        first = _open(path)
        texts = _texts(first)
        file = _open(path, texts)
        number, looks = 0, _Looks(path)
        for group in range(file.metadata.num_row_groups):
            if not file.metadata.row_group(group).num_rows:
                continue
            batches = file.iter_batches(batch_size=_verdict(path, file, group, texts, looks), row_groups=[group])
            while (batch := next(batches, None)) is not None:
                for cells in zip(*(_cells(column) for column in batch.columns), strict=True):
                    number += 1
                    yield _row(number, cells)


@contextmanager
def _sound(path: Path) -> Iterator[None]:
    import pyarrow as pa

    try:
        yield
    except (pa.ArrowException, OSError, pages.Odd) as error:
        raise Invalid(f"{path} is not a sound Parquet file: {error}", code="file_damaged") from None


def _open(path: Path, texts: Sequence[str] = ()) -> Any:
    """texts: columns of which each value is held once, however many rows have it."""
    import pyarrow as pa
    from pyarrow import parquet

    with _sound(path):
        _check_footer(path)
        file = parquet.ParquetFile(path, read_dictionary=list(texts), buffer_size=BUFFER, pre_buffer=False)
        for column in file.schema_arrow:
            wide = pa.types.is_fixed_size_binary(column.type) and column.type.byte_width > MAX_WIDTH
            if wide or pa.types.is_nested(column.type):
                raise Invalid(f"The column “{column.name}” of {path} is {column.type}.", code="file_nested")
        return file


def _check_footer(path: Path) -> None:
    with path.open("rb") as file:
        file.seek(-min(8, path.stat().st_size), 2)
        size, mark = int.from_bytes(file.read(4), "little"), file.read(4)
    if mark == b"PAR1" and size > MOST_FOOTER:
        raise _too_much(path, f"its footer has {size:,} bytes, and {MOST_FOOTER:,} is the most")


def _too_much(path: Path, why: str) -> Invalid:
    return Invalid(f"{path} would unfold to too much: {why}.", code="file_unfolds", fix=_SMALLER)


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


class _Looks:
    """How much of a file may still be looked at."""

    def __init__(self, path: Path):
        self.path, size = path, path.stat().st_size
        self._left = {what: base + size * more for what, (base, more) in MOST_LOOKED_AT.items()}

    def take(self, what: str, count: int) -> None:
        """Before so many are looked at. Raises Invalid."""
        self._left[what] -= count
        if self._left[what] < 0:
            raise _too_much(self.path, f"to tell by how much takes more {what} to be looked at than there may be")


_verdicts: OrderedDict[tuple[Any, ...], int | Invalid] = OrderedDict()


def _verdict(path: Path, file: Any, group: int, texts: Sequence[str], looks: _Looks) -> int:
    """As `_batch_size`. Remembered, for a file is read several times before it is imported, and again with each look at it."""
    about = path.stat()
    key = (str(path), about.st_size, about.st_mtime_ns, group, MOST_UNFOLDED)
    if key not in _verdicts:
        try:
            with _sound(path):
                _verdicts[key] = _batch_size(path, file, group, texts, looks)
        except Invalid as fault:
            _verdicts[key] = fault.with_traceback(None)
        while len(_verdicts) > MOST_VERDICTS:
            _verdicts.popitem(last=False)
    found = _verdicts[key]
    if isinstance(found, int):
        return found
    raise copy(found)


def _batch_size(path: Path, file: Any, group: int, texts: Sequence[str], looks: _Looks) -> int:
    """How many rows of a row group may be held at once, by the headers of its pages. Raises Invalid, Odd."""
    about = file.metadata.row_group(group)
    found, left = list[_Column](), MOST_PAGES
    with path.open("rb") as raw:
        for at in range(about.num_columns):
            found.append(_Column(raw, about.column(at), file.schema.column(at), texts, looks, left))
            left -= found[-1].count
    for size in BATCHES:
        if sum(column.weight(size) for column in found) <= MOST_UNFOLDED:
            return size
    raise _too_heavy(path, sum(column.weight(1) for column in found))


def _too_heavy(path: Path, least: int) -> Invalid:
    return _too_much(path, f"a row takes {least:,} bytes of pages, and {MOST_UNFOLDED:,} is the most")


class _Column:
    """What the pages of a column of a row group weigh. count: how many they are; most: may be."""

    def __init__(self, file: BinaryIO, about: Any, column: Any, texts: Sequence[str], looks: _Looks, most: int):
        self._about, self._column, self._file, self._looks = about, column, file, looks
        self._text = column.physical_type == "BYTE_ARRAY"
        self._once = column.path in texts
        start = about.data_page_offset
        if about.has_dictionary_page and 0 < (about.dictionary_page_offset or 0) < start:
            start = about.dictionary_page_offset
        self._dictionary, self._pages, self.count = 0, list[pages.Page](), 0
        for page in pages.pages(file, start, about.num_values):
            self.count += 1 if page.values else HOLLOW
            if self.count > most:
                raise pages.Odd(f"a row group has more than {MOST_PAGES:,} pages")
            looks.take(PAGES, 1)
            self._add(page)

    def _add(self, page: pages.Page) -> None:
        """Weighed at once: a page that is too heavy alone is not looked into."""
        if page.kind == pages.DICTIONARY:
            self._dictionary = max(self._dictionary, page.held + 16 * page.values)
        least = self._dictionary + (self._of(page, 1) if self._text else page.held)
        if least > MOST_UNFOLDED:
            raise _too_heavy(self._looks.path, least)
        if page.kind != pages.DICTIONARY and page.encoding in (_DELTA_LENGTHS, _DELTA_TEXTS):
            self._check_delta(page)
        self._pages.append(page)

    def weight(self, rows: int) -> int:
        """The most bytes that so many rows unfold to."""
        if not self._text:  # one page at a time, and of each row its width
            return self._dictionary + max((page.held for page in self._pages), default=0)
        weights = [(page.values, self._of(page, rows)) for page in self._pages]
        return self._dictionary + pages.most_in_a_window(weights, rows)

    def _of(self, page: pages.Page, rows: int) -> int:
        if page.encoding == _DELTA_TEXTS:  # each value may repeat all that was before
            return page.held * min(rows, page.values or 1) + 8 * page.values
        if page.encoding == _DELTA_LENGTHS:
            return page.held + 8 * page.values
        if page.encoding == _PLAIN or self._once:
            return page.held
        return page.held + self._dictionary * min(rows, page.values)

    def _check_delta(self, page: pages.Page) -> None:
        """The page itself says how many lengths follow, and may lie."""
        levels, whole = (
            0,
            page.encoding == _DELTA_TEXTS,
        )  # of texts the first run must be gone through to find the second
        with self._unfolded(page) as content:
            if page.kind == pages.DATA and self._column.max_definition_level:
                levels = 4 + int.from_bytes(content.read(4), "little")
                if levels > page.size:
                    raise pages.Odd("the levels of a page are longer than the page")
            self._looks.take(BYTES, page.size if whole else levels)
            content.read(max(levels - 4, 0))
            data = content.read(page.size if whole else _LENGTHS_HEAD)
        take = partial(self._looks.take, STEPS)
        pages.check_delta(data, 0, 2 if whole else 1, page.values, take)

    def _unfolded(self, page: pages.Page) -> Any:
        """What the page holds after its levels, as a file that unfolds no more than is read."""
        import pyarrow as pa

        codec = _CODECS.get(self._about.compression)
        if codec is None:
            raise pages.Odd(f"delta-coded text in {self._about.compression} is not read")
        self._file.seek(page.at + page.levels)
        data = pa.py_buffer(self._file.read(max(page.stored - page.levels, 0)))
        if codec == "snappy" and page.packed:  # it comes whole only, and unfolds to some twenty times as much at most
            self._looks.take(BYTES, page.size)
            return pa.BufferReader(pa.Codec(codec).decompress(data, max(page.size - page.levels, 0)))
        raw = pa.BufferReader(data)
        return pa.CompressedInputStream(raw, codec) if codec and page.packed else raw


def _row(number: int, cells: tuple[str | None, ...]) -> Row:
    """None stands for a value that is too long."""
    known = [cell for cell in cells if cell is not None]
    if len(known) < len(cells) or sum(map(len, known)) > MAX_ROW:
        return Row(
            number, [], "\t".join(cell[:80] for cell in known)[:1000], f"row is longer than {MAX_ROW:,} characters"
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
        return None if held.size > MAX_ROW else bytes(held).decode("utf-8", "replace")
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
