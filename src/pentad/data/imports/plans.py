"""From a file and what the user said of it to a plan: how it will be read, a preview, and what is in the way."""

import codecs
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from pentad.core import clock
from pentad.core.errors import Invalid
from pentad.data.imports import parquet, reading, rules_guess
from pentad.data.imports.reading import Facts, Row
from pentad.data.imports.rules import ROLES, Layout, Reader, Unreadable, date_parser

SAMPLE = 2000
"""Rows that guesses are made from."""
SAMPLE_CHARACTERS = 8 << 20
MAX_COLUMNS = 290
_WORDS = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "pipe": "|", "space": " ", "spaces": " "}


_ENCODINGS = re.compile(
    r"ascii|utf-8(-sig)?|utf-(16|32)(-[bl]e)?|cp\d{3,4}|iso8859-\d+|latin_1|koi8-[rtu]|mac-\w+|big5(hkscs)?|gb2312|gbk|gb18030"
    r"|euc_(jp|kr)|shift_jis|johab|tis-620|kz1048|ptcp154"
)


@dataclass(frozen=True)
class Options:
    """What the user said; empty or None where we shall guess."""

    roles: Mapping[str, str] = field(default_factory=dict)
    date_format: str = ""
    delimiter: str = ""
    header: bool | None = None
    columns: Sequence[str] = ()
    currency: str = ""
    encoding: str = ""
    decimal: str = ""


def options_of(said: Mapping[str, Any]) -> Options:
    """The same from plain values, as a form sends them and an import keeps them; a role's column is in `role_…`."""

    def text(name: str) -> str:
        return str(said.get(name, "")).strip()

    header = {"yes": True, "no": False}.get(text("header"))
    roles = {role: text(f"role_{role}") for role in ROLES if text(f"role_{role}")}
    return Options(
        roles=roles, header=header, date_format=text("date_format"), delimiter=str(said.get("delimiter", "")),
        currency=text("currency")[:3], encoding=text("encoding"), decimal=text("decimal") if text("decimal") in ".," else "",
    )  # fmt: skip


@dataclass(frozen=True)
class Plan:
    """How a file will be read. With `problems` it cannot be imported yet."""

    path: Path
    facts: Facts
    delimiter: str
    header: bool
    layout: Layout
    problems: list[str]

    def rows(self) -> Iterator[Row]:
        """Every record but the header."""
        rows = _rows(self.path, self.facts.encoding, self.delimiter)
        if self.header and self.facts.encoding:
            next(rows, None)
        return rows

    def reader(self, prefix: str) -> Reader:
        return Reader(self.layout, prefix=prefix, now=clock.now())

    def count(self) -> int:
        """About how many rows there are, without reading them: lines, or what a Parquet file says of itself."""
        return reading.count_lines(self.path) if self.facts.encoding else parquet.count_rows(self.path)

    def preview(self, count: int) -> tuple[list[dict[str, Any]], list[tuple[Row, Unreadable]]]:
        """The messages of the first `count` rows, and those among them that cannot be read."""
        reader, messages, bad = self.reader("preview"), list[dict[str, Any]](), list[tuple[Row, Unreadable]]()
        for row in _first(self.rows(), count):
            try:
                messages.append(reader.message(row.line, cells_of(row)))
            except Unreadable as problem:
                bad.append((row, problem))
        return messages, bad


def cells_of(row: Row) -> list[str]:
    """The cells of a sound row. Raises Unreadable."""
    if row.fault:
        raise Unreadable(row.fault, row.raw[:80].strip())
    return row.cells


def _rows(path: Path, encoding: str, delimiter: str) -> Iterator[Row]:
    return reading.text_rows(path, encoding, delimiter) if encoding else parquet.rows(path)


def _first(rows: Iterator[Row], count: int) -> Iterator[Row]:
    """So many rows, or fewer when they are long: they are held in memory."""
    size = 0
    for row in islice(rows, count):
        yield row
        size += len(row.raw)
        if size > SAMPLE_CHARACTERS:
            return


