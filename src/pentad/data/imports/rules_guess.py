"""What a table probably is: its delimiter, its header, what its columns mean, how dates and numbers are written. Pure.

Nothing is guessed in silence: what cannot be told apart comes back as a problem with the option that settles it.
"""

import csv
import re
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress

from pentad.data.imports.rules import DATE_FORMATS, REQUIRED, ROLES, date_parser, number_text

WHITESPACE = " "
"""The delimiter of columns that are aligned by spaces."""
_DELIMITERS = ("\t", ";", ",", "|")
_NAMES: dict[str, str] = {
    "customer": "customer customerid customerno customernumber custid cust client clientid userid user member memberid "
    "buyer buyerid accountid household householdkey kunde kundennummer kundennr klant",
    "date": "date orderdate transactiondate purchasedate invoicedate createdat created timestamp time datetime day datum "
    "bestelldatum ordertime purchasedat orderedat",
    "amount": "amount total revenue price dollarvalue value sales salesvalue sum ordertotal totalprice spend spent paid "
    "grandtotal betrag umsatz amountpaid money monetary",
    "quantity": "quantity qty units items count numberofcds numberofitems pieces menge anzahl",
    "order": "order orderid orderno ordernumber invoice invoiceno invoiceid transactionid receipt receiptid basketid rechnung",
    "product": "product productid sku stockcode item itemid article articleid artikel",
    "currency": "currency currencycode waehrung",
}
_ROLE_OF = {name: role for role, names in _NAMES.items() for name in names.split()}


def split(line: str, delimiter: str) -> list[str]:
    """The fields of one line that holds a whole record. Raises csv.Error for unbalanced quotation marks."""
    if delimiter == WHITESPACE:
        return line.split()
    line = line.rstrip("\r\n")
    if '"' not in line:
        return line.split(delimiter)
    return next(csv.reader([line], delimiter=delimiter, strict=True), [])


def delimiter(lines: Sequence[str]) -> str:
    """The delimiter that gives most lines the same number of fields; "" when the lines hold one field each."""
    best, best_score = "", (0.0, 0)
    for candidate in (*_DELIMITERS, WHITESPACE):
        widths = Counter[int]()
        for line in lines:
            with suppress(csv.Error):
                widths[len(split(line, candidate))] += 1
        if not widths:
            continue
        width, count = widths.most_common(1)[0]
        agreement = count / len(lines)
        if (
            width > 1
            and agreement >= 0.6
            and (agreement, width) > best_score
            and not (candidate == WHITESPACE and best)
        ):
            best, best_score = candidate, (agreement, width)
    return best


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower().replace("ä", "ae").replace("ü", "ue").replace("ö", "oe"))


def has_header(first: Sequence[str], second: Sequence[str]) -> bool:
    """Whether the first row names the columns: it has a known name, or no number or date where the second has one."""
    if any(_plain(cell) in _ROLE_OF for cell in first):
        return True
    return not any(map(_is_value, first)) and any(map(_is_value, second))


def _is_value(text: str) -> bool:
    return is_number(text) or bool(date_formats([text]))


def is_number(text: str) -> bool:
    for decimal in (".", ","):
        with suppress(ValueError):
            number_text(text, decimal)
            return True
    return False


def roles(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> dict[str, int]:
    """Role → column, by names first, then by what the columns hold. May lack some."""
    found: dict[str, int] = {}
    for place, name in enumerate(columns):
        role = _ROLE_OF.get(_plain(name))
        if role and role not in found:
            found[role] = place
    left = [place for place in range(len(columns)) if place not in found.values()]
    values = {place: [row[place] for row in rows if place < len(row) and row[place].strip()] for place in left}
    if "date" not in found:
        dated = [place for place in left if values[place] and date_formats(values[place])]
        found |= {"date": dated[0]} if dated else {}
    left = [place for place in left if place not in found.values()]
    if "customer" not in found and left:
        found["customer"] = left.pop(0)
    if "amount" not in found:
        money = [place for place in left if values[place] and all(is_number(v) for v in values[place])]
        with_cents = [place for place in money if any(re.search(r"[.,]\d{1,2}$", v.strip()) for v in values[place])]
        found |= {"amount": with_cents[-1]} if with_cents else {}
    return found


def date_formats(values: Sequence[str], *, majority: bool = False) -> list[str]:
    """Every format that reads more values than any other does, and at least four in five: that they are dates, nothing else
    may say. majority: more than half are enough, as it is known that they are.
    """
    counts = Counter[str]()
    for name in DATE_FORMATS:
        parse = date_parser(name)
        for value in values:
            with suppress(ValueError, OverflowError):
                if parse(value.strip()).year >= 1970:
                    counts[name] += 1
    if not counts:
        return []
    most = max(counts.values())
    enough = most * 2 > len(values) if majority else most >= 0.8 * len(values)
    return [name for name in DATE_FORMATS if counts[name] == most and enough]


def date_example(values: Sequence[str], formats: Sequence[str]) -> str:
    """A date to ask about: one that can be read in these ways, or one that cannot be read."""
    for value in values:
        if bool(date_formats([value])) is bool(formats):
            return value
    return values[0] if values else ""


def decimal(values: Sequence[str]) -> str:
    """The decimal sign that reads more values; the point when both do."""
    counts = Counter[str]()
    for sign in (".", ","):
        for value in values:
            with suppress(ValueError):
                number_text(value, sign)
                counts[sign] += 1
    return "," if counts[","] > counts["."] else "."


def problems(columns: Sequence[str], found: dict[str, int], formats: Sequence[str], example: str) -> list[str]:
    """What must be said before the table can be imported."""
    missing = [role for role in REQUIRED if role not in found]
    said = [
        f"No column looks like the {role} ({ROLES[role]}): say --map {role}=COLUMN, one of {', '.join(columns)}."
        for role in missing
    ]
    if "date" in found and not formats:
        said.append(f"The date “{example[:40]}” is in no format we know: say --date-format, such as %d.%m.%Y.")
    if len(formats) > 1:
        said.append(
            f"The date “{example[:40]}” can be read as {' or as '.join(formats)}: say which with --date-format."
        )
    return said
