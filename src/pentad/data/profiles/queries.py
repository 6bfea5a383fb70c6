"""Reads of profiles: one customer, their traits and why, their timeline, their companies."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from django.db.models import Q, QuerySet

from pentad import ledger
from pentad.core import clock
from pentad.core.errors import Invalid
from pentad.core.nested import MOST_DEPTH, TOO_DEEP, shallow
from pentad.core.secretbox import cover, uncover
from pentad.data.identity.models import Person
from pentad.data.identity.queries import find_person as find_person
from pentad.data.identity.queries import part_numbers
from pentad.data.identity.queries import person_by_identifier as person_by_identifier
from pentad.data.ingest.own import own_number
from pentad.data.profiles.computed import computed_number
from pentad.data.profiles.fold import preferred_sources, ranks
from pentad.data.profiles.kinds import event_veil, unseen_groups, veiled_inside, veiled_traits
from pentad.data.profiles.models import Company, CompanyTrait, PersonTrait, TraitValue
from pentad.data.profiles.rules import UNKNOWN_SOURCE, Fact, ranked, why, winners
from pentad.ledger.sql import timeline_sql
from pentad.roles.access.rights import Level
from pentad.roles.access.seeing import in_full, level, levels, sees, veiled

MAX_PAGE = 500
PLACES = "places in timelines"
"""Covered: numbers of events would tell how many there are."""
SUMMED = ("revenue", "total", "value", "currency")
"""Properties that the ledger's amounts are taken from."""


# -- traits ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Statement:
    """What one source says of a trait."""

    value: Any
    source_no: int
    source_name: str
    owned: bool
    priority: int
    at: datetime
    message_id: str
    once: bool
    """Meant only for a trait without a value."""


@dataclass(frozen=True, slots=True)
class TraitExplanation:
    """The surviving value of a trait, why it survived, and what the others say."""

    name: str
    value: Any
    source_no: int
    source_name: str
    owned: bool
    at: datetime
    message_id: str
    why: str
    others: list[Statement] = field(default_factory=list)
    computed: bool = False
    """Worked out of what the customer did: nobody states it by hand."""


def surviving_traits(person_nos: Collection[int]) -> dict[str, Any]:
    """The traits that these parts would have together."""
    rows = PersonTrait.objects.filter(person_id__in=person_nos, withdrawn=False)
    best = winners([_fact(r, r.person_id) for r in rows], ranks(), preferred_sources())
    held = {name: fact.value for name, fact in sorted(best.items()) if fact.value is not None}
    return held if in_full("people") else veiled_traits(held, levels("people"))


def trait_explanations(person: Person) -> list[TraitExplanation]:
    """Every trait of a customer with its provenance, by name."""
    rows = PersonTrait.objects.filter(person_id__in=part_numbers(person), withdrawn=False)
    return _explain("people", [_fact(r, r.person_id) for r in rows])


def company_trait_explanations(company: Company) -> list[TraitExplanation]:
    """Every trait of a company with its provenance, by name."""
    return _explain(
        "companies", [_fact(r, company.no) for r in CompanyTrait.objects.filter(company=company, withdrawn=False)]
    )


def _fact(row: TraitValue, part: int) -> Fact:
    return Fact(row.name, row.source_no, row.value, row.at, row.message_id, part, row.once)


def _explain(kind: str, facts: Sequence[Fact]) -> list[TraitExplanation]:
    known, prefer, at, value_of = ranks(), preferred_sources(), levels(kind), _value_of(kind)
    by_name: dict[str, list[Fact]] = {}
    computed = computed_number()
    for fact in facts:
        by_name.setdefault(fact.name, []).append(fact)
    found = []
    for name, stated in sorted(by_name.items()):
        if at(f"trait:{name}") == Level.HIDDEN:
            continue
        own = prefer.get(name, [])
        best = winners(stated, known, prefer)[name]
        others = ranked((f for f in stated if f is not best), known, own)
        rank = known.get(best.source_no, UNKNOWN_SOURCE)
        found.append(
            TraitExplanation(
                name,
                value_of(best),
                best.source_no,
                rank.name,
                rank.owned,
                best.at,
                best.message_id,
                why(best, others, known, own),
                [_statement(f, known, value_of(f)) for f in others],
                computed=best.source_no == computed,
            )
        )
    return found


def _value_of(kind: str) -> Callable[[Fact], Any]:
    """What is stated, as the reader may see it."""
    if in_full(kind):
        return lambda fact: fact.value
    at = levels(kind)
    return lambda fact: veiled_inside(veiled(fact.value, at(f"trait:{fact.name}")), at)


