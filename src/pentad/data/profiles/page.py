"""What a customer's page is made of, arranged for reading."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pentad import ledger
from pentad.core import clock
from pentad.core.errors import Unavailable
from pentad.data.identity.queries import IdentifierRow
from pentad.data.ingest.models import Source
from pentad.data.profiles.events import money
from pentad.data.profiles.lists import TAGGED, shown, tone_of
from pentad.data.profiles.models import Company
from pentad.data.profiles.queries import Activity, Totals, TraitExplanation, people_of
from pentad.data.profiles.vocabulary import trait_icon

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
    """A trait as a line: its words, and the explanation behind them. With a tone it is a tag."""

    label: str
    icon: str
    text: str
    tone: str
    fact: TraitExplanation


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


def fact_line(fact: TraitExplanation) -> FactLine:
    label = fact.name.replace("_", " ")
    label = {"createdAt": "Since", "created_at": "Since", "email": "E-mail"}.get(
        fact.name, label[:1].upper() + label[1:]
    )
    tone = tone_of(fact.value) if fact.name in TAGGED and isinstance(fact.value, str) and fact.value else ""
    return FactLine(label, trait_icon(fact.name), _text(fact.name, fact.value), tone, fact)


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


def key_facts(facts: Sequence[TraitExplanation]) -> list[FactLine]:
    """The usual traits first, then others, as many as fit."""
    named = {fact.name: fact for fact in facts if fact.value is not None and fact.name != "name"}
    order = [name for name in FIRST if name in named] + [name for name in named if name not in FIRST]
    return [fact_line(named[name]) for name in order[:MOST_KEY_FACTS]]


def other_facts(facts: Sequence[TraitExplanation]) -> list[FactLine]:
    """What key_facts left out."""
    above = {line.fact.name for line in key_facts(facts)}
    return [fact_line(fact) for fact in facts if fact.name not in above]


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


def revenue(sums: Totals) -> str:
    """Revenue by currency, the largest first; "—" without orders."""
    parts = sorted(sums.revenue.items(), key=lambda one: -one[1])
    return " + ".join(money(amount, currency) for currency, amount in parts) or "—"


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
            f" FROM events WHERE root_no IN ({', '.join(map(str, nos))}) AND ts >= ? GROUP BY 1",
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
