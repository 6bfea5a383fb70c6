"""Fold a slice into profiles: first and last seen, traits with their provenance, companies.

Called by the loader and by identity's actions, inside their transaction. Bulk SQL in and out, so that
a slice of many thousand identifies costs a few statements.
"""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec
from django.db import connection

from pentad.core import ids
from pentad.data.identity.models import Person
from pentad.data.identity.store import chunks, marks, sql_time
from pentad.data.ingest.models import Source
from pentad.data.profiles.company_spans import widen_companies
from pentad.data.profiles.models import Company, CompanyTrait, TraitRule, TraitValue
from pentad.data.profiles.rules import (
    Fact,
    SourceRank,
    display_name,
    number_of,
    text_of,
    text_trait,
    winners,
    words,
)  # fmt: skip
from pentad.data.profiles.touched import touch, touch_companies

NOBODY = 0
"""Stands in the ledger for a person where a message speaks of a company alone."""


@dataclass(frozen=True, slots=True)
class Seen:
    """How one part of a person appears in a slice."""

    person_no: int
    first: str
    last: str
    """As the database writes a time; see `store.sql_time`."""
    events: int


@dataclass(slots=True)
class Stated:
    """Traits as messages stated them, gathered by the loader; companies by their group id."""

    persons: dict[tuple[int, str, int, bool], Fact] = field(default_factory=dict)
    companies: dict[tuple[str, str, int], tuple[Any, datetime, str]] = field(default_factory=dict)
    groups: dict[str, tuple[datetime, datetime]] = field(default_factory=dict)
    members: dict[tuple[int, str], tuple[datetime, datetime]] = field(default_factory=dict)

    def person(self, fact: Fact) -> None:
        """Keep the latest statement of each source about each trait, and the first of those meant once."""
        key = (fact.part, fact.name, fact.source_no, fact.once)
        held = self.persons.get(key)
        if held is None or (fact.at < held.at if fact.once else fact.at >= held.at):
            self.persons[key] = fact

    def group(
        self,
        group_id: str,
        person_no: int,
        traits: Mapping[str, Any],
        at: datetime,
        source_no: int,
        message_id: str,
        *,
        seen: bool = True,
    ) -> None:
        """A person (or NOBODY) belongs to a company, and what was said of the company.

        seen: not by a colleague's statement, which says nothing of when the company was active.
        """
        for name, value in traits.items():
            key = (group_id, name[:120], source_no)
            if key not in self.companies or at >= self.companies[key][1]:
                self.companies[key] = (value, at, message_id)
        if seen:
            _widen(self.groups, group_id, at)
        if person_no != NOBODY:
            _widen(self.members, (person_no, group_id), at)


def _widen(spans: dict[Any, tuple[datetime, datetime]], key: Any, at: datetime) -> None:
    first, last = spans.get(key, (at, at))
    spans[key] = (min(first, at), max(last, at))


def ranks() -> dict[int, SourceRank]:
    """Every source, removed ones too: facts outlive their source."""
    rows = Source.objects.values_list("no", "priority", "owned", "name")
    return {no: SourceRank(priority, owned, name) for no, priority, owned, name in rows}


def preferred_sources() -> dict[str, list[int]]:
    return dict(TraitRule.objects.values_list("name", "sources"))


def fold(
    seen: Iterable[Seen],
    stated: Stated,
    roots: Mapping[int, int],
    linked: Collection[int],
    *,
    arrived: Collection[int] = (),
    names: Collection[str] = (),
) -> None:
    """Write what a slice says. roots: part → root after the slice; linked: roots that grew.

    arrived: every part that the slice brought messages of, also those that are no activity of theirs, by these names.
    """
    seen = list(seen)
    _write_seen(seen, roots)
    _write_person_facts(stated.persons.values())
    if stated.groups or stated.companies:
        _write_companies(stated)
    stating = {roots.get(part, part) for part, *_ in stated.persons}
    refresh_traits(stating | set(linked))
    refresh_spans(linked)
    touch({*(roots.get(part, part) for part in arrived), *stating, *linked}, names=names)
    widen_companies({roots.get(s.person_no, s.person_no) for s in seen} - set(linked))


def _write_seen(seen: list[Seen], roots: Mapping[int, int]) -> None:
    alone: list[tuple[Any, ...]] = []
    parts: list[tuple[Any, ...]] = []
    wholes: list[tuple[Any, ...]] = []
    for s in seen:
        root = roots.get(s.person_no, s.person_no)
        widen = (s.first, s.first, s.last, s.last, s.events)
        if root == s.person_no:
            alone.append((*widen, *widen, root))
        else:
            parts.append((*widen, s.person_no))
            wholes.append((*widen, root))
    update = "UPDATE pentad_data_person SET {} WHERE no = %s"
    with connection.cursor() as cursor:
        cursor.executemany(update.format(f"{_WIDEN.format(own='')}, {_WIDEN.format(own='own_')}"), alone)
        cursor.executemany(update.format(_WIDEN.format(own="own_")), parts)
        cursor.executemany(update.format(_WIDEN.format(own="")), wholes)


