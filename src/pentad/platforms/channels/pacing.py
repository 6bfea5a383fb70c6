"""How many messages may leave a destination now: its rate, its warming up, and the rates of single domains."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from django.db.models import F

from pentad.platforms.channels import rules
from pentad.platforms.channels.models import DayCount, Destination, DomainPace
from pentad.platforms.channels.rules import DOMAIN_BURST, Rate

PUT_OFF = "pace"
"""The reason of a delivery that waits for its domain's turn."""


def allowed(destination: Destination, now: datetime, most: int) -> int:
    """How many may leave now, of `most`."""
    if (rate := rules.rate(destination.per_second, destination.paced_until)) is not None:
        most = min(most, rate.allowed(now))
    if (left := warm_left(destination, now)) is not None:
        most = min(most, left)
    return max(most, 0)


def is_limited(destination: Destination) -> bool:
    """Whether only so many may leave in a time, whoever they go to."""
    return destination.per_second > 0 or bool(destination.warm_up.get("days"))


def wakes(destination: Destination, now: datetime) -> datetime | None:
    """When more may leave, after nothing may; None when it is not a rate that is in the way."""
    if warm_left(destination, now) == 0:
        return rules.tomorrow(now)
    rate = rules.rate(destination.per_second, destination.paced_until)
    return rate.free(now) if rate is not None and rate.allowed(now) < 1 else None


def warm_left(destination: Destination, now: datetime) -> int | None:
    """How many may leave today while it is warmed up; None when it is not."""
    if not destination.warm_up.get("days"):
        return None
    day = now.astimezone(UTC).date()
    count = DayCount.objects.filter(destination=destination, day=day).values_list("count", flat=True).first()
    return rules.warm_left(destination.warm_up, count or 0, now)


class Asked(NamedTuple):
    """A message that is to leave: where to, and whether it was put off before."""

    place: int
    address: str
    waited: bool


def put_off(destination: Destination, asked: Sequence[Asked], now: datetime) -> dict[int, datetime]:
    """Place → until when, of those whose domain has no room now. The first time they are given a turn at the end of those who
    wait; when something more important took that, they come next.
    """
    limits: Mapping[str, float] = destination.per_domain
    if not limits:
        return {}
    domains = {rules.domain_of(one.address) for one in asked}
    paces = {row.domain: row for row in DomainPace.objects.filter(destination=destination, domain__in=domains)}
    room: dict[str, int] = {}
    ahead = Counter[str]()
    promised: dict[str, datetime] = {}
    found: dict[int, datetime] = {}
    for one in asked:
        domain = rules.domain_of(one.address)
        rate = _rate(destination, domain, paces.get(domain))
        if rate is None:
            continue
        left = room.setdefault(domain, rate.allowed(now))
        if left > 0:
            room[domain] -= 1
        elif one.waited:
            found[one.place] = rate.free(now, ahead[domain])
            ahead[domain] += 1
        else:
            last = promised.get(domain) or _promised(paces.get(domain), rate, now)
            found[one.place] = promised[domain] = last + rate.every
    _keep_promises(destination, promised, paces, now)
    return found


def _rate(destination: Destination, domain: str, pace: DomainPace | None) -> Rate | None:
    per_minute = rules.per_minute(destination.per_domain, domain)
    return rules.rate(per_minute / 60, pace.paced_until if pace else None, DOMAIN_BURST)


_AHEAD = timedelta(days=7)


def _promised(pace: DomainPace | None, rate: Rate, now: datetime) -> datetime:
    """The last turn that was given; one more than a week ahead was given before the clock was put back."""
    last = pace.promised_until if pace is not None and pace.promised_until < now + _AHEAD else now
    return max(last, rate.at(now))


def _keep_promises(
    destination: Destination, promised: Mapping[str, datetime], paces: Mapping[str, DomainPace], now: datetime
) -> None:
    for domain, until in promised.items():
        if domain in paces:
            DomainPace.objects.filter(pk=paces[domain].pk).update(promised_until=until)
        else:
            DomainPace.objects.update_or_create(
                destination=destination, domain=domain, defaults={"promised_until": until},
                create_defaults={"promised_until": until, "paced_until": now},
            )  # fmt: skip


def charge(destination: Destination, addresses: Sequence[str], now: datetime) -> None:
    """So many messages are about to leave: in the transaction that writes their attempts."""
    if (rate := rules.rate(destination.per_second, destination.paced_until)) is not None:
        destination.paced_until = rate.charged(now, len(addresses))
        Destination.objects.filter(pk=destination.pk).update(paced_until=destination.paced_until)
    if destination.warm_up.get("days"):
        day = now.astimezone(UTC).date()
        DayCount.objects.get_or_create(destination=destination, day=day)
        DayCount.objects.filter(destination=destination, day=day).update(count=F("count") + len(addresses))
    if destination.per_domain:
        for domain, messages in Counter(map(rules.domain_of, addresses)).items():
            _charge_domain(destination, domain, messages, now)


def _charge_domain(destination: Destination, domain: str, messages: int, now: datetime) -> None:
    pace = DomainPace.objects.filter(destination=destination, domain=domain).first()
    rate = _rate(destination, domain, pace)
    if rate is not None:
        until = rate.charged(now, messages)
        DomainPace.objects.update_or_create(
            destination=destination, domain=domain, defaults={"paced_until": until},
            create_defaults={"paced_until": until, "promised_until": now},
        )  # fmt: skip
