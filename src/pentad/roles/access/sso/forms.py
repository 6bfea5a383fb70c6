"""The forms of identity providers."""

from typing import Any

from django import forms

from pentad.core.errors import PentadError
from pentad.roles.access.queries import role_labels
from pentad.roles.access.sso import rules
from pentad.roles.access.sso.actions import Terms
from pentad.roles.access.sso.models import IdentityProvider

Area = forms.Textarea({"rows": 3})


def _roles() -> list[tuple[str, str]]:
    return [("", "Nobody: refuse"), *role_labels().items()]


class TermsForm(forms.Form):
    """Whom a provider may bring in, and as what."""

    groups_claim = forms.CharField(
        max_length=120, label="Groups are in", initial="groups", help_text="The claim or attribute that lists them"
    )
    group_roles = forms.CharField(
        widget=Area,
        required=False,
        label="Groups and roles",
        help_text="A line each, such as “cx-admins = admin”. The first that fits counts, at every sign-in.",
    )
    default_role = forms.ChoiceField(choices=_roles, required=False, label="Without a group that fits")
    domains = forms.CharField(
        required=False,
        label="Domains it speaks for",
        help_text="Such as kestrel.example. Empty: it must have verified the address itself.",
    )
    make_accounts = forms.BooleanField(required=False, label="Make an account at the first sign-in")

    def clean_group_roles(self) -> list[list[str]]:
        try:
            return rules.read_mapping(self.cleaned_data["group_roles"])
        except ValueError as line:
            raise forms.ValidationError(f"“{line}” is no line such as “group = role”.") from None

    def clean_domains(self) -> list[str]:
        return rules.read_domains(self.cleaned_data["domains"])

    def terms(self) -> Terms:
        names = ("groups_claim", "group_roles", "default_role", "domains", "make_accounts")
        return Terms(**{name: self.cleaned_data[name] for name in names})


Named = forms.TextInput(
    {"hx-get": "?part=addresses", "hx-trigger": "input changed delay:200ms", "hx-target": "#provider-addresses"}
)
"""What to tell the provider depends on the name; it is shown while that is typed."""


class OidcForm(TermsForm):
    name = forms.CharField(max_length=80, label="Name", help_text="On the button: “Sign in with …”", widget=Named)
    issuer = forms.CharField(max_length=300, label="Issuer", help_text="Such as https://login.example.com/realms/house")
    client_id = forms.CharField(max_length=200, label="Client id")
    client_secret = forms.CharField(
        required=False, label="Client secret", widget=forms.PasswordInput({"autocomplete": "off"})
    )
    field_order = ("name", "issuer", "client_id", "client_secret")

    def config(self) -> dict[str, Any]:
        return {"issuer": self.cleaned_data["issuer"], "client_id": self.cleaned_data["client_id"]}


class SamlForm(TermsForm):
    name = forms.CharField(max_length=80, label="Name", help_text="On the button: “Sign in with …”", widget=Named)
    domains = forms.CharField(
        label="Domains it speaks for", help_text="Such as kestrel.example. Only addresses in them can sign in."
    )
    metadata = forms.CharField(
        widget=forms.Textarea({"rows": 6}),
        required=False,
        label="Metadata",
        help_text="The XML in which the identity provider describes itself. Empty keeps the present one.",
    )
    email_attribute = forms.CharField(max_length=200, required=False, label="Attribute with the e-mail address")
    name_attribute = forms.CharField(max_length=200, required=False, label="Attribute with the name")
    field_order = ("name", "metadata", "email_attribute", "name_attribute")


FORMS: dict[str, type[OidcForm] | type[SamlForm]] = {IdentityProvider.OIDC: OidcForm, IdentityProvider.SAML: SamlForm}


def initial(provider: IdentityProvider) -> dict[str, Any]:
    """What the form shows of a provider; never the secret."""
    return {
        "name": provider.name,
        **provider.config,
        "groups_claim": provider.groups_claim,
        "group_roles": provider.mapping_text,
        "default_role": provider.default_role,
        "domains": ", ".join(provider.domains),
        "make_accounts": provider.make_accounts,
    }


def add_fault(form: forms.Form, error: PentadError) -> None:
    """Show an error at its field, or above the form."""
    field = error.data.get("field")
    form.add_error(field if field in form.fields else None, f"{error.message} {error.fix}".strip())
