"""The form of an app."""

from typing import Any

from django import forms

from pentad.roles.access.listing import ListField, owner_field
from pentad.roles.access.models import User


class AppForm(forms.Form):
    name = forms.CharField(max_length=100, label="Name", help_text="What colleagues read when it asks to be let in")
    owner = owner_field("Who answers for it, and as whom it acts by itself")
    addresses = forms.CharField(
        required=False, max_length=9_000, label="Redirect addresses", widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Where colleagues are sent back to, one a line: https://reports.example/callback",
    )  # fmt: skip
    kind = forms.ChoiceField(
        label="Kind", initial="confidential",
        choices=[
            ("confidential", "Confidential: on a server, keeps a secret"),
            ("public", "Public: on a phone, a desktop or a device, keeps none"),
        ],
    )  # fmt: skip
    by_itself = forms.BooleanField(required=False, label="May act without a colleague, as its owner")
    devices = forms.BooleanField(required=False, label="Runs on devices without a browser, and shows a code")
    rights = ListField(label="What it may ever do")

    def __init__(self, *args: Any, change: bool = False, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if change:  # an app that kept a secret cannot become one that does not
            del self.fields["kind"]

    def said(self) -> dict[str, Any]:
        """The keyword arguments of the action."""
        found = dict(self.cleaned_data)
        found["addresses"] = found["addresses"].splitlines()
        if "kind" in found:
            found["public"] = found.pop("kind") == "public"
        found["owner"] = User.objects.get(pk=found["owner"])
        return found
