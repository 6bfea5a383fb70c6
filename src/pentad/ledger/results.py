"""Engines name their types differently; callers see one set. Pure."""

from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc

_INT64_MAX = Decimal(2**63 - 1)


def plain(table: pa.Table) -> pa.Table:
    """Timestamps naive in microseconds; whole numbers int64 where they fit, as sums are 128 bits wide."""
    for index, field in enumerate(table.schema):
        column = table.column(index)
        if pa.types.is_timestamp(field.type) and field.type != pa.timestamp("us"):
            column = column.cast(pa.timestamp("us", field.type.tz)).cast(pa.timestamp("us"))
        elif pa.types.is_decimal(field.type) and field.type.scale == 0 and _fits(column):
            column = column.cast(pa.int64())
        else:
            continue
        table = table.set_column(index, field.name, column)
    return table


def _fits(column: pa.ChunkedArray) -> bool:
    bounds = pc.min_max(column).as_py()
    return bounds["min"] is None or (bounds["min"] >= -_INT64_MAX and bounds["max"] <= _INT64_MAX)
