"""Reading texts of any size a row at a time, delimited or aligned. Nothing is skipped in silence.

Every record of the file comes out as a Row, with its cells or with a fault that says why it has none.
"""

import codecs
import csv
import hashlib
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from pentad.core.errors import Invalid
from pentad.data.imports.rules_guess import WHITESPACE, split

MAX_LINE = 1 << 20
MAX_RECORD_LINES = 100
"""Lines that a quoted field may span. Beyond it a quotation mark was opened by mistake."""
MAX_IN_VAIN = 32 << 20
"""Characters of a file that may be looked at for the ends of quoted fields that have none; a later record is one line."""
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


def count_lines(path: Path) -> int:
    """Lines of a text file, the header too."""
    lines, last = 0, b""
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            lines, last = lines + chunk.count(b"\n"), chunk[-1:]
    return lines + (last != b"\n")