def _statement(fact: Fact, known: dict[int, Any], value: Any) -> Statement:
    rank = known.get(fact.source_no, UNKNOWN_SOURCE)
    return Statement(
        value,
        fact.source_no,
        rank.name,
        rank.owned,
        rank.priority,
        fact.at,
        fact.message_id,
        fact.once,
    )


# -- timeline --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class EventRow:
    """One event as screens and the API show it. Times are aware, UTC."""

    seq: int
    message_id: str
    type: str
    name: str
    timestamp: datetime
    received_at: datetime
    source_no: int
    source: str
    person_no: int
    properties: dict[str, Any]
    context: dict[str, Any]
    traits: dict[str, Any]
    original_timestamp: datetime | None = None
    sent_at: datetime | None = None


_COLUMNS = (
    "seq", "message_id", "type", "name", "ts", "received", "original", "sent", "source_no", "person_no",
    "props", "context", "traits", "group_id",
)  # fmt: skip


def timeline(
    person: Person,
    *,
    limit: int = 50,
    before: str | None = None,
    types: Sequence[str] = (),
    names: Sequence[str] = (),
    sources: Sequence[int] = (),
) -> tuple[list[EventRow], str | None]:
    """A page of a customer's events, newest first, and the cursor of the next page (None at the first event).

    before: a cursor from an earlier page. Raises Invalid for a limit outside 1…500 or a foreign cursor.
    """
    return events_of(part_numbers(person), limit=limit, before=before, types=types, names=names, sources=sources)


def events_of(
    numbers: Sequence[int],
    *,
    limit: int = 50,
    before: str | None = None,
    types: Sequence[str] = (),
    names: Sequence[str] = (),
    sources: Sequence[int] = (),
) -> tuple[list[EventRow], str | None]:
    """The same of several customers together, by the numbers of all of their parts: those of whom the reader sees."""
    if not 1 <= limit <= MAX_PAGE:
        raise Invalid(f"limit is {limit}; it must lie between 1 and {MAX_PAGE}.", code="bad_limit")
    sql, params = timeline_sql(
        numbers, limit=limit + 1, before=_cursor(before) if before else None,
        types=types, names=names, source_nos=sources, columns=_COLUMNS,
    )  # fmt: skip
    if level("people", "events") < Level.SEE:
        return [], None
    rows = ledger.current().rows(sql, params)
    events = event_rows(rows[:limit])
    return events, _as_cursor(rows[limit - 1]) if len(rows) > limit else None


def event_rows(rows: Sequence[dict[str, Any]]) -> list[EventRow]:
    """Ledger rows with the columns of a timeline as EventRows."""
    names = {no: rank.name for no, rank in ranks().items()}
    parts = [_said(r) for r in rows]
    unseen = unseen_groups({group for *_, group in parts if group})
    veil = event_veil()
    seen = [
        veil(*_without_company(*part, company=r["type"] == "group", unseen=part[3] in unseen), r["type"] == "group")
        for r, part in zip(rows, parts, strict=True)
    ]
    return [
        EventRow(
            r["seq"],
            r["message_id"],
            r["type"],
            r["name"],
            _aware(r["ts"]),
            _aware(r["received"]),
            r["source_no"],
            names.get(r["source_no"], UNKNOWN_SOURCE.name),
            r["person_no"],
            said.properties,
            said.context,
            said.traits,
            r["original"] and _aware(r["original"]),
            r["sent"] and _aware(r["sent"]),
        )
        for r, said in zip(rows, seen, strict=True)
    ]


def _said(r: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any], str]:
    """Properties, context, traits, and the group id of the company that the event names."""
    context = _object(r["context"])
    return _object(r["props"]), context, _object(r["traits"]), str(r["group_id"] or context.get("groupId") or "")


def _without_company(
    said: dict[str, Any], context: dict[str, Any], traits: dict[str, Any], group: str, *, company: bool, unseen: bool
) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    if unseen:  # the reader may see the customer, and not the company
        context = {
            key: value for key, value in context.items() if key != "groupId" and not (company and key == "traits")
        }
        traits = {} if company else traits
    return said, context, traits


def _aware(at: datetime) -> datetime:
    return at.replace(tzinfo=UTC)