_WIDEN = (
    "{own}first_seen = CASE WHEN {own}first_seen IS NULL OR {own}first_seen > %s THEN %s ELSE {own}first_seen END,"
    " {own}last_seen = CASE WHEN {own}last_seen IS NULL OR {own}last_seen < %s THEN %s ELSE {own}last_seen END,"
    " {own}event_count = {own}event_count + %s"
)


def _write_person_facts(facts: Iterable[Fact]) -> None:
    rows = [
        (
            f.part,
            f.name,
            f.source_no,
            _json(f.value),
            text_of(f.value),
            number_of(f.value),
            sql_time(f.at),
            f.message_id,
            f.once,
        )
        for f in facts
    ]
    _upsert_facts("persontrait", "person_id", rows)


def _upsert_facts(table: str, owner: str, rows: list[tuple[Any, ...]]) -> None:
    """A later statement of a source replaces its earlier one; an earlier one that arrives late does not. Of statements
    meant once it is the other way round.
    """
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO pentad_data_{table} ({owner}, name, source_no, value, text, number, at, message_id, once, winner)"
            f" VALUES (%s,%s,%s,%s,%s,%s,%s,%s,%s,{_FALSE[connection.vendor]})"
            f" ON CONFLICT ({owner}, name, source_no, once) DO UPDATE SET value = excluded.value, text = excluded.text,"
            " number = excluded.number, at = excluded.at, message_id = excluded.message_id,"
            f" withdrawn = {_FALSE[connection.vendor]}"
            f" WHERE CASE WHEN excluded.once THEN excluded.at < pentad_data_{table}.at"
            f" ELSE excluded.at >= pentad_data_{table}.at END",
            rows,
        )


_FALSE = {"sqlite": "0", "postgresql": "FALSE"}
_TRUE = {"sqlite": "1", "postgresql": "TRUE"}


_encode = msgspec.json.Encoder().encode


def _json(value: Any) -> str:
    return _encode(value).decode()


def refresh_traits(roots: Collection[int]) -> None:
    """Let the facts of each cluster survive anew and write the winners, name, e-mail, phone and search words."""
    if not roots:
        return
    known, prefer = ranks(), preferred_sources()
    part_root = parts_of(roots)
    facts: dict[int, list[Fact]] = {root: [] for root in roots}
    marked: set[int] = set()
    row_of: dict[tuple[int, str, int, bool], int] = {}
    for id_, part, fact, winner in _stored_facts(part_root):
        facts[part_root[part]].append(fact)
        row_of[part, fact.name, fact.source_no, fact.once] = id_
        if winner:
            marked.add(id_)
    won: set[int] = set()
    rows: list[tuple[Any, ...]] = []
    found: list[tuple[int, set[str]]] = []
    for root, stated in facts.items():
        best = winners(stated, known, prefer, nothing="null")
        won.update(row_of[f.part, f.name, f.source_no, f.once] for f in best.values())
        held = {name: best[name].value for name in sorted(best) if best[name].value != "null"}
        named = {name: json.loads(held[name]) for name in _NAMING if name in held}
        name, email = display_name(named), text_trait(named, "email")
        text = ", ".join(f"{_json(name)}: {value}" for name, value in held.items())
        rows.append((f"{{{text}}}", name, email, text_trait(named, "phone")[:40], root))
        found.append((root, words(name, email)))
    _mark("persontrait", marked - won, won - marked)
    with connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE pentad_data_person SET traits = %s, name = %s, email = %s, phone = %s WHERE no = %s", rows
        )
    _write_words(part_root, found)


_NAMING = ("name", "firstName", "first_name", "lastName", "last_name", "username", "email", "phone")


def _stored_facts(parts: Collection[int]) -> Iterator[tuple[int, int, Fact, bool]]:
    """Row id, part, fact and mark, with the value as JSON text: most values are never looked into."""
    with connection.cursor() as cursor:
        for some in chunks(parts):
            cursor.execute(
                "SELECT id, person_id, name, source_no, CAST(value AS TEXT), at, winner, once FROM pentad_data_persontrait"
                f" WHERE person_id IN ({marks(some)}) AND NOT withdrawn",
                some,
            )
            for id_, part, name, source_no, value, at, winner, once in cursor.fetchall():
                yield id_, part, Fact(name, source_no, value, at, "", part, bool(once)), winner


def _mark(table: str, lost: Collection[int], won: Collection[int]) -> None:
    with connection.cursor() as cursor:
        for values, flag in ((lost, _FALSE), (won, _TRUE)):
            cursor.executemany(
                f"UPDATE pentad_data_{table} SET winner = {flag[connection.vendor]} WHERE id = %s",
                [(v,) for v in values],
            )


def _fact(row: TraitValue, part: int) -> Fact:
    return Fact(row.name, row.source_no, row.value, row.at, row.message_id, part, row.once)


