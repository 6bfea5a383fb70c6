"""What each kind of feature brings to the SELECT that asks for all of them. Pure."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from pentad.intelligence.segments.features import named
from pentad.intelligence.segments.values_sql import Asked
from pentad.ledger import schema
from pentad.ledger.schema import Promoted
from pentad.ledger.sql import literal

Columns = tuple[tuple[str, str], ...]
Levels = tuple[Columns, ...]
Keep = Callable[[str], str]


@dataclass(frozen=True)
class Scene:
    """What SQL is written for. now: naive UTC. scope: a relation of person numbers, "" for everybody.

    due: also say when time alone changes each answer. alone: one feature is asked, so its events are the only ones
    that are read. loose: nothing is negated, so that NULL will do for false; engines test that quicker.
    """

    now: datetime
    promoted: Sequence[Promoted] = schema.PROMOTED
    scope: str = ""
    due: bool = False
    alone: bool = False
    loose: bool = False

    def asked(self, zone: str, needed: "Needed | None" = None) -> Asked:
        return Asked(self.now, zone, needed.keep if needed else None)

    @cached_property
    def by_name(self) -> dict[str, Promoted]:
        return {item.prop: item for item in self.promoted}

    def only(self, column: str) -> str:
        """A condition that keeps to the scope."""
        return f"{column} IN (SELECT person_no FROM {self.scope})" if self.scope else ""

    def within(self, scope: str) -> "Scene":
        return replace(self, scope=scope)


@dataclass(frozen=True)
class PersonPart:
    """columns: over `people`. sql and due: over those."""

    columns: Levels
    sql: str
    due: str = ""


@dataclass(frozen=True)
class Aggregated:
    """One aggregate over a person's events: `sql` of those for which `guard` is true.

    parts: what the guard joins by AND, where that is known: so that nothing is asked twice that the scan asks already.
    """

    name: str
    sql: str
    guard: str
    parts: tuple[str, ...] = ()

    @classmethod
    def of(cls, name: str, sql: str, parts: Iterable[str]) -> "Aggregated":
        every = tuple(part for part in parts if part)
        return cls(name, sql, all_of(*every), every)

    def guard_but(self, known: Collection[str]) -> str:
        """The guard where these are true already; "" when nothing is left of it."""
        left = [part for part in self.parts or (self.guard,) if part not in known]
        # What is asked of properties first: engines work out once for all aggregates what each of them begins with, and
        # nothing that comes later. Properties are read for the events of their own match alone.
        left.sort(key=lambda part: " x_" not in f" {part}" and "(x_" not in part)
        return all_of(*left) if left else ""


@dataclass(frozen=True)
class EventPart:
    """columns: over `events`. read: which events are read at all. after: over the aggregates.

    sql and due are over the names of the aggregates and what comes after them.
    """

    columns: Levels
    read: "Read"
    aggregates: tuple[Aggregated, ...]
    sql: str
    after: Levels = ()
    due: str = ""


@dataclass(frozen=True)
class SubPart:
    """A SELECT of its own that gives person_no, `value` and (in a scene with due) `due`; sql: over `value`."""

    select: str
    sql: str
    due: bool = False


@dataclass(frozen=True)
class Read:
    """Which events a feature looks at, so that one scan for many features passes over all others. names (): any."""

    types: tuple[str, ...]
    names: tuple[str, ...] = ()
    low: datetime | None = None
    high: datetime | None = None


class Needed:
    """The columns that expressions mention, in levels: each level is a SELECT over the one before."""

    def __init__(self) -> None:
        self._columns: dict[str, tuple[str, int]] = {}

    def add(self, name: str, sql: str) -> str:
        """A column over the relation itself."""
        self._columns[name] = sql, 0
        return name

    def keep(self, sql: str) -> str:
        """Give an expression over other columns a name, so that it is neither written nor worked out twice."""
        name = f"t_{named(sql)}"
        level = max((level + 1 for one, (_, level) in self._columns.items() if one in sql), default=1)
        self._columns[name] = sql, max(level, 1)
        return name

    def sql_of(self, name: str) -> str:
        return self._columns[name][0]

    def used(self, *expressions: str) -> Levels:
        """Those that the expressions mention, and what these need in turn."""
        wanted: dict[str, None] = {}
        looked = list(expressions)
        while looked:
            text = looked.pop()
            found = [name for name in self._columns if name in text and name not in wanted]
            wanted |= dict.fromkeys(found)
            looked += [self._columns[name][0] for name in found]
        depth = max((self._columns[name][1] for name in wanted), default=0)
        every = [(name, *self._columns[name]) for name in self._columns if name in wanted]
        return tuple(tuple((name, sql) for name, sql, at in every if at == level) for level in range(depth + 1))


def merged(parts: Iterable[Levels]) -> Levels:
    """The levels of several parts, each column once."""
    levels: list[dict[str, str]] = []
    for part in parts:
        levels += [{} for _ in range(len(part) - len(levels))]
        for into, columns in zip(levels, part, strict=False):
            into |= dict(columns)
    return tuple(tuple(one.items()) for one in levels)


def listed(columns: Columns) -> str:
    return ", ".join(sql if sql == name else f"{sql} AS {name}" for name, sql in columns)


def nested(select: str, levels: Levels) -> str:
    """A SELECT, and one more around it for each level."""
    for columns in levels:
        if columns:
            select = f"SELECT *, {listed(columns)} FROM ({select}) AS n"
    return select


@dataclass(frozen=True)
class Place:
    """Where a value lies in a JSON column: `path`, a literal, in what the expression `inside` gives."""

    inside: str
    path: str

    @classmethod
    def of(cls, column: str, name: str) -> "Place":
        """Of a trait or property: dots lead into objects."""
        keys = name.split(".")
        return cls.of_keys(column, keys if all(keys) else [name])

    @classmethod
    def of_keys(cls, column: str, keys: Sequence[str]) -> "Place":
        """Of these keys as they are, dots and all."""
        *outer, last = _paths(keys)
        for path in outer:
            column = f"json_extract({column}, {path})"
        return cls(column, last)

    @property
    def text(self) -> str:
        return f"json_extract_string({self.inside}, {self.path})"

    @property
    def kind(self) -> str:
        return f"json_type({self.inside}, {self.path})"

    @property
    def elements(self) -> str:
        """Of a list, as texts."""
        return f"json_extract_string({self._every})"

    @property
    def raws(self) -> str:
        """Of a list, as JSON."""
        return f"CAST(json_extract({self._every}) AS VARCHAR[])"

    @property
    def _every(self) -> str:
        if self.path.startswith("'/"):
            return f"json_extract({self.inside}, {self.path}), '$[*]'"
        return f"{self.inside}, {self.path[:-1]}[*]'"


def _paths(keys: Sequence[str]) -> list[str]:
    """One path after the other. In a JSON path "*" means every key, whatever stands around it, and "" is an error: such
    keys are read by a JSON pointer. Others are not: a number in one may be a place in a list.
    """
    found: list[str] = []
    for key in keys:
        if key in ("", "*"):
            found.append(f"/{key}")
            continue
        escaped = key.replace("\\", "\\\\").replace('"', '\\"')
        if not found or found[-1].startswith("/"):
            found.append("$")
        found[-1] += f'."{escaped}"'
    return [literal(path) for path in found]


def one_of(column: str, values: Sequence[str]) -> str:
    if len(values) == 1:
        return f"{column} = {literal(values[0])}"
    return f"{column} IN ({', '.join(map(literal, values))})"


def all_of(*parts: str) -> str:
    return " AND ".join(part for part in parts if part) or "TRUE"
