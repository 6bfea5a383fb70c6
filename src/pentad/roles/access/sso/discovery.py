"""Asking an OpenID Connect provider about itself, before it is connected (OpenID Connect Discovery 1.0)."""

import requests

from pentad.core import outgoing
from pentad.core.errors import Invalid

NEEDED = ("authorization_endpoint", "token_endpoint", "jwks_uri")


def check_issuer(issuer: str) -> str:
    """The issuer as it names itself. Raises Invalid when nobody answers there, or somebody else does."""
    issuer = outgoing.check_url(issuer, "issuer").removesuffix("/.well-known/openid-configuration")
    address = issuer.rstrip("/") + "/.well-known/openid-configuration"
    try:
        with outgoing.session() as session:
            answer = session.get(address)
            answer.raise_for_status()
            said = answer.json()
    except (requests.RequestException, ValueError) as error:
        raise _invalid(f"{address} does not answer as it should: {error}") from None
    missing = [name for name in NEEDED if not isinstance(said, dict) or not said.get(name)]
    if missing:
        raise _invalid(f"{address} leaves out {', '.join(missing)}.")
    if str(said.get("issuer", "")).rstrip("/") != issuer.rstrip("/"):
        raise _invalid(f"The provider calls itself {said.get('issuer')}, not {issuer}.")
    return str(said["issuer"])


def _invalid(message: str) -> Invalid:
    return Invalid(message, code="bad_issuer", fix="Copy the issuer from the provider’s own pages.", field="issuer")
