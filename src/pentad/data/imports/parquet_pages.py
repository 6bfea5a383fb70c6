"""How much the pages of a Parquet file unfold to, told by their headers before any of them is unfolded.

The library that reads Parquet makes room for as many bytes as a page's header says, and refuses a page that holds more:
so the headers bound the memory, whatever the file's footer says. They are Thrift's compact protocol
(https://github.com/apache/parquet-format). What is not exactly as that format has it is refused, because what the library
would make of it is not known.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

DATA, DICTIONARY, DATA_V2 = 0, 2, 3
_PARTS = {DATA: 5, DICTIONARY: 7, DATA_V2: 8}
"""The kind of page → the field of its header that says more about it."""
_ENCODING = {DATA: 2, DICTIONARY: 2, DATA_V2: 4}
_STOP, _TRUE, _FALSE, _BYTE, _I16, _I32, _I64, _DOUBLE, _BINARY, _LIST, _SET, _MAP, _STRUCT = range(13)
_DEPTH = 2
"""What a page's header holds is a struct, in which statistics are one more."""
_LAST_FIELD = 15
"""Above any number of a field in the format, and below where the library's own numbers would come round again."""
LARGEST_HEADER = 16 << 20
_WINDOW = 1 << 10
"""Bytes in which a header usually stands."""
_LEAST_BLOCK = 128
"""Delta-coded numbers stand in blocks of so many, or a multiple of it; the library refuses others."""


class Odd(Exception):
    """The bytes are no header of a page."""


class _Cut(Exception):
    """The bytes end within a header."""


@dataclass(frozen=True, slots=True)
class Page:
    """What a page's header says: its kind, values (nulls too), bytes in the file and unfolded, its encoding's number,
    where in the file it begins, bytes that stand before what is packed, and whether anything is.
    """

    kind: int
    values: int
    stored: int
    size: int
    encoding: int
    at: int
    levels: int = 0
    packed: bool = True

    @property
    def held(self) -> int:
        """Bytes of memory for the page."""
        return max(self.size, self.stored)


def pages(file: BinaryIO, start: int, values: int) -> Iterator[Page]:
    """The pages from `start` until there are `values` values, as the library reads them. Raises Odd."""
    seen, size = 0, file.seek(0, os.SEEK_END)
    while seen < values:
        page = _page(*_header(file, start, size))
        start = page.at + page.stored
        yield page
        if page.kind in (DATA, DATA_V2):
            seen += page.values


def _header(file: BinaryIO, start: int, size: int) -> tuple[dict[int, Any], int]:
    """The fields of the header at `start`, and where it ends."""
    window = _WINDOW
    while True:
        file.seek(start)
        header = _Header(file.read(min(window, max(size - start, 0))))
        try:
            return header.fields(), start + header.at
        except _Cut:
            if window >= LARGEST_HEADER or start + window >= size:
                raise Odd("a page's header does not end") from None
        window *= 4


def _page(header: dict[int, Any], at: int) -> Page:
    kind, size, stored = (_number(header, field) for field in (1, 2, 3))
    if kind not in _PARTS:
        return Page(kind, 0, stored, size, 0, at)
    part = header.get(_PARTS[kind])
    if not isinstance(part, dict):
        raise Odd("a page does not say what it holds")
    values, encoding = _number(part, 1), _number(part, _ENCODING[kind])
    if kind != DATA_V2:
        return Page(kind, values, stored, size, encoding, at)
    return Page(kind, values, stored, size, encoding, at, _number(part, 5) + _number(part, 6), part.get(7, True))


def _number(fields: dict[int, Any], field: int) -> int:
    value = fields.get(field)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise Odd(f"field {field} of a page's header is {str(value)[:40]}")
    return value


