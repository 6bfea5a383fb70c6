"""Reads of identity providers."""

from urllib.parse import urlencode

from django.db.models import QuerySet
from django.urls import reverse

from pentad.core.errors import NotFound
from pentad.roles.access.sso.models import IdentityProvider


def providers() -> QuerySet[IdentityProvider]:
    return IdentityProvider.objects.order_by("name")


def offered() -> QuerySet[IdentityProvider]:
    """Those with a button on the sign-in page."""
    return providers().filter(active=True)


def provider_by(slug: str) -> IdentityProvider:
    """Raises NotFound."""
    found = IdentityProvider.objects.filter(slug=slug).first()
    if found is None:
        raise NotFound("There is no such identity provider.", code="provider_not_found", fix="See the list.")
    return found


def way_in(provider: IdentityProvider, back_to: str | None = None) -> str:
    """Where signing in with it begins."""
    if provider.kind == IdentityProvider.OIDC:
        path = reverse("openid_connect_login", args=[provider.slug])
    else:
        path = reverse("saml_login", args=[provider.slug])
    return f"{path}?{urlencode({'next': back_to})}" if back_to else path
