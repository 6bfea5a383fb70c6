"""Tests of values as SQL. Pure.

A value is a JSON scalar and has two views: its text (of a number its shortest digits, so 5.0 is "5"; of true "true")
and, where the text reads as one, its number. A test with a text compares texts, one with a number numbers. Lists and
objects have neither view. Every function here returns a two-valued or NULL-for-false expression of a *positive* test;
`test_sql` alone negates.
"""

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from pentad.intelligence.segments import dates_sql
from pentad.intelligence.segments.definition import (
    Anniversary,
    AtLeast,
    AtMost,
    Contains,
    Ends,
    Equals,
    Greater,
    In,
    IsSet,
    Less,
    ListAll,
    ListAny,
    ListNone,
    Matches,
    NotContains,
    NotEquals,
    NotIn,
    NotSet,
    OnDate,
    Range,
    Scalar,
    Starts,
    Test,
)  # fmt: skip
from pentad.intelligence.segments.numbers_sql import number_sql, range_sql
from pentad.ledger.sql import literal

# Each negative test and the positive one that it is the opposite of.
_OPPOSITE: dict[type, type] = {NotEquals: Equals, NotContains: Contains, NotIn: In, NotSet: IsSet, ListNone: ListAny}


@dataclass(frozen=True, slots=True)
class Value:
    """How to read a value. Each field is SQL.

    text: as ->> gives it, of lists and objects their JSON. number: as DOUBLE. kind: the JSON kind, "" when it is
    always a text. elements, raws: for a list its elements as texts and as JSON; "" when it is never a list.
    moment: a TIMESTAMP (UTC), for what is one by itself. present: that there is a value, when not told by the text.
    inline: the text read on the spot, for where it is seldom asked for; "" when there is no other way to it.
    """

    text: str
    number: str = ""
    kind: str = ""
    elements: str = ""
    raws: str = ""
    moment: str = ""
    present: str = ""
    inline: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """When and where it is asked: naive UTC, and the zone of the definition. keep: gives an expression a name."""

    now: datetime
    zone: str
    keep: Callable[[str], str] | None = None


def positive(test: Test) -> tuple[Test, bool]:
    """The test without its negation, and whether it was negated."""
    kind = _OPPOSITE.get(type(test))
    if kind is None:
        return test, False
    return kind(**{name: getattr(test, name) for name in kind.__struct_fields__}), True  # type: ignore[attr-defined]


def test_sql(value: Value, test: Test, asked: Asked, *, loose: bool) -> str:
    """True or false of every value, also of one that is not there. loose: a positive test may be NULL for false."""
    plain, negated = positive(test)
    if loose and not negated:
        return positive_sql(value, plain, asked)
    found = f"coalesce({positive_sql(value, plain, asked)}, FALSE)"
    return f"NOT {found}" if negated else found


def positive_sql(value: Value, test: Test, asked: Asked) -> str:
    match test:
        case Equals():
            return equals_sql(value, test.value)
        case In():
            return in_sql(value, test.values)
        case ListAny():
            return _list_sql(value, test.values, every=False)
        case ListAll():
            return _list_sql(value, test.values, every=True)
        case Contains() | Starts() | Ends() | Matches():
            return _part_sql(value, test)
        case Greater() | AtLeast() | Less() | AtMost() | Range():
            return range_sql(_number(value), test)
        case IsSet():
            return _set_sql(value)
        case OnDate() | Anniversary():
            return dates_sql.test_sql(value.text, value.moment, test, asked)
    raise TypeError(test)


def _number(value: Value) -> str:
    return value.number or f"TRY_CAST({value.text} AS DOUBLE)"


# -- texts -----------------------------------------------------------------------------------------


def lowered(text: str) -> str:
    """A constant in small letters; beyond ASCII by the engine, as it does the values."""
    return literal(text.lower()) if text.isascii() else f"lower({literal(text)})"


