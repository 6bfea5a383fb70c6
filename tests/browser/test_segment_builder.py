"""Writing a segment in a real browser: what it comes to is seen while it is written, and before it is saved."""

import re

from playwright.sync_api import Page, expect


def test_a_segment_is_written_looked_at_and_changed(page: Page, complaints: list[str]) -> None:
    page.goto("/segments/new/")
    page.get_by_role("link", name="Bought more than once, not for 90 days").click()
    expect(page.locator("#live-count")).to_have_text(re.compile(r"^[\d,]+ customers$"))
    count = page.locator("#count").get_attribute("data-count")
    page.locator(".person-why").first.click()
    expect(page.locator("#modal-body")).to_contain_text('did "Order Completed" at least 2 times')
    page.keyboard.press("Escape")
    page.get_by_label("Name", exact=True).fill("")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_label("Name", exact=True)).to_have_attribute("aria-invalid", "true")
    complaints.clear()  # the browser tells of the refusal
    page.get_by_label("Name", exact=True).fill("Gone quiet")
    page.get_by_role("button", name="Save").click()
    page.wait_for_url(re.compile(r"/segments/[0-9a-f-]{36}/$"))
    page.goto(f"{page.url}edit/")
    days = page.locator("#rules input[name$='when.n']")
    days.fill("60")
    expect(page.locator("#count")).not_to_have_attribute("data-count", str(count))
    page.get_by_role("button", name="Save").click()
    asked = page.locator("#modal-body")
    expect(asked).to_contain_text("Save “Gone quiet” as version 2?")
    asked.get_by_role("button", name="Save version 2").click()
    page.wait_for_url(re.compile(r"/segments/[0-9a-f-]{36}/$"))
    expect(page.locator("#toasts")).to_contain_text("saved as version 2")
