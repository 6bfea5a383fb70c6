"""What a cell means: dates, numbers and the message that a row becomes. Pure.

A table of transactions has columns with roles: who bought (customer), when (date), for how much (amount),
how many (quantity), and perhaps an order number, a product and a currency. Other columns come along as properties.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

ROLES: dict[str, str] = {
    "customer": "who bought: becomes the user_id",
    "date": "when",
    "amount": "how much money, all items together",
    "quantity": "how many items",
    "order": "the order's number",
    "product": "the product's number or name",
    "currency": "the currency, such as EUR",
}
"""What a column can mean. customer and date are needed."""
REQUIRED = ("customer", "date")

MAX_IDENTIFIER = 500
MAX_ROW_BYTES = 30_000
"""A message may have 32 KB; the rest is for its frame."""
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)


class Unreadable(Exception):
    """A row that cannot become a message: which value, and why."""

    def __init__(self, reason: str, value: str):
        super().__init__(reason)
        self.reason, self.value = reason, value


# -- dates --------------------------------------------------------------------------------------------


def _iso(text: str) -> datetime:
    if len(text) < 10 or text[4] != "-":
        raise ValueError(text)
    return datetime.fromisoformat(text)


def _compact(text: str) -> datetime:
    if len(text) != 8 or not (text.isascii() and text.isdecimal()):
        raise ValueError(text)
    return datetime(int(text[:4]), int(text[4:6]), int(text[6:]))  # noqa: DTZ001  made aware by the caller


def _epoch(digits: int) -> Callable[[str], datetime]:
    def parse(text: str) -> datetime:
        if len(text) != digits or not (text.isascii() and text.isdecimal()):
            raise ValueError(text)
        return EARLIEST + timedelta(milliseconds=int(text) * (1000 if digits == 10 else 1))

    return parse


_SPECIAL: dict[str, Callable[[str], datetime]] = {
    "iso": _iso,
    "%Y%m%d": _compact,
    "epoch": _epoch(10),
    "epoch_ms": _epoch(13),
}
_DAYS = (
    "%d.%m.%Y",
    "%d.%m.%y",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d/%m/%y",
    "%m/%d/%y",
    "%d-%m-%Y",
    "%m-%d-%Y",
    "%Y/%m/%d",
    "%d-%b-%Y",
    "%d %b %Y",
    "%d %B %Y",
    "%b %d, %Y",
    "%B %d, %Y",
)
DATE_FORMATS: tuple[str, ...] = (
    *_SPECIAL,
    *(day + time for day in _DAYS for time in ("", " %H:%M", " %H:%M:%S", " %I:%M %p")),
)
"""Formats that are tried, by name or as strptime's."""


def date_parser(date_format: str) -> Callable[[str], datetime]:
    """A function from text to an aware datetime; times without a zone are taken as UTC. It raises ValueError."""
    parse = _SPECIAL.get(date_format) or (lambda text: datetime.strptime(text, date_format))  # noqa: DTZ007

    def aware(text: str) -> datetime:
        moment = parse(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)

    return aware


# -- numbers ------------------------------------------------------------------------------------------

_MONEY_SIGNS = re.compile(r"[\s\u00a0\u202f€$£¥]|^[A-Z]{3}|[A-Z]{3}$")
_GROUPS = {".": "[,'’]", ",": "[.'’]"}
_NUMBER = {
    sign: re.compile(
        rf"[+-]?(?:(?:[0-9]+|[0-9]{{1,3}}(?:{groups}[0-9]{{3}})+)(?:[{sign}][0-9]*)?|[{sign}][0-9]+)(?:[eE][+-]?[0-9]+)?"
    )
    for sign, groups in _GROUPS.items()
}


def number_text(text: str, decimal: str = ".") -> str:
    """A number as JSON writes it, digits kept as they are: "€ 1.234,50" is "1234.50". Raises ValueError.

    Parentheses and a trailing minus mean less than nothing, as in book-keeping.
    """
    plain = _MONEY_SIGNS.sub("", text)
    if plain.startswith("(") and plain.endswith(")"):
        plain = "-" + plain[1:-1]
    elif plain.endswith("-"):
        plain = "-" + plain[:-1]
    if not plain or not _NUMBER[decimal].fullmatch(plain) or len(plain) > 40:
        raise ValueError(text)
    plain = re.sub(_GROUPS[decimal], "", plain)
    plain = plain.replace(decimal, ".").lstrip("+")
    sign, digits = ("-", plain[1:]) if plain.startswith("-") else ("", plain)
    whole, dot, part = digits.partition(".")
    if "e" in digits.lower():
        return repr(float(plain))
    return f"{sign}{whole.lstrip('0') or '0'}{dot}{part}" if part else f"{sign}{whole.lstrip('0') or '0'}"


