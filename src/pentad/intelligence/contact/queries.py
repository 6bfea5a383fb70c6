"""Reads of the contact policy for screens and programs: suppressed addresses, who was written to, and what a message to
somebody would meet now.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from django.db import connection
from django.db.models import Count, Q

from pentad.core import clock
from pentad.core.actor import reader
from pentad.core.errors import NotFound
from pentad.data.consent.addressing import reached
from pentad.data.consent.queries import channels, require_consents
from pentad.data.consent.rules import Channel
from pentad.data.identity.models import Person
from pentad.data.identity.queries import part_numbers
from pentad.data.identity.store import sql_time
from pentad.intelligence.contact import zones
from pentad.intelligence.contact.addresses import digests
from pentad.intelligence.contact.asking import QUIET
from pentad.intelligence.contact.gates import Ask, Gate, Verdict, judge
from pentad.intelligence.contact.models import ContactLog, ContactPolicy, Suppression
from pentad.roles.access.rights import Level
from pentad.roles.access.seeing import levels, reach_of

if TYPE_CHECKING:
    from django.db.models import QuerySet

RECENT = timedelta(days=7)
MOST_VERSIONS = 20


def versions() -> Sequence[ContactPolicy]:
    """The latest ones, the newest first."""
    return list(ContactPolicy.objects.order_by("-number")[:MOST_VERSIONS])


def find_version(number: int) -> ContactPolicy:
    """Raises NotFound."""
    if (row := ContactPolicy.objects.filter(number=number).first()) is None:
        raise NotFound(
            f"The contact policy has no version {number}.", code="version_not_found", fix="See its versions."
        )
    return row


def suppressions() -> "QuerySet[Suppression]":
    return Suppression.objects.select_related()


def in_force(now: datetime | None = None) -> Q:
    """Which suppressions hold."""
    return Q(lifted=None) & (Q(until=None) | Q(until__gt=now or clock.now()))


def of_address(address: str) -> Q:
    """Those of one address, written as it likes."""
    return Q(digest__in=digests()(address, ""))


def find_suppression(id: str) -> Suppression:
    """Raises NotFound."""
    if (row := Suppression.objects.filter(id=id).first()) is None:
        raise NotFound(
            "There is no such suppressed address.", code="suppression_not_found", fix="Search by the address."
        )
    return row


class Contacted(NamedTuple):
    """A message that went to a customer."""

    at: datetime
    channel: str
    purpose: str
    priority: int


def contacts_of(person: Person, most: int = 50) -> list[Contacted]:
    """The latest first, as far back as any limit looks."""
    rows = ContactLog.objects.filter(person_id__in=part_numbers(person), promised=False).order_by("-at")[:most]
    return [Contacted(*row) for row in rows.values_list("at", "channel", "purpose", "priority")]


@dataclass(frozen=True, slots=True)
class Checked:
    """What a message by a channel would meet now."""

    channel: Channel
    verdict: Verdict


def checked(person: Person, purpose: str, *, transactional: bool = False, priority: int = 0) -> list[Checked]:
    """By each declared channel. Raises Denied for who may not know what customers agree to."""
    require_consents()
    root = person.root_id or person.no
    shown = [one for one in channels() if one.declared]
    places = {one.name: reached([root], one.name).get(root) for one in shown}
    asks = [
        # One key for all: they are asked as if each were alone.
        Ask(
            f"check:{root}",
            root,
            name,
            purpose,
            transactional,
            priority,
            place.addresses[0] if place and place.addresses else "",
        )
        for name, place in places.items()
    ]
    verdicts = judge(asks, clock.now())
    return [Checked(channel, _veiled(one)) for channel, one in zip(shown, verdicts, strict=True)]


def _veiled(verdict: Verdict) -> Verdict:
    """Where a customer lives is not told by their clock to who may not see it."""
    at = levels("people")
    if all(at(f"trait:{name}") >= Level.SEE for name in (*zones.STATED, *zones.COUNTRIES)):
        return verdict
    gates = (_without_zone(gate) if gate.name == QUIET else gate for gate in verdict.gates)
    return verdict._replace(gates=tuple(gates))


def _without_zone(gate: Gate) -> Gate:
    return gate._replace(seen="not quiet there now" if gate.passed else "quiet there now")


@dataclass(frozen=True, slots=True)
class Pressure:
    """How often customers were written to of late. people: messages → customers who had so many; the last stands for all
    above it too.
    """

    since: datetime
    channels: tuple[tuple[str, int], ...] = ()
    people: tuple[tuple[str, int], ...] = ()

    @property
    def total(self) -> int:
        return sum(count for _, count in self.people)

    @property
    def messages(self) -> int:
        return sum(count for _, count in self.channels)


def everybody_seen() -> bool:
    """Whether the reader sees every customer, whatever is hidden of them: then these figures may be told."""
    return reach_of(reader(), "people.view").everything


_MANY = 5


def pressure(now: datetime) -> Pressure | None:
    """Of the last seven days; None for who does not see every customer."""
    if not everybody_seen():
        return None
    found = Pressure(now - RECENT)
    rows = ContactLog.objects.filter(at__gte=found.since, promised=False)
    by_channel = rows.values_list("channel").annotate(n=Count("pk")).order_by("-n", "channel")
    return replace(found, channels=tuple(by_channel), people=_by_count(found.since))


def _by_count(since: datetime) -> tuple[tuple[str, int], ...]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT CASE WHEN n > %s THEN %s ELSE n END AS many, count(*) FROM (SELECT count(*) AS n FROM"
            " pentad_intelligence_contactlog WHERE at >= %s AND NOT promised GROUP BY person_id) AS p"
            " GROUP BY 1 ORDER BY 1",
            [_MANY, _MANY, sql_time(since)],
        )
        rows = cursor.fetchall()
    return tuple((f"{many} or more" if many == _MANY else str(many), count) for many, count in rows)
