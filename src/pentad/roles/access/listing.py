"""The fields by which an app or an agent gets its list of rights and its owner."""

from typing import Any

from django import forms

from pentad.roles.access.manage.queries import about, all_rights
from pentad.roles.access.models import User
from pentad.roles.access.programs import one_by_one


class ListField(forms.MultipleChoiceField):
    """Rights, each to be chosen by itself; shown by access/_list_field.html."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, **kwargs: Any):
        super().__init__(required=False, choices=_choices, **kwargs)


def _choices() -> list[tuple[str, str]]:
    return [(right, about(right)) for right in all_rights()]


def areas(chosen: list[str]) -> list[tuple[str, list[tuple[str, str, bool, bool]]]]:
    """(area, rights) for the form: a right, its words, whether it is chosen, and whether it wants a second thought."""
    found: dict[str, list[tuple[str, str, bool, bool]]] = {}
    for right, words in _choices():
        row = (right, words, right in chosen, one_by_one(right))
        found.setdefault(right.partition(".")[0], []).append(row)
    return sorted(found.items(), key=lambda area: (area[0] not in ("people", "companies", "tasks"), area[0]))


def _owners() -> list[tuple[str, str]]:
    rows = User.objects.filter(is_active=True).order_by("name", "email")
    return [("", "Choose a colleague"), *((str(one.pk), str(one)) for one in rows)]


def owner_field(help_text: str) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label="Owner", coerce=int, help_text=help_text,
        choices=_owners,
    )  # fmt: skip
