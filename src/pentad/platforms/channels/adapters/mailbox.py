"""The built-in mailbox: messages of any channel arrive on a page of ours, so that the whole loop is seen without an account."""

from django.db import transaction

from pentad.core import clock
from pentad.data.identity.queries import hold_person
from pentad.platforms.channels.adapters.protocol import GONE, Adapter, Outgoing, Receipt, Refused
from pentad.platforms.channels.models import MailboxMessage

TITLES = ("subject", "title", "body", "note", "json")
"""Fields of which the first that says something is shown in the list."""


class Mailbox(Adapter):
    idempotent = True
    memory_hours = 24.0 * 365
    parallel = False

    @transaction.atomic
    def send(self, out: Outgoing, key: str) -> Receipt:
        if not hold_person(out.person_no):
            raise Refused(GONE)
        title = next((out.content[name] for name in TITLES if out.content.get(name)), "")
        row, _ = MailboxMessage.objects.get_or_create(
            key=key,
            defaults={
                "destination_id": self.setup.destination_id,
                "delivery": out.delivery_id,
                "person_no": out.person_no,
                "channel": out.channel,
                "address": out.address[:500],
                "title": " ".join(title.split())[:300],
                "content": dict(out.content),
                "headers": dict(out.headers),
                "at": clock.now(),
            },
        )
        return Receipt(f"mailbox-{row.pk}", "delivered")