# -- rows ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Layout:
    """How a table is to be read: its columns, their roles (name → place), and how values are written."""

    columns: tuple[str, ...]
    roles: Mapping[str, int]
    date_format: str
    decimal: str = "."
    currency: str = ""
    dialect: str = ""
    """Encoding, delimiter and header: how cells were told apart."""

    @property
    def settings(self) -> dict[str, Any]:
        """All of it as plain values: what an import is known by."""
        return {
            "columns": list(self.columns),
            "roles": dict(sorted(self.roles.items())),
            "date_format": self.date_format,
            "decimal": self.decimal,
            "currency": self.currency,
            "dialect": self.dialect,
        }


def property_name(column: str) -> str:
    """A column's name as a property: "Number of CDs" → "number_of_cds"."""
    return re.sub(r"\W+", "_", column.strip().lower()).strip("_") or "column"


class Reader:
    """Turns the cells of one table into messages."""

    def __init__(self, layout: Layout, *, prefix: str, now: datetime):
        self._layout, self._prefix = layout, prefix
        self._latest = now + timedelta(days=1)
        """Tomorrow: a date of today in the east is no mistake."""
        self._date = date_parser(layout.date_format)
        taken = set(layout.roles.values())
        self._others = [(place, property_name(name)) for place, name in enumerate(layout.columns) if place not in taken]

    def message(self, number: int, cells: list[str]) -> dict[str, Any]:
        """A row as a track message. number: of its line, which makes the message id. Raises Unreadable."""
        roles = self._layout.roles
        if len(cells) != len(self._layout.columns):
            raise Unreadable(f"has {len(cells)} fields instead of {len(self._layout.columns)}", "")
        customer = cells[roles["customer"]].strip()
        if not customer or len(customer) > MAX_IDENTIFIER:
            raise Unreadable("names no customer" if not customer else "customer is too long", customer[:80])
        if "\x00" in "".join(cells):
            raise Unreadable("holds a null character", "")
        properties = self._properties(cells)
        refund = bytes(properties.get("revenue", b"")).startswith(b"-")
        return {
            "type": "track",
            "event": "Order Refunded" if refund else "Order Completed",
            "userId": customer,
            "messageId": f"{self._prefix}-{number}",
            "timestamp": self._moment(cells[roles["date"]]),
            "properties": properties,
        }

    def encode(self, number: int, cells: list[str]) -> bytes:
        """The same as JSON. Raises Unreadable."""
        text = msgspec.json.encode(self.message(number, cells))
        if len(text) > MAX_ROW_BYTES:
            raise Unreadable(f"is larger than {MAX_ROW_BYTES:,} bytes", "")
        return text

    def _moment(self, text: str) -> str:
        text = text.strip()
        try:
            moment = self._date(text)
        except (ValueError, OverflowError):
            raise Unreadable(f"date is not {self._layout.date_format}", text[:80]) from None
        if not EARLIEST <= moment <= self._latest:
            raise Unreadable("date lies before 1970" if moment < EARLIEST else "date lies in the future", text[:80])
        return moment.isoformat().replace("+00:00", "Z")

    def _properties(self, cells: list[str]) -> dict[str, Any]:
        roles, properties = self._layout.roles, dict[str, Any]()
        for role, name in (("order", "order_id"), ("product", "product_id"), ("currency", "currency")):
            if role in roles and (value := cells[roles[role]].strip()):
                properties[name] = value
        for role, name in (("amount", "revenue"), ("quantity", "quantity")):
            if role in roles and (value := cells[roles[role]].strip()):
                try:
                    properties[name] = msgspec.Raw(number_text(value, self._layout.decimal).encode())
                except ValueError:
                    raise Unreadable(f"{role} is not a number", value[:80]) from None
        if self._layout.currency:
            properties.setdefault("currency", self._layout.currency)
        for place, name in self._others:
            if value := cells[place].strip():
                properties.setdefault(name, value)
        return properties
