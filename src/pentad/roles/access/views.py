"""Signing in, setting up, and one's own account. The ceremonies are the sign-in library's; the pages are ours."""

from typing import Any

from allauth.account import views as account
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django import forms
from django.contrib import messages
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from pentad.core.errors import PentadError
from pentad.roles.access.gate import signed_in
from pentad.roles.access.queries import is_first_run
from pentad.roles.access.setup import add_first_administrator, check_may_set_up
from pentad.roles.access.sso.queries import offered, way_in

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


class SignIn(account.LoginView):  # type: ignore[misc]
    template_name = "access/signin.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if is_first_run():
            return redirect("setup")
        return super().dispatch(request, *args, **kwargs)  # type: ignore[no-any-return]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The library leaves the buttons of identity providers to templates that we do not use."""
        back_to = self.request.GET.get("next") or self.request.POST.get("next")
        shown = [{"name": one.name, "url": way_in(one, back_to)} for one in offered()]
        return {**super().get_context_data(**kwargs), "providers": shown}


sign_in = SignIn.as_view()
sign_out = account.LogoutView.as_view(template_name="access/signout.html")
inactive = account.AccountInactiveView.as_view(template_name="access/inactive.html")
confirm_password = account.ReauthenticateView.as_view(template_name="access/confirm.html")
# Signed in is asked for here too, because through a colleague's eyes nothing is changed, one's own account neither.
change_password = signed_in()(account.PasswordChangeView.as_view(template_name="access/password.html"))
set_password = signed_in()(account.PasswordSetView.as_view(template_name="access/password.html"))
password_link = account.PasswordResetFromKeyView.as_view(template_name="access/password_link.html")

second_factor = mfa.AuthenticateView.as_view(template_name="access/second_factor.html")
confirm_second_factor = mfa.ReauthenticateView.as_view(template_name="access/confirm.html")
confirm_passkey = webauthn.ReauthenticateWebAuthnView.as_view(template_name="access/confirm_passkey.html")
add_totp = signed_in()(totp.ActivateTOTPView.as_view(template_name="access/totp_add.html"))
remove_totp = signed_in()(totp.DeactivateTOTPView.as_view(template_name="access/totp_remove.html"))
recovery_codes = recovery.ViewRecoveryCodesView.as_view(template_name="access/recovery_codes.html")
new_recovery_codes = signed_in()(recovery.GenerateRecoveryCodesView.as_view(template_name="access/recovery_new.html"))
passkeys = webauthn.ListWebAuthnView.as_view(template_name="access/passkeys.html")
add_passkey = signed_in()(webauthn.AddWebAuthnView.as_view(template_name="access/passkey_add.html"))
rename_passkey = signed_in()(webauthn.EditWebAuthnView.as_view(template_name="access/passkey_rename.html"))
remove_passkey = signed_in()(webauthn.RemoveWebAuthnView.as_view(template_name="access/passkey_remove.html"))


class AccountPage(mfa.IndexView):  # type: ignore[misc]
    template_name = "access/account.html"


account_page = signed_in()(AccountPage.as_view())


@never_cache
def password_set(request: HttpRequest) -> HttpResponse:
    """After a password was set by link."""
    messages.success(request, "Your password is set. Sign in with it.")
    return redirect("account_login")


class SetupForm(forms.Form):
    name = forms.CharField(max_length=200, label="Your name")
    email = forms.EmailField(label="E-mail address")
    password = forms.CharField(widget=forms.PasswordInput, label="Password", help_text="At least 10 characters")


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def setup(request: HttpRequest) -> HttpResponse:
    """The first administrator of a new installation."""
    if not is_first_run():
        return redirect("account_login")
    token = request.POST.get("token") or request.GET.get("token", "")
    check_may_set_up(request, token)
    form = SetupForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            user = add_first_administrator(**form.cleaned_data)
        except PentadError as error:
            form.add_error(error.data.get("field"), error.message)
        else:
            login(request, user, backend=BACKEND)
            record_authentication(request, user, method="password")
            return redirect("/")
    return render(request, "access/setup.html", {"form": form, "token": token})
