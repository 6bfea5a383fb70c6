"""Messages on your own website: kept until the customer's browser comes and shows them."""

from datetime import timedelta

from django.db import transaction

from pentad.core import clock
from pentad.data.identity.queries import hold_person
from pentad.platforms.channels.adapters.protocol import GONE, Adapter, Field, Outgoing, Receipt, Refused, Setup
from pentad.platforms.web.models import WebMessage

KEY_FIELD = Field(
    "identity_key", "Identity key", "secret",
    help="Your website’s server proves with it who is signed in: HMAC-SHA256 of the user id, in hex. At least 32 random"
    " characters. Without it only visitors of whom nothing else is known are shown anything.",
)  # fmt: skip
SHOWN = ("title", "body", "url", "button")


class InApp(Adapter):
    fields = (
        KEY_FIELD,
        Field("days", "Shown for days", "number", default=30, help="After them it is not shown any more."),
    )
    idempotent = True
    memory_hours = 24.0 * 365
    addressed = False
    parallel = False

    @transaction.atomic
    def send(self, out: Outgoing, key: str) -> Receipt:
        if not hold_person(out.person_no):
            raise Refused(GONE)
        now = clock.now()
        days = min(max(self.setup.number("days", 30), 1), 365)
        said = {name: out.content[name] for name in SHOWN if out.content.get(name)}
        if out.language:
            said["language"] = out.language
        row, _ = WebMessage.objects.get_or_create(
            key=key,
            defaults={
                "destination_id": self.setup.destination_id, "delivery": out.delivery_id, "person_no": out.person_no,
                "content": said, "made": now, "until": now + timedelta(days=days),
            },
        )  # fmt: skip
        return Receipt(f"web-{row.pk}", "sent")

    def check(self) -> str:
        return weak_key(self.setup)


def weak_key(setup: Setup) -> str:
    """What is wrong with the identity key; "" when nothing is, or there is none."""
    key = setup.text("identity_key")
    return "The identity key has fewer than 32 characters: it could be guessed." if 0 < len(key) < 32 else ""
