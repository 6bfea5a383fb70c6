"""The library's provider with what it leaves open closed: a grant is worth something once, for as long as the colleague
lets the app in, and to that app alone.
"""

from typing import Any

from allauth.idp.oidc import app_settings
from allauth.idp.oidc.internal.oauthlib import authorization_codes
from allauth.idp.oidc.internal.oauthlib.request_validator import OAuthLibRequestValidator
from allauth.idp.oidc.internal.oauthlib.server import OAuthLibServer, generate_access_token
from allauth.idp.oidc.internal.oauthlib.utils import get_validator_context
from allauth.idp.oidc.models import Client, Token
from django.core.cache import cache
from oauthlib.oauth2.rfc6749.errors import InvalidGrantError
from oauthlib.oauth2.rfc8628.grant_types import DeviceCodeGrant
from oauthlib.openid import Server

from pentad.roles.access.apps import families, rules
from pentad.roles.access.apps.queries import is_let_in, lock_consent


class Validator(OAuthLibRequestValidator):  # type: ignore[misc]
    """consent: what a code that is given out now stands on. waiting: what a device's code, polled just now, stands for."""

    def __init__(self, *, consent: str = "", waiting: dict[str, Any] | None = None):
        super().__init__()
        self.consent, self.waiting = consent, waiting or {}

    def validate_redirect_uri(self, client_id: str, redirect_uri: str, request: Any, *_: Any, **__: Any) -> bool:
        return any(rules.leads_to(redirect_uri, one) for one in request.client.get_redirect_uris())

    def save_authorization_code(self, client_id: str, code: dict[str, Any], request: Any, *_: Any, **__: Any) -> None:
        super().save_authorization_code(client_id, {**code, "consent": self.consent}, request)

    def validate_code(self, client_id: str, code: str, client: Client, request: Any, *_: Any, **__: Any) -> bool:
        if not super().validate_code(client_id, code, client, request):
            families.used_again(client, families.of_code(client, code))
            return False
        found = authorization_codes.lookup(client_id, code) or {"code": {}}
        return lock_consent(client, request.user, found["code"].get("consent", ""))

    def validate_device_code(self, client_id: str, code: str, request: Any, *_: Any, **__: Any) -> str:
        """What oauthlib 4.0.1 asks, and the sign-in library does not answer yet. It has polled before it hands the
        request over, and put the colleague into it; the scopes are those agreed to, whatever the device says now.
        """
        if not request.user or not lock_consent(request.client, request.user, self.waiting.get("consent", "")):
            return str(DeviceCodeGrant.DEVICE_CODE_DENIED)
        request.scopes = list(self.waiting["agreed"])
        request.scope = " ".join(request.scopes)
        return str(DeviceCodeGrant.DEVICE_CODE_AUTHORIZED)

    def validate_refresh_token(self, refresh_token: str, client: Client, request: Any, *_: Any, **__: Any) -> bool:
        if super().validate_refresh_token(refresh_token, client, request):
            return lock_consent(client, request.user)
        if not Token.objects.by_value(refresh_token).exists():  # it may have run out, or its owner be gone
            families.used_again(client, families.of_refresh_token(refresh_token))
        return False

    def validate_bearer_token(self, token: str, scopes: Any, request: Any) -> bool:
        return super().validate_bearer_token(token, scopes, request) and is_let_in(request.client, request.user)

    def save_bearer_token(self, token: dict[str, Any], request: Any, *args: Any, **kwargs: Any) -> None:
        """The last step before the answer, and the one that two askers at once cannot both take."""
        if request.grant_type == Client.GrantType.AUTHORIZATION_CODE:
            try:
                take_once("code", f"{request.client.id}:{request.code}", app_settings.AUTHORIZATION_CODE_EXPIRES_IN)
            except InvalidGrantError:
                families.used_again(request.client, families.of_code(request.client, request.code))
                raise
        if request.grant_type == Client.GrantType.REFRESH_TOKEN:
            old = Token.objects.filter(pk=get_validator_context().refresh_token.pk)
            if old.delete()[0] != 1:
                families.used_again(request.client, families.of_refresh_token(request.refresh_token))
                raise InvalidGrantError(request=request)
        super().save_bearer_token(token, request, *args, **kwargs)
        families.keep(token, request)

    def revoke_token(self, token: str, token_type_hint: str, request: Any, *_: Any, **__: Any) -> None:
        """An app's own alone (RFC 7009), whatever kind of token it takes it for. With a refresh token ends what was born
        of it.
        """
        own = Token.objects.by_value(token).filter(client=request.client)
        own.filter(type=Token.Type.ACCESS_TOKEN).delete()
        families.end(own.filter(type=Token.Type.REFRESH_TOKEN))


class AppServer(OAuthLibServer):  # type: ignore[misc]
    def __init__(self, validator: Validator | None = None, **kwargs: Any):
        """As the library's does it, which has no place for another validator."""
        Server.__init__(
            self,
            request_validator=validator or Validator(),
            token_generator=generate_access_token,
            refresh_token_generator=families.new_refresh_token,
            token_expires_in=app_settings.ACCESS_TOKEN_EXPIRES_IN,
            **kwargs,
        )


def take_once(kind: str, code: str, seconds: int) -> None:
    """Raises InvalidGrantError for all but the first. Codes are read and deleted in two steps, so that is not enough."""
    if not cache.add(f"pentad.apps.taken.{kind}[{code}]", 1, timeout=seconds):
        raise InvalidGrantError
