"""OAuth and OpenID Connect as apps and browsers speak them. Loaded when first asked for: see urls.py.

The library answers apps; the pages that colleagues see, and what must be true before they agree, are ours.
"""

import json
from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from allauth.core.internal import httpkit, ratelimit
from allauth.idp.oidc import app_settings
from allauth.idp.oidc import views as library
from allauth.idp.oidc.forms import ConfirmCodeForm
from allauth.idp.oidc.internal.oauthlib import device_codes
from allauth.idp.oidc.internal.oauthlib.utils import (
    convert_response,
    extract_headers,
    extract_params,
    get_validator_context,
    respond_json_error,
)
from allauth.idp.oidc.internal.resources import get_resources
from allauth.idp.oidc.models import Client
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods
from oauthlib.oauth2.rfc6749.errors import FatalClientError, InvalidRequestError, OAuth2Error
from oauthlib.openid.connect.core.exceptions import InteractionRequired, LoginRequired

from pentad.core.errors import Invalid
from pentad.roles.access.apps import rules
from pentad.roles.access.apps.actions import let_app_in
from pentad.roles.access.apps.models import App, Consent
from pentad.roles.access.apps.queries import find_app
from pentad.roles.access.apps.server import AppServer, Validator, take_once
from pentad.roles.access.gate import signed_in
from pentad.roles.access.manage.queries import about
from pentad.roles.access.models import User
from pentad.roles.access.programs import looking_first, one_by_one

configuration = library.configuration
jwks = library.jwks

MOST_CLAIMS = 100
"""Objects and lists in what an app asks to be told about a colleague."""


