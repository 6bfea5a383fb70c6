"""Writes what messages say of consent, in the transaction of their slice: set by set, few statements for many messages."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

import msgspec
from django.db import connection
from django.db.models import Manager

from pentad.data.consent.models import ConsentChannel, ConsentPurpose, ConsentStatement
from pentad.data.consent.rules import (
    DECIDED_EVENTS,
    EVERY,
    MOST_SEEN,
    USUAL_CHANNELS,
    Said,
    Span,
    against,
    read,
    tell_all,
    text_version,
)
from pentad.data.identity.store import chunks, sql_time
from pentad.data.ingest.frames import OUTBOX
from pentad.data.profiles.touched import touch
from pentad.ledger import Staging
from pentad.ledger.sql import literal

DECIDED = f"(type = 'track' AND name IN ({', '.join(map(literal, DECIDED_EVENTS))}))"
"""SQL: whether a message tells of a choice made then."""


class Word(NamedTuple):
    """One source's word about one purpose of one part of a customer."""

    part: int
    source_no: int
    purpose: str


class Key(NamedTuple):
    """One source's word about one purpose and channel of one part of a customer."""

    part: int
    source_no: int
    purpose: str
    channel: str

    @property
    def word(self) -> Word:
        return Word(*self[:3])


Statements = dict[Key, list[Said]]


def keep_staged(staging: Staging, roots: Mapping[int, int]) -> None:
    """What the staged slice says of consent. roots: part → root after the slice."""
    keep(told(staging.sql(told_sql()).to_pylist()), roots)


def told_sql() -> str:
    """Messages of the staged slice that speak of consent, in order of time: of those by which one part and source repeat
    the same, the first and the last. Pentad's own do not count: what they tell of is kept already.
    """
    whose = "OVER (PARTITION BY person_no, source_no ORDER BY ts, seq)"
    return f"""
    SELECT person_no, source_no, ts, message_id, consent, decided FROM (
      SELECT *, lag(consent) {whose} AS before, lead(consent) {whose} AS after FROM (
        SELECT person_no, source_no, ts, seq, message_id, {DECIDED} AS decided,
          CAST(context -> '$.consent' AS VARCHAR) AS consent
        FROM judged JOIN placed USING (pos)
        WHERE outcome = 'stored' AND person_no <> 0 AND contains(context, '"consent"') AND flags & {OUTBOX} = 0)
      WHERE consent IS NOT NULL)
    WHERE decided OR before IS DISTINCT FROM consent OR after IS DISTINCT FROM consent ORDER BY ts, seq"""


def told(rows: Sequence[dict[str, Any]]) -> Statements:
    """What the rows of `told_sql` say. The same text comes many times, and is read once."""
    memo: dict[str, tuple[list[tuple[str, str, str]], str]] = {}
    found: Statements = defaultdict(list)
    for row in rows:
        if (text := row["consent"]) not in memo:
            consent = _decoded(text)
            memo[text] = read(consent), text_version(consent)
        states, version = memo[text]
        at = row["ts"].replace(tzinfo=UTC)
        for purpose, channel, state in states:
            key = Key(row["person_no"], row["source_no"], purpose, channel)
            found[key].append(Said(state, at, row["message_id"], version, bool(row["decided"])))
    return found


def _decoded(text: str) -> Any:
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return None


def keep(statements: Statements, roots: Mapping[int, int]) -> None:
    """Fold them into what is kept, and touch whose answers may have changed. roots: part → root."""
    if not statements:
        return
    purposes = _noted(ConsentPurpose, {key.purpose for key in statements})
    usual = {one.name for one in USUAL_CHANNELS} | {EVERY}
    channels = usual | _noted(ConsentChannel, {key.channel for key in statements} - usual)
    wanted = {key: said for key, said in statements.items() if key.purpose in purposes and key.channel in channels}
    changed: set[int] = set()
    gone, kept, repeated = list[int](), list[tuple[Any, ...]](), list[tuple[str, str, int]]()
    for word, rows, said in _kept(wanted):
        if _repeats(rows, said):
            for channel, latest in ((channel, all[-1]) for channel, all in said.items()):
                row = rows[channel][-1]
                repeated += [(sql_time(latest.at), latest.message_id, row[0])] if latest.at > row[3] else []
            continue
        before = {channel: [Span(*row[1:]) for row in held] for channel, held in rows.items()}
        for channel, after in tell_all(before, said).items():
            held = before.get(channel, [])
            if [(one.state, one.at) for one in after] != [(one.state, one.at) for one in held]:
                changed.add(roots.get(word.part, word.part))
            starts = {one.at for one in after}
            gone += [row[0] for row in rows.get(channel, ()) if row[2] not in starts]
            kept += [_row(Key(*word, channel), one) for one in after if one not in held]
    _write(gone, kept, repeated)
    touch(changed)


