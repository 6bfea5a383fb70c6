"""The frame: palette, keys, theme, phone, accessibility."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from tests.serving import Server

PAGES = [
    "/people/",
    "/people/?q=zzzz",
    "/people/?as=board&by=trait:plan",
    "/people/?as=calendar",
    "/companies/",
    "/jobs/",
    "/no/such/page/",
]


def test_the_palette_jumps_by_name_id_and_message(page: Page, kestrel: Server) -> None:
    person = kestrel.person("email:keiko.yilmaz@fjord.example")
    assert person
    message = kestrel.events(person["id"])[0]["message_id"]
    page.goto("/people/")
    for words, seen in (
        ("keiko", "Keiko Yılmaz"),
        ("u-1001", "Keiko Yılmaz"),
        (person["id"], "Keiko Yılmaz"),
        (message, message),
    ):
        page.keyboard.press("Control+k")
        page.keyboard.insert_text(words)
        expect(page.get_by_role("option", selected=True)).to_contain_text(seen)
        page.keyboard.press("Escape")
    page.keyboard.press("Control+k")
    page.keyboard.insert_text("lumen health")
    expect(page.get_by_role("group", name="Companies")).to_contain_text("Lumen Health")
    page.locator("#palette input").fill("keiko.yilmaz@fjord.example")
    expect(page.get_by_role("option", selected=True)).to_contain_text("Keiko Yılmaz")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Keiko Yılmaz")
    page.keyboard.press("Control+k")
    expect(page.get_by_role("group", name="Recent")).to_contain_text("Keiko Yılmaz")


def test_keys_pressed_before_the_script_has_come_are_not_lost(page: Page) -> None:
    held: list[Route] = []
    page.route("**/shell/shell*.js", lambda route: held.append(route))
    page.goto("/people/", wait_until="commit")
    expect(page.get_by_role("heading", level=1)).to_have_text("Customers")
    page.keyboard.press("Control+k")
    assert page.locator("#palette").is_hidden()
    held[0].continue_()
    expect(page.get_by_role("group", name="Go to")).to_be_visible()


def test_the_palette_moves_by_arrows_and_runs_commands_of_the_page(page: Page) -> None:
    page.goto("/people/")
    page.keyboard.press("Control+k")
    expect(page.get_by_role("option", selected=True)).to_have_count(1)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    page.keyboard.insert_text("new cust")
    expect(page.get_by_role("option", selected=True)).to_contain_text("New customer")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="New customer")).to_be_visible()


def test_keys_lead_to_places_and_explain_themselves(page: Page) -> None:
    page.goto("/people/")
    page.keyboard.press("g")
    page.keyboard.press("o")
    page.wait_for_url("**/companies/")
    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Keyboard shortcuts")
    for line in ("Customers", "Next row", "Search or jump to…"):
        expect(keys.get_by_text(line, exact=True)).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    page.keyboard.insert_text("gp?")
    expect(page.locator("#list-q")).to_have_value("gp?")


def test_single_keys_can_be_turned_off(open_page: Callable[..., Page]) -> None:
    omar = open_page("omar@kestrel.example")
    omar.goto("/people/")
    omar.get_by_role("button", name="Omar Haddad").click()
    with omar.expect_response("**/theme/"):
        omar.get_by_role("menuitemcheckbox", name="Single-key shortcuts").click()
    omar.reload()
    omar.keyboard.press("j")
    expect(omar.locator("[data-current]")).to_have_count(0)
    omar.keyboard.press("Control+k")
    expect(omar.get_by_role("dialog", name="Search or jump")).to_be_visible()
    omar.keyboard.press("Escape")
    omar.get_by_role("button", name="Omar Haddad").click()
    with omar.expect_response("**/theme/"):
        omar.get_by_role("menuitemcheckbox", name="Single-key shortcuts").click()


def test_the_theme_is_kept_for_the_colleague(open_page: Callable[..., Page]) -> None:
    lea = open_page("lea@kestrel.example", color_scheme="light")
    lea.goto("/people/")
    assert not lea.evaluate("document.documentElement.classList.contains('dark')")
    lea.get_by_role("button", name="Lea Sommer").click()
    with lea.expect_response("**/theme/"):
        lea.get_by_role("menuitemradio", name="Dark").click()
    assert lea.evaluate("document.documentElement.classList.contains('dark')")
    elsewhere = open_page("lea@kestrel.example", color_scheme="light")
    elsewhere.goto("/companies/")
    assert elsewhere.evaluate("document.documentElement.classList.contains('dark')")


def test_the_theme_follows_the_system(open_page: Callable[..., Page]) -> None:
    omar = open_page("omar@kestrel.example", color_scheme="dark")
    omar.goto("/people/")
    assert omar.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(12, 12, 14)"


def test_signing_out(open_page: Callable[..., Page], browser, kestrel: Server) -> None:  # type: ignore[no-untyped-def]
    context = browser.new_context(base_url=kestrel.url)
    page = context.new_page()
    page.goto("/people/")
    page.locator("input[type=email], input[name=login]").first.fill("omar@kestrel.example")
    page.locator("input[type=password]").fill("kestrel-demo")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Omar Haddad").click()
    page.get_by_role("menuitem", name="Sign out").click()
    page.wait_for_url("**/signin/**")
    page.goto("/people/")
    page.wait_for_url("**/signin/**")
    context.close()


def test_the_phone_has_tabs_below_and_lines_for_rows(phone: Page) -> None:
    phone.goto("/people/")
    expect(phone.get_by_role("complementary", name="Main")).to_be_hidden()
    tabs = phone.get_by_role("navigation", name="Tabs")
    expect(tabs.get_by_role("link", name="Customers")).to_have_attribute("aria-current", "page")
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    expect(phone.locator("thead")).to_be_hidden()
    tabs.get_by_role("button", name="Search").tap()
    phone.keyboard.insert_text("keiko")
    phone.get_by_role("option", name="Keiko Yılmaz").tap()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Keiko Yılmaz")
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    expect(phone.get_by_role("region", name="About")).to_be_hidden()
    phone.get_by_role("tab", name="About").tap()
    expect(phone.get_by_role("region", name="About")).to_contain_text("u-1001")
    expect(phone.locator("#pane-timeline")).to_be_hidden()


def test_every_section_is_reached_on_the_phone(phone: Page, page: Page, axe: Callable[[Page], list[str]]) -> None:
    page.goto("/people/")
    sections = page.get_by_role("navigation", name="Sections").get_by_role("link")
    wanted = [one.get_attribute("href") for one in sections.all()]
    assert len(wanted) > 10
    phone.goto("/people/")
    tabs = phone.get_by_role("navigation", name="Tabs")
    tabs.get_by_role("button", name="Menu").tap()
    sheet = phone.get_by_role("dialog", name="Menu")
    found = sheet.get_by_role("navigation").get_by_role("link").all()
    assert [one.get_attribute("href") for one in found] == wanted
    expect(sheet.get_by_role("button", name="Sign out")).to_be_visible()
    expect(sheet.get_by_role("radio", name="Dark")).to_be_visible()
    phone.evaluate("Promise.all(document.getAnimations().map(one => one.finished.catch(() => 0)))")
    assert axe(phone) == []
    sheet.get_by_role("button", name="Close the menu").tap()
    expect(sheet).to_be_hidden()
    tabs.get_by_role("button", name="Menu").tap()
    sheet.get_by_role("link", name="Tasks").tap()
    phone.wait_for_url("**/tasks/**")
    tabs.get_by_role("button", name="New").tap()
    assert axe(phone) == []
    phone.get_by_role("menuitem", name="New task").tap()
    expect(phone.get_by_label("What is to be done")).to_be_visible()
    phone.keyboard.press("Escape")
    tabs.get_by_role("button", name="New").tap()
    phone.get_by_role("menuitem", name="New customer").tap()
    expect(phone.get_by_role("heading", name="New customer")).to_be_visible()


@pytest.mark.parametrize("address", PAGES)
def test_axe_finds_nothing_serious(
    open_page: Callable[..., Page],
    axe_by_day_and_night: Callable[[Page], list[str]],
    complaints: list[str],
    address: str,
) -> None:
    page = open_page()
    page.goto(address)
    page.wait_for_load_state("networkidle")
    assert axe_by_day_and_night(page) == []
    complaints.clear()  # a page that is not there is logged by the browser


def test_axe_on_the_customer_page_and_what_opens(
    open_page: Callable[..., Page], axe_by_day_and_night: Callable[[Page], list[str]], kestrel: Server
) -> None:
    person = kestrel.person("email:keiko.yilmaz@fjord.example")
    assert person
    page = open_page(reduced_motion="reduce")
    page.goto(f"/people/{person['id']}/?n=1")
    page.wait_for_load_state("networkidle")
    page.locator(".event summary").first.click()
    page.locator(".fact summary").first.click()
    assert axe_by_day_and_night(page) == []
    for key in ("m", "t", "?", "Control+k"):
        page.keyboard.press(key)
        page.wait_for_load_state("networkidle")
        page.evaluate(
            "Promise.all(document.getAnimations().map(one => one.finished.catch(() => 0)))"
        )  # painted as it stays
        assert axe_by_day_and_night(page) == [], key
        page.keyboard.press("Escape")


def test_axe_on_the_phone(phone: Page, axe: Callable[[Page], list[str]], kestrel: Server) -> None:
    person = kestrel.person("email:keiko.yilmaz@fjord.example")
    assert person
    for address in ("/people/", f"/people/{person['id']}/"):
        phone.goto(address)
        phone.wait_for_load_state("networkidle")
        assert axe(phone) == [], address


def test_no_page_has_inline_script_or_style(page: Page, kestrel: Server) -> None:
    person = kestrel.person("email:keiko.yilmaz@fjord.example")
    assert person
    for address in ("/people/", f"/people/{person['id']}/", "/companies/", "/jobs/"):
        html = page.request.get(address).text()
        assert " style=" not in html and "<style" not in html and "onclick=" not in html
        assert html.count("<script") == html.count("<script src=") + html.count("<script defer src=")
