"""Telephone numbers in one spelling, E.164, such as +4790000001: for gateways, and to recognise an address."""

from pentad.core import settings

COUNTRY = settings.define(
    "contact.country",
    "",
    "The country of telephone numbers that begin neither with + nor with 00: two letters, such as NO. Empty: they have none.",
)


def e164(text: str, country: str = "") -> str:
    """The number as everybody writes it; "" for what is no telephone number, or no whole one without a country."""
    import phonenumbers  # its tables take a while to load

    text = text.strip()
    told = f"+{text[2:]}" if text.startswith("00") else text
    try:
        number = phonenumbers.parse(told, country.strip().upper() or None)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_possible_number(number):
        return ""
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