class _Header:
    """Reads a struct: 32-bit numbers and structs as they are, of everything else only that it is there.

    Lists, sets and maps stand in no page's header: a few bytes of them could say that billions of elements follow.
    """

    def __init__(self, data: bytes):
        self._data, self.at = data, 0

    def fields(self, depth: int = 0) -> dict[int, Any]:
        if depth > _DEPTH:
            raise Odd("a page's header is nested too deep")
        found: dict[int, Any] = {}
        last = 0
        while (head := self._byte()) & 15 != _STOP:
            last = last + (head >> 4) if head >> 4 else self._zigzag(self._varint(16))
            if not 0 < last <= _LAST_FIELD or last in found:
                raise Odd(f"a page's header has a field {last} too many")
            found[last] = self._value(head & 15, depth)
        return found

    def _value(self, kind: int, depth: int) -> Any:
        if kind in (_TRUE, _FALSE):
            return kind == _TRUE  # a field's truth is in its kind
        if kind == _I32:
            return self._zigzag(self._varint(32))
        if kind in (_I16, _I64):
            return str(self._varint(64))
        if kind == _STRUCT:
            return self.fields(depth + 1)
        if kind in (_BYTE, _DOUBLE, _BINARY):
            return self._skip(1 if kind == _BYTE else 8 if kind == _DOUBLE else self._varint(32))
        raise Odd(f"a page's header holds a value of kind {kind}")

    def _skip(self, count: int) -> None:
        self.at += count
        if self.at > len(self._data):
            raise _Cut

    def _byte(self) -> int:
        if self.at >= len(self._data):
            raise _Cut
        self.at += 1
        return self._data[self.at - 1]

    def _varint(self, bits: int) -> int:
        value = shift = 0
        while True:
            byte = self._byte()
            value |= (byte & 127) << shift
            if value >> bits:
                raise Odd("a number in a page's header is too large")
            if byte < 128:
                return value
            shift += 7
            if shift > 63:
                raise Odd("a number in a page's header does not end")

    @staticmethod
    def _zigzag(value: int) -> int:
        return (value >> 1) ^ -(value & 1)


def most_in_a_window(weights: Sequence[tuple[int, int]], rows: int) -> int:
    """The most weight of pages that so many rows in succession touch. weights: (rows, weight) of each page, in order."""
    most = held = between = first = 0
    for at, (_, weight) in enumerate(weights):
        held += weight
        if at - 1 > first:
            between += weights[at - 1][0]
        while first < at and between > rows - 2:  # a row of the first page, one of this, and all between
            held, first = held - weights[first][1], first + 1
            between -= weights[first][0] if first < at else 0
        most = max(most, held)
    return most


def check_delta(data: bytes, at: int, parts: int, most: int, take: Callable[[int], None]) -> None:
    """Raise Odd when delta-coded numbers say that more than `most` follow: the library makes room for them before it reads on.

    parts: how many such runs stand one after another; what lies in the last is not looked at. take: told how many steps a
    run takes before it is walked.
    """
    for part in range(parts):
        in_block, at = _plain_varint(data, at)
        minis, at = _plain_varint(data, at)
        count, at = _plain_varint(data, at)
        _, at = _plain_varint(data, at)
        if not in_block or not minis or in_block % _LEAST_BLOCK or in_block % (32 * minis):
            raise Odd("a block of delta-coded numbers is of no known size")
        if count > most:
            raise Odd(f"a page of {most:,} values says that {count:,} follow")
        if part < parts - 1:
            take((count // in_block + 1) * (1 + minis))
            at = _after_run(data, at, in_block, minis, count - 1)


def _after_run(data: bytes, at: int, in_block: int, minis: int, left: int) -> int:
    """Where a run of delta-coded numbers ends."""
    in_mini = in_block // minis
    while left > 0:
        _, at = _plain_varint(data, at)
        widths, at = data[at : at + minis], at + minis
        if len(widths) < minis:
            raise Odd("delta-coded numbers do not end")
        used = min(minis, -(-left // in_mini))
        at, left = at + sum(widths[:used]) * in_mini // 8, left - in_block
    return at


def _plain_varint(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        if at >= len(data):
            break
        value |= (data[at] & 127) << shift
        at += 1
        if data[at - 1] < 128:
            return value, at
    raise Odd("delta-coded numbers do not end")
