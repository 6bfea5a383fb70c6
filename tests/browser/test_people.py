"""The customers list, as people use it."""

import csv
import io
import re
from collections.abc import Callable

from playwright.sync_api import Page, Route, expect


def rows(page: Page):  # type: ignore[no-untyped-def]
    return page.locator("[data-row]")


def dialog(page: Page):  # type: ignore[no-untyped-def]
    return page.locator("#modal")


def test_search_finds_by_any_identifier_and_by_beginnings_of_names(page: Page) -> None:
    page.goto("/people/")
    expect(rows(page)).to_have_count(50)
    for words in ("keiko.yilmaz@fjord.example", "u-1001", "Kei Yıl"):
        page.keyboard.press("/")
        page.keyboard.insert_text(words)
        expect(rows(page)).to_have_count(1)
        expect(rows(page).first).to_contain_text("Keiko Yılmaz")
        assert "q=" in page.url
        page.locator("#list-q").fill("")
        expect(rows(page)).to_have_count(50)
        page.keyboard.press("Escape")
        expect(page.locator("#list-q")).not_to_be_focused()


def test_a_filter_becomes_a_chip_and_lives_in_the_address(page: Page) -> None:
    page.goto("/people/")
    page.keyboard.press("f")
    page.get_by_role("dialog", name="Filter").get_by_role("button", name="loyalty_tier").click()
    page.get_by_role("checkbox", name="Falcon").check()
    page.get_by_role("button", name="Apply").click()
    chip = page.locator(".chip", has_text="Falcon")
    expect(chip).to_contain_text("loyalty_tier")
    expect(page.get_by_role("dialog", name="Filter")).to_be_hidden()
    expect(rows(page).first).to_contain_text("Falcon")
    count = page.locator("#list-count").inner_text()
    page.reload()
    expect(page.locator(".chip", has_text="Falcon")).to_be_visible()
    expect(page.locator("#list-count")).to_have_text(count)
    page.get_by_role("link", name="Remove filter loyalty_tier is any of Falcon").click()
    expect(chip).to_have_count(0)
    page.go_back()
    expect(page.locator(".chip", has_text="Falcon")).to_be_visible()


def test_pages_follow_each_other_and_lead_back(page: Page) -> None:
    page.goto("/people/?sort=name&f=known~is~yes")
    first = rows(page).first.get_attribute("data-row")
    seen = {row.get_attribute("data-row") for row in rows(page).all()}
    page.keyboard.press("]")
    expect(page.locator(".page-foot")).to_contain_text("51–100")
    seen |= {row.get_attribute("data-row") for row in rows(page).all()}
    assert len(seen) == 100
    page.keyboard.press("[")
    expect(page.locator(".page-foot")).to_contain_text("1–50")
    assert rows(page).first.get_attribute("data-row") == first


def test_columns_and_sort(page: Page) -> None:
    page.goto("/people/")
    page.get_by_role("button", name="Display").click()
    page.get_by_role("checkbox", name="Language").check()
    expect(page.locator("thead")).to_contain_text("Language")
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Events", exact=True).click()
    expect(page.locator("th[aria-sort=descending]")).to_contain_text("Events")
    counts = [int(text.replace(",", "")) for text in page.locator("tbody td.num").all_inner_texts()]
    assert counts == sorted(counts, reverse=True)
    expect(page.locator("thead")).to_contain_text("Language")


def test_a_view_is_saved_changed_and_deleted_with_undo(page: Page) -> None:
    page.goto("/people/?f=trait:plan~is~Explorer")
    page.get_by_role("button", name="Save as view").click()
    dialog(page).get_by_label("Name").fill("Explorers of mine")
    page.get_by_role("button", name="Save view").click()
    tab = page.locator("#list-tabs a", has_text="Explorers of mine")
    expect(tab).to_have_attribute("aria-current", "true")
    expect(page.locator(".chip", has_text="Explorer")).to_be_visible()
    page.get_by_role("button", name="This view").click()
    page.get_by_role("menuitem", name="Delete the view").click()
    expect(tab).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(tab).to_be_visible()


