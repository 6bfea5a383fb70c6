"""Reading a list page by page."""

from typing import Any

from pentad.roles.views import paging, plans
from pentad.roles.views.spec import ListSpec
from pentad.roles.views.state import ListState


def walk(spec: ListSpec, state: ListState, size: int) -> list[Any]:
    """Forward to the end, then back to the start; both ways must show the same."""
    rows: list[Any] = []
    pages: list[list[Any]] = []
    while True:
        page = paging.fetch(spec, state, plans.plan(spec, state), size)
        assert page.first == len(rows) + 1
        rows += page.rows
        pages.append(page.rows)
        if not page.next:
            break
        state = state.changed(cursor=page.next)
    while page.previous:
        page = paging.fetch(spec, state.changed(cursor=page.previous), plans.plan(spec, state), size)
        pages.pop()
        assert page.rows == pages[-1]
    assert len(pages) == 1
    return rows
