"""Destinations and the mailbox as a colleague uses them."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect


def test_a_destination_is_set_up_tried_and_turned_off(page: Page, axe: Callable[[Page], list[str]]) -> None:
    page.goto("/settings/channels/")
    page.keyboard.press("c")
    page.get_by_role("button", name=re.compile("Browsers")).first.click()
    page.get_by_label("Contact").fill("it@kestrel.example")
    assert axe(page) == []
    page.get_by_role("button", name="Set up").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Browsers (web push)")
    page.get_by_role("button", name="Test").click()
    expect(page.get_by_text("Make its key first")).to_be_visible()
    page.get_by_role("button", name="Make its key").click()
    expect(page.get_by_role("button", name="Make another key")).to_be_visible()
    assert axe(page) == []
    page.get_by_role("button", name="Turn off").click()
    expect(page.get_by_role("button", name="Turn on")).to_be_visible()
    page.goto("/settings/channels/")
    expect(page.get_by_role("table", name="Push")).to_contain_text("Off")
    assert axe(page) == []
    page.goto("/mailbox/")
    assert axe(page) == []