def _write_words(parts: Collection[int], found: list[tuple[int, set[str]]]) -> None:
    with connection.cursor() as cursor:
        before: dict[int, set[str]] = {}
        for some in chunks(parts):
            cursor.execute(
                f"SELECT person_id, word FROM pentad_data_personword WHERE person_id IN ({marks(some)})", some
            )
            for person, word in cursor.fetchall():
                before.setdefault(person, set()).add(word)
        wanted = dict(found)
        gone = [(p, w) for p, ws in before.items() for w in ws - wanted.get(p, set())]
        new = [(p, w) for p, ws in found for w in ws - before.get(p, set())]
        cursor.executemany("DELETE FROM pentad_data_personword WHERE person_id = %s AND word = %s", gone)
        cursor.executemany("INSERT INTO pentad_data_personword (person_id, word) VALUES (%s,%s)", new)


def parts_of(roots: Collection[int]) -> dict[int, int]:
    """Part → root, for all parts of these roots."""
    found = {root: root for root in roots}
    for some in chunks(roots):
        found.update(Person.objects.filter(root_id__in=some).values_list("no", "root_id"))
    return found


def refresh_spans(roots: Collection[int]) -> None:
    """First and last seen and the number of events of whole clusters, from their parts; and of their companies."""
    for some in chunks(roots):
        totals: dict[int, list[Any]] = {}
        parts = Person.objects.filter(no__in=parts_of(some))
        for root, no, first, last, events in parts.values_list(
            "root_id", "no", "own_first_seen", "own_last_seen", "own_event_count"
        ):
            row = totals.setdefault(root or no, [[], [], 0])
            row[0] += [first] if first else []
            row[1] += [last] if last else []
            row[2] += events
        for root, (firsts, lasts, events) in totals.items():
            Person.objects.filter(no=root).update(
                first_seen=min(firsts, default=None), last_seen=max(lasts, default=None), event_count=events
            )
    widen_companies(roots)


def _write_companies(stated: Stated) -> None:
    nos = _company_numbers(stated.groups, {group for group, *_ in stated.companies})
    rows = [
        (nos[g], name, source, _json(value), text_of(value), number_of(value), sql_time(at), message_id, False)
        for (g, name, source), (value, at, message_id) in stated.companies.items()
        if g in nos
    ]
    _upsert_facts("companytrait", "company_id", rows)
    members = [
        (person, nos[g], sql_time(first), sql_time(last), sql_time(last))
        for (person, g), (first, last) in stated.members.items()
    ]
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO pentad_data_membership (person_id, company_id, first_seen, last_seen) VALUES (%s,%s,%s,%s)"
            " ON CONFLICT (person_id, company_id) DO UPDATE SET last_seen = CASE WHEN pentad_data_membership.last_seen < %s"
            " THEN excluded.last_seen ELSE pentad_data_membership.last_seen END",
            members,
        )
    told = {nos[g] for g, _, _ in stated.companies if g in nos}
    refresh_companies(told)
    touch_companies({*told, *nos.values()})


def _company_numbers(groups: Mapping[str, tuple[datetime, datetime]], others: Collection[str]) -> dict[str, int]:
    """Make or widen the companies; group id → number, also of those `others` that there are."""
    rows = [
        (ids.new_id(), g, g[:200], "{}", sql_time(first), sql_time(last), sql_time(last))
        for g, (first, last) in groups.items()
    ]
    nos: dict[str, int] = {}
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO pentad_data_company (id, group_id, name, traits, first_seen, last_seen) VALUES (%s,%s,%s,%s,%s,%s)"
            " ON CONFLICT (group_id) DO UPDATE SET last_seen = CASE WHEN pentad_data_company.last_seen < %s"
            " THEN excluded.last_seen ELSE pentad_data_company.last_seen END",
            rows,
        )
    for some in chunks({*groups, *others}):
        nos.update(Company.objects.filter(group_id__in=some).values_list("group_id", "no"))
    return nos


def refresh_companies(nos: Collection[int]) -> None:
    """The surviving traits and the name of each company."""
    known, prefer = ranks(), preferred_sources()
    rows: list[tuple[Any, ...]] = []
    for some in chunks(nos):
        facts: dict[int, dict[int, Fact]] = {no: {} for no in some}
        marked: set[int] = set()
        for t in CompanyTrait.objects.filter(company_id__in=some, withdrawn=False):
            facts[t.company_id][t.id] = _fact(t, t.company_id)
            marked |= {t.id} if t.winner else set()
        won: set[int] = set()
        for no, stated in facts.items():
            best = winners(stated.values(), known, prefer)
            won |= {i for i, f in stated.items() if best[f.name] is f}
            traits = {name: best[name].value for name in sorted(best) if best[name].value is not None}
            rows.append((_json(traits), text_trait(traits, "name"), no))
        _mark("companytrait", marked - won, won - marked)
    with connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE pentad_data_company SET traits = %s, name = CASE WHEN %s = '' THEN name ELSE %s END WHERE no = %s",
            [(traits, name, name, no) for traits, name, no in rows],
        )