def readable(view: Callable[..., Any]) -> Callable[..., Any]:
    """The library takes all that the server says of a request for headers in UTF-8, also what is none: leave out what is
    neither text nor a number, such as the headers as bytes.
    """

    @wraps(view)
    def asked(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        request.META = {name: said for name, said in request.META.items() if isinstance(said, str | int)}
        return view(request, *args, **kwargs)

    return asked


def by_apps(view: Callable[[HttpRequest], Any]) -> Callable[[HttpRequest], Any]:
    """What apps send passes no form: no id of ours holds U+0000, and PostgreSQL cannot look for it; and the library
    takes apart what it is told as a resource, whatever it is.
    """

    @csrf_exempt
    @require_http_methods(["POST"])
    @readable
    def asked(request: HttpRequest) -> Any:
        said = [*request.POST.values(), *filter(None, httpkit.extract_basic_auth(request.headers))]
        if any("\0" in str(one) for one in said):
            return JsonResponse({"error": "invalid_request"}, status=400)
        try:
            get_resources(request)
        except (ValidationError, ValueError):
            return JsonResponse({"error": "invalid_target"}, status=400)
        return view(request)

    return asked


@by_apps
def revoke(request: HttpRequest) -> HttpResponse:
    return convert_response(*AppServer().create_revocation_response(*extract_params(request)))  # type: ignore[no-any-return]


@csrf_exempt
@require_http_methods(["GET", "POST"])
@readable
def user_info(request: HttpRequest) -> HttpResponse:
    try:
        return convert_response(*AppServer().create_userinfo_response(*extract_params(request)))  # type: ignore[no-any-return]
    except OAuth2Error as error:
        return respond_json_error(request, error)  # type: ignore[no-any-return]


@by_apps
def device_code(request: HttpRequest) -> HttpResponse:
    """A device asks for a code to show. The library would give one to any public app, and to anybody as often as wanted."""
    if not App.objects.filter(
        pk=request.POST.get("client_id", ""), revoked=None, client__grant_types__contains=Client.GrantType.DEVICE_CODE
    ).exists():
        return JsonResponse({"error": "unauthorized_client"}, status=400)
    if not ratelimit.consume(request, action="device_code", app="allauth.idp.oidc"):
        return JsonResponse({"error": "slow_down"}, status=429)
    return library.device_code(request)  # type: ignore[no-any-return]


class Token(library.TokenView):  # type: ignore[misc]
    def _create_token_response(self, request: HttpRequest, *, user: Any = None, data: Any = None) -> HttpResponse:
        if data is not None:  # the library has read what the device waits for, and deleted it: two steps
            take_once("device", request.POST["device_code"], app_settings.DEVICE_CODE_EXPIRES_IN)
        server = AppServer(Validator(waiting=data), pre_token=[lambda asked: self._pre_token(asked, user, data)])
        return convert_response(*server.create_token_response(*extract_params(request)))  # type: ignore[no-any-return]


token = by_apps(Token.as_view())


class Authorize(library.AuthorizationView):  # type: ignore[misc]
    """“Reports would like to act for you.” Nothing is agreed to without the page; what was agreed to is not asked again of an
    app that has a secret: whoever else catches its code can do nothing with it.
    """

    template_name = "access/apps/consent.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if (response := self._login_required(request)) is not None:
            return response  # type: ignore[no-any-return]
        try:
            _require_sound_claims(request.GET.get("claims", ""))
            self._scopes, self._request_info = AppServer().validate_authorization_request(*extract_params(request))
            self._request_info["resources"] = get_resources(request)
        except (FatalClientError, ValidationError, ValueError) as error:
            # it is not known whether the address is the app's
            raise _not_asked_rightly(error) from None
        except OAuth2Error as error:
            return _to_app(error.in_uri(error.redirect_uri))
        if (refusal := self._refusal()) is not None:
            return _to_app(refusal.in_uri(self._request_info["redirect_uri"]))
        if (consent := self._agreed_before()) is not None:
            self._request_info.pop("request", None)
            return self._let_in(consent, self._scopes)
        return self.render_to_response(self.get_context_data())

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        answer = super().post
        if not request.POST.get("request"):  # an app's own question, by POST: the library turns it into a GET
            return answer(request, *args, **kwargs)  # type: ignore[no-any-return]
        return signed_in()(lambda _: answer(request, *args, **kwargs))(request)  # type: ignore[no-any-return]

    def form_valid(self, form: Any) -> HttpResponse:
        """As the library's does it; what was signed as the page was shown counts, and nothing that came with the answer."""
        scopes = form.cleaned_data["scopes"]
        return self._let_in(_agree(self.request, find_app(self._request_info["client_id"]), scopes), scopes)

    def _let_in(self, consent: Consent, scopes: list[str]) -> HttpResponse:
        """Back to the app with a code for these scopes."""
        said = dict(self._request_info)
        get_validator_context().requested_resources = said.pop("resources", None)
        asked = (self.request.path, "POST", "", extract_headers(self.request))
        try:
            return convert_response(  # type: ignore[no-any-return]
                *AppServer(Validator(consent=consent.pk)).create_authorization_response(
                    *asked, scopes=scopes, credentials={**said, "user": self.request.user}
                )
            )
        except FatalClientError as error:
            raise _not_asked_rightly(error) from None

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        app = find_app(self._request_info["client_id"])
        address = urlsplit(self._request_info["redirect_uri"])
        asked = _asked(self.request, self._scopes)
        return {
            **super().get_context_data(**kwargs), **asked, "app": app, "back": address.hostname or f"{address.scheme}:",
        }  # fmt: skip

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        """The form leads to us, and our answer to the app: browsers ask the policy about both."""
        response = super().render_to_response(context, **kwargs)
        response.form_targets = (rules.form_target(self._request_info["redirect_uri"]),)
        return response  # type: ignore[no-any-return]

    def _agreed_before(self) -> Consent | None:
        """What the colleague agreed to earlier, when that holds all that is asked for now. `prompt` asks for the page."""
        if self.request.GET.get("prompt") or getattr(self.request, "eyes", None):
            return None
        app = find_app(self._request_info["client_id"])
        consent = None if app.public else Consent.objects.filter(app=app, user=self.request.user).first()
        return consent if consent is not None and set(self._scopes) <= set(consent.rights) else None

    def _refusal(self) -> OAuth2Error | None:
        """What the app must ask differently. PKCE is for every app, confidential ones too (RFC 9700)."""
        info = self._request_info
        if not self.request.user.is_authenticated:
            return LoginRequired(state=info.get("state"))
        if "none" in self.request.GET.get("prompt", "").split():  # OAuth knows of it too, where it is no OpenID Connect
            return InteractionRequired(state=info.get("state"))
        if not info.get("code_challenge") or info.get("code_challenge_method") != "S256":
            return InvalidRequestError("PKCE with S256 is needed: code_challenge.", state=info.get("state"))
        return None


authorize = csrf_exempt(readable(Authorize.as_view()))  # what a colleague agrees to, the library protects by itself


@signed_in()
@require_http_methods(["GET", "POST"])
def device(request: HttpRequest) -> HttpResponse:
    """Where a colleague types the code that a device shows, and lets the app on it in."""
    form = ConfirmCodeForm(request.GET if "code" in request.GET else None)
    if not form.is_bound or not form.is_valid():
        status = 422 if form.is_bound else 200
        return render(request, "access/apps/device.html", {"form": form}, status=status)
    app = find_app(form.client.pk)
    waiting = cache.get(device_codes.cache_device_code_key(form.device_code))
    if waiting is None:  # it ran out a moment ago
        form.add_error("code", "The code is not valid any more. Let the device show another.")
        return render(request, "access/apps/device.html", {"form": form}, status=422)
    scopes = waiting.get("scope") or app.client.get_default_scopes()
    context = {**_asked(request, scopes), "app": app, "code": form.cleaned_data["code"]}
    if request.method == "GET":
        return render(request, "access/apps/device.html", context)
    agreed = [one for one in scopes if one in request.POST.getlist("scopes")]
    done = "in" if request.POST.get("action") == "grant" else "out"
    if done == "in" and not agreed:
        return render(request, "access/apps/device.html", context | {"none_left": True}, status=422)
    if done == "in":
        waiting |= {"consent": _agree(request, app, agreed).pk, "agreed": agreed}
        device_codes.update_device_state(form.device_code, waiting)
    device_codes.confirm_or_deny_device_code(request.user, form.device_code, confirm=done == "in")
    return render(request, "access/apps/device.html", context | {"done": done})


class SignOut(library.LogoutView):  # type: ignore[misc]
    """An app signs its colleague out, and asks whether Pentad shall do so too."""

    template_name = "access/apps/signout.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        said = request.POST if request.method == "POST" else request.GET
        if not rules.is_address(said.get("post_logout_redirect_uri", "")):
            return self.form_invalid(None)
        return super().dispatch(request, *args, **kwargs)

    def form_invalid(self, form: Any) -> HttpResponse:
        raise Invalid("The app asked to come back to an address that is not its own.", code="bad_redirect")


sign_out = csrf_exempt(readable(SignOut.as_view()))


def _agree(request: HttpRequest, app: App, scopes: list[str]) -> Consent:
    user = request.user
    assert isinstance(user, User)
    return let_app_in(actor=request.actor, app=app, user=user, rights=scopes)  # type: ignore[attr-defined]


def _asked(request: HttpRequest, scopes: list[str]) -> dict[str, Any]:
    """What an app asks for, in words: (right, words, whether it wants a second thought) of what the colleague has, and
    (right, words) of what they have not themselves.
    """
    rights = sorted(set(scopes) - rules.IDENTITY, key=looking_first)
    actor: Any = request.actor  # type: ignore[attr-defined]
    said = [(right, about(right), actor.may(right)) for right in rights]
    return {
        "identity": sorted(set(scopes) & rules.IDENTITY),
        "mine": [(right, words, one_by_one(right)) for right, words, may in said if may],
        "marked": any(may and one_by_one(right) for right, _, may in said),
        "not_mine": [(right, words) for right, words, may in said if not may],
    }


def _require_sound_claims(said: str) -> None:
    """The library would take anything, and follow it to any depth. Raises ValueError when it is not an object."""
    if said.count("[") + said.count("{") > MOST_CLAIMS or not isinstance(json.loads(said or "{}"), dict):
        raise ValueError("Malformed claims parameter")


def _not_asked_rightly(error: Exception) -> Invalid:
    said = getattr(error, "description", "") or "; ".join(getattr(error, "messages", []))
    return Invalid(
        f"The app did not ask rightly: {said or 'its question is not complete'}.".replace("..", "."),
        code="bad_app_request",
        fix="Whoever runs it compares its id and redirect address with the page of the app in Pentad.",
    )


def _to_app(address: str) -> HttpResponse:
    """Off to the app; its address may begin with a scheme of its own, which a redirect of Django's refuses."""
    return HttpResponse(status=302, headers={"Location": address})
