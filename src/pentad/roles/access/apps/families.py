"""Tokens that were born of one grant are a family, and end together: when its refresh token is revoked, and when
somebody comes with a code or a refresh token that was used before (RFC 6749 §4.1.2, RFC 9700 §4.14) and so may have
stolen it, or have been stolen from.

A family is known without a row for each token that was used: a code's is made of the code, and a refresh token begins
with its own. Who forges such a beginning has held one of the family's tokens, or guessed 128 bits.
"""

import hashlib
from typing import Any

from allauth.idp.oidc.adapter import get_adapter
from allauth.idp.oidc.internal.oauthlib.server import generate_refresh_token
from allauth.idp.oidc.models import Client, Token
from django.db.models import QuerySet

from pentad.core.actor import NOBODY
from pentad.roles.audit.telling import record

DATA = "family"
"""Where a token's row says of which family it is."""


def of_code(client: Client, code: str) -> str:
    return hashlib.sha256(f"{client.pk}:{code}".encode()).hexdigest()[:32]


def of_refresh_token(token: str) -> str:
    """What a refresh token begins with; "" for a text that is none."""
    family, dot, _ = token.partition(".")
    return family if dot else ""


def new_refresh_token(request: Any) -> str:
    return f"{_of_request(request)}.{generate_refresh_token(request)}"


def keep(token: dict[str, Any], request: Any) -> None:
    """Note of which family the tokens are that have just been stored."""
    refresh = token.get("refresh_token")
    if refresh is None:  # there is nothing to renew: it ends by itself
        return
    adapter, family = get_adapter(), of_refresh_token(str(refresh))
    hashes = [adapter.hash_token(one) for one in (token["access_token"], refresh)]
    for row in Token.objects.filter(client=request.client, hash__in=hashes):
        row.data = {**(row.data or {}), DATA: family}
        row.save(update_fields=["data"])


def members(client: Client, family: str) -> "QuerySet[Token]":
    rows: QuerySet[Token] = Token.objects.filter(client=client, **{f"data__{DATA}": family})
    return rows if family else rows.none()


def end(rows: "QuerySet[Token]") -> None:
    """End these tokens with all of their families."""
    for row in rows:
        members(row.client, (row.data or {}).get(DATA, "")).delete()
    rows.delete()


def used_again(client: Client, family: str) -> None:
    """End a family because what was used up was used again, and tell of it; nothing when none of it lives."""
    rows = members(client, family)
    whose = sorted({f"user:{number}" for number in rows.values_list("user_id", flat=True) if number is not None})
    ended, _ = rows.delete()
    if ended:
        record(NOBODY, "token_used_again", f"app:{client.pk}", colleague=", ".join(whose), ended=ended)


def _of_request(request: Any) -> str:
    """The family of what a request is to be given."""
    if request.grant_type == Client.GrantType.REFRESH_TOKEN:
        return of_refresh_token(str(request.refresh_token))
    said = dict(request.decoded_body or ())
    return of_code(request.client, str(said.get("code") or said.get("device_code") or generate_refresh_token(request)))
