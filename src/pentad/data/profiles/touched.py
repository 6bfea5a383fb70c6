"""Who and what changed since it was last mirrored beside the events.

Written in the transaction of the change, so that no crash can part the two: one statement for a whole slice.
"""

import json
from collections.abc import Callable, Collection

from django.db import connection

from pentad.core import clock
from pentad.core.bell import Bell
from pentad.data.identity.store import sql_time

bell = Bell()
"""Rings in this process when a touch is committed. Touches of other processes are seen by looking."""

ANY = ""
MANY_NAMES = 200
"""With more names than these in one slice none is noted: nearly every question is touched then."""

_quiet: list[Callable[[], Collection[str]]] = []


def register_quiet(names: Callable[[], Collection[str]]) -> None:
    """Let a competency above this one name events of Pentad's own by which nobody's answers change at present."""
    _quiet.append(names)


def quiet_names() -> list[str]:
    """Events of Pentad's own that touch nobody: there may be one for every customer."""
    return sorted({name for names in _quiet for name in names()})


_SELECT = {
    "sqlite": "SELECT value, 1, %s{more} FROM json_each(%s) WHERE true",
    "postgresql": "SELECT value, 1, CAST(%s AS timestamptz){more} FROM unnest(%s::{kind}[]) AS value",
}


def touch(numbers: Collection[int], *, names: Collection[str] | None = (), regrouped: bool = False) -> None:
    """What `people`, `belongs` or the events say of these persons, roots or parts, changed in the transaction under way.

    names: of the events that arrived or left; None when that cannot be said.
    regrouped: which customer they belong to may have changed.
    """
    if not numbers:
        return
    more = ", TRUE" if regrouped else ", FALSE"
    again = f", regrouped = {_table('person')}.regrouped OR excluded.regrouped"
    _upsert("person", "no", "int", sorted(set(numbers)), more=(", regrouped", more, again))
    if names is None or len(names) > MANY_NAMES:
        names = (ANY,)
    if names:
        _upsert("event", "name", "text", sorted({name[:200] for name in names}))
    bell.ring_on_commit()


def touch_companies(numbers: Collection[int]) -> None:
    """What is said of these companies changed in the transaction under way."""
    if numbers:
        _upsert("company", "no", "int", sorted(set(numbers)))
        bell.ring_on_commit()


def _table(kind: str) -> str:
    return f"pentad_data_touched{kind}"


def _upsert(
    kind: str, key: str, sql_kind: str, values: list[int] | list[str], more: tuple[str, str, str] = ("", "", "")
) -> None:
    """Sorted, so that two transactions take the rows in the same order."""
    columns, selected, again = more
    vendor = connection.vendor
    given = json.dumps(values) if vendor == "sqlite" else values
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {_table(kind)} ({key}, version, at{columns})"
            f" {_SELECT[vendor].format(more=selected, kind=sql_kind)}"
            f" ON CONFLICT ({key}) DO UPDATE SET version = {_table(kind)}.version + 1{again}",
            [sql_time(clock.now()), given],
        )
