"""Telephone numbers as gateways want them: E.164, such as +4790000001."""

from pentad.intelligence.contact import phones
from pentad.platforms.channels.adapters.protocol import Field, Refused
from pentad.platforms.channels.models import Destination

COUNTRY = Field(
    "country", "Country of numbers without +", "text",
    help="Two letters, such as NO. Empty: as the setting contact.country says; without either such a number is refused.",
)  # fmt: skip


def e164(text: str, country: str = "") -> str:
    """Raises Refused for what is no telephone number: then the address does not work."""
    number = phones.e164(text, country.strip() or phones.COUNTRY.get())
    if not number:
        raise Refused(f"“{text.strip()[:40]}” is no telephone number", status="number", address=True)
    return number


def country_of(destination: Destination) -> str:
    """Of numbers without one, as its settings say."""
    return str(destination.config.get("country") or "")
