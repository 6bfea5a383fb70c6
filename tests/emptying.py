"""The database as it was before the first test, in a tenth of the time that Django's `flush` takes.

Tests that commit are followed by this. `flush` empties every table, filled or not, and lets each app make its first
rows anew. Here only tables that hold rows are emptied, and first rows that a test has changed come from a copy.
"""

from typing import Any

from django.db import connections, transaction
from django.db.backends.utils import CursorWrapper
from django.test import TransactionTestCase

Rows = list[tuple[Any, ...]]
_tables: dict[str, list[str]] = {}
_first: dict[tuple[str, str], Rows] = {}


def remember() -> None:
    """Call this once the tables are there and before any test. From then on tests that commit are followed by it."""
    for name in connections:
        with connections[name].cursor() as cursor:
            _tables[name] = connections[name].introspection.django_table_names(only_existing=True, include_views=False)
            for table in _filled(name, cursor):
                _first[name, table] = _rows(name, table, cursor)
    TransactionTestCase._fixture_teardown = _put_back  # type: ignore[attr-defined]


def _put_back(test: TransactionTestCase) -> None:
    for name in test._databases_names(include_mirrors=False):  # type: ignore[attr-defined]
        # In one transaction, because foreign keys are compared at its end: tables come in any order.
        with transaction.atomic(using=name), connections[name].cursor() as cursor:
            changed = {table for at, table in _first if at == name} | set(_filled(name, cursor))
            for table in sorted(changed):
                first = _first.get((name, table), [])
                if first and _rows(name, table, cursor) == first:
                    continue
                quoted = connections[name].ops.quote_name(table)
                cursor.execute(f"DELETE FROM {quoted}")
                if first:
                    cursor.executemany(f"INSERT INTO {quoted} VALUES ({', '.join(['%s'] * len(first[0]))})", first)


def _filled(name: str, cursor: CursorWrapper) -> list[str]:
    quote = connections[name].ops.quote_name
    asked = [f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM {quote(table)})" for table in _tables[name]]
    cursor.execute(" UNION ALL ".join(asked))
    return [table for (table,) in cursor.fetchall()]


def _rows(name: str, table: str, cursor: CursorWrapper) -> Rows:
    cursor.execute(f"SELECT * FROM {connections[name].ops.quote_name(table)}")
    return sorted((tuple(row) for row in cursor.fetchall()), key=repr)
