"""Which message keys are stored: Bloom filters first, then an exact look at the files that may hold them.

Memory: 4 bytes for each key of the hot file; sealed months are memory maps of their .bloom files.
"""

from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from pentad.ledger.bloom import Bloom, Keys
from pentad.ledger.manifest import bloom_name

_FIRST_LAYER = 1 << 18


class HotKeys:
    """A Bloom filter that grows: each further layer is twice as large as the one before."""

    def __init__(self, expected: int = 0):
        self._layers = [Bloom.for_keys(max(expected, _FIRST_LAYER))]
        self._room = [max(expected, _FIRST_LAYER)]

    def add(self, keys: Keys) -> None:
        start = 0
        while start < len(keys):
            free = self._room[-1] - self._layers[-1].count
            if free <= 0:
                self._room.append(self._room[-1] * 2)
                self._layers.append(Bloom.for_keys(self._room[-1]))
                continue
            self._layers[-1].add(keys[start : start + free])
            start += free

    def maybe(self, keys: Keys) -> np.ndarray:
        found = self._layers[0].maybe(keys)
        for layer in self._layers[1:]:
            found |= layer.maybe(keys)
        return found


def read_keys(cursor: duckdb.DuckDBPyConnection, alias: str, condition: str = "true") -> "list[Keys]":
    """The message keys of a file, in pieces of about a million."""
    relation = cursor.sql(f"SELECT key FROM {alias}.events WHERE {condition}")
    return [batch.column(0).to_numpy(zero_copy_only=False) for batch in relation.to_arrow_reader(1 << 20)]


def count_rows(cursor: duckdb.DuckDBPyConnection, alias: str) -> int:
    found = cursor.execute(f"SELECT count(*) FROM {alias}.events").fetchall()
    return int(found[0][0])


def hot_keys(cursor: duckdb.DuckDBPyConnection, alias: str) -> HotKeys:
    keys = HotKeys(count_rows(cursor, alias) * 5 // 4)
    for piece in read_keys(cursor, alias):
        keys.add(piece)
    return keys


def write_bloom(cursor: duckdb.DuckDBPyConnection, alias: str, folder: Path, file: str) -> Bloom:
    """Build and write the filter of a sealed file; returns the mapped one."""
    bloom = Bloom.for_keys(count_rows(cursor, alias))
    for piece in read_keys(cursor, alias):
        bloom.add(piece)
    path = folder / bloom_name(file)
    bloom.write(path)
    return Bloom.open(path)


def open_bloom(cursor: duckdb.DuckDBPyConnection, alias: str, folder: Path, file: str) -> Bloom:
    """The filter of a sealed file; built again when it is missing, damaged or of another row count."""
    try:
        bloom = Bloom.open(folder / bloom_name(file))
        if bloom.count == count_rows(cursor, alias):
            return bloom
    except (OSError, ValueError):
        pass
    return write_bloom(cursor, alias, folder, file)


class Seen:
    """The keys of one generation of files."""

    def __init__(self, hot: HotKeys, sealed: dict[str, Bloom]):
        self.hot = hot
        self.sealed = sealed  # by alias

    def find(self, cursor: duckdb.DuckDBPyConnection, hot: str, keys: pa.Array) -> pa.Table:
        """Which keys are stored: a table of key and body."""
        asked = np.unique(keys.to_numpy(zero_copy_only=False))
        pieces = [_confirm(cursor, hot, asked[self.hot.maybe(asked)])]
        for alias, bloom in self.sealed.items():
            pieces.append(_confirm(cursor, alias, asked[bloom.maybe(asked)]))
        return pa.concat_tables(pieces)


_FOUND = pa.schema([("key", pa.uint64()), ("body", pa.uint64())])


def _confirm(cursor: duckdb.DuckDBPyConnection, alias: str, keys: Keys) -> pa.Table:
    if not len(keys):
        return _FOUND.empty_table()
    cursor.register("asked", pa.table({"key": keys}))
    found: pa.Table = cursor.sql(
        f"SELECT key, body FROM {alias}.events WHERE key IN (SELECT key FROM asked)"
    ).to_arrow_table()
    cursor.unregister("asked")
    return found.cast(_FOUND)
