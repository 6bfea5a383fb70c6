"""The run of events by which a customer meets a sequence, to be shown: whether they meet it is told by the SQL alone. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from pentad.intelligence.segments import definition as d
from pentad.intelligence.segments.periods import moved, naive

MOST = 300
"""Of a customer with more events than this only the latest are looked at."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A step, from 1, and when it was taken: naive UTC."""

    step: int
    at: datetime


Rows = Sequence[Mapping[str, Any]]


def run_of(sequence: d.Sequence, rows: Rows, now: datetime, zone: str) -> list[Taken]:
    """The run with the latest first event, of one customer; empty when none is found. rows: as steps_sql.steps_sql gives them."""
    found = list[list[Taken]]()
    for taken in starts_of(sequence, rows):
        found += [chain for chain in tried(sequence, taken, zone) if _holds(sequence, taken, chain, naive(now), zone)][
            :1
        ]
    return max(found, key=lambda run: run[0].at, default=[])


def starts_of(sequence: d.Sequence, rows: Rows) -> Iterator[list[Taken]]:
    """For each event that begins a run, the latest first: it and what came after it with the same properties."""
    names = [f"same{number}" for number in range(len(sequence.same))]
    ordered = sorted(rows, key=lambda row: ([str(row[name]) for name in names], row["ts"], row["seq"], -row["step"]))
    for _, some in groupby(ordered, key=lambda row: [row[name] for name in names]):
        taken = [Taken(row["step"], row["ts"]) for row in some][-MOST:]
        for place in reversed(range(len(taken))):
            if taken[place].step == 1:
                yield taken[place:]


def tried(sequence: d.Sequence, taken: list[Taken], zone: str) -> list[list[Taken]]:
    """Runs that begin with the first of these, whole ones and such as came only so far, in the order of their last event."""
    present = [number for number, step in enumerate(sequence.steps, 1) if not step.absent]
    until = later(taken[0].at, sequence.within, zone)
    chains: dict[int, list[list[Taken]]] = {1: [[taken[0]]]}
    every = [[taken[0]]]
    for place, one in enumerate(taken):
        if place and one.step in present[1:] and (until is None or one.at <= until):
            before = present[present.index(one.step) - 1]
            for chain in reversed(chains.get(before, [])):
                if _follows(sequence, taken, chain, place, before, zone):
                    every.append([*chain, one])
                    chains.setdefault(one.step, []).append(every[-1])
                    break
    return every


def _holds(sequence: d.Sequence, taken: list[Taken], chain: list[Taken], now: datetime, zone: str) -> bool:
    present = [number for number, step in enumerate(sequence.steps, 1) if not step.absent]
    if chain[-1].step != present[-1]:
        return False
    last = next(place for place, one in enumerate(taken) if one is chain[-1])
    return _stays(sequence, taken[last + 1 :], chain, now, zone)


def _follows(sequence: d.Sequence, taken: list[Taken], chain: list[Taken], place: int, before: int, zone: str) -> bool:
    """Whether the event there goes on with the chain: in its time, and with nothing between that must not be."""
    one = taken[place]
    until = later(chain[-1].at, sequence.steps[one.step - 1].within, zone)
    if until is not None and one.at > until:
        return False
    last = next(at for at, each in enumerate(taken) if each is chain[-1])
    return one.step == before + 1 or all(each.step != before + 1 for each in taken[last + 1 : place])


def _stays(sequence: d.Sequence, after: list[Taken], chain: list[Taken], now: datetime, zone: str) -> bool:
    """Whether what must not come last did not, and its time is over."""
    last = sequence.steps[-1]
    if not last.absent:
        return True
    until = later(chain[-1].at, last.within, zone) or later(chain[0].at, sequence.within, zone)
    if until is None or until > now:
        return False
    return all(each.step != len(sequence.steps) or each.at > until for each in after)


def later(at: datetime, duration: d.Duration | None, zone: str) -> datetime | None:
    """The last moment of a duration that begins then."""
    return None if duration is None else moved(at, duration.n, duration.unit, zone)
