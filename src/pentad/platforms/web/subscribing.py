"""Browsers that customers let us push to: kept, and ended when their push service says that they are gone."""

import hashlib
from typing import Any
from urllib.parse import urlsplit

from pentad.core import clock
from pentad.core.action import action, note
from pentad.core.actor import Actor
from pentad.core.errors import Invalid
from pentad.core.outbox import emit
from pentad.data.identity.models import Identifier, Person
from pentad.platforms.web.models import PushSubscription

SUBSCRIBED = "Push Subscribed"
NAMESPACE, WEB = "push_token", "web."
LONGEST = 900


def handle_of(endpoint: str) -> str:
    return WEB + hashlib.blake2b(endpoint.encode(), digest_size=20).hexdigest()


@action("people.consent")
def subscribe(*, actor: Actor, person: Person, endpoint: str, p256dh: str, auth: str) -> PushSubscription:
    """Keep a browser's subscription as an address of the channel “push”. The same browser on a shared computer belongs to
    whoever subscribed last. Raises Invalid.
    """
    _check(endpoint, p256dh, auth)
    handle, now = handle_of(endpoint), clock.now()
    row, new = PushSubscription.objects.update_or_create(
        handle=handle,
        defaults={
            "endpoint": endpoint, "p256dh": p256dh, "auth": auth, "person_no": person.no, "seen": now, "ended": None,
        },
    )  # fmt: skip
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


def _check(endpoint: str, p256dh: str, auth: str) -> None:
    """A point of P-256, uncompressed, and 16 bytes (RFC 8291), each in base64url; an address that can be called."""
    parts = urlsplit(endpoint)
    sound = parts.scheme in ("https", "http") and parts.hostname and len(endpoint) <= LONGEST
    if not sound or len(p256dh) not in range(86, 90) or len(auth) not in range(21, 26):
        raise Invalid(
            "This is no subscription of a browser.", code="bad_subscription", field="subscription",
            fix="Send what PushSubscription.toJSON() gives.",
        )  # fmt: skip


def ended(handle: str) -> None:
    PushSubscription.objects.filter(handle=handle, ended=None).update(ended=clock.now())


def of_handles(handles: Any) -> list[PushSubscription]:
    """Those that are there, in this order."""
    rows = {row.handle: row for row in PushSubscription.objects.filter(handle__in=list(handles), ended=None)}
    return [rows[one] for one in handles if one in rows]
