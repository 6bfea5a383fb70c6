"""Judges opens and clicks once everything that bears on them has come, and tells of them as events."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from zoneinfo import ZoneInfo

from django.db import transaction

from pentad.core import clock
from pentad.core.outbox import emit
from pentad.intelligence.contact.knowing import roots_of
from pentad.intelligence.contact.zones import zones_of
from pentad.platforms.channels.items import TEST
from pentad.platforms.channels.models import Delivery
from pentad.platforms.channels.telling import properties
from pentad.platforms.responses import rules
from pentad.platforms.responses.models import CLICK, OPEN, Response
from pentad.platforms.responses.payloads import said
from pentad.platforms.responses.people import rows_of

OPENED, CLICKED = "Message Opened", "Link Clicked"
NAMES = {OPEN: OPENED, CLICK: CLICKED}
PORTION = 500
"""Deliveries judged in one transaction."""


def settle(now: datetime | None = None) -> int:
    """Judge every hit that is old enough; returns how many."""
    until = (now or clock.now()) - rules.WINDOW
    done = 0
    while waiting := _waiting(until):
        with transaction.atomic():
            done += _portion(waiting, until)
    return done


def _waiting(until: datetime) -> list[int]:
    """Numbers of deliveries, those first whose hits wait longest."""
    rows = Response.objects.filter(human=None, at__lte=until, kind__in=NAMES).order_by("at")[: PORTION * 2]
    return list(dict.fromkeys(rows.values_list("delivery_no", flat=True)))[:PORTION]


def _portion(numbers: Sequence[int], until: datetime) -> int:
    deliveries = {row.pk: row for row in Delivery.objects.filter(pk__in=numbers).select_related("base")}
    hits: dict[int, list[Response]] = defaultdict(list)
    for row in Response.objects.filter(delivery_no__in=numbers, kind__in=NAMES).order_by("at", "id"):
        hits[row.delivery_no].append(row)
    judged: list[Response] = []
    links: dict[int, list[str]] = {}
    for no, rows in hits.items():
        delivery = deliveries.get(no)
        links[no] = said(delivery).links if delivery else []
        sent = delivery.sent_at if delivery else None
        answers = rules.judge([_hit(row) for row in rows], sent=sent, links=len(links[no]))
        for row, answer in zip(rows, answers, strict=True):
            if row.human is None and row.at <= until:
                row.human, row.confidence, row.why = answer.human, answer.confidence, list(answer.why)
                judged.append(row)
    Response.objects.bulk_update(judged, ["human", "confidence", "why"])
    _tell(judged, deliveries, links)
    return len(judged)


def _hit(row: Response) -> rules.Hit:
    return rules.Hit(row.kind, row.at, row.link, row.client, frozenset(row.signs))


def _tell(judged: Sequence[Response], deliveries: dict[int, Delivery], links: dict[int, list[str]]) -> None:
    roots = roots_of({row.person_no for row in judged})
    people = rows_of(set(roots.values()))
    for row in sorted(judged, key=lambda row: (row.at, row.pk)):
        person = people.get(roots.get(row.person_no, 0))
        delivery = deliveries.get(row.delivery_no)
        if person is None or delivery is None or delivery.origin_kind == TEST:
            continue
        if rules.TRAP not in row.signs:
            emit("track", NAMES[row.kind], person=person, at=row.at, properties=_told(row, delivery, links))
    _learn([row for row in judged if row.kind == OPEN and row.human], roots)


def _told(row: Response, delivery: Delivery, links: dict[int, list[str]]) -> dict[str, Any]:
    told = {**properties(delivery), "human": row.human, "confidence": row.confidence}
    if row.link is not None and row.link < len(links[row.delivery_no]):
        told |= {"link": row.link, "url": bare(links[row.delivery_no][row.link])}
    return told


def bare(address: str) -> str:
    """An address without what may name a customer: its query, and whatever stands before the host."""
    found = urlsplit(address)
    return urlunsplit((found.scheme, found.netloc.rpartition("@")[2], found.path, "", ""))


def _learn(opened: Sequence[Response], roots: dict[int, int]) -> None:
    """At which hours of their own day people open."""
    from pentad.intelligence.contact import timing

    zones = zones_of(sorted({roots[row.person_no] for row in opened if row.person_no in roots})) if opened else {}
    for row in opened:
        root = roots.get(row.person_no)
        if root is not None:
            local = row.at.astimezone(ZoneInfo(zones[root]) if root in zones else UTC)
            timing.opened(root, row.channel, local.hour)
