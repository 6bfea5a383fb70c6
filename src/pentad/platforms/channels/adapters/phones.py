"""Telephone numbers as gateways want them: E.164, such as +4790000001."""

from pentad.platforms.channels.adapters.protocol import Field, Refused

COUNTRY = Field(
    "country", "Country of numbers without +", "text",
    help="Two letters, such as NO. Empty: a number that does not begin with + or 00 is refused.",
)  # fmt: skip


def e164(text: str, country: str = "") -> str:
    """Raises Refused for what is no telephone number: then the address does not work."""
    import phonenumbers  # its tables take a while to load

    text = text.strip()
    told = f"+{text[2:]}" if text.startswith("00") else text
    try:
        number = phonenumbers.parse(told, country.strip().upper() or None)
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_possible_number(number):
        raise Refused(f"“{text[:40]}” is no telephone number", status="number", address=True)
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
