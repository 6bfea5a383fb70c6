"""How the library's provider fits our house: whose key signs, what colleagues are called, what rights mean in words."""

from typing import Any

from allauth.idp.oidc.adapter import DefaultOIDCAdapter
from allauth.idp.oidc.models import Client, PrivateKey
from django.contrib.auth.base_user import AbstractBaseUser

from pentad.roles.access.apps.keys import signing_key
from pentad.roles.access.apps.models import Consent
from pentad.roles.access.apps.rules import IDENTITY
from pentad.roles.access.manage.queries import all_rights
from pentad.roles.access.models import User


class OidcAdapter(DefaultOIDCAdapter):  # type: ignore[misc]
    def list_private_keys(self, **_: Any) -> list[PrivateKey]:
        return [PrivateKey(pem=signing_key())]

    def populate_server_metadata(self, data: dict[str, Any]) -> None:
        """What is true of us: the library would list all that it can do."""
        data["scopes_supported"] = [*sorted(IDENTITY), *all_rights()]
        data["response_types_supported"] = ["code"]

    def get_claims(self, purpose: str, user: Any, client: Client, scopes: Any, **_: Any) -> dict[str, Any]:
        """Who somebody is; of an app that acts by itself, its own id."""
        if user is None:
            return {"sub": client.id}
        found = {"sub": self.get_user_sub(client, user)}
        if "email" in scopes:  # administrators give addresses, and a link to join may be handed over by other ways
            found |= {"email": user.email, "email_verified": False}
        if "profile" in scopes:
            found["name"] = user.name
        return found

    def get_user_by_sub(self, client: Client, sub: str) -> AbstractBaseUser | None:
        """Asked as a code is exchanged: for who has shut the app out meanwhile, it is worth nothing."""
        user: User | None = super().get_user_by_sub(client, sub)
        return user if user and Consent.objects.filter(app=client.pk, user=user).exists() else None
