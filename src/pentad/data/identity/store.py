"""Bulk reads and writes of the identity graph: plain SQL that SQLite and PostgreSQL both take."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.db import connection

from pentad.core import clock, ids
from pentad.data.identity.models import (
    BlockedValue,
    Identifier,
    IdentifierRule,
    MergeLink,
    Person,
    PersonCounter,
    Separation,
)
from pentad.data.identity.rules import Cluster, Dropped, Ident, Rule, Rules

CHUNK = 900
"""Values in one IN list: below SQLite's oldest limit of 999 variables."""


def chunks(values: Collection[Any]) -> Iterator[list[Any]]:
    all_ = list(values)
    for start in range(0, len(all_), CHUNK):
        yield all_[start : start + CHUNK]


def sql_time(at: datetime | int) -> str:
    """A moment (or microseconds since the epoch) as text that both databases take as UTC."""
    if isinstance(at, int):
        at = clock.from_us(at)
    elif at.tzinfo is not UTC:
        at = at.astimezone(UTC)
    return at.isoformat(" ", "microseconds")[:26]


def rules_in_force() -> Rules:
    own = {r.namespace: Rule(r.priority, r.limit) for r in IdentifierRule.objects.all()}
    blocked = frozenset(Ident(b.namespace, b.value.lower()) for b in BlockedValue.objects.all())
    return Rules(own, blocked)


def separations() -> frozenset[tuple[int, int]]:
    return frozenset(Separation.objects.values_list("a_id", "b_id"))


def owners(idents: Collection[Ident]) -> tuple[dict[Ident, int], dict[int, int]]:
    """Which part each identifier belongs to, and the root of each of those parts."""
    by_namespace: dict[str, list[str]] = {}
    for ident in idents:
        by_namespace.setdefault(ident.namespace, []).append(ident.value)
    found: dict[Ident, int] = {}
    roots: dict[int, int] = {}
    with connection.cursor() as cursor:
        for namespace, values in by_namespace.items():
            for some in chunks(values):
                cursor.execute(
                    "SELECT i.value, i.person_id, coalesce(p.root_id, p.no) FROM pentad_data_identifier i"
                    f" JOIN pentad_data_person p ON p.no = i.person_id WHERE i.namespace = %s AND i.value IN ({marks(some)})",
                    [namespace, *some],
                )
                for value, person, root in cursor.fetchall():
                    found[Ident(namespace, value)] = person
                    roots[person] = root
    return found, roots


def by_public_id(public: Collection[str]) -> tuple[dict[str, int], dict[int, int]]:
    """Public id → part, and part → root, for the persons that exist."""
    parts: dict[str, int] = {}
    roots: dict[int, int] = {}
    for some in chunks(public):
        for id_, no, root in Person.objects.filter(id__in=some).values_list("id", "no", "root_id"):
            parts[id_], roots[no] = no, root or no
    return parts, roots


def clusters(roots: Collection[int]) -> list[Cluster]:
    """The whole clusters of these roots, with all identifiers."""
    out = {root: Cluster(root, set(), {root}) for root in roots}
    part_root = {root: root for root in roots}
    for some in chunks(roots):
        for no, root in Person.objects.filter(root_id__in=some).values_list("no", "root_id"):
            out[root].parts.add(no)
            part_root[no] = root
    for some in chunks(part_root):
        rows = Identifier.objects.filter(person_id__in=some).values_list("person_id", "namespace", "value")
        for person, namespace, value in rows:
            out[part_root[person]].idents.add(Ident(namespace, value))
    return list(out.values())


def marks(values: Sequence[Any]) -> str:
    return ",".join(["%s"] * len(values))


@dataclass(frozen=True, slots=True)
class NewPerson:
    no: int
    first_seen: int
    received: int


@dataclass(slots=True)
class Changes:
    """What one slice adds to the graph, written at the end in bulk."""

    persons: list[NewPerson] = field(default_factory=list)
    identifiers: list[tuple[Ident, int, int, int]] = field(default_factory=list)
    links: list[MergeLink] = field(default_factory=list)
    moved: dict[int, int] = field(default_factory=dict)
    known: set[int] = field(default_factory=set)
    conflicts: dict[tuple[str, str, int], list[Any]] = field(default_factory=dict)
    _last: int = -1

    def person(self, at: int, received: int) -> int:
        if self._last < 0:
            self._last = PersonCounter.objects.select_for_update().get_or_create(id=1)[0].last
        self._last += 1
        self.persons.append(NewPerson(self._last, at, received))
        return self._last

    def identifier(self, ident: Ident, person: int, source_no: int, at: int) -> None:
        self.identifiers.append((ident, person, source_no, at))

    def link(self, keep: int, other: int, evidence: dict[str, Any], at: datetime) -> None:
        self.links.append(MergeLink(keep_id=keep, other_id=other, evidence=evidence, actor="system:pentad", created=at))

    def conflict(self, lost: Dropped, person: int, message_id: str, at: int) -> None:
        """Remember for review. Surplus values that belong to nobody share one row for each namespace."""
        value = lost.ident.value if lost.owner is not None else ""
        key = (lost.ident.namespace, value, person)
        row = self.conflicts.setdefault(key, [lost.reason, lost.owner, message_id, 0, at, at])
        row[3] += 1
        row[5] = max(row[5], at)

    def write(self) -> None:
        with connection.cursor() as cursor:
            if self.persons:
                PersonCounter.objects.filter(id=1).update(last=self._last)
                now = sql_time(clock.now())
                cursor.executemany(_INSERT_PERSON, [self._person_row(p, now) for p in self.persons])
            cursor.executemany(
                "INSERT INTO pentad_data_identifier (namespace, value, person_id, source_no, first_seen) VALUES (%s,%s,%s,%s,%s)",
                [(i.namespace, i.value, person, source, sql_time(at)) for i, person, source, at in self.identifiers],
            )
            cursor.executemany(
                "UPDATE pentad_data_person SET root_id = %s WHERE no = %s", [(r, p) for p, r in self.moved.items()]
            )
            cursor.executemany(
                f"UPDATE pentad_data_person SET known = {_true()} WHERE no = %s", [(no,) for no in self.known]
            )
            MergeLink.objects.bulk_create(self.links)
            cursor.executemany(_UPSERT_CONFLICT, [self._conflict_row(k, v) for k, v in self.conflicts.items()])

    def _person_row(self, person: NewPerson, now: str) -> tuple[Any, ...]:
        return (person.no, ids.new_id(person.received), "", "", "", "{}", person.no in self.known, 0, 0, now)

    def _conflict_row(self, key: tuple[str, str, int], row: list[Any]) -> tuple[Any, ...]:
        namespace, value, person = key
        reason, owner, message_id, count, first, last = row
        return (
            ids.new_id(), reason, namespace, value, person, owner, message_id, count, "open",
            sql_time(first), sql_time(last), "",
        )  # fmt: skip


def _true() -> str:
    return "1" if connection.vendor == "sqlite" else "TRUE"


_INSERT_PERSON = (
    "INSERT INTO pentad_data_person (no, id, name, email, phone, traits, known, event_count, own_event_count, created)"
    " VALUES (%s,%s,%s,%s,%s,%s,%s,%s,%s,%s)"
)
_UPSERT_CONFLICT = (
    "INSERT INTO pentad_data_conflict (id, reason, namespace, value, person_id, other_id, message_id, count, status,"
    " first_at, last_at, decided_by) VALUES (%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s)"
    " ON CONFLICT (namespace, value, person_id) DO UPDATE SET count = pentad_data_conflict.count + excluded.count,"
    " last_at = excluded.last_at"
)
