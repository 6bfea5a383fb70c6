"""What every ledger engine promises. `tests/conformance` holds each of them to it."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol

import pyarrow as pa

from pentad.core.errors import PentadError
from pentad.ledger import schema

Progress = Callable[[str], None]
Params = Sequence[Any] | Mapping[str, Any]


class QueryFailed(PentadError):
    """The engine refused a statement. Its own words and the statement, which may hold anybody's values, are for the log
    alone: str() and `sql`. `message` is what a caller reads.
    """

    code = "ledger_query"

    def __init__(
        self, told: str, *, code: str | None = None, fix: str = "The log of the server says why.", sql: str = ""
    ):
        super().__init__("The event store could not answer this.", code=code, fix=fix)
        self.args = (told,)
        self.sql = sql


@dataclass(frozen=True)
class LedgerSlice:
    """A stretch of one inbox log, resolved: bytes [start, end) of `log` became these rows."""

    log: str
    start: int
    end: int
    events: pa.Table = field(default_factory=lambda: schema.empty("events"))
    quarantined: pa.Table = field(default_factory=lambda: schema.empty("quarantined"))
    duplicates: pa.Table = field(default_factory=lambda: schema.empty("duplicates"))
    counts: pa.Table = field(default_factory=lambda: schema.empty("counts"))


@dataclass(frozen=True)
class ErasureReport:
    """What an erasure removed. `redacted`: rows of other people in which a value was blotted out."""

    events: int
    quarantined: int
    duplicates: int
    redacted: int
    files: list[str]


@dataclass(frozen=True)
class Problem:
    """One thing that `check` found wrong: a stable code, a sentence, and where."""

    code: str
    message: str
    where: str = ""


DERIVED_DAMAGED = "derived_damaged"
"""The code of a problem that `Derived.renew` solves."""


class Derived(Protocol):
    """What is kept beside the events for quick answers: people, belongs, companies, and the feature table.

    Made from the relational rows and the events, so that all of it may be lost and is then made anew. Hidden and
    erased persons are never in it, whoever puts them there. Thread-safe.
    """

    def put(self, relation: str, rows: pa.Table, keys: Collection[int] | None) -> None:
        """Replace whatever a relation of schema.DERIVED keeps of these keys (its first column) by the rows, in one
        transaction. None: replace everything. Raises Invalid for a row of another key.
        """

    def columns(self) -> dict[str, str]:
        """The features there are, and their types (of schema.FEATURE_TYPES). person_no and due are always there."""

    def add_columns(self, columns: Mapping[str, str]) -> None:
        """Those that are there stay. Raises Conflict when one is there with another type."""

    def drop_columns(self, names: Iterable[str]) -> None: ...

    def refresh(self, sql: str, params: Params = (), scope: Collection[int] | None = None) -> int:
        """Replace rows of the feature table by what a query gives, in one transaction; returns how many it gave.

        The query gives person_no, each once, and any of the other columns. What it does not give stays as it is. Of
        the persons in the scope those that it does not give are removed; without a scope, of all. It may name `scope`.
        """

    def mark(self, name: str) -> int:
        """A small number kept with all this, and lost with it. 0 when it was never set."""

    def set_mark(self, name: str, value: int) -> None: ...

    def check(self) -> list[Problem]:
        """Problems with code DERIVED_DAMAGED alone. Reads every row."""

    def renew(self) -> None:
        """Start anew, with nothing: no rows, no features, no marks."""


class Ledger(Protocol):
    """The event store. Thread-safe; one per owner process.

    SQL is written in DuckDB's dialect over the relations events, quarantined, duplicates, counts,
    removed and registry, and the derived people, belongs, companies and features. `events.person_no` is
    the person as stored, `events.root_no` the person after links; hidden persons never appear. Timestamps
    are naive UTC.
    """

    @property
    def derived(self) -> Derived: ...

    def append(self, part: LedgerSlice) -> bool:
        """Store a slice and its offset in one transaction.

        False, and nothing changed, when offset(log) is not `start`: it was applied before.
        Raises Conflict when a seq is below next_seq(), Invalid when columns do not fit the schema.
        """

    def offset(self, log: str) -> int: ...

    def offsets(self) -> dict[str, int]: ...

    def forget_log(self, log: str) -> None: ...

    def next_seq(self) -> int:
        """One past the largest seq ever stored, erased rows included."""

    def known(self, keys: pa.ChunkedArray | pa.Array) -> pa.Table:
        """Which of these message keys (uint64) are stored, with their body hash: columns key, body."""

    def query(self, sql: str, params: Params = (), scope: Collection[int] | None = None) -> pa.Table:
        """scope: any number of person numbers, which the query names as the relation scope(person_no)."""

    def rows(self, sql: str, params: Params = (), scope: Collection[int] | None = None) -> list[dict[str, Any]]: ...

    def set_links(self, links: Mapping[int, int]) -> None:
        """Read person_no as root_no from now on; a person linked to itself loses its link."""

    def hide(self, person_nos: Iterable[int]) -> None:
        """No query shows these persons from now on, restarts included."""

    def erase(
        self, person_nos: Iterable[int], values: Iterable[str] = (), message_ids: Iterable[str] = ()
    ) -> ErasureReport:
        """Remove these persons and every row or text that holds one of the values, physically."""

    def take_back(self, source_no: int, received: datetime) -> ErasureReport:
        """Remove, physically, what arrived from a source at one moment (naive UTC), and whatever became of it.

        The same messages may arrive again later and are new then. Twice is once.
        """

    def seal(self, before: date | None = None, progress: Progress | None = None) -> list[str]:
        """Move closed months (those before the month of `before`, default today) to their own files."""

    def compact(self) -> None: ...

    def promote(self, prop: str, type: str) -> None:
        """Give a property a typed column, also for rows stored before. `type`: a key of schema.TYPES."""

    def check(self) -> list[Problem]: ...

    def file_bytes(self) -> dict[str, int]:
        """Size of each file of the store."""

    def close(self) -> None: ...
