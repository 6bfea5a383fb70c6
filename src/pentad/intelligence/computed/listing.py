"""The list of computed traits, declared."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.html import format_html
from django.utils.safestring import SafeString

from pentad.intelligence.computed import queries, text
from pentad.intelligence.computed.models import ComputedTrait
from pentad.intelligence.segments.listing import as_of, duration
from pentad.roles.views import cells
from pentad.roles.views.spec import Column, Condition, Empty, Field, ListSpec, Operator, Sort, register

TONES = {ComputedTrait.LIVE: ("Live", "green"), ComputedTrait.ARCHIVED: ("Archived", "gold")}
"""What a state is called, and its colour."""


def base() -> "QuerySet[ComputedTrait]":
    return queries.traits()


def prepare(rows: Sequence[Any]) -> None:
    """Attach what cells say: who may read it, what it is, how many have a value, how fresh it is."""
    known = queries.correct_until() if rows else None
    for row in rows:
        row.open = queries.readable(row)
        row.shown_size = queries.size(row) if row.open and row.live else None
        row.fresh = queries.freshness(row, known) if row.open else queries.UNTOLD
        row.shown_cost = row.cost_ms if row.open else None
        row.sentence = text.say(row.computed) if row.open else ""


def _name(row: Any) -> SafeString:
    return format_html('<span class="truncate" title="{}">{}</span>', row.description, row.name)


def _sentence(row: Any) -> SafeString:
    return format_html('<span class="truncate" title="{0}">{0}</span>', row.sentence or cells.NOTHING)


def tone(row: Any) -> tuple[str, str]:
    return ("Not kept up", "red") if row.live and row.failure and row.open else TONES[row.state]


def _size(row: Any) -> str:
    return cells.NOTHING if row.shown_size is None else f"{row.shown_size:,}"


def _state(operator: str, value: str) -> Condition:
    where = Q(state=value)
    return Condition(where if operator == "is" else ~where)


FIELDS = (
    Field("state", "State", (Operator("is", "is", "choice"), Operator("isnt", "is not", "choice")), _state, "circle-dot",
          "Computed trait", lambda: [(state, label) for state, (label, _) in TONES.items()]),
)  # fmt: skip

TRAITS = register(
    ListSpec(
        name="computed", title="Computed traits", one="computed trait", many="computed traits", icon="sigma",
        url="/segments/traits/", right="segments.view", base=base,
        row_url=lambda row: f"/segments/traits/{row.id}/", row_key=lambda row: row.id, label=lambda row: row.name,
        columns=(
            Column("name", "Trait", _name, "sigma", sort="name", phone="title", plain=lambda row: row.name),
            Column("made_of", "What it is", _sentence, "file-text", muted=True, phone="sub", plain=lambda row: row.sentence),
            Column("state", "State", lambda row: cells.tag(*tone(row), True), "circle-dot",
                   plain=lambda row: row.state),
            Column("size", "Customers", _size, "users", number=True, phone="end", plain=lambda row: row.shown_size),
            Column("as_of", "Correct as of", as_of, "clock", muted=True),
            Column("cost", "Cost", lambda row: duration(row.shown_cost) or cells.NOTHING, "gauge", number=True, muted=True,
                   plain=lambda row: row.shown_cost),
            Column("changed", "Edited", lambda row: cells.ago(row.changed), "pencil", sort="changed", muted=True,
                   plain=lambda row: row.changed),
            Column("by", "Edited by", lambda row: format_html("{}", row.changed_by), "user-round", muted=True,
                   default=False, plain=lambda row: row.changed_by),
        ),
        sorts=(
            Sort("name", "Trait", "name", descending=False, index_descending=False, words=("A to Z", "Z to A")),
            Sort("changed", "Edited", "changed", words=("oldest first", "latest first")),
        ),
        search=lambda words: Condition(Q(name__icontains=words) | Q(description__icontains=words) | Q(id=words)),
        search_hint="Name or description", fields=lambda: FIELDS, load=prepare,
        empty=Empty("No computed traits yet", "A figure of what customers do, kept as a trait of each: how many orders, days since"
                    " the last visit, the category bought most.", "/segments/traits/new/", "New computed trait",
                    right="segments.edit"),
        clear={
            "Live": Empty("No computed trait is live", "All of them are in the archive."),
            "Archive": Empty("Nothing in the archive", "What is not needed any more can be put here; its values go."),
        },
        views=(
            ("Live", {"filters": [["state", "is", ComputedTrait.LIVE]]}),
            ("Archive", {"filters": [["state", "is", ComputedTrait.ARCHIVED]]}),
        ),
        template="computed/list.html", cards=("made_of", "size", "as_of"),
    )
)  # fmt: skip