def make_plan(path: Path, options: Options) -> Plan:
    """Look at a file and decide how to read it. Raises Invalid for a file or an option that cannot be used."""
    facts = reading.look(path)
    if options.encoding and facts.encoding:
        facts = Facts(facts.digest, facts.size, _encoding(options.encoding))
    delimiter = _delimiter(path, facts, options)
    sample = list(_first(_rows(path, facts.encoding, delimiter), SAMPLE + 1))
    sound = [row.cells for row in sample if not row.fault]
    if not sound:
        raise Invalid(f"{path} holds no row that can be read.", code="file_empty")
    columns, header = _columns(path, facts, options, sound)
    body = sound[1:] if header and facts.encoding else sound
    roles = _roles(columns, options, body)
    dates = [row[roles["date"]] for row in body if "date" in roles and roles["date"] < len(row)]
    dates = [one for one in dates if one.strip()]
    formats = _formats(options, dates)
    amounts = [
        row[place]
        for role in ("amount", "quantity")
        if (place := roles.get(role)) is not None
        for row in body
        if place < len(row) and row[place].strip()
    ]
    layout = Layout(
        columns=tuple(columns),
        roles=roles,
        date_format=formats[0] if formats else "iso",
        decimal=options.decimal or rules_guess.decimal(amounts),
        currency=options.currency.upper(),
        dialect=f"{facts.encoding} {delimiter!r} {'header' if header else 'no header'}",
    )
    problems = rules_guess.problems(columns, roles, formats, rules_guess.date_example(dates, formats))
    if not body:
        problems.append("There is no row beneath the header.")
    return Plan(path, facts, delimiter, header, layout, problems)


def _encoding(name: str) -> str:
    """Python's name of an encoding. Others than those of texts (zip, base64) and those no table comes in are not known."""
    try:
        found = codecs.lookup(name).name
    except (LookupError, ValueError):
        found = ""
    if not _ENCODINGS.fullmatch(found):
        raise Invalid(f"There is no encoding “{name}”.", code="bad_encoding", fix="Say one such as utf-8 or cp1252.")
    return found


def _delimiter(path: Path, facts: Facts, options: Options) -> str:
    if not facts.encoding:
        return ""
    if options.delimiter:
        said = _WORDS.get(options.delimiter.lower(), options.delimiter)
        if len(said) != 1:
            raise Invalid(
                f"The delimiter “{said}” is not one character.", code="bad_delimiter", fix="Say , ; | tab or space."
            )
        return said
    lines = [line for _, line in islice(reading.text_lines(path, facts.encoding), 100)]
    found = rules_guess.delimiter(lines)
    if not found:
        raise Invalid(
            f"No delimiter divides the lines of {path} into equal columns.", code="no_delimiter", fix="Say --delimiter."
        )
    return found


def _columns(path: Path, facts: Facts, options: Options, sound: list[list[str]]) -> tuple[list[str], bool]:
    """Names of the columns, and whether the first row holds them."""
    if not facts.encoding:
        names, header = parquet.columns(path), True
    else:
        header = (
            options.header
            if options.header is not None
            else not options.columns and rules_guess.has_header(sound[0], sound[1] if len(sound) > 1 else [])
        )
        names = [cell.strip() for cell in sound[0]] if header else [f"column {n}" for n in range(1, len(sound[0]) + 1)]
    if options.columns:
        if len(options.columns) != len(names):
            raise Invalid(f"{len(options.columns)} columns are named, but rows have {len(names)}.", code="bad_columns")
        names = list(options.columns)
    if len(names) > MAX_COLUMNS:
        raise Invalid(f"The file has {len(names)} columns; {MAX_COLUMNS} is the most.", code="too_many_columns")
    return names, header


def _roles(columns: list[str], options: Options, body: list[list[str]]) -> dict[str, int]:
    """Guessed roles under those that were said; "-" takes a role away."""
    found = rules_guess.roles(columns, body)
    for role, column in options.roles.items():
        if role not in ROLES:
            raise Invalid(f"“{role}” is no role of a column.", code="bad_mapping", fix=f"Roles are {', '.join(ROLES)}.")
        if column == "-":
            found.pop(role, None)
            continue
        place = _place(columns, column)
        found = {other: at for other, at in found.items() if at != place or other in options.roles} | {role: place}
    return found


def _place(columns: list[str], column: str) -> int:
    for at, name in enumerate(columns):
        if name == column or name.lower() == column.lower():
            return at
    if column.isdecimal() and 1 <= int(column) <= len(columns):
        return int(column) - 1
    raise Invalid(f"There is no column “{column}”.", code="bad_mapping", fix=f"Columns are {', '.join(columns)}.")


def _formats(options: Options, dates: list[str]) -> list[str]:
    """How the dates are written: as most of them are, and rows with other ones are rejected; more than one when that cannot
    be told.
    """
    if options.date_format:
        try:
            date_parser(options.date_format)("")
        except re.error as error:  # a part that is said twice
            raise Invalid(f"“{options.date_format}” is no date format: {error}.", code="bad_date_format") from None
        except ValueError as error:
            if "bad directive" in str(error) or "stray" in str(error):
                raise Invalid(f"“{options.date_format}” is no date format: {error}.", code="bad_date_format") from None
        return [options.date_format]
    return rules_guess.date_formats(dates, majority=True)
