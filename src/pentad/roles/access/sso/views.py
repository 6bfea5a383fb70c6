"""Pages on which administrators connect identity providers, and the ways in through them."""

from typing import Any

import requests
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.providers.openid_connect import views as oidc
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from pentad.core.errors import Invalid, NotFound, PentadError
from pentad.roles.access.gate import signed_in
from pentad.roles.access.sso import actions
from pentad.roles.access.sso.adapter import refuse
from pentad.roles.access.sso.discovery import check_issuer
from pentad.roles.access.sso.forms import FORMS, OidcForm, SamlForm, add_fault, initial
from pentad.roles.access.sso.models import IdentityProvider
from pentad.roles.access.sso.queries import provider_by, providers
from pentad.roles.access.sso.saml import config_of, read_metadata


@never_cache
def oidc_login(request: HttpRequest, provider_id: str) -> HttpResponse:
    """On to the provider; a page that says so when it does not answer."""
    try:
        answer: HttpResponse = oidc.login(request, provider_id)
        return answer
    except requests.RequestException:
        name = provider_by(provider_id).name
        try:
            refuse(request, name, f"{name} does not answer.", "Try again, or sign in another way.")
        except ImmediateHttpResponse as page:
            return page.response  # type: ignore[no-any-return]


@signed_in("admin.signin")
def provider_list(request: HttpRequest) -> HttpResponse:
    return render(request, "access/providers.html", {"providers": providers()})


@never_cache
@sensitive_post_parameters("client_secret")
@signed_in("admin.signin")
@require_http_methods(["GET", "POST"])
def new_provider(request: HttpRequest, kind: str) -> HttpResponse:
    if kind not in FORMS:
        raise NotFound("There is no such kind of identity provider.", code="provider_not_found")
    return _edit(request, kind, None)


@never_cache
@sensitive_post_parameters("client_secret")
@signed_in("admin.signin")
@require_http_methods(["GET", "POST"])
def provider_page(request: HttpRequest, slug: str) -> HttpResponse:
    provider = provider_by(slug)
    return _edit(request, provider.kind, provider)


@signed_in("admin.signin")
@require_POST
def change(request: HttpRequest, slug: str) -> HttpResponse:
    """Offer it or not, or remove it."""
    provider, actor = provider_by(slug), request.actor  # type: ignore[attr-defined]
    if "remove" in request.POST:
        actions.remove_provider(actor=actor, provider=provider)
        messages.success(request, f"{provider.name} is removed. Accounts stay.")
        return redirect("settings_providers")
    if "active" in request.POST:
        active = request.POST["active"] == "1"
        actions.change_provider(actor=actor, provider=provider, active=active)
        messages.success(request, f"{provider.name} is {'offered' if active else 'not offered'} on the sign-in page.")
    return redirect("settings_provider", slug=slug)


def _edit(request: HttpRequest, kind: str, provider: IdentityProvider | None) -> HttpResponse:
    if request.GET.get("part") == "addresses":
        shown = {"kind": kind, **_addresses(request, provider, kind)}
        return render(request, "access/_provider_addresses.html", shown)
    made = FORMS[kind]
    form = made(request.POST) if request.method == "POST" else made(initial=initial(provider) if provider else None)
    if request.method == "POST" and form.is_valid():
        try:
            saved = _save(request, form, provider)
        except PentadError as error:
            add_fault(form, error)
        else:
            messages.success(request, f"{saved.name} is connected.")
            return redirect("settings_provider", slug=saved.slug)
    context = {"form": form, "provider": provider, "kind": kind, **_addresses(request, provider, kind)}
    return render(request, "access/provider.html", context, status=422 if form.errors else 200)


def _save(request: HttpRequest, form: OidcForm | SamlForm, provider: IdentityProvider | None) -> IdentityProvider:
    said, secret = form.cleaned_data, ""
    if isinstance(form, OidcForm):
        config = form.config() | {"issuer": check_issuer(said["issuer"])}  # before the transaction: it waits for others
        secret = said["client_secret"]
    else:
        config = _saml_config(said, provider)
    actor = request.actor  # type: ignore[attr-defined]
    shared: dict[str, Any] = {"actor": actor, "name": said["name"], "config": config, "terms": form.terms()}
    if provider is not None:
        return actions.change_provider(provider=provider, secret=secret, **shared)
    kind = IdentityProvider.OIDC if isinstance(form, OidcForm) else IdentityProvider.SAML
    return actions.add_provider(kind=kind, secret=secret, **shared)


def _saml_config(said: dict[str, Any], provider: IdentityProvider | None) -> dict[str, Any]:
    if said["metadata"]:
        idp = read_metadata(said["metadata"])
    elif provider is not None:
        idp = provider.config["idp"]
    else:
        raise Invalid("The identity provider’s metadata is missing.", code="bad_metadata", field="metadata")
    return config_of(idp, said["email_attribute"].strip(), said["name_attribute"].strip())


def _addresses(request: HttpRequest, provider: IdentityProvider | None, kind: str) -> dict[str, str]:
    """What to tell the identity provider about us; of a new one by the name that is typed, nothing before there is one."""
    typed = request.POST.get("name", "") or request.GET.get("name", "")
    slug = provider.slug if provider is not None else actions.slug_of(typed)
    if not slug:
        return {}
    if kind == IdentityProvider.OIDC:
        return {"callback": request.build_absolute_uri(reverse("openid_connect_callback", args=[slug]))}
    return {
        "callback": request.build_absolute_uri(reverse("saml_acs", args=[slug])),
        "entity": request.build_absolute_uri(reverse("saml_metadata", args=[slug])),
    }
