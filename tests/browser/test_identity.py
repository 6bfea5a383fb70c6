"""Identity: conflicts are shown with their evidence, decided by people, and decisions can be taken back."""

import uuid
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.serving import Server, until

expect.set_options(timeout=15_000)
HOSTILE = "<img src=x onerror=alert(1)>{{ 7|add:7 }}"


@pytest.fixture
def tablet(kestrel: Server) -> Callable[..., tuple[str, str]]:
    """Two customers of one's own who share a tablet: their names."""

    def make(extra: str = "") -> tuple[str, str]:
        tag = uuid.uuid4().hex[:8]
        one, two, device = f"Elif {tag}{extra}", f"Quentin {tag}{extra}", f"tablet-{tag}{extra}"
        for name in (one, two):
            kestrel.send("identify", {"userId": name, "anonymousId": device, "traits": {"name": name, "plan": name[0]}})
        until(lambda: kestrel.person(f"user_id:{two}"), 30, "both are loaded")
        return one, two

    return make


def card(page: Page, name: str) -> Locator:
    return page.locator("[data-conflict]", has_text=name)


def test_a_conflict_shows_both_sides(page: Page, tablet: Callable[..., tuple[str, str]]) -> None:
    one, two = tablet()
    page.goto("/identity/")
    expect(card(page, one)).to_contain_text(two)
    expect(card(page, one)).to_contain_text("anonymous_id tablet-")
    card(page, one).get_by_role("button", name="Compare").click()
    table = page.get_by_role("table", name="Both customers side by side, and the result of a merge")
    expect(table.get_by_role("columnheader", name=one)).to_be_visible()
    expect(table.get_by_role("row", name="plan")).to_contain_text("E")
    expect(card(page, one)).to_contain_text("user_id: 2 values, the limit is 1")


def test_merge_and_undo(page: Page, kestrel: Server, tablet: Callable[..., tuple[str, str]]) -> None:
    one, two = tablet()
    page.goto("/identity/")
    card(page, one).get_by_role("button", name="Merge").click()
    expect(card(page, one)).to_have_count(0)
    first, second = kestrel.person(f"user_id:{one}"), kestrel.person(f"user_id:{two}")
    assert first and second and first["id"] == second["id"]
    with page.expect_navigation():
        page.locator(".toast-i", has_text="Merged into one customer.").get_by_role("button", name="Undo").click()
    assert kestrel.person(f"user_id:{one}") != kestrel.person(f"user_id:{two}")
    page.goto("/identity/")
    expect(card(page, one).get_by_role("button", name="Merge")).to_be_visible()


def test_keep_apart_and_review_again(page: Page, kestrel: Server, tablet: Callable[..., tuple[str, str]]) -> None:
    one, two = tablet()
    page.goto("/identity/")
    card(page, one).get_by_role("button", name="Keep apart").click()
    expect(card(page, one)).to_have_count(0)
    assert kestrel.person(f"user_id:{one}") != kestrel.person(f"user_id:{two}")
    page.goto("/identity/?decided=1")
    card(page, one).get_by_role("button", name="Review again").click()
    expect(page.get_by_role("link", name="To review")).to_have_attribute("aria-current", "page")
    expect(card(page, one).get_by_role("button", name="Merge")).to_be_visible()


def test_rules_are_edited_and_reset(page: Page) -> None:
    page.goto("/identity/rules/")
    page.get_by_label("New namespace", exact=True).fill("loyalty_card")
    page.get_by_label("Limit of the new namespace").fill("2")
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_label("Limit of loyalty_card")).to_have_value("2")
    page.get_by_label("Limit of loyalty_card").fill("3")
    with page.expect_response("**/identity/rules/save/"):
        page.get_by_role("button", name="Save loyalty_card").click()
    expect(page.locator(".toast-i", has_text="Saved the rule of loyalty_card.").first).to_be_visible()
    page.reload()
    expect(page.get_by_label("Limit of loyalty_card")).to_have_value("3")
    page.get_by_role("button", name="Reset loyalty_card").click()
    expect(page.get_by_label("Limit of loyalty_card")).to_have_count(0)


def test_a_blocked_value_and_its_undo(page: Page) -> None:
    page.goto("/identity/rules/")
    value = f"<b>{uuid.uuid4().hex[:8]}</b>"
    page.get_by_label("Value to block").fill(value)
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name=f"Unblock {value}")).to_be_visible()
    page.get_by_role("button", name=f"Unblock {value}").click()
    expect(page.get_by_role("button", name=f"Unblock {value}")).to_have_count(0)
    page.locator(".toast-i", has_text="may identify people again").get_by_role("button", name="Undo").click()
    expect(page.get_by_role("button", name=f"Unblock {value}")).to_be_visible()


def test_a_member_looks_and_does_not_decide(tom: Page, tablet: Callable[..., tuple[str, str]]) -> None:
    one, _ = tablet()
    tom.goto("/identity/")
    expect(card(tom, one).get_by_role("button", name="Compare")).to_be_visible()
    expect(card(tom, one).get_by_role("button", name="Merge")).to_have_count(0)
    tom.goto("/identity/rules/")
    expect(tom.get_by_role("table", name="Identifier rules")).to_contain_text("user_id")
    expect(tom.get_by_role("button", name="Add")).to_have_count(0)


def test_script_in_names_and_identifiers_is_text(page: Page, tablet: Callable[..., tuple[str, str]]) -> None:
    page.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
    one, _ = tablet(HOSTILE)
    page.goto("/identity/")
    expect(card(page, one)).to_contain_text(HOSTILE)
    card(page, one).get_by_role("button", name="Compare").click()
    expect(page.get_by_role("columnheader", name=one)).to_be_visible()


@pytest.mark.parametrize("size", [{"width": 1440, "height": 900}, {"width": 390, "height": 844}], ids=["desk", "phone"])
def test_accessible(
    open_page: Callable[..., Page],
    axe_by_day_and_night: Callable[[Page], list[str]],
    tablet: Callable[..., tuple[str, str]],
    size: dict[str, int],
) -> None:
    one, _ = tablet()
    page = open_page(size=size)
    page.goto("/identity/")
    card(page, one).get_by_role("button", name="Compare").click()
    expect(page.get_by_role("columnheader", name=one)).to_be_visible()
    assert axe_by_day_and_night(page) == []
    for address in ("/identity/", "/identity/?decided=1", "/identity/rules/"):
        page.goto(address)
        assert axe_by_day_and_night(page) == [], address
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], address
