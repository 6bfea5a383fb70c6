"""Consent in a real browser: recorded on a customer's page, seen in its head, its history and its timeline."""

from collections.abc import Callable

from playwright.sync_api import Page, expect


def test_a_no_is_recorded_and_seen(page: Page, customer: Callable[..., str], axe: Callable[[Page], list[str]]) -> None:
    person = customer("Lena Brandt", email="lena.brandt@fjord.example")
    page.goto(f"/people/{person}/")
    page.get_by_role("button", name="Record a consent").click()
    page.get_by_label("Channel").select_option("email")
    page.get_by_label("Denied").check()
    page.get_by_label("How do you know?").fill("Letter of 3 May")
    page.get_by_role("button", name="Record", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("Recorded.")
    expect(page.get_by_title("E-mail: News and offers denied")).to_be_visible()
    about = page.get_by_role("region", name="Consent")
    about.get_by_text("News and offers").click()
    expect(about.get_by_text("Letter of 3 May")).to_be_visible()
    assert axe(page) == []
    page.goto("/settings/consent/")
    expect(page.get_by_role("table", name="Purposes").get_by_role("row", name="News and offers")).to_be_visible()
    expect(page.get_by_role("table", name="Channels").get_by_role("row", name="E-mail")).to_contain_text(
        "without an address"
    )
    assert axe(page) == []
