"""The feature table as saved segments use it: which columns they need, and what asking them again changes.

Each live segment has a column m<no> beside the features: whether the person was a member when that was last written
down. What a segment asks now, compared with it, is who enters and who leaves.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pentad.core.errors import PentadError
from pentad.intelligence.segments import compile as compiler
from pentad.intelligence.segments.definition import Share
from pentad.intelligence.segments.engine import promoted
from pentad.intelligence.segments.models import Segment
from pentad.intelligence.segments.moves import Moves
from pentad.intelligence.segments.queries import definition_of
from pentad.ledger import Ledger

SCOPE = "scope"


@dataclass(frozen=True)
class Live:
    """A segment that is kept up, with what it compiles to."""

    no: int
    asked: Any

    @classmethod
    def of(cls, segment: Segment) -> "Live":
        """Raises Invalid when it cannot be compiled, by what another became for example."""
        return cls(segment.no, compiler.compiled(segment.tree, definition_of))

    @property
    def member(self) -> str:
        return f"m{self.no}"

    @property
    def columns(self) -> dict[str, str]:
        """Every column it needs, with its type."""
        return {one.column: one.type for one in self.asked.features} | {self.member: "BOOLEAN"}


_kept: tuple[Any, list[Live]] = (None, [])


def live() -> list[Live]:
    """Segments to be kept up, compiled; those that have failed are left out until their job has asked everybody again."""
    global _kept
    every = Segment.objects.filter(deleted=None).order_by("no")
    rows = every.filter(state=Segment.LIVE, failure="")
    key = tuple(every.values_list("no", "version")), tuple(rows.values_list("no", "changed"))
    if _kept[0] != key:
        _kept = key, [one for segment in rows if (one := _able(segment)) is not None]
    return _kept[1]


def _able(segment: Segment) -> Live | None:
    try:
        return Live.of(segment)
    except PentadError:  # its own job says why
        return None


def ready(store: Ledger) -> list[Live]:
    """Live segments all of whose columns are in the table; a job adds those of the others."""
    there = store.derived.columns()
    return [one for one in live() if one.columns.keys() <= there.keys()]


def prepare(store: Ledger, some: Sequence[Live]) -> None:
    """Give the table the columns that these need."""
    wanted = {name: kind for one in some for name, kind in one.columns.items()}
    there = store.derived.columns()
    if missing := {name: kind for name, kind in wanted.items() if name not in there}:
        store.derived.add_columns(missing)


def clear(store: Ledger) -> None:
    """Take away the columns that nothing needs any more."""
    failed = Segment.objects.filter(state=Segment.LIVE, deleted=None).exclude(failure="")
    kept = [*live(), *(one for row in failed if (one := _able(row)) is not None)]
    needed = {name for one in kept for name in one.columns}
    if unused := [name for name in store.derived.columns() if name not in needed]:
        store.derived.drop_columns(unused)


def compute(
    store: Ledger,
    some: Sequence[Live],
    at: datetime,
    only: Collection[int] | None = None,
    columns: Collection[str] | None = None,
) -> None:
    """Ask the features of these segments, or those of these columns alone, of everybody or of some persons, and keep the
    answers.
    """
    features = [
        one
        for one in {one.column: one for each in some for one in each.asked.features}.values()
        if columns is None or one.column in columns
    ]
    sql = compiler.features_sql(features, at, "" if only is None else SCOPE, promoted=promoted(store))
    if only is None or columns is not None:
        sql = _with_other_dues(sql, [one.column for one in features])
    store.derived.refresh(sql, scope=only)


def changed_by(some: Sequence[Live], names: Collection[str]) -> set[str]:
    """Columns of features that may have changed when events of these names arrived: all that ask no events too, for
    traits change with them. Nobody's share ever changes.
    """
    return {
        one.column
        for each in some
        for one in each.asked.features
        if one.events is None
        or not one.events.isdisjoint(names)
        or (one.source not in ("event", "sequence") and not isinstance(one.leaf.condition, Share))
    }


def _with_other_dues(sql: str, columns: Sequence[str]) -> str:
    """The same SELECT with the earlier of its own due time and that of the features it leaves alone."""
    due = "CASE WHEN o.due IS NULL OR n.due < o.due THEN n.due ELSE o.due END"
    named = "".join(f"n.{column} AS {column}, " for column in columns)
    return f"SELECT n.person_no AS person_no, {named}{due} AS due FROM ({sql}) AS n LEFT JOIN features AS o ON o.person_no = n.person_no"


def changes(store: Ledger, some: Sequence[Live], only: Collection[int] | None) -> Moves:
    """Who of these persons, or of all, enters and leaves which of these segments, by what the table holds."""
    asked = ", ".join(f"({one.asked.test}) AS t{one.no}, coalesce({one.member}, FALSE) AS {one.member}" for one in some)
    other = " OR ".join(f"t{one.no} <> {one.member}" for one in some)
    where = "" if only is None else f" WHERE person_no IN (SELECT person_no FROM {SCOPE})"
    sql = f"SELECT * FROM (SELECT person_no, {asked} FROM features{where}) AS asked WHERE {other}"
    found = store.query(sql, scope=only) if some else None
    enter: list[tuple[int, int]] = []
    leave: list[tuple[int, int]] = []
    for one in some if found is not None and found.num_rows else ():
        now, before = _flags(found, f"t{one.no}"), _flags(found, one.member)
        enter += [(one.no, no) for no in _where(found, pc.and_(now, pc.invert(before)))]
        leave += [(one.no, no) for no in _where(found, pc.and_(before, pc.invert(now)))]
    return Moves(enter, leave)


def _flags(table: pa.Table, column: str) -> Any:
    return table[column].cast(pa.bool_())


def _where(table: pa.Table, mask: Any) -> list[int]:
    found: list[int] = table["person_no"].filter(mask).to_pylist()
    return found


def whom_it_touches(store: Ledger, some: Sequence[Live], only: Collection[int]) -> set[int]:
    """These persons, and their colleagues where a segment asks what colleagues did."""
    if not any(feature.source == "colleagues" for one in some for feature in one.asked.features):
        return set(only)
    sql = (
        "SELECT DISTINCT person_no FROM belongs WHERE company_no IN"
        f" (SELECT company_no FROM belongs WHERE person_no IN (SELECT person_no FROM {SCOPE}))"
    )
    return {*only, *store.query(sql, scope=only)["person_no"].to_pylist()}


def remember(store: Ledger, some: Sequence[Live], only: Collection[int] | None = None) -> None:
    """Write down that membership is by now what the table says."""
    if not some or (only is not None and not only):
        return
    asked = ", ".join(f"({one.asked.test}) AS {one.member}" for one in some)
    where = "" if only is None else f" WHERE person_no IN (SELECT person_no FROM {SCOPE})"
    store.derived.refresh(f"SELECT person_no, {asked} FROM features{where}", scope=only)


def present(store: Ledger, only: Collection[int]) -> set[int]:
    """Those of the persons that the table has a row of: others were merged into somebody, or are gone."""
    found = store.query(
        f"SELECT person_no FROM features WHERE person_no IN (SELECT person_no FROM {SCOPE})", scope=only
    )
    return set(found["person_no"].to_pylist())


def members_of(store: Ledger, one: Live, only: Collection[int] | None = None) -> pa.Array:
    """Who meets a segment by what the table holds, of everybody or of some, in order."""
    some = "" if only is None else f" AND person_no IN (SELECT person_no FROM {SCOPE})"
    sql = f"SELECT person_no FROM features WHERE ({one.asked.test}){some}"
    found = store.query(sql, scope=only)["person_no"].combine_chunks()
    return found.take(pc.sort_indices(found))


def next_due(store: Ledger) -> datetime | None:
    """When somebody's features change next by time alone."""
    due: datetime | None = store.rows("SELECT min(due) AS due FROM features")[0]["due"]
    return due


def due_by(store: Ledger, at: datetime, most: int) -> list[int]:
    """Persons whose features may have changed by that moment, at most so many."""
    sql = f"SELECT person_no FROM features WHERE due <= ? ORDER BY due LIMIT {int(most)}"
    found: list[int] = store.query(sql, [at])["person_no"].to_pylist()
    return found
