"""The list of recent changes, declared."""

from typing import Any

from django.db.models import Q
from django.utils.html import format_html

from pentad.core.actor import reader
from pentad.core.errors import Invalid
from pentad.roles.access.rules import OWN_ACCOUNT
from pentad.roles.access.seeing import self_ref
from pentad.roles.undo import actions, queries
from pentad.roles.undo.kinds import kind_named, kinds, said
from pentad.roles.views import cells
from pentad.roles.views.spec import Column, Condition, Empty, Field, ListSpec, Operator, Sort, register


def _what(change: Any) -> str:
    icon = cells.icon(kind_named(change.kind).icon, "size-3.5 text-muted-foreground")
    css = "truncate text-muted-foreground" if change.undone else "truncate"
    return format_html('{}<span class="{}">{}</span>', icon, css, said(change))


def _who(change: Any) -> str:
    name = change.actor_name
    return format_html(
        '<span class="flex min-w-0 items-center gap-2">{}<span class="truncate">{}</span></span>',
        cells.avatar(name, change.actor), name,
    )  # fmt: skip


def _state(change: Any) -> str:
    """A button that takes it back, or that it was."""
    if change.undone:
        return cells.tag("Partly undone" if change.stayed else "Undone", "gray", True)
    if change.under_way:
        return cells.tag("Being undone", "blue", True)
    if not reader().may(kind_named(change.kind).right):
        return cells.NOTHING
    return format_html(
        '<button type="button" class="btn" data-variant="outline" data-size="sm" hx-post="/changes/{}/undo/"'
        ' hx-swap="none" hx-push-url="false" aria-label="Undo: {}">{}Undo</button>',
        change.id, said(change), cells.icon("undo-2", "size-3.5"),
    )  # fmt: skip


def _load(rows: Any) -> None:
    for row in rows:
        row.under_way = actions.under_way(row) is not None


def _search(text: str) -> Condition:
    """In what is said to the reader: what is not said would be told by what is found."""
    told = Q(what__icontains=text)
    for kind in kinds():
        told &= ~kind.veiled()
    return Condition(told | Q(actor_name__icontains=text))


def _kind(operator: str, value: str) -> Condition:
    return Condition(Q(kind__in=value.split("|")))


def _done_by(operator: str, value: str) -> Condition:
    mine = Q(actor=self_ref(reader()))
    return Condition(mine if operator == "me" else ~mine)


def _undone(operator: str, value: str) -> Condition:
    if value not in ("yes", "no"):
        raise Invalid(f"“{value}” is no state.", code="bad_filter", fix="yes or no.")
    return Condition(Q(undone__isnull=value == "no"))


FIELDS = (
    Field("kind", "Kind", (Operator("is", "is one of", "choices"),), _kind, "list",
          choices=lambda: [(kind.name, kind.label) for kind in kinds()]),
    Field("who", "Who", (Operator("me", "is me", "none"), Operator("others", "is somebody else", "none")), _done_by,
          "user-round"),
    Field("undone", "Undone", (Operator("is", "is", "choice"),), _undone, "undo-2",
          choices=lambda: (("no", "no"), ("yes", "yes"))),
)  # fmt: skip

CHANGES = register(
    ListSpec(
        name="changes", title="Recent changes", one="change", many="changes", icon="undo-2", url="/changes/",
        right=OWN_ACCOUNT, base=queries.changes, open=lambda: False,
        row_url=lambda change: f"/changes/{change.id}/", row_key=lambda change: change.id,
        label=said,
        columns=(
            Column("what", "What", _what, "zap", phone="title", plain=said),
            Column("count", "Records", lambda change: f"{change.count:,}", "hash", number=True,
                   plain=lambda change: change.count),
            Column("who", "Who", _who, "user-round", phone="sub", plain=lambda change: change.actor_name),
            Column("at", "When", lambda change: cells.ago(change.at), "clock", sort="at", muted=True,
                   plain=lambda change: change.at),
            Column("undo", "Undo", _state, "undo-2", phone="end"),
        ),
        sorts=(Sort("at", "When", "at", words=("oldest first", "latest first")),),
        search=_search,
        search_hint="What was done, or by whom", fields=lambda: FIELDS, load=_load,
        empty=Empty(
            "Nothing to take back",
            "Merges, imports, changes of many records and deletions stay here for 30 days, each with a way back.",
        ),
        views=(
            ("Mine", {"filters": [["who", "me", ""]]}),
            ("Others'", {"filters": [["who", "others", ""]]}),
        ),
    )
)  # fmt: skip
