"""Numbers that ClickHouse cannot read: one beyond a double makes it read nothing of the JSON that it stands in. Pure.

They are kept as texts, which compare and convert as the same number does in DuckDB: to infinity.
"""

import re

import pyarrow as pa
import pyarrow.compute as pc

JSON_COLUMNS = ("props", "context", "traits")
# What may be beyond a double: an exponent of three digits, or more digits than one has.
_MAYBE = r"[0-9.][eE][+]?[0-9]{3}|[0-9]{309}"
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?', re.DOTALL)


def readable(rows: pa.Table) -> pa.Table:
    """The rows, with such numbers in columns of JSON in quotation marks."""
    for name in JSON_COLUMNS:
        if name not in rows.column_names:
            continue
        suspect = pc.match_substring_regex(rows[name], _MAYBE)
        if pc.any(suspect).as_py():
            texts = [text if text is None else quoted(text) for text in rows[name].to_pylist()]
            at = rows.column_names.index(name)
            rows = rows.set_column(at, rows.schema.field(name), pa.chunked_array([pa.array(texts, pa.string())]))
    return rows


def quoted(text: str) -> str:
    return _TOKEN.sub(_one, text)


def _one(found: re.Match[str]) -> str:
    token = found[0]
    return token if token.startswith('"') or abs(float(token)) != float("inf") else f'"{token}"'
