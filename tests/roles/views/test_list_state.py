"""A list's state and its address."""

import pytest
from django.http import QueryDict

from pentad.roles.views.state import Filter, ListState, as_saved, from_saved

STATES = [
    ListState(),
    ListState(q="Kei Yıl & Söhne"),
    ListState(filters=(Filter("known", "is", "yes"), Filter("trait:plan", "in", "Daily Cup|Explorer"))),
    ListState(
        filters=(Filter("trait:a~b%7E", "contains", "x~y&z=1"),), columns=("name", "trait:a,b", "trait:ü"), sort="-name"
    ),
    ListState(view="0197", filters=(Filter("company", "any"),), cursor="WzEs"),
    ListState(layout="board", group="trait:plan", columns=("name",)),
    ListState(view="0197", layout="calendar", date="trait:renewal date", span="week", day="2026-11-22"),
]


@pytest.mark.parametrize("number", range(len(STATES)))
def test_the_address_says_all_of_the_state(number: int) -> None:
    state = STATES[number]
    assert ListState.of(QueryDict(state.query())) == state
    assert ListState.parse(state.query()) == state
    assert from_saved(as_saved(state)) == state.content()


def test_a_change_goes_back_to_the_first_page() -> None:
    state = ListState(q="a", cursor="c")
    assert state.changed(sort="name") == ListState(q="a", sort="name")
    assert state.url(cursor="d") == "?q=a&c=d"


def test_filters_are_added_replaced_and_taken_away() -> None:
    one, two, three = Filter("a", "is", "1"), Filter("b", "is", "2"), Filter("c", "is", "3")
    state = ListState().with_filter(one).with_filter(two)
    assert state.filters == (one, two)
    assert state.with_filter(three, 0).filters == (three, two)
    assert state.with_filter(three, 9).filters == (one, two, three)
    assert state.without(0).filters == (two,)


def test_a_view_without_its_filters_is_not_the_view() -> None:
    assert ListState(view="v").query() == "view=v&f="


@pytest.mark.parametrize("text", ["f=a", "f=~~", "f=a~", "f=%00", "f=a~b~c~d"])
def test_what_is_no_filter_is_left_out(text: str) -> None:
    assert ListState.parse(text).filters == ()


def test_an_address_is_bounded() -> None:
    state = ListState.parse("&".join([f"q={'x' * 5000}", *["f=a~b~c"] * 500]))
    assert len(state.q) == 200
    assert len(state.filters) == 20
