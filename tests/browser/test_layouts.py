"""Boards, calendars and queues in the browser: moved by hand and by keys, taken back, seen by a colleague."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect


def add_task(page: Page, title: str, day: str = "") -> None:
    page.goto("/tasks/?f=")
    page.keyboard.press("c")
    page.get_by_label("What is to be done").fill(title)
    if day:
        page.get_by_label("Due day").fill(day)
    page.keyboard.press("Control+Enter")
    expect(page.locator("[data-row]", has_text=title)).to_be_visible()


def test_a_task_goes_over_the_board_by_hand_and_by_keys_and_a_colleague_sees_it(
    page: Page, tom: Page, phone: Page, axe: Callable[[Page], list[str]]
) -> None:
    add_task(page, "Ring the roaster")
    page.keyboard.press("v")
    page.get_by_role("menuitemradio", name="Board").click()
    page.wait_for_url("**as=board**")
    column = lambda name, of=page: of.get_by_role("region", name=re.compile(f"^{name}"))  # noqa: E731
    card = column("No due day").locator("[data-card]", has_text="Ring the roaster")
    card.drag_to(column("Today").locator("ul"))
    expect(page.get_by_role("status").last).to_contain_text("Due: Today.")
    moved = column("Today").locator("[data-card]", has_text="Ring the roaster")
    expect(moved).to_have_attribute("data-current", "")
    assert axe(page) == []
    page.keyboard.press("Shift+ArrowRight")
    expect(column("Tomorrow").locator("[data-card]", has_text="Ring the roaster")).to_be_visible()
    expect(page.get_by_role("status").last).to_contain_text("Due: Tomorrow.")

    tom.goto("/tasks/?as=board&by=due")
    reached = column("Tomorrow", tom).locator("[data-card]", has_text="Ring the roaster")
    reached.locator("a[href]").first.focus()  # as Tab brings one there
    expect(reached).to_have_attribute("data-current", "")
    page.keyboard.press("z")
    expect(column("Today").locator("[data-card]", has_text="Ring the roaster")).to_be_visible()

    phone.goto("/tasks/?as=board&by=due")
    phone.get_by_role("button", name="Move Ring the roaster to…").tap()
    phone.get_by_role("dialog").get_by_role("button", name="Done").tap()
    expect(phone.get_by_role("status")).to_contain_text("Due: Done.")
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_queue_is_worked_off_by_keys_and_a_view_of_it_is_shared(
    page: Page, tom: Page, axe: Callable[[Page], list[str]]
) -> None:
    add_task(page, "First of the queue", "2026-01-02")
    add_task(page, "Second of the queue", "2026-01-03")
    page.goto("/tasks/?as=queue&f=owner~me~&q=of+the+queue")
    rows = page.locator("[data-queue] [data-row]")
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text("You set it yourself.")
    expect(rows.first).to_have_attribute("data-current", "")
    assert axe(page) == []
    page.keyboard.press("]")
    expect(rows).to_have_count(1)
    expect(rows.first).to_have_attribute("data-current", "")
    expect(rows.first).to_contain_text("Second of the queue")
    page.keyboard.press("z")
    expect(rows).to_have_count(2)

    page.goto("/tasks/?as=calendar&at=2026-01-05&q=of+the+queue")
    entry = page.locator("[data-day='2026-01-02'] [data-card]")
    entry.drag_to(page.locator("[data-day='2026-01-09']"))
    expect(page.locator("[data-day='2026-01-09'] [data-card]")).to_contain_text("First of the queue")
    assert axe(page) == []

    page.get_by_role("button", name="Save as view").click()
    page.get_by_role("textbox", name="Name").fill("January")
    page.get_by_label("Everyone").check()
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/tasks/?view=**")
    tom.goto("/tasks/")
    tom.get_by_role("link", name="January").click()
    expect(tom.locator("[data-calendar]")).to_be_visible()
    page.get_by_role("button", name="This view").click()
    page.get_by_role("menuitem", name="Delete the view").click()
    expect(page.get_by_role("link", name="January")).to_have_count(0)
