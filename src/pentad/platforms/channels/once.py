"""What a run tells once: an address, and a customer, be it as somebody they were before two became one."""

import hashlib
from collections.abc import Mapping
from functools import lru_cache

from django.conf import settings
from django.db.models import Q
from django.utils.crypto import salted_hmac

from pentad.intelligence.contact.addresses import plain
from pentad.intelligence.contact.knowing import parts_of
from pentad.platforms.channels.models import GONE, SENDING, Delivery

MAY_HAVE_LEFT = Q(state__in=GONE) | Q(state=SENDING, attempts__gt=0) | Q(unsure=True)


def once_of(row: Delivery, address: str, country: str = "") -> str:
    """The address in the run of this delivery, keyed. country: of telephone numbers without one."""
    told = "\0".join((row.origin_kind, row.origin_id, row.run, row.channel, plain(address, country)))
    return _digest("once", told)


def handed_to(address: str, country: str = "") -> str:
    """The address alone, keyed: what a service reports of an address is believed of those that it was given."""
    return _digest("to", plain(address, country)) if address else ""


def _digest(what: str, text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=20, key=_key(what, settings.SECRET_KEY)).hexdigest()


@lru_cache(maxsize=8)
def _key(what: str, secret: str) -> bytes:
    return salted_hmac("pentad.channels", what, secret=secret, algorithm="sha256").digest()


def told_already(rows: Mapping[int, tuple[Delivery, int]]) -> set[int]:
    """Of these deliveries of runs, by key with the number of whose they are now, those whose customer was told as
    another part of them, maybe at another address.
    """
    parts = parts_of({root for _, root in rows.values()})
    several = {root for part, root in parts.items() if part != root}
    merged = {key: (row, root) for key, (row, root) in rows.items() if root in several}
    if not merged:
        return set()
    told = Delivery.objects.filter(
        MAY_HAVE_LEFT, once__isnull=False, run__in={row.run for row, _ in merged.values()},
        person_no__in=[part for part, root in parts.items() if root in several],
    )  # fmt: skip
    found: dict[tuple[str, str, str, str, int], set[int]] = {}
    for key, kind, origin, run, channel, no in told.values_list(
        "pk", "origin_kind", "origin_id", "run", "channel", "person_no"
    ):
        found.setdefault((kind, origin, run, channel, parts[no]), set()).add(key)
    return {
        key
        for key, (row, root) in merged.items()
        if found.get((row.origin_kind, row.origin_id, row.run, row.channel, root), set()) - {key}
    }
