"""How the sign-in library finds our identity providers, fetches from them, and lets their people in."""

from typing import Any, NoReturn

import requests
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp, SocialLogin
from allauth.socialaccount.providers.base import AuthError
from django.http import HttpRequest
from django.shortcuts import render

from pentad.core import outgoing
from pentad.core.actor import NOBODY
from pentad.core.errors import Denied
from pentad.roles.access.models import User
from pentad.roles.access.sso import rules
from pentad.roles.access.sso.actions import Arrival, welcome
from pentad.roles.access.sso.models import IdentityProvider
from pentad.roles.access.sso.queries import offered, provider_by
from pentad.roles.access.sso.saml import name_of
from pentad.roles.audit.telling import record

LIBRARY_NAMES = {IdentityProvider.OIDC: "openid_connect", IdentityProvider.SAML: "saml"}


class SocialAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    def list_apps(
        self, request: HttpRequest, provider: str | None = None, client_id: str | None = None
    ) -> list[SocialApp]:
        """Our rows in the library's shape, never stored in its table, which would keep the secret in the clear."""
        found = []
        for row in offered():
            app = _app(row)
            if provider in (None, app.provider, app.provider_id) and client_id in (None, app.client_id):
                found.append(app)
        return found

    def get_requests_session(self) -> requests.Session:
        return outgoing.session()

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return False  # whoever comes in has been welcomed below

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        provider = provider_by(sociallogin.account.provider)
        known: User | None = sociallogin.user if sociallogin.is_existing else None
        try:
            user = welcome(provider, _arrival(provider, sociallogin, known))
        except Denied as error:
            record(NOBODY, "sign_in_refused", f"provider:{provider.slug}", why=error.code)
            refuse(request, provider.name, error.message, error.fix)
        if known is None:
            sociallogin.connect(request, user)
        else:
            sociallogin.user = sociallogin.account.user = user

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: Any,
        error: str = AuthError.UNKNOWN,
        exception: Exception | None = None,
        extra_context: Any = None,
    ) -> None:
        if error == AuthError.CANCELLED:
            refuse(request, str(provider.name), "You cancelled.", "Try again, or sign in another way.")
        why = f"It said: {exception}"[:200] if exception else "The answer did not fit what was asked."
        refuse(
            request, str(getattr(provider, "name", provider)), f"The sign-in did not come about. {why}", "Try again."
        )


def refuse(request: HttpRequest, name: str, message: str, fix: str) -> NoReturn:
    """End the sign-in with a page that says why."""
    context = {"provider": name, "message": message, "fix": fix}
    raise ImmediateHttpResponse(render(request, "access/sso_refused.html", context, status=403))


def _app(row: IdentityProvider) -> SocialApp:
    app = SocialApp(provider=LIBRARY_NAMES[row.kind], provider_id=row.slug, name=row.name)
    if row.kind == IdentityProvider.OIDC:
        app.client_id, app.secret = row.config["client_id"], row.secret
        scope = ["openid", "profile", "email", *row.config.get("scope", [])]
        app.settings = {"server_url": row.config["issuer"], "oauth_pkce_enabled": True, "scope": scope}
    else:
        app.client_id = row.slug
        app.settings = row.config
    return app


def _arrival(provider: IdentityProvider, login: SocialLogin, known: User | None) -> Arrival:
    address = login.email_addresses[0] if login.email_addresses else None
    claims = login.account.extra_data
    return Arrival(
        email=address.email if address else "",
        verified=bool(address and address.verified),
        name=_name(provider, claims)[:200],
        groups=rules.groups_of(claims, provider.groups_claim),
        user=known,
    )


def _name(provider: IdentityProvider, claims: dict[str, Any]) -> str:
    if provider.kind == IdentityProvider.SAML:
        return name_of(claims, provider.config.get("name_attribute", ""))
    person = claims.get("userinfo") or claims.get("id_token") or claims
    return str(person.get("name") or "")
