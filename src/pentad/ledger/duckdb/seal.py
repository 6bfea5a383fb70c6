"""Sealing: closed months leave the hot file for files of their own, sorted by person and time.

A month that has a file already takes late events in by a new version of it. Months that would make a
small file long ago (wrong clocks, a few very old imports) share the file "older".
"""

from datetime import date
from typing import TYPE_CHECKING

from pentad.ledger import faults
from pentad.ledger.duckdb.files import alias_of
from pentad.ledger.duckdb.rewrite import Cut, Rewrite, rewriting
from pentad.ledger.protocol import Progress

if TYPE_CHECKING:
    from pentad.ledger.duckdb.store import DuckDBLedger

OLDER = "older"
# A month of its own needs this many events, unless it lies in the last RECENT months.
LARGE = 20_000
RECENT = 24

# Which column says what month a row belongs to: an event its own time, the others their arrival.
_TIME = {"events": "ts", "quarantined": "received", "duplicates": "received"}


def seal(ledger: "DuckDBLedger", before: date, progress: Progress | None) -> list[str]:
    """Seal months before the month of `before`; returns the labels that were written."""
    first = before.replace(day=1)
    with ledger.maintenance, rewriting(ledger) as work:
        labels = labels_of(_months(work, first), first, set(work.base.sealed))
        if not labels:
            return []
        for label, months in labels.items():
            if progress:
                progress(f"sealing {label}")
            _write(work, label, months)
            faults.step("seal.month")
        stays = Cut({relation: f"{column} >= '{first}'" for relation, column in _TIME.items()})
        work.copy_hot(stays)
        with ledger.writing, ledger.stating:
            # Closed rows that arrived since `upto` stay in the hot file until the next seal.
            work.finish(Cut())
        return sorted(labels)


def _months(work: Rewrite, first: date) -> dict[str, int]:
    """Closed months of the hot file and their row counts."""
    union = " UNION ALL ".join(
        f"SELECT strftime({column}, '%Y-%m') AS month FROM {work.old_hot}.{relation} "
        f"WHERE {column} < '{first}' AND seq <= {work.upto}"
        for relation, column in _TIME.items()
    )
    return dict(work.cursor.execute(f"SELECT month, count(*) FROM ({union}) GROUP BY month").fetchall())


def labels_of(months: dict[str, int], first: date, sealed: set[str]) -> dict[str, list[str]]:
    """Which file each month goes to: label → months. Pure."""
    oldest = f"{first.year - RECENT // 12:04}-{first.month:02}"
    labels: dict[str, list[str]] = {}
    for month, rows in sorted(months.items()):
        own = month in sealed or rows >= LARGE or month >= oldest
        # strftime writes years before 1000 and BC in other widths: such a month is no label either.
        label = month if own and len(month) == 7 and month[:4].isdigit() and month >= "1900" else OLDER
        labels.setdefault(label, []).append(month)
    return labels


def _write(work: Rewrite, label: str, months: list[str]) -> None:
    listed = ", ".join(f"'{month}'" for month in months)
    closed = Cut(
        {
            relation: f"seq <= {work.upto} AND strftime({column}, '%Y-%m') IN ({listed})"
            for relation, column in _TIME.items()
        }
    )
    parts = [(work.old_hot, closed)]
    if label in work.base.sealed:
        parts.insert(0, (alias_of(work.base.sealed[label]), Cut()))
    work.write_sealed(label, parts)
