"""What of a saved view its reader can still be shown: after it was saved, fields get types, go, or are hidden from somebody.

A view opens without what does not work any more, and says so; an address that asks for it itself is refused.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pentad.core.actor import Actor
from pentad.core.errors import Invalid
from pentad.roles.views.layouts import BOARD, CALENDAR, GROUP
from pentad.roles.views.models import SavedView
from pentad.roles.views.plans import conditions
from pentad.roles.views.queries import views_of
from pentad.roles.views.spec import ListSpec
from pentad.roles.views.state import Filter, ListState, from_saved


@dataclass(frozen=True, slots=True)
class Lost:
    """A part of a view that is left out. hidden: it is by a field that the reader may not see, which is not named."""

    what: str
    why: str = ""
    hidden: bool = False


def readable(spec: ListSpec, state: ListState) -> tuple[ListState, list[Lost]]:
    """A saved view's state without what cannot be shown, and what that is."""
    kept, lost = [], []
    for one in state.filters:
        fault = _fault(lambda one=one: conditions(spec, ListState(filters=(one,))))  # type: ignore[misc]
        if fault is None:
            kept.append(one)
        else:
            lost.append(_lost(spec, one.field, _said(spec, one), "The filter", fault))
    state = state.changed(filters=tuple(kept), cursor=state.cursor)
    board = state.layout == BOARD.name
    if state.layout in (BOARD.name, GROUP.name) and state.group:
        fault = _fault(lambda: list(spec.grouping(state.group, board=board).buckets()))
        if fault is not None:
            lost.append(_lost(spec, state.group, "", "What it is grouped by", fault))
            state = state.changed(group="", layout=state.layout if board else "", cursor=state.cursor)
    if state.layout == CALENDAR.name and state.date and (fault := _fault(lambda: spec.date(state.date))) is not None:
        lost.append(_lost(spec, state.date, "", "The date it goes by", fault))
        state = state.changed(date="", cursor=state.cursor)
    return state, lost


def unseen(spec: ListSpec, state: ListState) -> tuple[Filter, ...]:
    """Filters by fields that the reader may not see: who saves the view anew without knowing of them keeps them."""
    return tuple(one for one in state.filters if not spec.sees(one.field))


@dataclass(frozen=True, slots=True)
class Breaking:
    """Views that something would break. names: those the actor has; others: how many more, of colleagues and teams."""

    names: list[str]
    others: int = 0


def breaking(actor: Actor, list_name: str, breaks: Callable[[Filter], bool]) -> Breaking:
    """The saved views of a list with a filter of which `breaks` is true."""
    rows = SavedView.objects.filter(list=list_name).exclude(state__has_key="own")
    found = [row for row in rows if any(breaks(one) for one in from_saved(row.state).filters)]
    own = {row.pk for row in views_of(actor, list_name)}
    names = sorted(row.name for row in found if row.pk in own)
    return Breaking(names, len(found) - len(names))


def _fault(ask: Callable[[], Any]) -> Invalid | None:
    try:
        ask()
    except Invalid as error:
        return error
    return None


def _lost(spec: ListSpec, field: str, said: str, what: str, fault: Invalid) -> Lost:
    if not spec.sees(field):
        return Lost(f"{what} is by a field that you may not see.", hidden=True)
    return Lost(f"{what}{f' “{said}”' if said else ''}:", fault.message)


def _said(spec: ListSpec, one: Filter) -> str:
    """As its chip would say it, as far as that can be told."""
    try:
        field = spec.field(one.field)
    except Invalid:
        return " ".join((one.field.removeprefix("trait:"), one.operator, one.value)).strip()
    operator = next((known for known in field.operators if known.name == one.operator), None)
    said = field.say(one.operator, one.value) if operator else one.value
    return " ".join((field.label, operator.label if operator else one.operator, said)).strip()
