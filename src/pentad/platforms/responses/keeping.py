"""Keeps that somebody, or something, opened or clicked. Who it was is judged a little later: see `settling`."""

import hashlib
import hmac
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import DatabaseError, transaction
from django.utils.crypto import salted_hmac

from pentad.core import clock, jobs
from pentad.data.consent.preferences import wishes
from pentad.data.consent.rules_preferences import wish
from pentad.data.identity.queries import hold_person
from pentad.intelligence.contact.knowing import roots_of
from pentad.platforms.channels.models import Delivery
from pentad.platforms.responses import networks, rules
from pentad.platforms.responses.models import Response

log = structlog.get_logger(__name__)

SETTLE = "responses.settle"
AGAIN = timedelta(seconds=30)
"""The same by the same client within it is no new response: a picture loaded again, a double click."""
MOST = 50
"""Of one kind that are kept of a delivery; addresses are no secret once a message is forwarded."""
BUCKET = 5
"""Seconds of hits that are judged together."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, as far as it tells who asks. headers: names in lower case."""

    address: str
    agent: str
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def client(self) -> str:
        """Equal for equal programs at equal places; it cannot be turned back into either."""
        key = salted_hmac("pentad.responses", "client", secret=settings.SECRET_KEY, algorithm="sha256").digest()
        return hmac.digest(key, f"{self.address}\0{self.agent}".encode(), hashlib.sha256).hex()[:16]


def keep(delivery: Delivery, kind: str, asked: Asked, *, link: int | None = None, trap: bool = False) -> None:
    """Keep a hit, unless the customer does not want it. What cannot be kept now is lost: who clicks must not wait."""
    try:
        with transaction.atomic():
            _keep(delivery, kind, asked, clock.now(), link, trap)
    except DatabaseError:
        log.exception("response_not_kept", kind=kind)


def _keep(delivery: Delivery, kind: str, asked: Asked, now: datetime, link: int | None, trap: bool) -> None:
    of = Response.objects.filter(delivery_no=delivery.pk, kind=kind)
    known = of.filter(client=asked.client, link=link, at__gt=now - AGAIN)
    if known.exists() or of.count() >= MOST or not watched(delivery) or not hold_person(delivery.person_no):
        return
    signs = rules.signs_of(kind, agent=asked.agent, network=networks.kind_of(asked.address), headers=asked.headers)
    Response.objects.create(
        **about(delivery),
        kind=kind,
        at=now,
        link=link,
        client=asked.client,
        signs=sorted(signs | ({rules.TRAP} if trap else set())),
    )
    settle_later(now)


def settle_later(now: datetime) -> None:
    """A job for all hits of the same few seconds, once nothing that bears on them can come any more."""
    bucket = int(now.timestamp()) // BUCKET
    due = clock.from_us((bucket + 1) * BUCKET * 1_000_000) + rules.WINDOW
    jobs.enqueue(SETTLE, key=f"{SETTLE}:{bucket}", run_at=due)


def about(delivery: Delivery) -> dict[str, object]:
    """What a response repeats of its delivery, so that it can be counted without."""
    return {
        "delivery_no": delivery.pk, "person_no": delivery.person_no, "channel": delivery.channel,
        "purpose": delivery.purpose, "origin_kind": delivery.origin_kind, "origin_id": delivery.origin_id,
        "run": delivery.run, "variant": delivery.variant,
    }  # fmt: skip


def watched(delivery: Delivery) -> bool:
    """Whether what the customer opens and clicks is kept: not once they are erased, nor when they do not want it."""
    root = roots_of([delivery.person_no]).get(delivery.person_no)
    return root is not None and not wish(wishes([root]).get(root, {}), delivery.purpose, delivery.channel).unwatched
