"""Filters beside the language's own: money and numbers as the language of the message writes them, and what the leading
tools have for texts. Pure.
"""

import hashlib
import json
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from babel.numbers import format_currency, format_decimal, is_currency
from liquid import Markup
from liquid.exceptions import FilterArgumentError

from pentad.content.render.dates import locale


def _number(value: object) -> Decimal | None:
    """Numbers, and texts that are one; None for anything else."""
    if isinstance(value, bool):
        return None
    try:
        found = Decimal(str(value).strip().replace(",", "") if isinstance(value, str) else str(value))
    except InvalidOperation:
        return None
    return found if found.is_finite() and abs(found.adjusted()) < 40 else None


@lru_cache(maxsize=4096)
def _money(value: Decimal, currency: str, language: str, short: bool) -> str:
    if short and value == value.to_integral_value():
        shown = format_currency(value, currency, "¤#,##0", locale=locale(language), currency_digits=False)
    else:
        shown = format_currency(value, currency, locale=locale(language))
    return str(shown)


@lru_cache(maxsize=512)
def _known_currency(code: str) -> bool:
    return is_currency(code)


def _money_filter(short: bool) -> Callable[..., Any]:
    def money(value: Any, currency: Any = None, *, context: Any) -> Any:
        amount = _number(value)
        if amount is None:
            return value
        code = str(currency or _currency(context)).upper()
        if not _known_currency(code):
            raise FilterArgumentError(
                f"money: {code or 'nothing'} is no currency: write one such as money: “EUR”.", token=None
            )
        return _money(amount, code, context.language, short)

    return money


def _currency(context: Any) -> str:
    """What the event that started the message says."""
    event = context.resolve("event", default=None)
    return str(event.get("currency") or "") if isinstance(event, dict) else ""


def _decimal(value: Any, places: Any = None, *, context: Any) -> Any:
    """1234.5 → 1,234.5, or 1.234,50 in German with two places."""
    amount = _number(value)
    if amount is None:
        return value
    try:
        digits = None if places is None else min(max(int(places), 0), 20)
    except (TypeError, ValueError):
        raise FilterArgumentError(f"{places!r} is no number of decimal places.", token=None) from None
    pattern = None if digits is None else "#,##0" + (f".{'0' * digits}" if digits else "")
    return str(format_decimal(amount, pattern, locale=locale(context.language)))


def _delimited(value: Any, delimiter: Any = ",") -> Any:
    amount = _number(value)
    return value if amount is None else f"{amount:,}".replace(",", str(delimiter)[:3])


def _titlecase(value: Any) -> str:
    return " ".join(word[:1].upper() + word[1:] for word in str(value).split(" "))


def _pluralize(value: Any, one: Any, many: Any) -> str:
    return str(one) if _number(value) == 1 else str(many)


def _json_escape(value: Any) -> str:
    return json.dumps(str(value), ensure_ascii=False)[1:-1]


def _digest(name: str) -> Callable[[Any], str]:
    def digest(value: Any) -> str:
        return hashlib.new(name, str(value).encode(), usedforsecurity=False).hexdigest()

    return digest


def _param_escape(value: Any) -> str:
    return quote(str(value), safe="")


def _url_escape(value: Any) -> str:
    return quote(str(value), safe="%/:=&?~#+!$,;'@()*[]")


def _break_lines(value: Any) -> Any:
    """A text of several lines, escaped, with a break after each."""
    lines = str(value).splitlines()
    return Markup("<br>\n").join(lines)


def _with_context(function: Callable[..., Any]) -> Callable[..., Any]:
    function.with_context = True  # type: ignore[attr-defined]
    return function


def of(form: str) -> dict[str, Callable[..., Any]]:
    """Name → filter, for HTML, text or JSON."""
    found: dict[str, Callable[..., Any]] = {
        "money": _with_context(_money_filter(False)),
        "money_without_trailing_zeros": _with_context(_money_filter(True)),
        "currency": _with_context(_money_filter(False)),
        "number": _with_context(_decimal),
        "format_number": _with_context(_decimal),
        "number_with_delimiter": _delimited,
        "titlecase": _titlecase,
        "pluralize": _pluralize,
        "json_escape": _json_escape,
        "url_param_escape": _param_escape,
        "url_escape": _url_escape,
        "md5": _digest("md5"),
        "sha1": _digest("sha1"),
        "sha256": _digest("sha256"),
    }
    return {**found, "break_lines": _break_lines} if form == "html" else found
