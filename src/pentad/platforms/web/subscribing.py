"""Browsers that customers let us push to: kept, and ended when their push service says that they are gone.

Anybody may ask for it, of any address: how many a place may ask for, and how many a customer has, is bounded here.
"""

import hashlib
import math
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from pentad.core import clock, outgoing, pace
from pentad.core.action import action, note
from pentad.core.actor import Actor
from pentad.core.errors import Conflict, Invalid, RateLimited
from pentad.core.outbox import emit
from pentad.core.trail import origin_now
from pentad.data.identity.models import Identifier, Person
from pentad.data.identity.queries import hold_person, part_numbers
from pentad.platforms.web.models import PushSubscription

SUBSCRIBED = "Push Subscribed"
NAMESPACE, WEB = "push_token", "web."
LONGEST = 900
MOST, MOST_A_DAY = 20, 20
"""Browsers of one customer: at a time, and new ones within a day. More than people have, fewer than a program would make."""
DAY = timedelta(days=1)
PLACES = pace.Buckets(rate=10 / 60, most=60)
"""By network address: an office or a mobile network is one place to many people."""


def handle_of(endpoint: str) -> str:
    return WEB + hashlib.blake2b(endpoint.encode(), digest_size=20).hexdigest()


def seen_again(person: Person, endpoint: str, p256dh: str, auth: str) -> bool:
    """Whether this browser is known as theirs, just so: it says so whenever they sign in, and nothing changes by it."""
    known = PushSubscription.objects.filter(handle=handle_of(endpoint), p256dh=p256dh, auth=auth, person_no=person.no)
    return known.filter(ended=None).update(seen=clock.now()) > 0


@action("people.consent")
def subscribe(*, actor: Actor, person: Person, endpoint: str, p256dh: str, auth: str) -> PushSubscription:
    """Keep a browser's subscription as an address of the channel “push”. The same browser on a shared computer belongs to
    whoever subscribed last. Of a customer who has too many, those not seen for longest end. Raises Invalid, RateLimited,
    and Conflict when the customer is erased meanwhile.
    """
    _check(endpoint, p256dh, auth)
    handle, now = handle_of(endpoint), clock.now()
    said = {"endpoint": endpoint, "p256dh": p256dh, "auth": auth, "person_no": person.no}
    if not hold_person(person.no):
        raise Conflict("This customer was erased.", code="person_gone", fix="Nothing is kept of them.")
    _bound(person, handle)
    row, new = PushSubscription.objects.update_or_create(
        handle=handle,
        defaults={**said, "seen": now, "ended": None},
        create_defaults={**said, "handle": handle, "made": now},
    )
    Identifier.objects.update_or_create(
        namespace=NAMESPACE,
        value=handle,
        defaults={"person": person},
        create_defaults={"person": person, "first_seen": now},
    )
    if new:
        told = {"id": handle, "type": NAMESPACE, "collection": "users", "encoding": "none"}
        emit("track", SUBSCRIBED, person=person, properties={"service": urlsplit(endpoint).hostname or ""},
             context={"externalIds": [told]})  # fmt: skip
    note(subject=f"person:{person.id}", new=new)
    return row


def _bound(person: Person, handle: str) -> None:
    """Count this one, and make room for it."""
    if wait := PLACES.take(pace.place(origin_now())) if origin_now() else 0.0:
        raise RateLimited("Too many browsers subscribe from one place.", code="too_many_browsers",
                          fix="Try again in a moment.", retry_after=math.ceil(wait))  # fmt: skip
    others = PushSubscription.objects.filter(person_no__in=part_numbers(person)).exclude(handle=handle)
    if others.filter(made__gt=clock.now() - DAY).count() >= MOST_A_DAY:
        raise RateLimited("This customer has too many new browsers today.", code="too_many_browsers",
                          fix="Try again tomorrow.", retry_after=int(DAY.total_seconds()))  # fmt: skip
    kept = others.filter(ended=None).order_by("-seen", "-pk").values_list("pk", flat=True)[: MOST - 1]
    others.filter(ended=None).exclude(pk__in=list(kept)).update(ended=clock.now())


def _check(endpoint: str, p256dh: str, auth: str) -> None:
    """A point of P-256, uncompressed, and 16 bytes (RFC 8291), each in base64url; an address that can be called."""
    if not _may_be_called(endpoint) or len(p256dh) not in range(86, 90) or len(auth) not in range(21, 26):
        raise Invalid(
            "This is no subscription of a browser.", code="bad_subscription", field="subscription",
            fix="Send what PushSubscription.toJSON() gives.",
        )  # fmt: skip


def _may_be_called(endpoint: str) -> bool:
    """Whether it is called is looked at once more, and its network address too, by each push."""
    try:
        return len(endpoint) <= LONGEST and bool(outgoing.check_url(endpoint, "subscription"))
    except (Invalid, ValueError):
        return False


def ended(handle: str) -> None:
    PushSubscription.objects.filter(handle=handle, ended=None).update(ended=clock.now())


def of_handles(handles: Any) -> list[PushSubscription]:
    """Those that are there, in this order."""
    rows = {row.handle: row for row in PushSubscription.objects.filter(handle__in=list(handles), ended=None)}
    return [rows[one] for one in handles if one in rows]