def test_views_are_moved_and_taken_off_the_tabs_by_keyboard(page: Page) -> None:
    for name in ("Left of mine", "Right of mine"):
        page.goto("/people/?f=trait:plan~is~Explorer")
        page.get_by_role("button", name="Save as view").click()
        dialog(page).get_by_label("Name").fill(name)
        page.get_by_role("button", name="Save view").click()
        expect(page.locator("#list-tabs a", has_text=name)).to_have_attribute("aria-current", "true")

    def choose(item: str) -> None:
        page.get_by_role("button", name="This view").focus()
        page.keyboard.press("Enter")
        page.get_by_role("menuitem", name=item).focus()
        with page.expect_navigation():
            page.keyboard.press("Enter")

    choose("Move left")
    mine = page.locator("#list-tabs > a", has_text="of mine")
    expect(mine).to_contain_text(["Right of mine", "Left of mine"])
    choose("Unpin from the tabs")
    page.goto("/people/")
    expect(mine).to_contain_text(["Left of mine"])
    page.get_by_role("button", name="more", exact=False).last.click()
    page.get_by_role("menuitem", name="Right of mine").click()
    expect(page.locator("#list-tabs > a", has_text="Right of mine")).to_have_attribute("aria-current", "true")


def test_the_header_exports_what_the_list_shows_by_now(page: Page) -> None:
    page.goto("/people/")
    page.get_by_role("searchbox").fill("keiko")
    expect(page.locator("#list-count")).to_have_text("1")
    with page.expect_download() as download:
        page.locator("header").get_by_role("button", name="Export").click()
    assert len(list(csv.DictReader(io.StringIO(download.value.path().read_text("utf-8-sig"))))) == 1


def test_a_private_view_is_seen_by_nobody_else(page: Page, tom: Page) -> None:
    page.goto("/people/?f=trait:plan~is~Family")
    page.get_by_role("button", name="Save as view").click()
    dialog(page).get_by_label("Name").fill("Only Nadia")
    page.get_by_role("button", name="Save view").click()
    address = page.locator("#list-tabs a", has_text="Only Nadia").get_attribute("href")
    tom.goto("/people/")
    expect(tom.locator("#list-tabs a", has_text="All customers")).to_be_visible()
    expect(tom.locator("#list-tabs a", has_text="Only Nadia")).to_have_count(0)
    assert address
    answer = tom.request.get(address)
    assert answer.status == 404


def test_selected_customers_are_exported(page: Page) -> None:
    page.goto("/people/?f=trait:loyalty_tier~is~Kite")
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.locator("[data-selected-count]")).to_have_text("2")
    with page.expect_download() as download:
        page.get_by_role("toolbar", name="Bulk actions").get_by_role("button", name="Export").click()
    table = list(csv.DictReader(io.StringIO(download.value.path().read_text("utf-8-sig"))))
    assert len(table) == 2
    assert {row["Loyalty tier"] for row in table} == {"Kite"}


def test_all_that_match_are_exported(page: Page) -> None:
    def late(route: Route) -> None:
        """The list as it is when counting takes long: without a count, which is then asked for."""
        answer = route.fetch()
        count = 'hx-get="/people/?f=known~is~yes&part=count" hx-trigger="load delay:300ms" hx-target="this" hx-swap="outerHTML"'
        route.fulfill(response=answer, body=re.sub(r'data-total="\d+">[\d,]+<', f"{count}>…<", answer.text()))

    page.route(re.compile(r"/people/\?f=known~is~yes$"), late)
    page.goto("/people/?f=known~is~yes")
    expect(page.locator("#list-count")).not_to_have_text("…")
    total = int(page.locator("#list-count").inner_text().replace(",", ""))
    page.get_by_role("checkbox", name="Select all on this page").check()
    page.get_by_role("button", name="Select all", exact=False).click()
    expect(page.locator("[data-selected-count]")).to_have_text(f"{total:,}")
    with page.expect_download() as download:
        page.get_by_role("toolbar", name="Bulk actions").get_by_role("button", name="Export").click()
    assert len(list(csv.DictReader(io.StringIO(download.value.path().read_text("utf-8-sig"))))) == total


def test_nothing_found_says_which_filter_hides_and_one_button_clears(page: Page) -> None:
    page.goto("/people/?q=keiko&f=trait:plan~is~Nonsense")
    expect(page.get_by_role("heading", name="No customers match")).to_be_visible()
    expect(page.locator("li", has_text="plan is Nonsense")).to_contain_text("1")
    page.get_by_role("link", name="Clear search and filters").click()
    expect(rows(page)).to_have_count(50)
    expect(page.locator("#list-q")).to_have_value("")


