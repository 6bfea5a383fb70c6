"""A small in-memory engine for set-by-set work: the loader joins and groups a slice in it."""

from typing import Any

import duckdb
import pyarrow as pa

from pentad.ledger.protocol import Params


class Staging:
    """Named Arrow tables and SQL over them. Not thread-safe: one per worker thread."""

    def __init__(self, *, memory_limit: str = "1GB", threads: int = 1):
        config: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": memory_limit,
            "threads": threads,
            "python_enable_replacements": False,
        }
        self._connection = duckdb.connect(":memory:", config=config)

    def put(self, name: str, table: pa.Table) -> None:
        """Make the table known by this name, without a copy. A later put replaces it."""
        self._connection.register(name, table)

    def drop(self, *names: str) -> None:
        for name in names:
            self._connection.unregister(name)

    def sql(self, query: str, params: Params = ()) -> pa.Table:
        result: pa.Table = self._connection.sql(query, params=params or None).to_arrow_table()
        return result

    def run(self, statement: str, params: Params = ()) -> None:
        """A statement without a result: create table, insert, delete."""
        self._connection.execute(statement, params or None).fetchall()

    def close(self) -> None:
        self._connection.close()

    def __enter__(self) -> "Staging":
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()
