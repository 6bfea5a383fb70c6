"""Statistics of campaigns held against simulation, and what measuring a large one takes."""

import json
import math
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow as pa

from bench.report import Row, at_most
from tests.intelligence.experiments.simulated import Looked, World, alarmed, looked, won_in_vain

TIMES, LOOKS = 2_000, 40
WORLDS: dict[str, World] = {
    "all at once": World(people=2_000),
    "people coming in": World(people=2_000, entering=0.8),
    "a tenth held out, 2 % buy": World(people=10_000, share=0.9, rate=0.02),
    "a twentieth held out, 3 % buy": World(people=12_000, share=0.95, rate=0.03),
    "most buy": World(people=1_000, rate=1.0),
    "customers unlike each other": World(people=2_000, rate=0.3, spread=2.0, before=2),
    "money": World(people=3_000, rate=0.2, spread=2.0, once=False, before=3),
    "money, a tenth held out, people coming in": World(
        people=4_000, share=0.9, rate=0.15, spread=2.0, once=False, before=3, entering=0.5
    ),
}
EFFECT = 0.25
PEOPLE, SECONDS = 1_000_000, 10.0


def rows(quick: bool) -> Iterator[Row]:
    times = 200 if quick else TIMES
    for ends, when in ((False, "goes on"), (True, "has a fixed end")):
        none = _every(times, ends=ends, effect=0.0)
        some = _every(times, ends=ends, effect=EFFECT)
        name = max(none, key=lambda one: none[one].found)
        peeked = max(one.peeked for one in none.values())
        yield _share(
            f"campaign without effect called one, {LOOKS} looks, {when}, worst of {len(WORLDS)} worlds",
            none[name].found, 0.05, times, f" ({name}; a test for one look: up to {peeked:.0%})",
        )  # fmt: skip
        name = min(some, key=lambda one: some[one].covered)
        yield _share(
            f"interval that misses at some look, effect {EFFECT:.0%}, {when}, worst of {len(WORLDS)} worlds",
            1 - some[name].covered, 0.05, times, f" ({name})",
        )  # fmt: skip
        found = ", ".join(f"{one} {looks.found:.0%}" for one, looks in some.items())
        yield Row(f"effect of {EFFECT:.0%} found, {when}", found)
        if ends:
            name = min(some, key=lambda one: some[one].at_end)
            yield _share(
                "last interval, at the fixed end, that misses", 1 - some[name].at_end, 0.04, times, f" ({name})"
            )
            told = ", ".join(f"{one} {looks.narrowed:.0%}" for one, looks in some.items() if WORLDS[one].before)
            yield Row("variance that CUPED takes away", told)
    yield _share("three equal messages, one called the best", won_in_vain(3, times, LOOKS), 0.05, times)
    yield _share("mismatch of arms told where there is none, 100 looks", alarmed(4, times, 20_000, 0.9), 0.001, times)
    lost = {part: alarmed(5, max(100, times // 10), 50_000, 0.5, part) for part in (0.02, 0.05, 0.1)}
    yield Row(
        "mismatch noticed, of 50,000 people, when one arm loses",
        ", ".join(f"{part:.0%}: {one:.0%}" for part, one in lost.items()),
    )
    yield from _measuring(PEOPLE // 20 if quick else PEOPLE)


def _every(times: int, *, ends: bool, effect: float) -> dict[str, Looked]:
    return {
        name: looked(replace(world, effect=effect), seed, times, LOOKS, ends=ends)
        for seed, (name, world) in enumerate(WORLDS.items(), 10)
    }


def _share(what: str, measured: float, most: float, times: int, note: str = "") -> Row:
    """A share of simulated campaigns; it holds unless it is above its bound by more than the luck of so many explains."""
    luck = 2 * math.sqrt(most * (1 - most) / times)
    return Row(what, f"{measured:.1%} of {times:,}{note}", budget=f"≤ {most:.1%}", holds=measured <= most + luck)


# -- a large campaign ------------------------------------------------------------------------------


def _measuring(people: int) -> Iterator[Row]:
    from pentad import ledger
    from pentad.intelligence.experiments.definition import standard
    from pentad.intelligence.experiments.reading import POINTS, Reading
    from pentad.intelligence.experiments.rules import arms_of
    from pentad.ledger.schema import PROMOTED

    weights = {"A": 45, "B": 45, "holdout": 10}
    begun = time.process_time()
    arms = arms_of(np.arange(people), "bench", weights)
    yield at_most(f"arms of {people:,} people", (time.process_time() - begun) * 1000, "ms", 500)
    with TemporaryDirectory() as folder:
        store = ledger.open(Path(folder) / "ledger")
        try:
            _fill(store, arms)
            took = []
            for _ in range(3):
                reading = Reading(store, "bench", "", datetime(2026, 11, 22, tzinfo=UTC), None, PROMOTED)
                begun = time.perf_counter()
                seen = reading.seen(standard(["Order Completed"], "revenue", 14), POINTS)
                took.append(time.perf_counter() - begun)
            assert sum(one for one, _ in seen.arms.values()) == people
        finally:
            store.close()
    name = f"results of a campaign of {people:,} people, {POINTS} moments, 4 figures, {2 * people:,} orders"
    yield at_most(name, min(took), "s", SECONDS)


def _fill(store: object, arms: "np.ndarray[tuple[int], np.dtype[np.str_]]") -> None:
    """One entry of each, and two orders of each about that time."""
    from pentad.ledger import LedgerSlice, schema

    people, start = len(arms), np.datetime64("2026-11-01", "us")
    rng = np.random.default_rng(1)
    entered = [json.dumps({"campaign_id": "bench", "run": "r", "arm": arm}) for arm in ("A", "B", "holdout")]
    which = pa.array(np.searchsorted(["A", "B", "holdout"], arms), pa.int32())
    offset, seq = 0, 1
    for part in range(3):
        at = np.full(people, start)
        if part:
            at = start + rng.integers(-60 * 86_400, 20 * 86_400, people).astype("timedelta64[s]").astype(
                "timedelta64[us]"
            )
        numbers = np.arange(seq, seq + people)
        props = (
            pa.array(entered).take(which) if not part else pa.array(['{"revenue": 40}']).take(pa.array([0] * people))
        )
        values = {
            "seq": numbers, "person_no": np.arange(people), "source_no": np.ones(people, int), "ts": at, "received": at,
            "message_id": [f"m{n}" for n in numbers.tolist()], "key": numbers, "body": numbers, "props": props,
            "type": pa.array(["track"]).take(pa.array([0] * people)),
            "name": pa.array(["Order Completed" if part else "Campaign Entered"]).take(pa.array([0] * people)),
        }  # fmt: skip
        fields = [one for one in schema.EVENTS if not one.name.startswith("p_")]
        columns = [
            pa.array(values[one.name]).cast(one.type) if one.name in values else pa.nulls(people, one.type)
            for one in fields
        ]
        events = pa.table(columns, schema=pa.schema(fields))
        store.append(LedgerSlice("bench-1.log", offset, offset + 1, events))  # type: ignore[attr-defined]
        offset, seq = offset + 1, seq + people
