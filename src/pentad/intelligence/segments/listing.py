"""The list of segments, declared."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db.models import Count, F, FloatField, Q, QuerySet, Value
from django.db.models.functions import Coalesce
from django.utils.html import format_html
from django.utils.safestring import SafeString

from pentad.core import clock
from pentad.core.errors import Invalid
from pentad.intelligence.segments import queries
from pentad.intelligence.segments.access import everybody
from pentad.intelligence.segments.models import Segment, SegmentMove
from pentad.roles.access.seeing import in_full
from pentad.roles.views import cells
from pentad.roles.views.spec import Column, Condition, Empty, Field, ListSpec, Operator, Sort, register

DAY = timedelta(days=1)
TONES = {Segment.LIVE: ("Live", "green"), Segment.DRAFT: ("Draft", "gray"), Segment.ARCHIVED: ("Archived", "gold")}
"""What a state is called, and its colour."""


def base() -> "QuerySet[Segment]":
    """All that were not deleted. cost: 0 before anybody was asked, so that pages can go on from there."""
    return queries.segments().annotate(cost=Coalesce(F("cost_ms"), Value(0.0), output_field=FloatField()))


def prepare(rows: Sequence[Any]) -> None:
    """Attach what cells say: who may read it, size, changes since yesterday, how fresh it is, what uses it."""
    if not rows:
        return
    known, jobs, views = queries.correct_until(), queries.all_jobs(), queries.views_filtering()
    for row in rows:
        row.open = queries.readable(row)
        row.shown_size = queries.size(row) if row.open and row.kept_up else None
        row.fresh = queries.freshness(row, known, jobs) if row.open else queries.UNTOLD
        row.shown_cost = row.cost_ms if row.open else None
        row.uses = len(queries.uses(row)) + len(views.get(str(row.pk), ())) if row.open else None
    changes = since_yesterday([row for row in rows if row.open and row.kept_up])
    moved = queries.last_moved([row for row in rows if row.open])
    for row in rows:
        row.shown_moved = moved.get(row.pk)
        row.change = changes.get(row.pk, 0)
        row.change_size = abs(row.change)
        row.is_new = queries.is_new(row)


def since_yesterday(rows: Sequence[Segment]) -> dict[int, int]:
    """How many more members they have than a day ago, as far as the reader may see them; by number."""
    if not rows:
        return {}
    moves = SegmentMove.objects.filter(segment__in=[row.pk for row in rows], at__gt=clock.now() - DAY)
    found = queries.seen_moves(moves).order_by().values_list("segment_id").annotate(
        more=Count("pk", filter=Q(entered=True)), less=Count("pk", filter=Q(entered=False))
    )  # fmt: skip
    return {number: more - less for number, more, less in found}


def _name(row: Any) -> SafeString:
    return format_html('<span class="truncate" title="{}">{}</span>', row.description, row.name)


def state_tag(row: Any) -> SafeString:
    if row.state == Segment.LIVE and row.fresh.failure:
        return cells.tag("Not kept up", "red", True)
    return cells.tag(*TONES[row.state], True)


def _size(row: Any) -> str:
    return cells.NOTHING if row.shown_size is None else f"{row.shown_size:,}"


def _change(row: Any) -> str:
    if row.shown_size is None or not (row.change or row.is_new):
        return cells.NOTHING
    if row.is_new:
        return "new"
    return f"{row.change:+,}".replace("-", "−")


def as_of(row: Any) -> str:
    """Up to when it is right; how far it is while everybody is asked; that it is late."""
    if row.fresh.job:
        part = f" {row.fresh.progress:.0%}" if row.fresh.progress else ""
        return cells.tag(f"Being filled{part}", "blue", True)
    if row.fresh.correct_as_of is None:
        return cells.tag("Late", "orange", True) if row.fresh.late else cells.NOTHING
    if row.fresh.late:
        return format_html("{} {}", cells.tag("Late", "orange", True), cells.ago(row.fresh.correct_as_of))
    return cells.ago(row.fresh.correct_as_of)


def duration(milliseconds: float | None) -> str:
    """412 ms, 3.1 s."""
    if milliseconds is None:
        return ""
    return f"{milliseconds:,.0f} ms" if milliseconds < 1000 else f"{milliseconds / 1000:,.1f} s"


def _uses(row: Any) -> str:
    return cells.NOTHING if not row.uses else f"{row.uses:,}"


def _search(text: str) -> Condition:
    return Condition(Q(name__icontains=text) | Q(description__icontains=text) | Q(id=text))


def _state(operator: str, value: str) -> Condition:
    where = Q(state__in=value.split("|"))
    return Condition(where if operator in ("is", "in") else ~where)


def _trouble(operator: str, value: str) -> Condition:
    return Condition(Q(state=Segment.LIVE) & ~Q(failure=""))


def _changed(operator: str, value: str) -> Condition:
    if not (value.isdecimal() and 0 < len(value) < 5):
        raise Invalid(f"“{value}” is not a number of days.", code="bad_filter", fix="Type digits, such as 7.")
    return Condition(Q(changed__gt=clock.now() - timedelta(days=int(value))))


FIELDS = (
    Field("state", "State",
          (Operator("is", "is", "choice"), Operator("isnt", "is not", "choice"), Operator("in", "is one of", "choices")),
          _state, "circle-dot", "Segment", lambda: [(state, label) for state, (label, _) in TONES.items()]),
    Field("trouble", "Kept up", (Operator("not", "cannot be", "none"),), _trouble, "triangle-alert", "Segment"),
    Field("filling", "Filling", (Operator("is", "is under way", "none"),),
          lambda operator, value: Condition(Q(id__in=list(queries.all_jobs()))), "loader", "Segment"),
    Field("changed", "Changed", (Operator("within", "in the last", "days"),), _changed, "clock", "Segment"),
)  # fmt: skip
IN_USE = ["state", "isnt", Segment.ARCHIVED]


def _sees(name: str) -> bool:
    """The order of sizes and of moves tells of members whom the reader may not see, and of what may not be asked."""
    return name not in ("size", "moved") or (everybody() and in_full("people") and in_full("companies"))


SEGMENTS = register(
    ListSpec(
        name="segments", title="Segments", one="segment", many="segments", icon="filter", url="/segments/",
        right="segments.view", base=base, sees=_sees,
        row_url=lambda row: f"/segments/{row.id}/", row_key=lambda row: row.id, label=lambda row: row.name,
        columns=(
            Column("name", "Segment", _name, "filter", sort="name", phone="title", plain=lambda row: row.name),
            Column("state", "State", state_tag, "circle-dot", phone="sub", plain=lambda row: row.state),
            Column("size", "Members", _size, "users", sort="size", number=True, phone="end",
                   plain=lambda row: row.shown_size),
            Column("change", "Since yesterday", _change, "arrow-up-down", number=True, muted=True),
            Column("as_of", "Correct as of", as_of, "clock", muted=True),
            Column("cost", "Cost", lambda row: duration(row.shown_cost) or cells.NOTHING, "gauge", sort="cost", number=True,
                   muted=True, plain=lambda row: row.shown_cost),
            Column("moved", "Last change", lambda row: cells.ago(row.shown_moved), "history",
                   muted=True, plain=lambda row: row.shown_moved),
            Column("uses", "Used by", _uses, "link", number=True, muted=True, plain=lambda row: row.uses),
            Column("changed", "Edited", lambda row: cells.ago(row.changed), "pencil", sort="changed", muted=True,
                   default=False, plain=lambda row: row.changed),
            Column("by", "Edited by", lambda row: format_html("{}", row.changed_by), "user-round", muted=True,
                   default=False, plain=lambda row: row.changed_by),
        ),
        sorts=(
            Sort("name", "Segment", "name", descending=False, index_descending=False, words=("A to Z", "Z to A")),
            Sort("size", "Members", "size", words=("smallest first", "largest first")),
            Sort("cost", "Cost", "cost", words=("cheapest first", "dearest first")),
            Sort("changed", "Edited", "changed", words=("oldest first", "latest first")),
        ),
        search=_search, search_hint="Name or description", fields=lambda: FIELDS, load=prepare,
        empty=Empty("No segments yet", "A segment is a question about your customers that is kept, and kept answered.",
                    "/segments/new/", "New segment", right="segments.edit"),
        clear={
            "In use": Empty("No segment is in use", "All of them are in the archive.", "/segments/?view=own-3", "Archive"),
            "Live": Empty("No segment is live", "A live segment follows every event; a draft does not."),
            "Drafts": Empty("No drafts", "A draft is saved, but nobody is in it."),
            "Archive": Empty("Nothing in the archive", "What is not needed any more can be put here, with its history."),
        },
        views=(
            ("In use", {"filters": [IN_USE]}),
            ("Live", {"filters": [["state", "is", Segment.LIVE]]}),
            ("Drafts", {"filters": [["state", "is", Segment.DRAFT]]}),
            ("Archive", {"filters": [["state", "is", Segment.ARCHIVED]]}),
        ),
        template="segments/list.html", cards=("state", "size", "as_of"),
    )
)  # fmt: skip
