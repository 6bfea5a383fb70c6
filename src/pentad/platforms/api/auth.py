"""Bearer tokens. The session cookie counts for nothing here, so other sites cannot use it."""

from django.http import HttpRequest
from ninja.security import HttpBearer

from pentad.core.actor import Actor, read_as
from pentad.core.errors import NotSignedIn
from pentad.roles.access.queries import actor_by_token
from pentad.roles.audit import refused


class Bearer(HttpBearer):
    def __call__(self, request: HttpRequest) -> Actor:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise NotSignedIn(
                "This call needs a token.",
                code="token_missing",
                fix="Send “Authorization: Bearer TOKEN”; “pentad key add NAME --role admin” makes one.",
            )
        return self.authenticate(request, token.strip())

    def authenticate(self, request: HttpRequest, token: str) -> Actor:
        actor = actor_by_token(token)
        if actor is None:
            refused("token_refused")
            raise NotSignedIn(
                "This token is unknown or was revoked.",
                code="token_unknown",
                fix="Make a new one on the page “API keys”, or with “pentad key add”.",
            )
        request.actor = actor  # type: ignore[attr-defined]
        read_as(actor)  # until the middleware takes it back
        return actor
