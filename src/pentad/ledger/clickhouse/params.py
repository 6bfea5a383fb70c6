"""Parameters as ClickHouse takes them. Pure."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from pentad.ledger.clickhouse import dialect
from pentad.ledger.protocol import Params, QueryFailed


def bind(params: Params) -> tuple[tuple[tuple[str, str], ...], dict[str, Any]]:
    """(name, ClickHouse type) of each parameter, and the values by name; positional ones are named p0, p1 …."""
    named = dict(params) if isinstance(params, Mapping) else {f"p{n}": value for n, value in enumerate(params)}
    bound = {name: _bound(value) for name, value in named.items()}
    kinds = tuple((name, kind) for name, (kind, _) in bound.items())
    return kinds, {name: value for name, (_, value) in bound.items()}


def _bound(value: Any) -> tuple[str, Any]:
    """The ClickHouse type of a parameter, and its value as the client takes it."""
    if value is None:
        return dialect.NULL_KIND, None
    if isinstance(value, bool):
        return "Bool", value
    if isinstance(value, int):
        return "UInt64" if value > 2**63 - 1 else "Int64", value
    if isinstance(value, float):
        return "Float64", value
    if isinstance(value, str):
        return "String", value
    if isinstance(value, datetime):
        naive = value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
        return dialect.TIMESTAMP, naive.isoformat(sep=" ", timespec="microseconds")
    if isinstance(value, date):
        return "Date32", value.isoformat()
    if isinstance(value, list | tuple) and value:
        kind, _ = _bound(value[0])
        return f"Array({kind})", [_bound(item)[1] for item in value]
    raise QueryFailed(f"A parameter cannot be {type(value).__name__}.")
