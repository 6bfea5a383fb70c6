"""Pages on which administrators look after colleagues and API keys."""

import re

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from pentad.core.errors import PentadError
from pentad.roles.access import actions, rules
from pentad.roles.access.gate import signed_in
from pentad.roles.access.invitations.actions import invite
from pentad.roles.access.invitations.models import Invitation
from pentad.roles.access.invitations.queries import invitations, mails, open_links, path_of
from pentad.roles.access.models import ApiKey, User
from pentad.roles.access.purposes.queries import in_force
from pentad.roles.access.queries import colleagues, elevated, keys, role_labels, roles_least_first


def _role_field() -> forms.ChoiceField:
    return forms.ChoiceField(
        choices=lambda: list(roles_least_first().items()),
        initial=rules.MEMBER,
        label="Role",
        help_text="What they may see and do",
    )


class InvitationForm(forms.Form):
    email = forms.EmailField(label="E-mail address")
    role = _role_field()


class KeyForm(forms.Form):
    name = forms.CharField(max_length=120, label="Name", help_text="What the key is for, such as “nightly export”")
    role = _role_field()
    rights = forms.CharField(
        required=False, max_length=1000, label="Only these rights of the role",
        help_text="Such as people.view, receipts.*; all of the role's when empty",
    )  # fmt: skip
    purposes = forms.MultipleChoiceField(
        required=False, label="Only these purposes of the role", widget=forms.CheckboxSelectMultiple,
        choices=lambda: list(in_force().items()), help_text="All of the role’s when none is ticked",
    )  # fmt: skip

    def clean_rights(self) -> list[str]:
        return re.split(r"[\s,;]+", self.cleaned_data["rights"].strip(" ,;")) if self.cleaned_data["rights"] else []


@never_cache  # may show an invitation, which is as good as a password
@signed_in("admin.users")
def people(request: HttpRequest) -> HttpResponse:
    """Colleagues and who is invited."""
    form = InvitationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        home = request.build_absolute_uri("/")
        try:
            made = invite(actor=request.actor, site=home, **form.cleaned_data)  # type: ignore[attr-defined]
        except PentadError as error:
            form.add_error(error.data.get("field"), error.message)
        else:
            return _people_page(request, form=InvitationForm(), invitation=made)
    status = 422 if form.errors else 200
    return _people_page(request, form=form, status=status)


@never_cache
@signed_in("admin.users")
@require_POST
def person(request: HttpRequest, user_id: int) -> HttpResponse:
    """Change one colleague: role, open or closed account, no second step, no lockout, or a new link to set a password."""
    user = get_object_or_404(User, pk=user_id)
    actor = request.actor  # type: ignore[attr-defined]
    if "invite" in request.POST:
        return _password_link(request, user)
    try:
        if "role" in request.POST:
            actions.change_user(actor=actor, user=user, role=request.POST["role"])
            told = f"{user.name} is {role_labels()[user.role]} now."
        elif "active" in request.POST:
            opens = request.POST["active"] == "1"
            actions.change_user(actor=actor, user=user, active=opens)
            told = f"{user.name}’s account is {'open again' if opens else 'closed: they are signed out everywhere'}."
        elif "second_step" in request.POST:
            actions.remove_second_step(actor=actor, user=user)
            told = f"{user.name} signs in without a second step until they set up another."
        elif "locked" in request.POST:
            actions.unlock_user(actor=actor, user=user)
            told = f"{user.name} can try to sign in again."
        else:
            told = "Nothing was changed."
    except PentadError as error:
        messages.error(request, f"{error.message} {error.fix}".strip())
    else:
        messages.success(request, told)
    return redirect("settings_people")


def _password_link(request: HttpRequest, user: User) -> HttpResponse:
    """Shown in the answer and never stored: the link is as good as a password."""
    path = actions.invitation(actor=request.actor, user=user)  # type: ignore[attr-defined]
    return _people_page(request, form=InvitationForm(), invited=user, link=request.build_absolute_uri(path))


def _people_page(
    request: HttpRequest,
    *,
    form: InvitationForm,
    invitation: Invitation | None = None,
    invited: User | None = None,
    link: str = "",
    status: int = 200,
) -> HttpResponse:
    found = list(invitations())
    links = open_links(request.actor, found)  # type: ignore[attr-defined]
    waiting = [(one, request.build_absolute_uri(links[one.id]) if one.id in links else "") for one in found]
    held = elevated()
    made = {"invitation": invitation, "invited": invited, "mails": mails()}
    if invitation is not None:
        link = request.build_absolute_uri(path_of(invitation))
    context = {
        "roles": roles_least_first(),
        "people": [(one, held.get(one.pk, [])) for one in colleagues()],
        "invitations": waiting,
        "form": form,
        "link": link,
        **made,
    }
    return render(request, "access/people.html", context, status=status)


@never_cache  # may show a token
@signed_in("admin.keys")
def key_list(request: HttpRequest) -> HttpResponse:
    """API keys: list and add. A new token is shown in the answer, this once."""
    form = KeyForm(request.POST or None)
    added, token = None, ""
    if request.method == "POST" and form.is_valid():
        try:
            added, token = actions.add_key(actor=request.actor, **form.cleaned_data)  # type: ignore[attr-defined]
            form = KeyForm()
        except PentadError as error:
            form.add_error(error.data.get("field"), error.message)
    context = {"keys": keys().filter(agent=None), "form": form, "added": added, "token": token}
    return render(request, "access/keys.html", context, status=422 if form.errors else 200)


@signed_in("admin.keys")
@require_POST
def revoke_key(request: HttpRequest, key_id: str) -> HttpResponse:
    key = actions.revoke_key(actor=request.actor, key=get_object_or_404(ApiKey, pk=key_id))  # type: ignore[attr-defined]
    messages.success(request, f"The key “{key.name}” is revoked: programs that use it are refused from now on.")
    return redirect("settings_keys")