def test_a_customer_is_added_by_hand(page: Page, complaints: list[str]) -> None:
    page.goto("/people/")
    page.keyboard.press("c")
    dialog(page).get_by_label("Name").fill("Mara Lindqvist")
    dialog(page).get_by_label("E-mail").fill("keiko.yilmaz@fjord.example")
    page.get_by_role("button", name="Add customer").click()
    expect(dialog(page).get_by_role("note")).to_contain_text("belongs to a customer already")
    complaints.clear()  # the browser logs the refusal
    dialog(page).get_by_label("E-mail").fill("mara@lindqvist.example")
    page.get_by_role("button", name="Add customer").click()
    page.wait_for_url("**/people/*-*/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Mara Lindqvist")


def test_a_trait_is_set_for_the_selected(page: Page, customer: Callable[..., str]) -> None:
    customer("Bulk Berta", team="bulk")
    customer("Bulk Bruno", team="bulk")
    page.goto("/people/?f=trait:team~is~bulk")
    page.get_by_role("checkbox", name="Select all on this page").check()
    page.get_by_role("button", name="Set trait").click()
    dialog(page).get_by_label("Trait").fill("vip")
    dialog(page).get_by_label("Value").fill("true")
    page.get_by_role("button", name="Set for 2 customers").click()
    expect(page.locator("#toasts")).to_contain_text("Vip set for 2 customers")
    page.goto("/people/?f=trait:team~is~bulk&f=trait:vip~is~true")
    expect(rows(page)).to_have_count(2)


def test_erasing_asks_for_the_word(page: Page, customer: Callable[..., str]) -> None:
    gone = customer("Erna Erased")
    page.goto(f"/people/{gone}/")
    page.get_by_role("button", name="More").click()
    page.get_by_role("menuitem", name="Erase").click()
    button = page.get_by_role("button", name="Erase for good")
    expect(button).to_be_disabled()
    page.get_by_label("Type ERASE to confirm").fill("ERASE")
    button.click()
    page.wait_for_url("**/people/")
    expect(page.locator("#toasts")).to_contain_text("Erased")
    assert page.request.get(f"/people/{gone}/").status == 404


def test_a_member_is_offered_only_what_members_may(tom: Page) -> None:
    tom.goto("/people/?f=trait:plan~any~")
    tom.keyboard.press("j")
    tom.keyboard.press("x")
    toolbar = tom.get_by_role("toolbar", name="Bulk actions")
    expect(toolbar.get_by_role("button", name="Export")).to_be_visible()
    expect(toolbar.get_by_role("button", name="Erase")).to_have_count(0)
    expect(toolbar.get_by_role("button", name="Merge")).to_have_count(0)


def test_place_and_selection_survive_going_back(page: Page) -> None:
    page.goto("/people/?sort=name&f=known~is~yes")
    for _ in range(30):
        page.keyboard.press("j")
    page.keyboard.press("x")
    top = page.evaluate("document.querySelector('[data-scroll]').scrollTop")
    assert top > 0
    page.keyboard.press("Enter")
    page.wait_for_url("**/people/*-*/**")
    page.keyboard.press("Escape")
    page.wait_for_url("**/people/?**")
    expect(page.locator("[data-selected-count]")).to_have_text("1")
    page.wait_for_function("top => Math.abs(document.querySelector('[data-scroll]').scrollTop - top) < 40", arg=top)


def test_space_peeks_beside_the_list_and_follows(page: Page) -> None:
    page.goto("/people/?f=trait:loyalty_tier~is~Kite&sort=name")
    names = [text.split("\n")[-1] for text in page.locator("[data-row] .p-title").all_inner_texts()]
    page.keyboard.press("j")
    page.keyboard.press(" ")
    peek = page.get_by_role("complementary", name="Peek")
    expect(peek).to_contain_text(names[0])
    page.keyboard.press("j")
    expect(peek).to_contain_text(names[1])
    page.keyboard.press("Escape")
    expect(peek).to_be_hidden()
    assert "/people/?" in page.url
