"""ClickHouse tables of the ledger. Each row carries the number of the slice it came with (`part`): rows of
a slice that was not finished are not shown, and are removed before the next one is stored."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pyarrow as pa

from pentad.ledger import schema
from pentad.ledger.clickhouse import json_words
from pentad.ledger.clickhouse.dialect import TIMESTAMP, literal
from pentad.ledger.schema import Promoted

_TYPES = {
    pa.int64(): "Int64",
    pa.int32(): "Int32",
    pa.uint64(): "UInt64",
    pa.float64(): "Float64",
    pa.string(): "String",
    pa.bool_(): "Bool",
    pa.timestamp("us"): TIMESTAMP,
    pa.list_(pa.int32()): "Array(Int32)",
}
_FEW_VALUES = {"type", "name", "reason", "kind"}

# Rows that were deleted must leave the disk within seconds, and so must the notes of finished mutations.
SETTINGS = (
    "old_parts_lifetime = 0, cleanup_delay_period = 0, cleanup_delay_period_random_add = 0, "
    "max_cleanup_delay_period = 1, merge_tree_clear_old_parts_interval_seconds = 1, finished_mutations_to_keep = 0, "
    "fsync_after_insert = 1"
)
# A month a partition; what wrong clocks say before 2000 shares one.
_MONTH = "if(toYear(ts) < 2000, 0, toYYYYMM(ts))"
_LAYOUT = {
    "events": f"MergeTree PARTITION BY {_MONTH} ORDER BY (person_no, ts, seq)",
    "quarantined": "MergeTree ORDER BY (received, seq)",
    "duplicates": "MergeTree ORDER BY (received, seq)",
    "counts": "MergeTree ORDER BY (minute, source_no)",
    "removed": "MergeTree ORDER BY (minute, source_no)",
    "erased": "MergeTree ORDER BY key",
    "offsets": "ReplacingMergeTree(part) ORDER BY log",
    "links": "ReplacingMergeTree(version) ORDER BY person_no",
    "state": "ReplacingMergeTree(version) ORDER BY name",
}
# Which tables hold what arrives by slices.
ARRIVING = ("events", "quarantined", "duplicates", "counts", "removed", "erased")
_EXTRA = {"offsets": "next_seq Int64, part Int64", "links": "version Int64", "state": "version Int64"}
# Where an erasure notes its work, so that it can be finished after a crash.
WORK = {
    "doomed": "(seq Int64)",
    "redacted": "AS t_events",
    "forgotten": "AS t_removed",
}
# What is derived; see `derived`. All companies of a person stand in one row.
DERIVED: dict[str, pa.Schema] = {
    "people": schema.DERIVED["people"],
    "belongs": pa.schema(
        [pa.field("person_no", pa.int32(), False), pa.field("company_nos", pa.list_(pa.int32()), False)]
    ),
    "companies": schema.DERIVED["companies"],
    "features": schema.FEATURES,
}
OF_PERSONS = tuple(name for name, columns in DERIVED.items() if "person_no" in columns.names)
VERSIONED = {"version": "Int64", "gone": "UInt8"}
_NOTHING: dict[pa.DataType, Any] = {
    pa.int64(): 0,
    pa.int32(): 0,
    pa.string(): "",
    pa.bool_(): False,
    pa.timestamp("us"): datetime(1970, 1, 1),  # noqa: DTZ001  naive UTC, as all times of the ledger
    pa.list_(pa.int32()): [],
}


def column_sql(field: pa.Field) -> str:
    kind = _TYPES[field.type]
    if field.name in _FEW_VALUES:
        kind = f"LowCardinality({kind})"
    return f"`{field.name}` {f'Nullable({kind})' if field.nullable else kind}"


def create_statements() -> list[str]:
    """All tables; those that exist stay."""
    statements = []
    relations = {**schema.ARRIVING, **schema.KEPT}
    for name, columns in relations.items():
        parts = [_promoted_or_plain(field) for field in columns]
        if name in ARRIVING:
            parts.append("part Int64 CODEC(Delta, ZSTD)")
        if name in _EXTRA:
            parts.append(_EXTRA[name])
        layout = _LAYOUT.get(name, "MergeTree ORDER BY tuple()")
        statements.append(
            f"CREATE TABLE IF NOT EXISTS t_{name} ({', '.join(parts)}) ENGINE = {layout} SETTINGS {SETTINGS}"
        )
    for name, columns_sql in WORK.items():
        layout = f"ENGINE = MergeTree ORDER BY tuple() SETTINGS {SETTINGS}"
        statements.append(f"CREATE TABLE IF NOT EXISTS t_{name} {_work_sql(columns_sql, layout)}")
    return statements + derived_statements()


def derived_statements() -> list[str]:
    """The tables of what is derived; those that exist stay."""
    statements = []
    for name, columns in DERIVED.items():
        parts = ", ".join([*(column_sql(field) for field in columns), *(f"{n} {t}" for n, t in VERSIONED.items())])
        layout = f"ReplacingMergeTree(version, gone) ORDER BY {columns.names[0]} SETTINGS {SETTINGS}"
        statements.append(f"CREATE TABLE IF NOT EXISTS t_{name} ({parts}) ENGINE = {layout}")
    return statements


def packed(relation: str, rows: pa.Table) -> pa.Table:
    """Rows of a derived relation as its table holds them."""
    if relation != "belongs":
        return rows
    grouped = rows.group_by("person_no").aggregate([("company_no", "list")])
    return grouped.rename_columns(["person_no", "company_nos"]).cast(DERIVED["belongs"])


def nothing(field: pa.Field) -> Any:
    """A value for a row that says that there is none."""
    if field.nullable:
        return None
    return _NOTHING[field.type]


def feature_type(kind: str) -> str:
    return f"Nullable({_TYPES[schema.FEATURE_TYPES[kind]]})"


def derived_relations(features: tuple[str, ...], *, hidden: bool) -> tuple[tuple[str, str], ...]:
    found = []
    for name, columns in DERIVED.items():
        names = [*columns.names, *(features if name == "features" else ())]
        listed = ", ".join(f"`{column}`" for column in names)
        if name == "belongs":
            listed = "person_no, arrayJoin(company_nos) AS company_no"
        where = " WHERE person_no NOT IN (SELECT person_no FROM t_hidden)" if hidden and name in OF_PERSONS else ""
        found.append((name, f"SELECT {listed} FROM t_{name} FINAL{where}"))
    return tuple(found)


def _work_sql(columns: str, layout: str) -> str:
    return f"{columns} {layout}"


def _promoted_or_plain(field: pa.Field) -> str:
    by_column = {item.column: item for item in schema.PROMOTED}
    item = by_column.get(field.name)
    return promoted_column_sql(item) if item else column_sql(field)


def promoted_column_sql(item: Promoted) -> str:
    """A typed column that is read from the properties where a slice does not bring it."""
    kind = _TYPES[schema.TYPES[item.type][1]]
    return f"`{item.column}` Nullable({kind}) DEFAULT {promoted_value_sql(item)}"


def promoted_value_sql(item: Promoted) -> str:
    """As `sql.promoted_value_sql`: NULL for objects, arrays, and text that is not of the type."""
    props, key = "ifNull(props, '{}')", literal(item.prop)
    text = f"if(JSONType({props}, {key}) IN ('Object', 'Array'), NULL, {json_words.text_sql(props, [key])})"
    if item.type == "string":
        return text
    if item.type == "number":
        return json_words.number_sql(text)
    return f"accurateCastOrNull({text}, {literal(_TYPES[schema.TYPES[item.type][1]])})"


def relations(
    promoted: Sequence[Promoted], *, hidden: bool, linked: bool, committed: int | None
) -> tuple[tuple[str, str], ...]:
    """What each relation reads. committed: only slices up to this one are whole; None: all are."""
    whole = "true" if committed is None else f"part <= {committed}"
    names = ", ".join(f"e.`{name}` AS `{name}`" for name in schema.events_schema(tuple(promoted)).names)
    root = "coalesce(l.root_no, e.person_no)" if linked else "e.person_no"
    events = f"SELECT {names}, {root} AS root_no FROM t_events AS e"
    if linked:
        links = "SELECT person_no, root_no FROM t_links FINAL WHERE root_no <> person_no"
        events += f" LEFT JOIN ({links}) AS l ON l.person_no = e.person_no"
    events += f" WHERE {whole}"
    if hidden:
        events += " AND e.person_no NOT IN (SELECT person_no FROM t_hidden)"
    found = [("events", events)]
    for name in ("quarantined", "duplicates", "counts", "removed", "erased"):
        columns = {**schema.ARRIVING, **schema.KEPT}[name].names
        found.append((name, f"SELECT {', '.join(columns)} FROM t_{name} WHERE {whole}"))
    found.append(("registry", "SELECT prop, type, col, since FROM t_registry"))
    return tuple(found)
