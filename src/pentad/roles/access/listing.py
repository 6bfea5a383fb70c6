"""The fields by which an app or an agent gets its list of rights and its owner."""

from dataclasses import dataclass
from typing import Any

from django import forms

from pentad.roles.access.manage.queries import about, all_rights
from pentad.roles.access.models import User
from pentad.roles.access.programs import looking_first, one_by_one

RECORDS = ("people", "companies", "tasks")


class ListField(forms.MultipleChoiceField):
    """Rights, each to be chosen by itself; shown by access/_list_field.html."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, **kwargs: Any):
        super().__init__(required=False, choices=_choices, **kwargs)


def _choices() -> list[tuple[str, str]]:
    return [(right, about(right)) for right in all_rights()]


@dataclass(frozen=True, slots=True)
class Area:
    """Rights of one area for the form. rows: a right, its words, whether it is chosen, whether it wants a second thought."""

    name: str
    rows: list[tuple[str, str, bool, bool]]
    open: bool

    @property
    def chosen(self) -> int:
        return sum(row[2] for row in self.rows)


def areas(chosen: list[str]) -> list[Area]:
    """What is about records first; folded where nothing is chosen, once something is."""
    found: dict[str, list[tuple[str, str, bool, bool]]] = {}
    for right in sorted(all_rights(), key=looking_first):
        row = (right, about(right), right in chosen, one_by_one(right))
        found.setdefault(right.partition(".")[0], []).append(row)
    return sorted(
        (
            Area(name, rows, any(row[2] for row in rows) or (not chosen and name in RECORDS))
            for name, rows in found.items()
        ),
        key=lambda area: (RECORDS.index(area.name) if area.name in RECORDS else len(RECORDS), area.name),
    )


def _owners() -> list[tuple[str, str]]:
    rows = User.objects.filter(is_active=True).order_by("name", "email")
    return [("", "Choose a colleague"), *((str(one.pk), str(one)) for one in rows)]


def owner_field(help_text: str) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label="Owner", coerce=int, help_text=help_text,
        choices=_owners,
    )  # fmt: skip
