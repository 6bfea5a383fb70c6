"""The list of suppressed addresses, declared."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Q
from django.utils.html import format_html
from django.utils.safestring import SafeString

from pentad.core import clock
from pentad.data.consent.queries import channels
from pentad.data.identity.models import Person
from pentad.data.profiles.lists import title
from pentad.intelligence.contact import queries
from pentad.intelligence.contact.models import Suppression
from pentad.roles.views import cells
from pentad.roles.views.spec import Column, Condition, Empty, Field, ListSpec, Operator, Sort, register

REASONS = {
    Suppression.HARD: ("Hard bounce", "red"),
    Suppression.INVALID: ("Invalid", "red"),
    Suppression.COMPLAINT: ("Complaint", "orange"),
    Suppression.SOFT: ("Soft bounces", "gold"),
    Suppression.MANUAL: ("By hand", "gray"),
    Suppression.IMPORT: ("Imported", "gray"),
}
"""What a reason is called, and its colour."""
IS = (Operator("is", "is", "choice"), Operator("isnt", "is not", "choice"))


def prepare(rows: Sequence[Any]) -> None:
    """Attach what cells say: whose address it was, as far as the reader sees them, and what the channel is called."""
    people = {one.no: one for one in Person.seen.filter(no__in=[row.person_id for row in rows if row.person_id])}
    labels = {one.name: one.label for one in channels()} if rows else {}
    now = clock.now()
    for row in rows:
        row.customer = people.get(row.person_id)
        row.called = title(row.customer) if row.customer else ""
        row.by = labels.get(row.channel, row.channel) if row.channel else "Every channel"
        row.ended = row.until is not None and row.until <= now


def _customer(row: Any) -> SafeString:
    if row.customer is None:
        return format_html('<span class="text-muted-foreground">{}</span>', "nobody known, or not yours to see")
    return format_html('<span class="truncate">{}</span>', row.called)


def standing(row: Any) -> tuple[str, str]:
    """How it stands, and its colour."""
    if row.lifted is not None:
        return "Lifted", "green"
    return ("Ended", "gray") if row.ended else ("Suppressed", "red")


def _until(row: Any) -> SafeString:
    return cells.ago(row.until) if row.until else SafeString(cells.NOTHING)


def _one_of(column: str, operator: str, value: str) -> Condition:
    where = Q(**{column: value})
    return Condition(where if operator == "is" else ~where)


def _state(operator: str, value: str) -> Condition:
    where = {"suppressed": queries.in_force(), "lifted": Q(lifted__isnull=False)}.get(value, ~queries.in_force())
    return Condition(where if operator == "is" else ~where)


def _fields() -> Sequence[Field]:
    return (
        Field("state", "State", IS, _state, "circle-dot", "Address",
              lambda: [("suppressed", "Suppressed"), ("over", "Lifted or ended"), ("lifted", "Lifted")]),
        Field("reason", "Reason", IS, lambda operator, value: _one_of("reason", operator, value), "ban", "Address",
              lambda: [(name, label) for name, (label, _) in REASONS.items()]),
        Field("channel", "Channel", IS, lambda operator, value: _one_of("channel", operator, value), "megaphone", "Address",
              lambda: [("", "Every channel"), *((one.name, one.label) for one in channels())]),
    )  # fmt: skip


SUPPRESSED = register(
    ListSpec(
        name="suppressed", title="Suppressed addresses", one="suppressed address", many="suppressed addresses", icon="ban",
        url="/settings/contact/suppressed/", right="contact.view", base=queries.suppressions,
        row_url=lambda row: f"/settings/contact/suppressed/{row.id}/", row_key=lambda row: row.id,
        label=lambda row: row.called or "an address of nobody known",
        columns=(
            Column("customer", "Whose address", _customer, "user-round", phone="title", plain=lambda row: row.called),
            Column("channel", "Channel", lambda row: format_html("{}", row.by), "megaphone", phone="sub",
                   plain=lambda row: row.channel),
            Column("reason", "Reason", lambda row: cells.tag(*REASONS[row.reason]), "ban", phone="end",
                   plain=lambda row: row.reason),
            Column("state", "State", lambda row: cells.tag(*standing(row), True), "circle-dot",
                   plain=lambda row: standing(row)[0]),
            Column("at", "Since", lambda row: cells.ago(row.at), "clock", sort="at", muted=True, plain=lambda row: row.at),
            Column("until", "Until", _until, "calendar", muted=True, plain=lambda row: row.until),
            Column("source", "Told by", lambda row: format_html('<span class="truncate">{}</span>', row.source), "info",
                   muted=True, plain=lambda row: row.source),
        ),
        sorts=(Sort("at", "Since", "at", words=("oldest first", "latest first")),),
        search=lambda words: Condition(queries.of_address(words) | Q(id=words)),
        search_hint="A whole address", fields=_fields, load=prepare,
        empty=Empty("No address is suppressed", "Addresses that bounce for good, or whose owner complains, are not written to"
                    " any more. They come here by themselves; a list kept elsewhere can be brought along.",
                    dialog="/settings/contact/suppressed/add/", action="Suppress addresses", right="contact.edit"),
        views=(
            ("Suppressed", {"filters": [["state", "is", "suppressed"]]}),
            ("Lifted or ended", {"filters": [["state", "is", "over"]]}),
        ),
        clear={
            "Suppressed": Empty("No address is suppressed now", "Those that were are under “Lifted or ended”."),
            "Lifted or ended": Empty("None was lifted", "Whoever lifts a suppression says why; it stays here."),
        },
        template="contact/suppressed.html", cards=("channel", "reason", "at"),
    )
)  # fmt: skip
