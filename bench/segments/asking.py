"""Asking on the spot: each kind beside a query by hand, from the feature table, the builder's counts, and as events grow."""

import shutil
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from bench import load
from bench.report import Row, at_most
from bench.segments import many, world
from bench.segments.kinds import KINDS, Kind
from pentad import ledger
from pentad.intelligence.segments.compile import Compiled, compiled, features_sql, raw_sql
from pentad.intelligence.segments.reading import read
from pentad.ledger import Ledger

FACTOR, SPARE_MS = 1.15, 5.0
FROM_TABLE = 0.15
COUNT_MS = 1000
TOUCHED = 20_000
GROWTH = (1_000_000, 5_000_000, 20_000_000)


def asked(where: dict[str, Any]) -> Compiled:
    return compiled(read(msgspec.json.encode({"where": where, "time_zone": "UTC"})))


@contextmanager
def filled(customers: int, events: int) -> Iterator[Ledger]:
    folder: Path = load.folder()
    store = ledger.open(folder / "ledger")
    try:
        world.fill(store, customers, events)
        yield store
    finally:
        store.close()
        shutil.rmtree(folder, ignore_errors=True)


def kinds(quick: bool) -> Iterator[Row]:
    customers, events = (50_000, 1_000_000) if quick else (world.CUSTOMERS, world.EVENTS)
    with filled(customers, events) as store:
        yield from beside_hand(store, 3 if quick else 7, f"{customers:,} customers, {events:,} events")
        yield from from_table(store, 3 if quick else 7)
        yield counts(store, f"{customers:,} customers, {events:,} events")


def beside_hand(store: Ledger, turns: int, size: str) -> Iterator[Row]:
    for kind in KINDS:
        sql = raw_sql(asked(kind.where), world.NOW)
        _require_same(store, kind, sql)
        own, hand = side_by_side(store, sql, kind.by_hand, turns)
        yield Row(
            f"segment by {kind.name}, {size}", f"{own:,.1f} ms", f"{hand:,.1f} ms by hand", own / hand,
            f"≤ {FACTOR} × + {SPARE_MS:g} ms", own <= FACTOR * hand + SPARE_MS,
        )  # fmt: skip


def _require_same(store: Ledger, kind: Kind, sql: str) -> None:
    own, hand = (set(store.query(one).column(0).to_pylist()) for one in (sql, kind.by_hand))
    assert own == hand, f"{kind.name}: {len(own)} members, by hand {len(hand)}"


def side_by_side(store: Ledger, one: str, other: str, turns: int) -> tuple[float, float]:
    """The best of each in milliseconds, taken in turns: other work on the machine only ever adds."""
    times: tuple[list[float], list[float]] = [], []
    for _ in range(turns):
        for sql, found in zip((one, other), times, strict=True):
            found.append(_spent(partial(store.query, sql)))
    return min(times[0]), min(times[1])


def _spent(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - began)


def from_table(store: Ledger, turns: int) -> Iterator[Row]:
    """All the kinds from columns that are kept, beside the same asked of the events."""
    ready = [asked(kind.where) for kind in KINDS]
    features = {one.column: one for each in ready for one in each.features}
    store.derived.add_columns({one.column: one.type for one in features.values()})
    store.derived.refresh(features_sql(list(features.values()), world.NOW))
    own = hand = 0.0
    for each in ready:
        kept = f"SELECT person_no FROM features WHERE {each.test}"
        raw = raw_sql(each, world.NOW)
        assert store.query(kept).num_rows == store.query(raw).num_rows
        table, spot = side_by_side(store, kept, raw, turns)
        own, hand = own + table, hand + spot
    yield Row(
        f"{len(KINDS)} segments from the feature table, together", f"{own:,.0f} ms", f"{hand:,.0f} ms from the events",
        own / hand, f"≤ {FROM_TABLE}", own / hand <= FROM_TABLE,
    )  # fmt: skip


def counts(store: Ledger, size: str) -> Row:
    times = sorted(
        _spent(partial(store.query, f"SELECT count(*) FROM ({raw_sql(asked(one), world.NOW)}) AS c"))
        for one in many.definitions(60)
    )
    note = f" (median {statistics.median(times):,.0f} ms)"
    return at_most(f"count while a segment is built, {size}, p95", times[int(0.95 * len(times))], "ms", COUNT_MS, note)


def growth(quick: bool, sizes: tuple[int, ...] = GROWTH) -> Iterator[Row]:
    """What takes longer as events come in, and what does not."""
    customers = 50_000 if quick else world.CUSTOMERS
    ready = [asked(one) for one in many.definitions()]
    features = {one.column: one for each in ready for one in each.features}
    touched = range(1, customers, customers // TOUCHED or 1)
    for events in sizes[:1] if quick else sizes:
        with filled(customers, events) as store:
            size = f"{customers:,} customers, {events:,} events"
            yield counts(store, size)
            store.derived.add_columns({one.column: one.type for one in features.values()})
            sql = features_sql(list(features.values()), world.NOW, "scope")
            spent = min(_spent(partial(store.derived.refresh, sql, scope=touched)) for _ in range(3))
            yield Row(f"features of 200 segments for {len(touched):,} touched, {size}", f"{spent / 1000:,.2f} s")


def growth_large(quick: bool) -> Iterator[Row]:
    yield from growth(quick, (50_000_000,))