def view_sql(value: Value) -> str:
    """The value's text: without the .0 of a whole number, and NULL for lists and objects."""
    text, kind = value.text, value.kind
    if not kind:
        return text
    return (
        f"CASE WHEN {_compound(text)} THEN CASE WHEN {kind} IN ('ARRAY', 'OBJECT') THEN NULL ELSE {text} END "
        f"WHEN ends_with({text}, '.0') THEN CASE WHEN {kind} = 'DOUBLE' THEN left({text}, length({text}) - 2) "
        f"ELSE {text} END ELSE {text} END"
    )


def doubtful_sql(text: str) -> str:
    """The kind of the value decides what its text is. Of every other text that is the text itself. Its first letter
    comes first: a store passes over the blocks that hold none.
    """
    begins = f"({_compound(text)} OR {text} BETWEEN '-' AND ':')"  # a list, an object, a number
    return f"({begins} AND ({_compound(text)} OR ends_with({text}, '.0')))"


def _compound(text: str) -> str:
    """It may be a list or an object: comparing looks at the first letters alone."""
    return f"({text} BETWEEN '[' AND '[~' OR {text} BETWEEN '{{' AND '{{~')"


def equals_sql(value: Value, wanted: Scalar) -> str:
    if isinstance(wanted, bool):
        return f"lower({value.text}) = '{str(wanted).lower()}'"
    if isinstance(wanted, int | float):
        return f"{_number(value)} = {number_sql(wanted)}"
    if _plain(wanted) or not value.kind:
        return f"lower({value.text}) = {lowered(wanted)}"
    return _doubtful_sql(value, wanted)


def _plain(wanted: str) -> bool:
    """No list, object or number reads like this, so the kind of the value need not be asked for."""
    return re.match(r"[\[{]|-?[0-9]", wanted) is None


def _doubtful_sql(value: Value, wanted: str) -> str:
    """Equal to a text that looks like a number, a list or an object."""
    same = f"lower({value.text}) = {lowered(wanted)}"
    if wanted.endswith(".0") or wanted[0] in "[{":
        # A number 5.0 has the text 5; a list and an object have none.
        return f"CASE WHEN {same} THEN coalesce({value.kind}, 'VARCHAR') = 'VARCHAR' ELSE FALSE END"
    if re.fullmatch(r"-?[0-9]+", wanted):
        whole = f"{value.text} = {literal(wanted + '.0')}"
        return f"CASE WHEN {same} THEN TRUE WHEN {whole} THEN {value.kind} = 'DOUBLE' ELSE FALSE END"
    return same


def in_sql(value: Value, wanted: Iterable[Scalar]) -> str:
    """Equal to any; those that can be compared at once are."""
    numbers, texts, rest = _sorted_out(wanted, every=not value.kind)
    parts = []
    if texts:
        parts.append(f"lower({value.text}) IN ({', '.join(texts)})")
    if numbers:
        parts.append(f"{_number(value)} IN ({', '.join(numbers)})")
    if rest:
        # One look at the text decides for nearly all values whether any of these is worth a look at the kind.
        forms = sorted({form for one in rest for form in (lowered(one), lowered(f"{one}.0"))})
        doubtful = " OR ".join(f"coalesce({_doubtful_sql(value, one)}, FALSE)" for one in rest)
        parts.append(f"CASE WHEN lower({value.text}) IN ({', '.join(forms)}) THEN {doubtful} ELSE FALSE END")
    return _any(parts)


def _sorted_out(wanted: Iterable[Scalar], *, every: bool) -> tuple[list[str], list[str], list[str]]:
    """SQL of the numbers, SQL of the texts, and texts for which the kind of the value matters (unless `every`)."""
    numbers, texts, rest = [], [], []
    for one in wanted:
        if isinstance(one, bool):
            texts.append(f"'{str(one).lower()}'")
        elif isinstance(one, int | float):
            numbers.append(number_sql(one))
        elif every or _plain(one):
            texts.append(lowered(one))
        else:
            rest.append(one)
    return list(dict.fromkeys(numbers)), list(dict.fromkeys(texts)), list(dict.fromkeys(rest))


