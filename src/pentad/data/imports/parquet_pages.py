"""How much the pages of a Parquet file unfold to, told by their headers before any of them is unfolded.

The library that reads Parquet makes room for as many bytes as a page's header says, and refuses a page that holds more:
so the headers bound the memory, whatever the file's footer says. They are Thrift's compact protocol
(https://github.com/apache/parquet-format). What is not exactly as that format has it is refused, because what the library
would make of it is not known.
"""

import os
from collections.abc import Iterator, Sequence
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


class Odd(Exception):
    """The bytes are no header of a page."""


@dataclass(frozen=True, slots=True)
class Page:
    """What a page's header says: its kind, values (nulls too), bytes in the file and unfolded, its encoding's number,
    bytes that stand before what is packed, and whether anything is.
    """

    kind: int
    values: int
    stored: int
    size: int
    encoding: int
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
        file.seek(start)
        page = _page(_Struct(file, min(start + LARGEST_HEADER, size)).fields())
        start = file.tell() + page.stored
        yield page  # the file stands at what the page holds
        if page.kind in (DATA, DATA_V2):
            seen += page.values


def _page(header: dict[int, Any]) -> Page:
    kind, size, stored = (_number(header, field) for field in (1, 2, 3))
    if kind not in _PARTS:
        return Page(kind, 0, stored, size, 0)
    part = header.get(_PARTS[kind])
    if not isinstance(part, dict):
        raise Odd("a page does not say what it holds")
    values, encoding = _number(part, 1), _number(part, _ENCODING[kind])
    if kind != DATA_V2:
        return Page(kind, values, stored, size, encoding)
    return Page(kind, values, stored, size, encoding, _number(part, 5) + _number(part, 6), part.get(7, True))


def _number(fields: dict[int, Any], field: int) -> int:
    value = fields.get(field)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise Odd(f"field {field} of a page's header is {str(value)[:40]}")
    return value


class _Struct:
    """Reads one struct: 32-bit numbers and structs as they are, of everything else only that it is there.

    Lists, sets and maps stand in no page's header: a few bytes of them could say that billions of elements follow.
    """

    def __init__(self, file: BinaryIO, end: int, depth: int = 0):
        if depth > _DEPTH:
            raise Odd("a page's header is nested too deep")
        self._file, self._end, self._depth = file, end, depth

    def fields(self) -> dict[int, Any]:
        found: dict[int, Any] = {}
        last = 0
        while (head := self._byte()) & 15 != _STOP:
            last = last + (head >> 4) if head >> 4 else self._zigzag(self._varint(16))
            if not 0 < last <= _LAST_FIELD or last in found:
                raise Odd(f"a page's header has a field {last} too many")
            found[last] = self._value(head & 15)
        return found

    def _value(self, kind: int) -> Any:
        if kind in (_TRUE, _FALSE):
            return kind == _TRUE  # a field's truth is in its kind
        if kind == _I32:
            return self._zigzag(self._varint(32))
        if kind in (_I16, _I64):
            return str(self._varint(64))
        if kind == _STRUCT:
            return _Struct(self._file, self._end, self._depth + 1).fields()
        if kind in (_BYTE, _DOUBLE, _BINARY):
            return self._skip(1 if kind == _BYTE else 8 if kind == _DOUBLE else self._varint(32))
        raise Odd(f"a page's header holds a value of kind {kind}")

    def _skip(self, count: int) -> None:
        if self._file.seek(count, os.SEEK_CUR) > self._end:
            raise Odd("a page's header does not end")

    def _byte(self) -> int:
        byte = self._file.read(1)
        if not byte or self._file.tell() > self._end:
            raise Odd("a page's header does not end")
        return byte[0]

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


def count_in_delta(data: bytes, at: int, parts: int) -> int:
    """The most values that delta-coded numbers say they are; the library makes room for them before it reads on.

    parts: how many such runs stand one after another. Raises Odd.
    """
    most = 0
    for _ in range(parts):
        in_block, at = _plain_varint(data, at)
        minis, at = _plain_varint(data, at)
        count, at = _plain_varint(data, at)
        _, at = _plain_varint(data, at)
        if not minis or in_block % (32 * minis):
            raise Odd("a block of delta-coded numbers is of no known size")
        most, left = max(most, count), count - 1
        while left > 0:
            _, at = _plain_varint(data, at)
            widths, at = data[at : at + minis], at + minis
            if len(widths) < minis:
                raise Odd("delta-coded numbers do not end")
            for width in widths:
                if left > 0:
                    at, left = at + width * in_block // minis // 8, left - in_block // minis
    return most


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
