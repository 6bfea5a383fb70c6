"""A slice made ready for storing: what each engine does the same. Pure."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pentad.core.errors import Conflict, Invalid
from pentad.ledger import schema
from pentad.ledger.bloom import Keys
from pentad.ledger.protocol import LedgerSlice
from pentad.ledger.schema import Promoted


def prepare(
    part: LedgerSlice, *, promoted: Sequence[Promoted], next_seq: int, gone: AbstractSet[int]
) -> dict[str, pa.Table]:
    """The tables of a slice as they will be stored. Raises Invalid and Conflict; see `Ledger.append`."""
    tables = {
        "events": _fit(part.events, schema.events_schema(tuple(promoted)), "events"),
        "quarantined": _fit(part.quarantined, schema.QUARANTINED, "quarantined"),
        "duplicates": _fit(part.duplicates, schema.DUPLICATES, "duplicates"),
        "counts": _fit(part.counts, schema.COUNTS, "counts"),
    }
    lowest = min(
        (pc.min(t["seq"]).as_py() for t in tables.values() if "seq" in t.column_names and len(t)), default=None
    )
    if lowest is not None and lowest < next_seq:
        raise Conflict(f"seq {lowest} is taken: the next is {next_seq}.", code="seq_taken")
    if gone and len(tables["events"]):
        _drop_gone(tables, gone)
    return tables


def _fit(table: pa.Table, columns: pa.Schema, relation: str) -> pa.Table:
    """Order and cast the columns. Promoted ones may be missing: they are read from the properties."""
    fields = [c for c in columns if c.name in table.column_names]
    missing = {c.name for c in columns if not c.nullable} - {c.name for c in fields}
    strange = set(table.column_names) - set(columns.names)
    if missing or strange:
        raise Invalid(f"The {relation} of a slice lack {sorted(missing)} and have unknown {sorted(strange)}.")
    try:
        return table.select([c.name for c in fields]).cast(pa.schema(fields))
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, ValueError) as error:
        raise Invalid(f"The {relation} of a slice do not fit: {error}") from error


def _drop_gone(tables: dict[str, pa.Table], gone: AbstractSet[int]) -> None:
    """A slice that was resolved before an erasure may still carry the person: it is not stored."""
    events = tables["events"]
    erased = pc.is_in(events["person_no"], pa.array(gone, pa.int32()))
    if not pc.any(erased).as_py():
        return
    dropped = events.filter(erased)
    tables["events"] = events.filter(pc.invert(erased))
    minutes = pc.floor_temporal(dropped["received"], unit="minute")
    grouped = pa.table({"source_no": dropped["source_no"], "minute": minutes}).group_by(["source_no", "minute"])
    counted = grouped.aggregate([([], "count_all")])
    kinds = [pa.array([text] * len(counted)) for text in ("stored", "erased")]
    columns = [counted["source_no"], counted["minute"], *kinds, counted["count_all"]]
    tables["removed"] = pa.table(columns, names=schema.REMOVED.names)
    tables["erased"] = dropped.select(["key"])


def keys_of(tables: dict[str, pa.Table]) -> Keys:
    keys: Keys = tables["events"]["key"].to_numpy().astype(np.uint64, copy=False)
    return keys


def next_seq(part: LedgerSlice, before: int) -> int:
    """One past the largest seq of a slice. Rows of erased persons use their numbers up, too."""
    numbered = (part.events, part.quarantined, part.duplicates)
    last: int = max([before, *(pc.max(table["seq"]).as_py() + 1 for table in numbered if len(table))])
    return last
