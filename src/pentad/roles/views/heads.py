"""What stands above a list: views as tabs, filters as chips, sorts, layouts, and what can be chosen in their menus."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from pentad.roles.access import seeing
from pentad.roles.views import counts
from pentad.roles.views.actions import may_open_for_all
from pentad.roles.views.layouts import Layout
from pentad.roles.views.models import SavedView
from pentad.roles.views.queries import KEEPER, views_of
from pentad.roles.views.readable import readable
from pentad.roles.views.spec import Column, Empty, ListSpec
from pentad.roles.views.state import ListState, from_saved


@dataclass(frozen=True, slots=True)
class Chip:
    index: int
    icon: str
    field: str
    operator: str
    value: str
    remove: str
    edit: str


@dataclass(frozen=True, slots=True)
class Tab:
    name: str
    url: str
    active: bool
    count: counts.Count | None
    view: SavedView | None = None
    own: int | None = None
    """The place of a view that comes with the product."""


def heads(spec: ListSpec, state: ListState, columns: Sequence[Column]) -> list[tuple[Column, str, str]]:
    """(column, address that sorts by it, "", "up" or "down")."""
    current, down = spec.sort(state.sort)
    heads = []
    for column in columns:
        if not column.sort or not spec.sees(column.sort):
            heads.append((column, "", ""))
            continue
        sort, _ = spec.sort(column.sort)
        active = sort.name == current.name
        turn = not down if active else sort.descending
        heads.append(
            (column, state.url(sort=("-" if turn else "") + sort.name), ("down" if down else "up") if active else "")
        )
    return heads


def sorts(spec: ListSpec, state: ListState, columns: Sequence[Column]) -> list[tuple[str, str, bool]]:
    """(label, address, current) of each sort in both directions: those of the list, and those of shown columns."""
    current, down = spec.sort(state.sort)
    known = {sort.name: sort for sort in spec.sorts}
    named = [spec.sort(column.sort)[0] for column in columns if column.sort]
    for sort in (*named, current):
        known.setdefault(sort.name, sort)
    return [
        (
            f"{sort.label}, {sort.words[turn]}",
            state.url(sort=("-" if turn else "") + sort.name),
            sort.name == current.name and turn == down,
        )
        for sort in known.values()
        if spec.sees(sort.name)
        for turn in ((True, False) if sort.descending else (False, True))
    ]


def chips(spec: ListSpec, state: ListState) -> list[Chip]:
    made = []
    for index, one in enumerate(state.filters):
        field = spec.field(one.field)
        operator = field.operator(one.operator)
        made.append(
            Chip(
                index,
                field.icon,
                field.label,
                operator.label,
                field.say(one.operator, one.value),
                "?" + state.without(index).query(),
                f"field={one.field}&index={index}",
            )
        )
    return made


def tabs(request: HttpRequest, spec: ListSpec, state: ListState, *, fresh: bool = False) -> list[Tab]:
    """All, the views that come with the product, then saved ones. Counts only as far as they are known, unless fresh."""
    take = counts.count if fresh else counts.known_count

    def sized(saved: Mapping[str, Any]) -> counts.Count | None:
        return take(spec, readable(spec, from_saved(saved))[0])

    made = [Tab(f"All {spec.many}", "?f=", not state.view and not state.narrows, take(spec, ListState()))]
    for index, (name, saved) in enumerate(spec.views):
        made.append(Tab(name, f"?view=own-{index}", state.view == f"own-{index}", sized(saved), own=index))
    for view in views_of(request.actor, spec.name):  # type: ignore[attr-defined]
        if view.pinned or view.id == state.view:
            made.append(Tab(view.name, f"?view={view.id}", state.view == view.id, sized(view.state), view))
    return made


def tabs_context(request: HttpRequest, spec: ListSpec, state: ListState, *, fresh: bool = False) -> dict[str, Any]:
    shown = tabs(request, spec, state, fresh=fresh)
    saved = views_of(request.actor, spec.name)  # type: ignore[attr-defined]
    chosen = next((view for view in saved if view.id == state.view), None)
    row = [view.id for view in saved if chosen and _beside(view, chosen) and (view.pinned or view == chosen)]
    return {
        "tabs": shown,
        "tabs_pending": any(tab.count is None for tab in shown),
        "may_open": may_open_for_all(request.actor),  # type: ignore[attr-defined]
        "may_keep": request.actor.may(KEEPER),  # type: ignore[attr-defined]
        "more_views": [view for view in saved if not view.pinned and view != chosen],
        "may_go_left": bool(row) and row[0] != state.view,
        "may_go_right": bool(row) and row[-1] != state.view,
    }


def _beside(one: SavedView, other: SavedView) -> bool:
    return (one.owner_id, one.team_id) == (other.owner_id, other.team_id)


def hiding(spec: ListSpec, state: ListState) -> list[tuple[str, str, str]]:
    """Why nothing is shown: for the search and each filter, (what it is, rows without it, address without it)."""
    told = []
    if state.q:
        left = state.changed(q="")
        told.append((f"the search “{state.q}”", str(counts.count(spec, left)), left.url()))
    for chip in chips(spec, state)[:5]:
        left = state.without(chip.index)
        told.append((f"{chip.field} {chip.operator} {chip.value}".strip(), str(counts.count(spec, left)), left.url()))
    return told


def nothing(spec: ListSpec, state: ListState, empty: bool) -> dict[str, Any]:
    """What a list says, in whichever layout, when it shows no row."""
    blank_ = blank(spec, state) if empty else None
    return {"blank": blank_, "hiding": hiding(spec, state) if empty and blank_ is None else []}


def blank(spec: ListSpec, state: ListState) -> Empty | None:
    """What to say instead, when nothing is shown but no filter is to blame: there is nothing, or nothing is to do."""
    if not state.narrows or not spec.base().exists():
        if not spec.given or spec.open() or seeing.sees_all(spec.name):
            return spec.empty
        some = f"Your role shows some {spec.many} only: those that are given to you, to your team, or shared with you."
        return Empty(f"No {spec.many} that you may see", f"{some} An administrator can explain and change that.")
    for index, (name, saved) in enumerate(spec.views):
        if state.view == f"own-{index}" and state.content() == from_saved(saved).content():
            return spec.clear.get(name)
    return None


def grouped(spec: ListSpec) -> list[tuple[str, list[Any]]]:
    groups: dict[str, list[Any]] = {}
    for field in (one for one in spec.fields() if spec.sees(one.name)):
        groups.setdefault(field.group, []).append(field)
    return list(groups.items())


def column_choices(spec: ListSpec, shown: Sequence[Column]) -> list[tuple[Column, bool]]:
    names = {column.name for column in shown}
    listed = [*spec.columns, *spec.extra_columns()]
    listed += [column for column in shown if column.name not in {one.name for one in listed}]
    return [(column, column.name in names) for column in listed]


def switch(spec: ListSpec, state: ListState) -> list[tuple[Layout, str, bool]]:
    """(layout, address, current) of all that the list can be."""
    current = spec.layout(state.layout)
    return [(one, state.url(layout=one.name, day=""), one is current) for one in spec.layouts()]


def display(spec: ListSpec, state: ListState) -> dict[str, Any]:
    """What the menu of the display offers besides columns: groupings and dates with the chosen one."""
    groupings, dates = spec.seen_groupings(), spec.seen_dates()
    if state.group and not any(one.name == state.group for one in groupings):
        named = spec.grouping_named(state.group) if spec.sees(state.group) else None
        groupings += [named] if named else []
    layout = spec.layout(state.layout)
    if layout.name == "board":
        groupings = [one for one in groupings if one.board]
    return {"groupings": groupings, "dates": dates if layout.name == "calendar" else []}