def _repeats(rows: Mapping[str, Sequence["Row"]], said: Mapping[str, Sequence[Said]]) -> bool:
    """Whether all of them, in order of time, say once more what was said last, and nothing else was said since. So it is
    with nearly every message.
    """
    for channel, all in said.items():
        if not rows.get(channel):
            return False
        _, state, at, until, *_ = rows[channel][-1]
        if any(one.state != state or one.decided or one.at < at for one in all):
            return False
        if len(rows) > 1:
            spans = {name: [Span(*row[1:]) for row in held] for name, held in rows.items()}
            told = {name: [one.span for one in others] for name, others in said.items()}
            if any(one > until for held in (spans, told) for one in against(held, channel, state)):
                return False
    return True


def _noted(model: type[ConsentPurpose | ConsentChannel], names: Collection[str]) -> set[str]:
    """Those of the names that are known, with the new ones noted as far as there is room. They stay locked, so that who
    catches up and who loads take turns.
    """
    rows: Manager[Any] = model._default_manager
    known = set(rows.select_for_update().filter(name__in=names).order_by("name").values_list("name", flat=True))
    if new := sorted(set(names) - known):
        made = [model(name=name) for name in new[: max(0, MOST_SEEN - rows.filter(declared=None).count())]]
        rows.bulk_create(made, ignore_conflicts=True)
        known.update(one.name for one in made)
    return known


Row = tuple[int, str, datetime, datetime, bool, str, str, str]
"""The id of a statement and its `Span`."""
_SPAN = ("state", "at", "until", "decided", "message_id", "last_message_id", "text_version")


def _kept(told: Statements) -> Iterator[tuple[Word, dict[str, list[Row]], dict[str, list[Said]]]]:
    """Each source's word of which something is told, with what is kept of it, in order, and what is told; by channel."""
    said: dict[Word, dict[str, list[Said]]] = defaultdict(dict)
    for key, statements in told.items():
        said[key.word][key.channel] = statements
    found: dict[Word, dict[str, list[Row]]] = {word: {} for word in said}
    for some in chunks({word.part for word in said}):
        rows = ConsentStatement.objects.filter(person_id__in=some).order_by("at")
        for part, source_no, purpose, channel, *row in rows.values_list(
            "person_id", "source_no", "purpose", "channel", "id", *_SPAN
        ):
            if (held := found.get(Word(part, source_no, purpose))) is not None:
                held.setdefault(channel, []).append(tuple(row))
    for word, held in found.items():
        yield word, held, said[word]


def _row(key: Key, one: Span) -> tuple[Any, ...]:
    at, until = sql_time(one.at), sql_time(one.until)
    said = (one.state, at, until, one.decided, one.message_id, one.last_message_id, one.text_version)
    return (key.part, key.source_no, key.purpose, key.channel, *said)


def _write(gone: Collection[int], kept: list[tuple[Any, ...]], repeated: list[tuple[str, str, int]]) -> None:
    for some in chunks(gone):
        ConsentStatement.objects.filter(id__in=some).delete()
    columns = ("person_id", "source_no", "purpose", "channel", *_SPAN)
    again = ", ".join(f"{name} = excluded.{name}" for name in _SPAN if name != "at")
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO pentad_data_consentstatement ({', '.join(columns)}, evidence, author, author_name)"
            f" VALUES ({', '.join(['%s'] * len(columns))}, '', '', '')"
            f" ON CONFLICT (person_id, purpose, channel, source_no, at) DO UPDATE SET {again}",
            kept,
        )
        cursor.executemany(
            "UPDATE pentad_data_consentstatement SET until = %s, last_message_id = %s WHERE id = %s", repeated
        )
