"""The columns of the ledger: what the loader hands over and what queries may name.

All timestamps are naive UTC in microseconds. Properties are kept twice: as sent (`props`, JSON text)
and, for those in the registry, in a typed column of their own (`p_…`) that queries read ten times
quicker. The registry of a store starts with PROMOTED and grows with `Ledger.promote`.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import pyarrow as pa

from pentad.core.errors import Conflict, Invalid

_TS = pa.timestamp("us")


def _schema(*columns: tuple[str, pa.DataType, bool]) -> pa.Schema:
    return pa.schema([pa.field(name, kind, nullable=nullable) for name, kind, nullable in columns])


@dataclass(frozen=True)
class Promoted:
    """A property with a typed column. `type` is one of TYPES."""

    prop: str
    type: str

    @property
    def column(self) -> str:
        return column_of(self.prop)


# How a promoted type is called in SQL (DuckDB's dialect) and in Arrow.
TYPES: dict[str, tuple[str, pa.DataType]] = {
    "string": ("VARCHAR", pa.string()),
    "number": ("DOUBLE", pa.float64()),
    "boolean": ("BOOLEAN", pa.bool_()),
    "timestamp": ("TIMESTAMP", _TS),
}

PROMOTED = (
    Promoted("path", "string"),
    Promoted("referrer", "string"),
    Promoted("product_id", "string"),
    Promoted("category", "string"),
    Promoted("order_id", "string"),
    Promoted("currency", "string"),
    Promoted("revenue", "number"),
    Promoted("quantity", "number"),
)


def column_of(prop: str) -> str:
    """The column name of a promoted property: letters, digits and underscores only."""
    name = re.sub(r"\W", "_", prop.lower(), flags=re.ASCII)
    if not name or len(name) > 60:
        raise Invalid(f"The property name {prop!r} cannot become a column.", fix="Use 1 to 60 characters.")
    return f"p_{name}"


EVENTS = _schema(
    ("seq", pa.int64(), False),
    ("person_no", pa.int32(), False),
    ("source_no", pa.int32(), False),
    ("type", pa.string(), False),
    ("name", pa.string(), False),
    ("ts", _TS, False),
    ("received", _TS, False),
    ("original", _TS, True),
    ("sent", _TS, True),
    ("message_id", pa.string(), False),
    ("key", pa.uint64(), False),
    ("body", pa.uint64(), False),
    ("user_id", pa.string(), True),
    ("anonymous_id", pa.string(), True),
    ("group_id", pa.string(), True),
    *((item.column, TYPES[item.type][1], True) for item in PROMOTED),
    ("props", pa.string(), True),
    ("context", pa.string(), True),
    ("traits", pa.string(), True),
)

QUARANTINED = _schema(
    ("seq", pa.int64(), False),
    ("source_no", pa.int32(), False),
    ("message_id", pa.string(), False),
    ("received", _TS, False),
    ("reason", pa.string(), False),
    ("detail", pa.string(), False),
    ("raw", pa.string(), False),
)

DUPLICATES = _schema(
    ("seq", pa.int64(), False),
    ("source_no", pa.int32(), False),
    ("message_id", pa.string(), False),
    ("received", _TS, False),
    ("key", pa.uint64(), False),
)

COUNTS = _schema(
    ("source_no", pa.int32(), False),
    ("minute", _TS, False),
    ("accepted", pa.int64(), False),
    ("stored", pa.int64(), False),
    ("duplicate", pa.int64(), False),
    ("quarantined", pa.int64(), False),
)

# Rows that are gone for a reason (erased, expired, taken back), so that totals can still be balanced.
REMOVED = _schema(
    ("source_no", pa.int32(), False),
    ("minute", _TS, False),
    ("kind", pa.string(), False),  # stored, quarantined, duplicate: as in counts
    ("reason", pa.string(), False),  # erased, expired, undone
    ("n", pa.int64(), False),
)

REGISTRY = _schema(
    ("prop", pa.string(), False),
    ("type", pa.string(), False),
    ("col", pa.string(), False),
    ("since", _TS, False),
)

# Relations that arrive in slices, and those the store keeps about itself.
ARRIVING: dict[str, pa.Schema] = {
    "events": EVENTS,
    "quarantined": QUARANTINED,
    "duplicates": DUPLICATES,
    "counts": COUNTS,
}
KEPT: dict[str, pa.Schema] = {
    "removed": REMOVED,
    "registry": REGISTRY,
    "offsets": _schema(("log", pa.string(), False), ("position", pa.int64(), False)),
    "links": _schema(("person_no", pa.int32(), False), ("root_no", pa.int32(), False)),
    "hidden": _schema(("person_no", pa.int32(), False)),
    "gone": _schema(("person_no", pa.int32(), False)),
    "erased": _schema(("key", pa.uint64(), False)),
    "state": _schema(("name", pa.string(), False), ("value", pa.int64(), False)),
}

# What is made from the relational rows, one row a customer or company: nothing that cannot be made anew.
DERIVED: dict[str, pa.Schema] = {
    "people": _schema(
        ("person_no", pa.int32(), False),
        ("id", pa.string(), False),
        ("known", pa.bool_(), False),
        ("first_seen", _TS, True),
        ("last_seen", _TS, True),
        ("created", _TS, False),
        ("event_count", pa.int64(), False),
        ("name", pa.string(), False),
        ("traits", pa.string(), False),  # JSON
        ("identifiers", pa.string(), False),  # JSON: {namespace: [values]}
        ("consents", pa.string(), False),  # JSON: {purpose: {channel: state}}
    ),
    "belongs": _schema(("person_no", pa.int32(), False), ("company_no", pa.int32(), False)),
    "companies": _schema(
        ("company_no", pa.int32(), False),
        ("id", pa.string(), False),
        ("group_id", pa.string(), False),
        ("name", pa.string(), False),
        ("first_seen", _TS, False),
        ("last_seen", _TS, False),
        ("traits", pa.string(), False),  # JSON
    ),
}
# What every row of the feature table has. The other columns come and go.
FEATURES = _schema(("person_no", pa.int32(), False), ("due", _TS, True))
# Types that a feature may have, in SQL (DuckDB's dialect) and in Arrow.
FEATURE_TYPES: dict[str, pa.DataType] = {
    "BIGINT": pa.int64(),
    "DOUBLE": pa.float64(),
    "VARCHAR": pa.string(),
    "BOOLEAN": pa.bool_(),
    "TIMESTAMP": _TS,
}

_SQL_TYPES = {
    pa.int64(): "BIGINT",
    pa.int32(): "INTEGER",
    pa.uint64(): "UBIGINT",
    pa.float64(): "DOUBLE",
    pa.string(): "VARCHAR",
    pa.bool_(): "BOOLEAN",
    _TS: "TIMESTAMP",
}


def sql_type(kind: pa.DataType) -> str:
    return _SQL_TYPES[kind]


def empty(relation: str) -> pa.Table:
    """A table of no rows: for slices that have nothing of a kind."""
    return ARRIVING[relation].empty_table()


def numbers_table(numbers: Collection[int] | pa.Array) -> pa.Table:
    """Person numbers as a relation of one column. An array is taken as it is, however long."""
    asked = numbers if isinstance(numbers, pa.Array) else pa.array(list(numbers), pa.int32())
    return pa.table({"person_no": asked.cast(pa.int32())})


def derived_rows(relation: str, rows: pa.Table) -> pa.Table:
    """Rows in the columns and types of a derived relation. Raises Invalid for one that does not exist."""
    if relation not in DERIVED:
        raise Invalid(f"{relation!r} is no derived relation.", fix=f"Use one of {', '.join(DERIVED)}.")
    return rows.select(DERIVED[relation].names).cast(DERIVED[relation])


def new_columns(present: Mapping[str, str], columns: Mapping[str, str]) -> dict[str, str]:
    """Those of these feature columns that are not there yet. Raises Invalid for a name or type that cannot be,
    Conflict for one that is there with another type.
    """
    new: dict[str, str] = {}
    for name, kind in columns.items():
        if kind not in FEATURE_TYPES:
            raise Invalid(f"{kind!r} is no type of a feature.", fix=f"Use one of {', '.join(FEATURE_TYPES)}.")
        if not re.fullmatch(r"[a-z][a-z0-9_]{0,59}", name) or name in (*FEATURES.names, "version", "gone"):
            raise Invalid(f"A feature cannot be called {name!r}.", fix="Use small letters, digits and underscores.")
        if present.get(name, kind) != kind:
            raise Conflict(f"The feature {name} is there as {present[name]}.", code="column_taken")
        if name not in present:
            new[name] = kind
    return new


def events_schema(promoted: tuple[Promoted, ...]) -> pa.Schema:
    """EVENTS with one more column per promoted property; later ones stand at the end."""
    known = set(EVENTS.names)
    extra = [pa.field(item.column, TYPES[item.type][1]) for item in promoted if item.column not in known]
    return pa.schema([*EVENTS, *extra])
