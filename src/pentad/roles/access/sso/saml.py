"""Reading a SAML identity provider's metadata, and what the sign-in library takes for granted."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponseBase
from onelogin.saml2.idp_metadata_parser import OneLogin_Saml2_IdPMetadataParser

from pentad.core import outgoing
from pentad.core.errors import Invalid

EMAIL = (
    "email",
    "mail",
    "urn:oid:0.9.2342.19200300.100.1.3",
    "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress",
)
NAME = (
    "name",
    "displayName",
    "urn:oid:2.16.840.1.113730.3.1.241",
    "http://schemas.microsoft.com/identity/claims/displayname",
    "cn",
    "urn:oid:2.5.4.3",
)
"""Where identity providers put them, when nobody says so."""


def read_metadata(text: str) -> dict[str, str]:
    """entity_id, sso_url and x509cert of a provider. Raises Invalid, saying what is missing."""
    try:
        said = OneLogin_Saml2_IdPMetadataParser.parse(text).get("idp", {})
    except Exception as error:  # the parser lets through whatever XML it stumbles over
        raise _invalid(f"This is no SAML metadata: {error}") from None
    found = {
        "entity_id": said.get("entityId", ""),
        "sso_url": said.get("singleSignOnService", {}).get("url", ""),
        "x509cert": said.get("x509cert") or next(iter(said.get("x509certMulti", {}).get("signing", [])), ""),
    }
    if missing := [name for name, value in found.items() if not value]:
        raise _invalid(f"The metadata leaves out {', '.join(missing)}.")
    outgoing.check_url(found["sso_url"], "metadata")
    return found


def config_of(idp: dict[str, str], email_attribute: str, name_attribute: str) -> dict[str, Any]:
    """What the sign-in library needs: signed assertions, and only answers to what was asked."""
    return {
        "idp": idp,
        "attribute_mapping": {"email": list(filter(None, [email_attribute, *EMAIL]))},
        "email_attribute": email_attribute,
        "name_attribute": name_attribute,
        "advanced": {"want_assertion_signed": True, "reject_idp_initiated_sso": True},
    }


def name_of(attributes: dict[str, list[str]], name_attribute: str) -> str:
    """The person's name among the attributes; empty when there is none."""
    return next((attributes[key][0] for key in (name_attribute, *NAME) if attributes.get(key)), "")


def with_host(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """A view of the library, which reads the Host header of requests that have none, as HTTP/1.0 allows."""

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if "HTTP_HOST" not in request.META:
            raise BadRequest("SAML needs to know by which host name it was asked.")
        return view(request, *args, **kwargs)

    return checked


def _invalid(message: str) -> Invalid:
    return Invalid(message, code="bad_metadata", fix="Paste the whole XML document.", field="metadata")
