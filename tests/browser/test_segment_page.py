"""A segment's pages in a browser: filled before one's eyes, read, put away and brought back."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from tests.serving import Server, until


def test_a_segment_is_read_and_put_away_and_says_why(
    page: Page, phone: Page, kestrel: Server, customer: Callable[..., str], axe: Callable[[Page], list[str]]
) -> None:
    person, other = customer("Sia Segment", colour="teal"), customer("Otto Other", colour="red")
    told = 'colour is "teal"'
    made: Any = kestrel.api("/segments", {"name": "Teal ones", "text": told}, status=201)
    until(lambda: kestrel.api(f"/segments/{made['id']}")["size"] == 1, 20, "everybody was asked")

    page.goto("/people/")
    page.keyboard.press("g")
    page.keyboard.press("e")
    row = page.get_by_role("row", name="Teal ones")
    expect(row).to_contain_text("new")
    assert axe(page) == []
    row.get_by_role("link", name="Teal ones").click()
    expect(page.locator("[data-sentence]")).to_have_text(told)
    expect(page.locator("#segment-chart svg").first).to_be_visible()
    expect(page.locator("#segment-chart")).to_contain_text("1 entered, 0 left")
    assert axe(page) == []
    page.get_by_role("link", name="Members 1").click()
    page.get_by_role("link", name="Why Sia Segment is in it").click()
    expect(page.get_by_role("region", name="Why")).to_contain_text("In it")
    assert axe(page) == []
    page.goto(f"/people/{other}/segments/?segment={made['id']}")
    expect(page.get_by_role("region", name="Why")).to_contain_text("red")

    page.goto(f"/segments/{made['id']}/")
    page.get_by_role("button", name="More").click()
    page.get_by_role("menuitem", name="Archive").click()
    expect(page.get_by_role("banner").or_(page.locator(".page-head"))).to_contain_text("Archived")
    page.reload()  # as the page does by itself when its members have left
    expect(page.locator("#toasts")).to_contain_text("In the archive.")
    page.keyboard.press("z")
    expect(page.locator(".page-head")).to_contain_text("Live")
    until(lambda: kestrel.api(f"/segments/{made['id']}")["size"] == 1, 20, "everybody was asked again")

    phone.goto(f"/segments/{made['id']}/members/")
    phone.get_by_role("link", name="Sia Segment").first.click()
    phone.get_by_role("tab", name="Figures").click()
    expect(phone.get_by_role("link", name="Teal ones")).to_be_visible()
    assert phone.url.partition("?")[0].endswith(f"/people/{person}/")
