"""Writing a message in a real browser: by code and by dragging, seen beside it, held by its checks, then published."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect


def test_a_message_is_written_dragged_looked_at_and_published(
    page: Page, open_page: Callable[..., Page], complaints: list[str], axe: Callable[[Page], list[str]]
) -> None:
    page.goto("/messages/new/")
    page.get_by_label("Name", exact=True).fill("Spring news")
    page.select_option("#purpose", index=1)
    page.get_by_text("One story that matters").click()
    page.get_by_role("button", name="Begin").click()
    page.wait_for_url("**/edit/")
    address = page.url
    mail = page.locator("#f-mjml")
    before = mail.input_value()
    page.get_by_label("Subject").fill("News for ")
    page.get_by_role("button", name="Insert a value").click()
    page.get_by_label("Filter").fill("first_name")
    page.get_by_text("first_name", exact=True).click()
    page.get_by_role("button", name="Insert", exact=True).click()
    expect(page.get_by_label("Subject")).to_have_value('News for {{ customer.first_name | default: "there" }}')
    expect(page.locator("#look-part .seen")).to_contain_text(re.compile(r"News for \w+"))
    shown = page.frame_locator("[data-frames] iframe:not(.is-coming)")
    expect(shown.get_by_text("The one thing to know this month")).to_be_visible()
    expect(page.locator("#look-number")).to_contain_text("1")
    complaints.clear()  # what axe says to frames that run no script
    assert axe(page) == []
    complaints.clear()
    page.get_by_role("button", name="Drag").click()
    blocks = page.frame_locator(".drag iframe")
    blocks.locator(".gjs-block", has_text="Space").click()
    expect(mail).to_have_value(re.compile("<mj-spacer"))
    assert "@media (prefers-color-scheme: dark)" in mail.input_value(), "the head stays as it was"
    text = blocks.frame_locator(".gjs-frame").get_by_text("The one thing to know this month")
    text.dblclick()
    text.press("End")
    text.press_sequentially(", at last")
    text.press_sequentially(" told", delay=20)
    expect(mail).to_have_value(re.compile("month, at last told"))
    text.press_sequentially("!")
    page.close()  # at once, out of the midst of typing
    page = open_page()
    page.goto(address)
    mail = page.locator("#f-mjml")
    expect(mail).to_have_value(re.compile("month, at last told!"))
    expect(page.get_by_label("Subject")).to_have_value(re.compile("^News for "))
    expect(page.locator("[data-draft-told]")).to_contain_text("Draft kept")
    mail.fill(before.replace('href="#"', 'href="https://kestrel.example/news"'))
    expect(page.locator("#look-number .tag-red")).to_have_count(0)
    page.get_by_role("button", name="Publish").click()
    page.wait_for_url(re.compile(r"/messages/[0-9a-f-]{36}/$"))
    expect(page.locator("main")).to_contain_text("Version 2, published")
