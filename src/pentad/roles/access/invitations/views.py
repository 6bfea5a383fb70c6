"""Accepting an invitation, asking for a password link, and taking invitations back."""

from allauth.account.internal.flows.login import record_authentication
from allauth.core import ratelimit
from django import forms
from django.contrib import messages
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from pentad.core.errors import PentadError, RateLimited
from pentad.roles.access.gate import signed_in
from pentad.roles.access.invitations import actions
from pentad.roles.access.invitations.models import Invitation
from pentad.roles.access.invitations.queries import invitation_by, may_ask_for_link

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


class JoinForm(forms.Form):
    name = forms.CharField(max_length=200, label="Your name", widget=forms.TextInput({"autocomplete": "name"}))
    password = forms.CharField(
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
        label="Password",
        help_text="At least 10 characters",
    )


class AddressForm(forms.Form):
    email = forms.EmailField(label="E-mail address", widget=forms.EmailInput({"autocomplete": "username"}))


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def join(request: HttpRequest, token: str) -> HttpResponse:
    """Choose a name and a password; then one is signed in. The link is the right to do so."""
    invitation = invitation_by(token)
    form = JoinForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            user = actions.accept(token=token, **form.cleaned_data)
        except PentadError as error:
            if error.data.get("field") not in form.fields:
                raise
            form.add_error(error.data["field"], error.message)
        else:
            login(request, user, backend=BACKEND)
            record_authentication(request, user, method="password")
            return redirect("/")
    status = 422 if form.errors else 200
    return render(request, "access/join.html", {"form": form, "invitation": invitation}, status=status)


@never_cache
@require_http_methods(["GET", "POST"])
def forgot(request: HttpRequest) -> HttpResponse:
    """Ask for a link to set a new password. The answer is the same for every address."""
    form = AddressForm(request.POST or None)
    is_open = may_ask_for_link()
    sent = is_open and request.method == "POST" and form.is_valid()
    if sent:
        email = form.cleaned_data["email"]
        if not ratelimit.consume(request, action="reset_password", key=email.lower()):
            raise RateLimited("Too many links were asked for.", fix="Try again in a minute.", retry_after=60)
        actions.ask_for_link(email=email)
    return render(request, "access/forgot.html", {"form": form, "open": is_open, "sent": sent})


@signed_in("admin.users")
@require_POST
def revoke(request: HttpRequest, invitation_id: str) -> HttpResponse:
    invitation = get_object_or_404(Invitation, pk=invitation_id)
    try:
        actions.revoke_invitation(actor=request.actor, invitation=invitation)  # type: ignore[attr-defined]
    except PentadError as error:
        messages.error(request, f"{error.message} {error.fix}".strip())
    else:
        messages.success(request, f"The invitation of {invitation.email} is taken back.")
    return redirect("settings_people")
