"""What a customer's page is made of, arranged for reading."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pentad import ledger
from pentad.core import clock
from pentad.core.errors import Unavailable
from pentad.data.fields.queries import declared_field
from pentad.data.fields.rules import Declared
from pentad.data.identity.queries import IdentifierRow
from pentad.data.ingest.models import Source
from pentad.data.profiles.events import money, short_money
from pentad.data.profiles.lists import TAGGED
from pentad.data.profiles.models import Company
from pentad.data.profiles.queries import Activity, Totals, TraitExplanation, done, people_of
from pentad.data.profiles.values import field_text, icon_of, misfit_text, shown, tone_of
from pentad.data.profiles.vocabulary import trait_icon
from pentad.roles.access.rights import Level
from pentad.roles.access.seeing import level

FIRST = (
    "email",
    "phone",
    "city",
    "country",
    "language",
    "plan",
    "loyalty_tier",
    "tier",
    "stage",
    "status",
    "createdAt",
)
NAMESPACE_ICONS = {
    "user_id": "hash",
    "email": "mail",
    "phone": "phone",
    "anonymous_id": "fingerprint",
    "cross_domain_id": "globe",
}
MOST_KEY_FACTS = 10
MOST_MEMBERS = 500


@dataclass(frozen=True, slots=True)
class FactLine:
    """A trait as a line: its words, and the explanation behind them. With a tone it is a tag.

    fact: None for a custom field of which nobody has said anything. misfit: why a value does not fit its field.
    """

    label: str
    icon: str
    text: str
    tone: str
    fact: TraitExplanation | None
    name: str = ""
    help: str = ""
    misfit: str = ""
    link: bool = False
    may_change: bool = True
    required: bool = False

    @property
    def empty(self) -> bool:
        return self.fact is None or self.fact.value in (None, "", [])


@dataclass(frozen=True, slots=True)
class IdentityLine:
    namespace: str
    icon: str
    value: str
    source: str
    first_seen: datetime
    part: int


@dataclass(frozen=True, slots=True)
class Week:
    start: datetime
    events: int
    orders: int
    height: int


def trait_label(name: str) -> str:
    """What a trait is called on a page."""
    label = name.replace("_", " ")
    return {"createdAt": "Since", "created_at": "Since", "email": "E-mail"}.get(name, label[:1].upper() + label[1:])


def trait_called(kind: str, name: str) -> str:
    """The same, and what its field is called where it has one."""
    field = declared_field(kind, name)
    return field.label if field else trait_label(name)


def fact_line(fact: TraitExplanation) -> FactLine:
    label = trait_label(fact.name)
    tone = tone_of(fact.value) if fact.name in TAGGED and isinstance(fact.value, str) and fact.value else ""
    text, by_hand = _text(fact.name, fact.value), not fact.computed
    return FactLine(label, trait_icon(fact.name), text, tone, fact, fact.name, may_change=by_hand)


def field_line(field: Declared, fact: TraitExplanation | None) -> FactLine:
    """A custom field as a line, whether it has a value or not."""
    at, value = level(field.kind, f"trait:{field.name}"), fact.value if fact else None
    misfit = misfit_text(field, value) if at >= Level.SEE else ""
    text = field_text(field, value)
    tone = tone_of(text) if field.type == "one" and value and not misfit else ""
    link = field.type == "link" and bool(value) and at >= Level.SEE and not misfit
    may_change = at >= Level.CHANGE and not (fact and fact.computed)
    return FactLine(
        field.label, icon_of(field), text, tone, fact, field.name, field.help, misfit, link, may_change, field.required
    )


def _text(name: str, value: Any) -> str:
    """The value in words; moments and dates as days."""
    text = shown(value)
    if isinstance(value, str) and len(value) >= 10 and value[4:5] == value[7:8] == "-" and value[10:11] in "T ":
        try:
            at = datetime.fromisoformat(value.replace("Z", "+00:00"))
        except ValueError:
            return text
        return f"{at.day} {at:%B %Y}"
    return text


def key_facts(
    facts: Sequence[TraitExplanation], fields: Sequence[Declared] = (), most: int = MOST_KEY_FACTS
) -> list[FactLine]:
    """The custom fields that are meant to stand here, the usual traits, then others, as many as fit."""
    stated = {fact.name: fact for fact in facts}
    first = [field_line(field, stated.get(field.name)) for field in fields if field.key_fact]
    typed = {field.name for field in fields} | {"name"}
    named = {fact.name: fact for fact in facts if fact.value is not None and fact.name not in typed}
    order = [name for name in FIRST if name in named] + [name for name in named if name not in FIRST]
    return first + [fact_line(named[name]) for name in order[: max(0, most - len(first))]]


def other_facts(
    facts: Sequence[TraitExplanation], fields: Sequence[Declared] = (), most: int = MOST_KEY_FACTS
) -> list[FactLine]:
    """What key_facts left out, custom fields first."""
    stated = {fact.name: fact for fact in facts}
    rest = [field_line(field, stated.get(field.name)) for field in fields if not field.key_fact]
    above = {line.name for line in key_facts(facts, fields, most)} | {field.name for field in fields}
    return rest + [fact_line(fact) for fact in facts if fact.name not in above]


def identity_groups(rows: Sequence[IdentifierRow]) -> list[IdentityLine]:
    """Identifiers with their source by name."""
    names = dict(Source.objects.values_list("no", "name"))
    return [
        IdentityLine(
            row.namespace,
            NAMESPACE_ICONS.get(
                row.namespace, "smartphone" if "ios" in row.namespace or "android" in row.namespace else "hash"
            ),
            row.value,
            names.get(row.source_no, ""),
            row.first_seen,
            row.person_no,
        )
        for row in rows
    ]


def weeks(days: Sequence[Activity]) -> list[Week]:
    """Days as weeks, oldest first, with the height of each bar in per cent."""
    made = [days[at : at + 7] for at in range(0, len(days), 7)]
    sums = [(part[0].day, sum(d.events for d in part), sum(d.orders for d in part)) for part in made]
    most = max((events for _, events, _ in sums), default=0) or 1
    return [
        Week(start, events, orders, max(4, round(100 * events / most)) if events else 0)
        for start, events, orders in sums
    ]


def revenue(sums: Totals) -> tuple[str, str]:
    """Revenue by currency, the largest first, short (€33.3k) and in full; "—" without orders."""
    parts = sorted(sums.revenue.items(), key=lambda one: -one[1])
    full = " + ".join(money(amount, currency) for currency, amount in parts)
    return " + ".join(short_money(amount, currency) for currency, amount in parts) or "—", full or "—"


def top(sums: Totals) -> list[tuple[str, int]]:
    """The most frequent kinds of events."""
    return [(name or kind.capitalize(), count) for kind, name, count in sums.by_name[:6]]


def company_weeks(company: Company, since: datetime) -> list[Week]:
    """Events a week of a company's customers; of the latest 500 when it has more. Empty without a ledger."""
    nos = [no for person in people_of(company)[:MOST_MEMBERS] for no in ([person.no] if person else [])]
    if not nos:
        return []
    try:
        rows = ledger.current().rows(
            "SELECT date_trunc('day', ts) AS day, count(*) AS n, count(*) FILTER (WHERE name = 'Order Completed') AS orders"
            f" FROM events WHERE root_no IN ({', '.join(map(str, nos))}) AND ts >= ? AND {done()} GROUP BY 1",
            [since.replace(tzinfo=None)],
        )
    except Unavailable:
        return []
    found = {row["day"].date() if isinstance(row["day"], datetime) else row["day"]: row for row in rows}
    today = clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
    span = [today - timedelta(days=n) for n in reversed(range((today - since).days + 1))][-84:]
    return weeks(
        [
            Activity(day, *((found[day.date()]["n"], found[day.date()]["orders"]) if day.date() in found else (0, 0)))
            for day in span
        ]
    )
