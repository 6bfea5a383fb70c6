"""Two colleagues on one customer at once: they see each other, neither overwrites the other, and nothing typed is lost."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

SEEN_SOON = 15_000


def test_two_work_on_one_customer(
    page: Page,
    tom: Page,
    open_page: Callable[..., Page],
    customer: Callable[..., str],
    axe: Callable[[Page], list[str]],
    complaints: list[str],
) -> None:
    person = customer("Paula Presence", plan="Solo")
    tom.goto(f"/people/{person}/")
    page.goto(f"/people/{person}/")
    expect(page.locator(".here")).to_contain_text("Tom Reyes is looking")

    for one in (tom, page):
        one.locator("summary", has_text="Plan").first.click()
        one.get_by_role("button", name="Change", exact=True).first.click()
        expect(one.locator("#trait-value")).to_be_focused()
    expect(page.locator(".here .is-busy")).to_contain_text("Tom Reyes is editing Plan", timeout=SEEN_SOON)
    expect(tom.locator(".here .is-busy")).to_contain_text("Nadia Karim is editing Plan", timeout=SEEN_SOON)

    tom.locator("#trait-value").fill("Team")
    tom.keyboard.press("Enter")
    expect(tom.locator("#toasts")).to_contain_text("Plan is stated by your team now")
    page.locator("#trait-value").fill("Business")
    expect(page.locator("#modal [data-draft-told]")).to_contain_text("Draft kept")
    page.keyboard.press("Enter")
    dialog = page.locator("#modal")
    expect(dialog.locator("fieldset")).to_contain_text("Tom Reyes changed “Plan”")
    expect(dialog.get_by_label("Keep theirs")).to_be_focused()
    expect(dialog.locator("fieldset q")).to_have_text(["Team", "Business"])
    assert axe(page) == []
    complaints[:] = [one for one in complaints if "status of 422" not in one]
    dialog.get_by_label("Keep mine").check()
    dialog.get_by_role("button", name="Set trait").click()
    expect(page.locator("#toasts")).to_contain_text("Plan is stated by your team now")
    expect(page.get_by_role("region", name="About")).to_contain_text("Business")

    page.locator("#note-text").fill("Sh")
    expect(page.locator("[data-draft-told]")).to_contain_text("Draft kept")
    page.locator("#note-text").fill("")
    expect(page.locator("[data-draft-told]")).to_be_hidden()
    page.locator("#note-text").fill("She wants the annual plan")
    expect(page.locator("[data-draft-told]")).to_contain_text("Draft kept")
    expect(tom.locator(".here .is-busy")).to_contain_text("Nadia Karim is writing a note", timeout=SEEN_SOON)
    elsewhere = open_page()
    elsewhere.goto(f"/people/{person}/")
    expect(elsewhere.locator("#note-text")).to_have_value("She wants the annual plan")
    expect(elsewhere.locator("[data-draft-told]")).to_contain_text("Draft kept")
    expect(tom.locator("#note-text")).to_have_value("")
    assert axe(elsewhere) == []
    elsewhere.get_by_role("button", name="Throw away").click()
    expect(elsewhere.locator("#note-text")).to_have_value("")
    elsewhere.keyboard.press("z")
    expect(elsewhere.locator("#note-text")).to_have_value("She wants the annual plan")
    elsewhere.locator("#note-text").press("Control+Enter")
    expect(elsewhere.locator("#new-notes")).to_contain_text("annual plan")
    elsewhere.reload()
    expect(elsewhere.locator("#note-text")).to_have_value("")


def test_what_is_typed_outlives_the_session(open_page: Callable[..., Page], customer: Callable[..., str]) -> None:
    page = open_page("tom@kestrel.example")
    person = customer("Sina Session")
    page.goto(f"/people/{person}/")
    page.locator("#note-text").fill("Typed before")
    expect(page.locator("[data-draft-told]")).to_contain_text("Draft kept")
    cookies = page.context.cookies()
    page.context.clear_cookies(name="pentad_session")
    page.locator("#note-text").fill("Typed before and after")
    expect(page.locator("[data-draft-told]")).to_have_text("Draft kept in this browser only")
    page.locator("#note-text").press("Control+Enter")
    page.wait_for_url("**/signin/**")
    page.context.add_cookies(cookies)
    page.goto(f"/people/{person}/")
    expect(page.locator("#note-text")).to_have_value("Typed before and after")
    expect(page.locator("[data-draft-told]")).to_contain_text("Draft kept")
    page.complaints[:] = [one for one in page.complaints if "status of 40" not in one]  # type: ignore[attr-defined]
