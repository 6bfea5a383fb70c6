"""The addresses that providers report to: which destinations have one, and the secret in it."""

import secrets

from django.conf import settings
from django.utils.crypto import salted_hmac

from pentad.core.action import action, note
from pentad.core.actor import Actor
from pentad.core.errors import PentadError
from pentad.platforms.channels.models import Destination
from pentad.platforms.channels.registry import adapter_class
from pentad.platforms.channels.sealing import opened, sealed
from pentad.platforms.responses.addresses import home

TURN = "hook_turn"
"""Among a destination's secrets: another one makes another address."""


def secret_of(row: Destination) -> str:
    """Made of the installation's key, so that the address can be shown again without being kept."""
    told = f"{row.public_id}:{opened(row.secret).get(TURN, '')}"
    made = salted_hmac("pentad.hooks.mail", told, secret=settings.SECRET_KEY, algorithm="sha256")
    return made.hexdigest()[:40]


def address_of(row: Destination) -> str:
    """What a provider is told; "" for a destination that takes no reports."""
    return f"{home()}/hooks/mail/{row.public_id}/{secret_of(row)}/" if reports(row) else ""


def reports(row: Destination) -> bool:
    try:
        return hasattr(adapter_class(row.adapter), "readers")
    except PentadError:  # the plugin is gone
        return False


@action("destinations.manage")
def renew_hook_address(*, actor: Actor, row: Destination) -> Destination:
    """Let a provider report to another address; the one before is refused from then on."""
    row = Destination.objects.select_for_update().get(pk=row.pk)
    row.secret = sealed(opened(row.secret) | {TURN: secrets.token_hex(8)})
    row.save(update_fields=["secret"])
    note(subject=f"destination:{row.public_id}", hook=True)
    return row


PROVEN_BY = ("signing_key", "inbound_key", "report_login")
"""Settings of adapters by which reports prove themselves."""


def proof_of(row: Destination) -> str:
    """What a report has to know or carry, in words."""
    adapter = adapter_class(row.adapter)
    kept = opened(row.secret)
    named = [one.label for one in adapter.fields if one.name in PROVEN_BY and kept.get(one.name)]
    named += [signed] if (signed := getattr(adapter, "reports_signed", "")) else []
    return f"The secret in the address, and: {', '.join(named)}" if named else "The secret in the address alone"
