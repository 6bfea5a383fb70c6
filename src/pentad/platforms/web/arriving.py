"""The address by which a browser tells that it showed what was pushed to it: signed, so that it works for one delivery alone."""

from django.core.signing import BadSignature, Signer

from pentad.platforms.channels.models import Delivery
from pentad.platforms.responses.addresses import home

LONGEST = 120


def address(delivery_id: str) -> str:
    return f"{home()}/web/arrived/{_signer().sign(delivery_id)}/"


def delivery_of(token: str) -> Delivery | None:
    try:
        public_id = _signer().unsign(token[:LONGEST])
    except BadSignature:
        return None
    return Delivery.objects.filter(public_id=public_id, channel="push").first()


def _signer() -> Signer:
    return Signer(salt="pentad.web.arrived")