def _object(text: str | None) -> dict[str, Any]:
    if not text:
        return {}
    deep = text.count("{") + text.count("[") > MOST_DEPTH
    try:
        value = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return {"": TOO_DEEP}
    value = shallow(value) if deep else value
    return value if isinstance(value, dict) else {}


def _as_cursor(row: dict[str, Any]) -> str:
    return cover(PLACES, f"{clock.to_us(row['ts'])}.{row['seq']}")


def _cursor(text: str) -> tuple[datetime, int]:
    try:
        at, seq = uncover(PLACES, text).split(".")
        return clock.from_us(int(at)).replace(tzinfo=None), int(seq)
    except (ValueError, OverflowError):
        raise Invalid(
            f"{text[:80]!r} is not a cursor of this list.", code="bad_cursor", fix="Take it from “next”."
        ) from None


def done() -> str:
    """SQL: true of what was done, not of what the team itself stated about somebody."""
    return f"NOT (source_no = {own_number()} AND type IN ('identify', 'group'))"


@dataclass(frozen=True, slots=True)
class Activity:
    """Events of one day, and how many of them were orders."""

    day: datetime
    events: int
    orders: int


def activity(person: Person, days: int = 84) -> list[Activity]:
    """Events a day over the last `days` days, days without events included, oldest first."""
    shown = level("people", "events") >= Level.SEE
    today = clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
    since = today - timedelta(days=days - 1)
    rows = (
        []
        if not shown
        else ledger.current().rows(
            "SELECT date_trunc('day', ts) AS day, count(*) AS n, count(*) FILTER (WHERE name = 'Order Completed') AS orders"
            f" FROM events WHERE person_no IN ({_in(part_numbers(person))}) AND ts >= ? AND {done()} GROUP BY 1",
            [since.replace(tzinfo=None)],
        )
    )
    found = {(r["day"].year, r["day"].month, r["day"].day): r for r in rows}
    out = []
    for n in range(days):
        day = since + timedelta(days=n)
        row = found.get((day.year, day.month, day.day))
        out.append(Activity(day, row["n"] if row else 0, row["orders"] if row else 0))
    return out


@dataclass(frozen=True, slots=True)
class Totals:
    """What a customer did in all: counts by event name, orders and their revenue by currency."""

    orders: int
    revenue: dict[str, float]
    by_name: list[tuple[str, str, int]]


def totals(person: Person) -> Totals:
    """Sums over the whole history of a customer; no revenue for who may not see the properties it is summed up from."""
    if level("people", "events") < Level.SEE:
        return Totals(0, {}, [])
    rows = ledger.current().rows(
        "SELECT type, name, count(*) AS n, sum(p_revenue) AS revenue, p_currency FROM events"
        f" WHERE person_no IN ({_in(part_numbers(person))}) AND {done()} GROUP BY type, name, p_currency"
    )
    counts: dict[tuple[str, str], int] = {}
    revenue: dict[str, float] = {}
    orders, adds_up = 0, all(sees("people", f"trait:{one}") for one in SUMMED)
    for r in rows:
        counts[r["type"], r["name"]] = counts.get((r["type"], r["name"]), 0) + r["n"]
        if r["name"] == "Order Completed":
            orders += r["n"]
        if r["name"] == "Order Completed" and adds_up:
            revenue[r["p_currency"] or ""] = revenue.get(r["p_currency"] or "", 0.0) + (r["revenue"] or 0.0)
    by_name = sorted(((t, n, c) for (t, n), c in counts.items()), key=lambda x: (-x[2], x[1]))
    return Totals(orders, revenue, by_name)


def _in(numbers: Sequence[int]) -> str:
    return ", ".join(str(int(n)) for n in numbers) or "NULL"


# -- companies and notes ---------------------------------------------------------------------------


def companies_of(person: Person) -> QuerySet[Company]:
    """The companies any part of this customer belongs to, latest first."""
    return Company.seen.filter(memberships__person_id__in=part_numbers(person)).distinct().order_by("-last_seen")


def people_of(company: Company) -> QuerySet[Person]:
    """The customers (roots) that belong to a company, last seen first."""
    of = Q(memberships__company=company) | Q(parts__memberships__company=company)
    return Person.seen.filter(of, root=None).distinct().order_by("-last_seen", "-no")


def find_company(id: str) -> Company:
    """The company with this public id. Raises NotFound."""
    from pentad.core.errors import NotFound

    company = Company.seen.filter(id=id).first()
    if company is None:
        raise NotFound(f"There is no company with the id {id!r}.", code="company_not_found")
    return company
