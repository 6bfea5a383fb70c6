"""The demo company while it runs: as much as in its past, by the hour, from customers we know and from new visitors.

Each journey is a generator of steps. A heap holds the journeys under way by the time of their next
step; every half second what is due goes to the inbox, one batch a source.
"""

import heapq
import threading
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

import msgspec
import numpy as np
import structlog
from django.db import DatabaseError, connection

from pentad.core import clock, runtime
from pentad.core.errors import PentadError
from pentad.data.ingest.frames import FrameMeta
from pentad.data.ingest.inbox import Inbox
from pentad.demo import campaigns, desk, filling, journeys, kestrel, planned, questions, shop
from pentad.demo.journeys import Customer, Step
from pentad.demo.season import busy
from pentad.demo.year import Year

PER_CUSTOMER = 124 / 24_000 / 3600
"""Events a second in an hour of average intensity: as many as the last four weeks of a year hold, which a test compares."""
TICK_SECONDS = 0.5
_STEPS_A_JOURNEY = 5.5
PATIENCE = 150
"""How often, every two seconds, it is looked whether the segments are known that campaigns are for."""
CUSTOMERS = 2000
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Batch:
    """What one source sends at a tick."""

    source: str
    count: int
    body: bytes


class Street:
    """Everybody who is at the shop, in the app or in a chat at the moment."""

    def __init__(self, customers: list[Customer], random: Random, per_second: Callable[[float], float]):
        """per_second: the moment → how many events a second are to come then."""
        self.customers, self.random, self.per_second = customers, random, per_second
        self._going: list[tuple[float, int, Iterator[Step]]] = []
        self._started = 0
        self._sent: list[tuple[int, dict[str, Any]]] = []

    def batches(self, now: float, seconds: float) -> list[Batch]:
        """What happened in the last `seconds` up to `now` (seconds since the epoch)."""
        for _ in range(self._arrivals(now, seconds)):
            self._started += 1
            journey = journeys.choose(self.customers, self.random)
            heapq.heappush(self._going, (now - self.random.random() * seconds, self._started, journey))
        happened: dict[int, list[dict[str, Any]]] = {}
        while self._going and self._going[0][0] <= now:
            at, number, journey = heapq.heappop(self._going)
            step = next(journey, None)
            if step is None:
                continue
            heapq.heappush(self._going, (at + step.pause, number, journey))
            happened.setdefault(step.source, []).append(self._stamped(step.message, at))
        self._repeat(happened)
        return [self._batch(source, messages, now) for source, messages in happened.items()]

    def _arrivals(self, now: float, seconds: float) -> int:
        """Journeys that start: a Poisson number, drawn by counting exponential gaps."""
        left, count = seconds * self.per_second(now) / _STEPS_A_JOURNEY, 0
        while (left := left - self.random.expovariate(1.0)) > 0:
            count += 1
        return count

    def _stamped(self, message: dict[str, Any], at: float) -> dict[str, Any]:
        return {
            "messageId": str(uuid.UUID(int=self.random.getrandbits(128), version=4)),
            "timestamp": _stamp(at),
        } | message

    def _repeat(self, happened: dict[int, list[dict[str, Any]]]) -> None:
        """Now and then a library did not hear our answer and sends a message again."""
        if self._sent and self.random.random() < 0.01:
            source, message = self._sent.pop()
            happened.setdefault(source, []).append(message)
        if happened:
            source = next(iter(happened))
            self._sent = [*self._sent[-20:], (source, happened[source][0])]

    def _batch(self, source: int, messages: list[dict[str, Any]], now: float) -> Batch:
        spec = shop.SOURCES[source]
        body = {"batch": messages, "sentAt": _stamp(now), "context": {"library": spec.library}}
        return Batch(spec.name, len(messages), msgspec.json.encode(body))


def stream(stop: threading.Event) -> None:
    """Finish filling, and send live events through the inbox all the while, until `stop` is set.

    Does nothing on a folder where `fill` never ran.
    """
    try:
        year, sources = filling.filled_year(), kestrel.source_numbers()
    finally:
        connection.close()
    if year is None:
        return
    street = Street(customers(year), Random(), rate(year))  # noqa: S311  not a secret
    inbox = Inbox(runtime.folder().inbox, writer="live")
    past = threading.Thread(target=_finish, args=(stop,), name="demo-past", daemon=True)
    past.start()
    laid_out = False
    try:
        while not stop.wait(TICK_SECONDS):
            laid_out = laid_out or _lay_out()
            now = clock.now_us()
            frames = [
                (FrameMeta(sources[batch.source], now, batch.count), batch.body)
                for batch in street.batches(now / 1e6, TICK_SECONDS)
                if batch.source in sources
            ]
            try:
                inbox.append_many_sync(frames)
            except PentadError as problem:  # a full disk or a long backlog: what was not taken did not happen
                log.warning("demo_paused", why=problem.message)
                stop.wait(5.0)
    finally:
        inbox.close()
        past.join(timeout=5)


def _lay_out() -> bool:
    """What colleagues have to do about the cast; tried until the cast is loaded, and left alone after an error."""
    try:
        return desk.lay_out()
    except (PentadError, DatabaseError):
        log.exception("demo_desk_empty")
        return True
    finally:
        connection.close()


def _finish(stop: threading.Event) -> None:
    """The past, and then what is asked of it: asked before, segments would tell of entering and leaving for years."""
    folder = runtime.folder()
    try:
        filling.finish(folder, stop)
        while filling.waiting(folder) and not stop.wait(1.0):
            pass
        if not stop.is_set():
            questions.ask()
            campaigns.look_back()
        for _ in range(PATIENCE):  # until it is known who is in the segments they are for
            if stop.is_set() or planned.look_ahead() or stop.wait(2.0):
                break
    except (PentadError, DatabaseError):
        log.exception("demo_past_missing")
    finally:
        connection.close()


def customers(year: Year) -> list[Customer]:
    """Some of those who are still customers, the busy ones more likely."""
    people, devices = year.people, year.devices
    rng = np.random.Generator(np.random.PCG64(year.seed))
    weight = people.visits_per_hour * (people.left > year.end) * (people.joined < year.end)
    count = min(CUSTOMERS, int((weight > 0).sum()))
    chosen = rng.choice(len(people), count, replace=False, p=weight / weight.sum())
    return [
        Customer(
            number=n,
            name=people.name[n],
            email=people.email[n],
            country=int(people.country[n]),
            device=devices.anonymous_id[place],
            device_kind=int(devices.kind[place]),
            subscriber=int(people.subscriber[n]),
        )
        for n in chosen.tolist()
        for place in [int(people.device_first[n])]
    ]


def rate(year: Year) -> Callable[[float], float]:
    """Moment → events a second, in proportion to what was filled in: charts go on as they were."""
    usual = PER_CUSTOMER * len(year.people)
    return lambda now: usual * busy(clock.from_us(int(now * 1e6)))


def _stamp(at: float) -> str:
    return clock.from_us(int(at * 1e6)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