def _any(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else "(" + " OR ".join(f"coalesce({one}, FALSE)" for one in parts) + ")"


def _part_sql(value: Value, test: Contains | Starts | Ends | Matches) -> str:
    if isinstance(test, Matches):
        return f"regexp_matches({view_sql(value)}, {literal(pattern_of(test))})"
    name = {Contains: "contains", Starts: "starts_with", Ends: "ends_with"}[type(test)]
    wanted = lowered(test.value)
    quick = f"{name}(lower({value.text}), {wanted})"
    if not value.kind or _same_of_all_kinds(test):
        return quick
    if isinstance(test, Contains) and test.value[-1] not in ".0":
        whole = f"CASE WHEN {_compound(value.text)} THEN coalesce({value.kind}, 'VARCHAR') = 'VARCHAR' ELSE TRUE END"
        return f"CASE WHEN {quick} THEN {whole} ELSE FALSE END"
    exact = f"{name}(lower({view_sql(value)}), {wanted})"
    if isinstance(test, Ends) and test.value[-1].isdigit():
        return exact  # 5.0 ends with 5
    return f"CASE WHEN {quick} THEN {exact} ELSE FALSE END"


def pattern_of(test: Matches) -> str:
    """In any letter case, and . is not a line break, whatever the engine's habit."""
    return "(?i-s)" + test.value


def _same_of_all_kinds(test: Contains | Starts | Ends) -> bool:
    """Neither a list, an object nor the point of a whole number can begin or end like this."""
    if isinstance(test, Starts):
        return test.value[0] not in "[{" and test.value[-1] not in ".0"
    return isinstance(test, Ends) and test.value[-1] not in "]}.0123456789"


def _set_sql(value: Value) -> str:
    if value.present:
        return value.present
    if not value.kind:
        return f"{value.text} <> ''"
    return f"CASE WHEN {value.text} = '[]' THEN {value.kind} <> 'ARRAY' ELSE {value.text} <> '' END"


# -- lists -----------------------------------------------------------------------------------------


def _list_sql(value: Value, wanted: tuple[Scalar, ...], *, every: bool) -> str:
    """Of the elements of a list; a single value counts as a list of one."""
    join = " AND " if every else " OR "
    # Only what is no list is read twice.
    value = replace(value, text=value.inline) if value.inline else value
    single = (
        in_sql(value, wanted)
        if not every
        else join.join(f"coalesce({equals_sql(value, one)}, FALSE)" for one in wanted)
    )
    if not value.elements:
        return f"({single})"
    groups = [[one] for one in wanted] if every else [list(wanted)]
    many = join.join(f"({_holds_sql(value, group)})" for group in groups)
    # What is no list has no elements, and the text of a list equals no single value.
    if value.inline:
        return f"CASE WHEN {many} THEN TRUE WHEN {value.elements} = [] THEN {single} ELSE FALSE END"
    return f"CASE WHEN {many} THEN TRUE ELSE {single} END"


def _holds_sql(value: Value, wanted: list[Scalar]) -> str:
    """The list has an element that equals one of these."""
    numbers, texts, rest = _sorted_out(wanted, every=False)
    parts = []
    if texts:
        parts.append(_exists(value.elements, f"lower(x) IN ({', '.join(texts)})"))
    if numbers:
        parts.append(_exists(value.elements, f"TRY_CAST(x AS DOUBLE) IN ({', '.join(numbers)})"))
    if rest:
        forms = [form for one in rest for form in _raw_forms(one)]
        parts.append(_exists(value.raws, f"lower(x) IN ({', '.join(forms)})"))
    return " OR ".join(parts)


def _exists(elements: str, holds: str) -> str:
    return f"list_contains(list_transform({elements}, lambda x: coalesce({holds}, FALSE)), TRUE)"


def _raw_forms(wanted: str) -> list[str]:
    """How an element with this text can stand in JSON: as a text, and as the number or one more way of it."""
    forms = [lowered(json.dumps(wanted, ensure_ascii=False))]
    if re.fullmatch(r"-?[0-9]+", wanted):
        forms += [literal(wanted), literal(f"{wanted}.0")]
    elif re.fullmatch(r"-?[0-9.]+(e[+-]?[0-9]+)?", wanted.lower()) and not wanted.endswith(".0"):
        forms.append(lowered(wanted))
    return forms
