"""Where a sequence that does not hold stops, in words: how far the customer came, and what is missing there. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime

from pentad.intelligence.segments import definition as d
from pentad.intelligence.segments import phrases
from pentad.intelligence.segments.periods import naive
from pentad.intelligence.segments.runs import Rows, Taken, later, starts_of, tried


@dataclass(frozen=True, slots=True)
class Stop:
    """step: the one that fails, from 1. text: in words, with moments in UTC as `times` has them."""

    step: int
    text: str
    times: list[str]


def stop_of(sequence: d.Sequence, rows: Rows, now: datetime, zone: str) -> Stop:
    """Of one customer who does not meet the sequence. The run that came furthest is told of, of those the latest.

    rows: as steps_sql.steps_sql gives them.
    """
    tries = [(chain, taken) for taken in starts_of(sequence, rows) for chain in tried(sequence, taken, zone)]
    if not tries:
        same = f" with {' and '.join(map(phrases.named, sequence.same))}" if sequence.same else ""
        text = f"{_called(sequence.steps[0])}{same}: none{phrases.timed(sequence.when)}"
        return Stop(1, text, [])
    chain, taken = max(tries, key=lambda one: (len(one[0]), one[0][0].at))
    return _Telling(sequence, chain, taken, naive(now), zone).stop()


@dataclass(frozen=True, slots=True)
class _Telling:
    """chain: as far as it came. taken: the events from its first on."""

    sequence: d.Sequence
    chain: list[Taken]
    taken: list[Taken]
    now: datetime
    zone: str

    def stop(self) -> Stop:
        number = self.chain[-1].step + 1
        steps = self.sequence.steps
        place = next(at for at, one in enumerate(self.taken) if one is self.chain[-1])
        after = self.taken[place + 1 :]
        if not steps[number - 1].absent:
            return self._none(number)
        if number == len(steps):
            return self._last(number, after)
        wanted = next((one for one in after if one.step == number + 1 and self._in_time(one)), None)
        between = next((one for one in after if one.step == number), None)
        if wanted is None or between is None:
            return self._none(number + 1)
        return self._told(number, f"{_called(steps[number - 1])} came between", self.chain[-1], wanted)

    def _in_time(self, one: Taken) -> bool:
        ends = (
            later(self.chain[-1].at, self.sequence.steps[one.step - 1].within, self.zone),
            later(self.chain[0].at, self.sequence.within, self.zone),
        )
        return all(until is None or one.at <= until for until in ends)

    def _none(self, number: int) -> Stop:
        """Nothing came that would be this step."""
        step, last = self.sequence.steps[number - 1], self.chain[-1]
        within = step.within or (self.sequence.within if len(self.chain) == 1 else None)
        lasting = f" within {phrases.lasting(within)}" if within else ""
        same = f" with the same {' and '.join(map(phrases.named, self.sequence.same))}" if self.sequence.same else ""
        said = self._told(number, f"no {_called(step)}{same}{lasting} after", last)
        whole = self.sequence.within if within is not self.sequence.within else None
        return replace(said, text=f"{said.text}, all within {phrases.lasting(whole)}") if whole else said

    def _last(self, number: int, after: list[Taken]) -> Stop:
        """What must not come last came, or may still come."""
        last = self.sequence.steps[-1]
        until = later(self.chain[-1].at, last.within, self.zone) or later(
            self.chain[0].at, self.sequence.within, self.zone
        )
        came = next((one for one in after if one.step == number and (until is None or one.at <= until)), None)
        if came is not None:
            at = _utc(came.at)
            said = self._told(number, f"{_called(last)} of {at} came after", self.chain[-1])
            return Stop(number, said.text, [at, *said.times])
        said = self._told(number, f"{_called(last)} may still come after", self.chain[-1])
        if until is None:
            return said
        return Stop(number, f"{said.text}, until {_utc(until)}", [*said.times, _utc(until)])

    def _told(self, number: int, text: str, *those: Taken) -> Stop:
        times = [_utc(one.at) for one in those]
        said = " and ".join(f"{self._name(one)} of {at}" for one, at in zip(those, times, strict=True))
        return Stop(number, f"{text} {said}", times)

    def _name(self, one: Taken) -> str:
        return name_of(self.sequence.steps[one.step - 1].event)


def name_of(event: d.EventMatch) -> str:
    return event.names[0] if len(event.names) == 1 else phrases.matched(event)


def _called(step: d.Step) -> str:
    name = f"first {name_of(step.event)} ever" if step.first else name_of(step.event)
    return name + phrases.where("where", step.event.where)


def _utc(at: datetime) -> str:
    return f"{at.isoformat()}Z"
