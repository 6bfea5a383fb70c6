"""Features that the row of a person tells by itself, as SQL over `people`. Pure."""

from typing import TypeGuard

from pentad.intelligence.segments import dates_sql
from pentad.intelligence.segments.definition import (
    Anniversary,
    Consent,
    Identifier,
    IsSet,
    ListAll,
    ListAny,
    OnDate,
    Share,
    Standing,
    Test,
    Trait,
)  # fmt: skip
from pentad.intelligence.segments.features import Leaf, named
from pentad.intelligence.segments.parts import Needed, PersonPart, Place, Scene
from pentad.intelligence.segments.values_sql import Asked, Value, positive_sql, test_sql
from pentad.ledger.sql import literal


def json_value(column: str, name: str, needed: Needed) -> Value:
    """A value inside a JSON column. Its text is read once a row, its kind only where that matters."""
    place = Place.of(column, name)
    needed.add(column, column)
    text = needed.add(f"x_{named(column, name)}", place.text)
    elements = needed.add(f"l_{named(column, name)}", place.elements)
    return Value(text=text, kind=place.kind, elements=elements, raws=place.raws, inline=place.text)


def part(leaf: Leaf, scene: Scene) -> PersonPart:
    needed = Needed()
    one, asked = leaf.condition, scene.asked(leaf.zone, needed)
    match one:
        case Trait():
            return _of_value(json_value("traits", one.name, needed), one.test, asked, scene, needed)
        case Standing():
            return _standing(one, asked, scene, needed)
        case Identifier():
            return _whole(_identifier_sql(one, asked))
        case Consent():
            return _whole(_consent_sql(one))
        case Share():
            return _whole(_share_sql(one))
    raise TypeError(one)


def _whole(sql: str) -> PersonPart:
    """An expression over the columns of `people` themselves, taken in with them so that they need not be passed on."""
    name = f"x_{named(sql)}"
    return PersonPart((((name, f"coalesce({sql}, FALSE)"),),), name)


def _of_value(value: Value, test: Test, asked: Asked, scene: Scene, needed: Needed) -> PersonPart:
    sql = test_sql(value, test, asked, loose=scene.loose)
    due = dates_sql.due_sql(value.text, value.moment, test, asked) if scene.due and dated(test) else ""
    return PersonPart(needed.used(sql, due), sql, due)


def dated(test: Test) -> TypeGuard[OnDate | Anniversary]:
    return isinstance(test, OnDate | Anniversary)


def _standing(one: Standing, asked: Asked, scene: Scene, needed: Needed) -> PersonPart:
    if one.field in ("first_seen", "last_seen"):
        column = needed.add(one.field, one.field)
        if not isinstance(one.test, OnDate | Anniversary | IsSet):
            return PersonPart((), "FALSE")  # a moment is no text and no number
        value = Value(text="NULL", moment=column, present=f"{column} IS NOT NULL")
    elif one.field == "event_count":
        column = needed.add("event_count", "event_count")
        value = Value(text=f"CAST({column} AS VARCHAR)", number=f"CAST({column} AS DOUBLE)")
    else:
        column = needed.add("known", "known")
        value = Value(text=f"CASE WHEN {column} THEN 'true' ELSE 'false' END")
    return _of_value(value, one.test, asked, scene, needed)


def _identifier_sql(one: Identifier, asked: Asked) -> str:
    place = Place.of_keys("identifiers", [one.namespace])
    if isinstance(one.test, IsSet):
        return f"{place.text} <> '[]'"
    if isinstance(one.test, ListAll):
        tests = [
            positive_sql(Value(text="x"), ListAny((each,)), Asked(asked.now, asked.zone)) for each in one.test.values
        ]
    else:
        # No column can be made of what is inside of a list.
        tests = [positive_sql(Value(text="x"), one.test, Asked(asked.now, asked.zone))]
    each = (
        f"list_contains(list_transform({place.elements}, lambda x: coalesce({test}, FALSE)), TRUE)" for test in tests
    )
    return " AND ".join(each)


def _consent_sql(one: Consent) -> str:
    """What was said for every channel goes for a channel of which nothing was said."""

    def said(channel: str) -> str:
        return Place.of_keys("consents", [one.purpose, channel]).text

    found = f"coalesce({said(one.channel)}, {said('')})" if one.channel else said("")
    return f"coalesce({found}, 'unknown') = '{one.state}'"


def _share_sql(one: Share) -> str:
    """The first 32 bits of a hash, compared as text of eight digits."""
    if one.percent >= 100:
        return "TRUE"
    limit = f"{round(one.percent / 100 * 2**32):08x}"
    return f"left(md5({literal(one.seed + ':')} || id), 8) < '{limit[:8]}'" if len(limit) == 8 else "TRUE"
