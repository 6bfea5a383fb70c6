"""Passwords and keys of destinations, encrypted with the installation's key."""

from collections.abc import Mapping

import msgspec

from pentad.core import secretbox

PURPOSE = "pentad.destination"
_decode = msgspec.json.Decoder(dict[str, str]).decode


def sealed(values: Mapping[str, str]) -> str:
    """ "" for none."""
    kept = {name: value for name, value in values.items() if value}
    return secretbox.seal(PURPOSE, msgspec.json.encode(kept).decode()) if kept else ""


def opened(text: str) -> dict[str, str]:
    """Raises Unavailable (secret_unreadable)."""
    return _decode(secretbox.unseal(PURPOSE, text)) if text else {}
