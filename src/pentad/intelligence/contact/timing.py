"""When to send: the hour of the day in which somebody opens most, learnt from their own opens, then from people alike,
then from everyone.

Each of the three is a histogram over the 24 hours of the customer's own day. One draws on the next as on so many opens of
its own (a Dirichlet prior, as in A. Gelman et al., Bayesian Data Analysis, section 5.3), so that few opens say little and
many say all. Hours next to each other share what they say.
"""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.db import transaction

from pentad.data.identity.store import chunks
from pentad.intelligence.contact import alike
from pentad.intelligence.contact.knowing import parts_of, roots_of
from pentad.intelligence.contact.models import OpenTimes, OpenTimesOfMany
from pentad.intelligence.contact.policies import in_force
from pentad.intelligence.contact.policy import Policy
from pentad.intelligence.contact.quiet import quiet_until
from pentad.intelligence.contact.zones import zones_by_part

Hours = Sequence[float]
FADE = 0.98
"""What an earlier open counts for when a later one is seen: about the last fifty matter."""
OWN_FROM, ALIKE_FROM, EVERYONE_FROM = 5.0, 50.0, 200.0
"""Opens from which the own ones, those of people alike and those of everyone outweigh what is known without them."""
USUAL = tuple(1.0 + (hour in range(7, 22)) + 2 * (hour in (9, 10, 18, 19)) for hour in range(24))
"""What is taken for granted until anything is learnt: by day, at best in mid-morning and early evening."""
QUARTER = timedelta(minutes=15)


class Best(NamedTuple):
    """at: when to send, UTC. hour: of the customer's day. learnt: from “own” opens, people “alike”, “everyone”, or what is
    “usual”. share: how much of all opens that hour is expected to have.
    """

    at: datetime
    hour: int
    learnt: str
    share: float


def opened(person_no: int, channel: str, local_hour: int) -> None:
    """Somebody, not a robot, opened a message in this hour of their day."""
    with transaction.atomic():
        row, _ = OpenTimes.objects.select_for_update().get_or_create(
            person_id=person_no, channel=channel, defaults={"hours": [0.0] * 24}
        )
        row.hours = [round(one * FADE, 3) for one in row.hours]
        row.hours[local_hour % 24] += 1.0
        row.save()


def best_times(
    person_nos: Collection[int],
    channel: str,
    *,
    start: datetime,
    hours: int = 24,
    zones: Mapping[int, str] | None = None,
) -> dict[int, Best]:
    """The best moment of each from `start` on within so many hours, outside quiet hours; where all of them are quiet, the
    end of these. Within its hour people are spread evenly. zones: those known already; others are looked up.
    """
    roots, policy = roots_of(person_nos), in_force()
    parts = parts_of(set(roots.values()))
    known = zones_by_part(parts) | {roots[no]: zone for no, zone in (zones or {}).items() if no in roots and zone}
    learning, slots = _Learning(channel, parts, policy), dict[str, list[Slot]]()
    found = {}
    for no in person_nos:
        root = roots.get(no, no)
        zone = known.get(root, policy.zone)
        if zone not in slots:
            slots[zone] = open_slots(policy, channel, zone, start, hours)
        found[no] = _best(root, learning, slots[zone])
    return found


class Slot(NamedTuple):
    """A quarter of an hour in which one may send, and the hour of the day it lies in there."""

    at: datetime
    hour: int


def open_slots(policy: Policy, channel: str, zone: str, start: datetime, hours: int) -> list[Slot]:
    """Those of a time zone that are not quiet; at least one."""
    here, start = ZoneInfo(zone), start.astimezone(UTC)
    end = start + timedelta(hours=hours)
    found, at = [], start
    while at < end:
        if quiet_until(policy.quiet, channel, zone, at) is None:
            found.append(Slot(at, at.astimezone(here).hour))
        at = at.replace(minute=at.minute // 15 * 15, second=0, microsecond=0) + QUARTER
    if not found:
        at = quiet_until(policy.quiet, channel, zone, start) or start
        found = [Slot(at, at.astimezone(here).hour)]
    return found


def _best(root: int, learning: "_Learning", slots: Sequence[Slot]) -> Best:
    shape, learnt = learning.shape(root)
    hour = max(dict.fromkeys(slot.hour for slot in slots), key=lambda one: shape[one])
    first = next(place for place, slot in enumerate(slots) if slot.hour == hour)
    # The first stretch of that hour; the same hour of the next day lies apart.
    own = [slot.at for slot in slots[first : first + 4] if slot.hour == hour]
    spread = int.from_bytes(hashlib.blake2b(b"%d" % root, digest_size=4).digest())
    at = own[spread % len(own)]
    left = min(QUARTER, _next_quarter(at) - at).total_seconds()
    return Best(at + timedelta(seconds=spread // 7 % max(1, int(left))), hour, learnt, shape[hour])


def _next_quarter(at: datetime) -> datetime:
    return at.replace(minute=at.minute // 15 * 15, second=0, microsecond=0) + QUARTER


class _Learning:
    """What is known of the hours of some customers."""

    def __init__(self, channel: str, parts: Mapping[int, int], policy: Policy):
        self._own: dict[int, list[float]] = {}
        for some in chunks(parts):
            rows = OpenTimes.objects.filter(person_id__in=some, channel=channel)
            for part, hours in rows.values_list("person_id", "hours"):
                self._own[parts[part]] = added(self._own.get(parts[part]), hours)
        many = dict(OpenTimesOfMany.objects.filter(channel=channel).values_list("group", "hours"))
        everyone = many.pop(alike.EVERYONE, None)
        self._everyone = drawn(everyone, USUAL, EVERYONE_FROM)
        self._of_everyone = "everyone" if everyone and sum(everyone) >= EVERYONE_FROM else "usual"
        self._groups = {group: drawn(hours, self._everyone, ALIKE_FROM) for group, hours in many.items()}
        self._telling = {group for group, hours in many.items() if sum(hours) >= ALIKE_FROM}
        self._group_of = alike.groups_of(parts, policy.alike) if many else {}

    def shape(self, root: int) -> tuple[Hours, str]:
        """The share of opens that each hour is expected to have, and what says so most of all."""
        group = self._group_of.get(root, "")
        shape = self._groups.get(group, self._everyone)
        learnt = "alike" if group in self._telling else self._of_everyone
        own = self._own.get(root)
        if own is None:
            return shape, learnt
        return drawn(own, shape, OWN_FROM), "own" if sum(own) >= OWN_FROM else learnt


def added(one: Iterable[float] | None, other: Sequence[float]) -> list[float]:
    return list(other) if one is None else [a + b for a, b in zip(one, other, strict=True)]


def drawn(hours: Hours | None, prior: Hours, weight: float) -> list[float]:
    """Shares of a histogram that draws on another as on `weight` opens; they add up to 1."""
    smooth = smoothed(hours) if hours else [0.0] * 24
    whole = sum(prior)
    both = [own + weight * other / whole for own, other in zip(smooth, prior, strict=True)]
    total = sum(both)
    return [one / total for one in both]


def smoothed(hours: Hours) -> list[float]:
    """Each hour with a quarter of what each neighbour has, round the clock."""
    return [hours[at - 1] / 4 + hours[at] / 2 + hours[(at + 1) % 24] / 4 for at in range(24)]
