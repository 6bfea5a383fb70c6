"""ClickHouse tables of the ledger. Each row carries the number of the slice it came with (`part`): rows of
a slice that was not finished are not shown, and are removed before the next one is stored."""

from collections.abc import Sequence

import pyarrow as pa

from pentad.ledger import schema
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
}
_FEW_VALUES = {"type", "name", "reason", "kind"}

# Rows that were deleted must leave the disk within seconds, and so must the notes of finished mutations.
_SETTINGS = (
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
            f"CREATE TABLE IF NOT EXISTS t_{name} ({', '.join(parts)}) ENGINE = {layout} SETTINGS {_SETTINGS}"
        )
    for name, columns_sql in WORK.items():
        layout = f"ENGINE = MergeTree ORDER BY tuple() SETTINGS {_SETTINGS}"
        statements.append(f"CREATE TABLE IF NOT EXISTS t_{name} {_work_sql(columns_sql, layout)}")
    return statements


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
    text = f"if(JSONType({props}, {key}) IN ('Object', 'Array'), NULL, JSONExtract({props}, {key}, 'Nullable(String)'))"
    if item.type == "string":
        return text
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
