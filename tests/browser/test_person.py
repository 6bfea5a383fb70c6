"""The customer page, as people use it."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.serving import Server, until

KEIKO = "email:keiko.yilmaz@fjord.example"


def open_keiko(page: Page, kestrel: Server) -> dict:  # type: ignore[type-arg]
    person = kestrel.person(KEIKO)
    assert person
    page.goto(f"/people/{person['id']}/")
    return person


def to_the_end(page: Page) -> bool:
    """Scroll the timeline down; whether that was its end."""
    page.locator("#pane-timeline").evaluate("pane => pane.scrollTo(0, pane.scrollHeight)")
    return page.locator("[data-first-event]").count() > 0


def test_the_page_tells_who_she_is_and_from_where_we_know(page: Page, kestrel: Server) -> None:
    open_keiko(page, kestrel)
    expect(page.get_by_role("heading", level=1)).to_have_text("Keiko Yılmaz")
    about = page.get_by_role("region", name="About")
    about.get_by_text("Phone", exact=True).click()
    expect(about).to_contain_text("From CRM export")
    expect(about.locator("li", has_text="u-1001")).to_contain_text("Web shop")
    figures = page.get_by_role("region", name="Figures")
    expect(figures).to_contain_text("Lumen Health")
    expect(figures).to_contain_text("Activity, 12 weeks")
    page.set_viewport_size({"width": 900, "height": 800})
    expect(figures).to_be_visible()
    page.set_viewport_size({"width": 390, "height": 844})
    expect(figures).to_be_hidden()
    page.get_by_role("tab", name="Figures").click()
    expect(figures).to_contain_text("Revenue")


def test_the_timeline_reaches_back_to_the_first_event(page: Page, kestrel: Server) -> None:
    person = open_keiko(page, kestrel)
    until(lambda: to_the_end(page), 60, "the first event is shown")
    shown = page.locator("#timeline > li.tl").count()
    assert shown == len(kestrel.events(person["id"]))
    days = page.locator("#timeline > li.font-medium").all_inner_texts()
    assert len(days) == len(set(days))


def test_chips_narrow_the_timeline(page: Page, kestrel: Server) -> None:
    open_keiko(page, kestrel)
    page.get_by_role("button", name="Orders").click()
    expect(page.locator("#timeline .tl").first).to_contain_text("Order")
    titles = page.locator("#timeline .event summary > span:first-child").all_inner_texts()
    assert titles and not [title for title in titles if title.startswith("Viewed")]


def test_a_source_narrows_the_timeline_together_with_the_chips(page: Page, kestrel: Server) -> None:
    open_keiko(page, kestrel)
    page.get_by_label("Source", exact=True).select_option(label="Order system")
    where = page.locator("#timeline .tl > :last-child")
    expect(where.filter(has_text="Web shop")).to_have_count(0)
    expect(where.first).to_contain_text("Order system")
    page.get_by_role("button", name="Web and app").click()
    expect(page.get_by_role("heading", name="Nothing recorded of this kind from this source yet")).to_be_visible()
    page.get_by_label("Source", exact=True).select_option(label="All sources")
    expect(page.locator("#timeline .tl").first).to_contain_text("Viewed")
    assert not [row for row in page.locator("#timeline .tl summary").all_inner_texts() if "Order" in row[:5]]


def test_an_event_opens_to_its_properties_and_receipt(page: Page, kestrel: Server) -> None:
    open_keiko(page, kestrel)
    event = page.locator("#timeline .tl", has_text="Order Completed").first
    event.locator("summary").first.click()
    expect(event).to_contain_text('"order_id"')
    event.get_by_role("link", name="Receipt").click()
    page.wait_for_url("**/receipts/**")
    expect(page.locator("main")).to_contain_text("tored")


def test_a_note_is_written_kept_and_taken_back(page: Page, customer: Callable[..., str]) -> None:
    page.goto(f"/people/{customer('Nora Noted')}/")
    page.keyboard.press("n")
    page.keyboard.insert_text("Called back, prefers oat milk.")
    page.reload()
    expect(page.locator("#note-text")).to_have_value("Called back, prefers oat milk.")
    page.locator("#note-text").press("Control+Enter")
    expect(page.locator("#new-notes")).to_contain_text("oat milk")
    expect(page.locator("#note-text")).to_have_value("")
    until(
        lambda: page.reload() and page.locator("#timeline").get_by_text("oat milk").count(),
        20,
        "the note is in the timeline",
    )
    page.locator("#note-text").fill("A second thought")
    page.get_by_role("button", name="Save note").click()
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("body")).not_to_contain_text("A second thought")


def test_markup_in_every_field_is_shown_as_text(page: Page, customer: Callable[..., str]) -> None:
    evil = "<img src=x onerror=alert(1)>'\"{{ 7*7 }}"
    gone = customer("Evil <b>Eve</b>", **{"city": evil, "<script>alert(2)</script>": evil})
    page.goto(f"/people/{gone}/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Evil <b>Eve</b>")
    expect(page.get_by_role("region", name="About")).to_contain_text("{{ 7*7 }}")
    page.locator("#note-text").fill(evil)
    page.get_by_role("button", name="Save note").click()
    expect(page.locator("#new-notes")).to_contain_text("<img src=x")
    page.goto("/people/?q=Evil&cols=name,trait:city")
    expect(page.locator("[data-row]").first).to_contain_text("<img src=x")
    assert page.locator("main img").count() == 0


def test_two_are_merged_and_parted_again(page: Page, customer: Callable[..., str], kestrel: Server) -> None:
    one = customer("Merle Merge", email="merle@one.example", city="Oslo")
    two = customer("Merle Merge", email="merle@two.example", city="Bergen")
    page.goto(f"/people/{one}/")
    page.keyboard.press("m")
    page.locator("#merge-found").get_by_role("button", name="Merle Merge").click()
    dialog = page.locator("#modal")
    expect(dialog).to_contain_text("merle@two.example")
    expect(dialog).to_contain_text("user_id: 2 values")
    dialog.get_by_role("button", name="Merge", exact=True).click()
    expect(page.locator("#toasts")).to_contain_text("Merged")
    expect(page.get_by_role("region", name="About")).to_contain_text("merle@one.example")
    expect(page.get_by_role("region", name="About")).to_contain_text("merle@two.example")
    together = kestrel.person("email:merle@one.example")
    assert together and together == kestrel.person("email:merle@two.example")
    page.get_by_role("button", name="Unmerge").click()
    expect(page.locator("#toasts")).to_contain_text("Unmerged")
    a, b = kestrel.person("email:merle@one.example"), kestrel.person("email:merle@two.example")
    assert a and b and {a["id"], b["id"]} == {one, two}


def test_a_merge_is_undone_from_its_toast(page: Page, customer: Callable[..., str], kestrel: Server) -> None:
    one, two = customer("Toni Toast"), customer("Toni Toast")
    page.goto("/people/?q=Toni+Toast")
    page.get_by_role("checkbox", name="Select all on this page").check()
    page.keyboard.press("m")
    page.locator("#modal").get_by_role("button", name="Merge", exact=True).click()
    expect(page.locator("#toasts")).to_contain_text("Merged")
    page.keyboard.press("z")
    expect(page.locator("#toasts")).to_contain_text("Unmerged")
    for person in (one, two):
        assert page.request.get(f"/people/{person}/", max_redirects=0).status == 200


def test_a_trait_is_stated_and_explained(page: Page, customer: Callable[..., str]) -> None:
    page.goto(f"/people/{customer('Stella Stated', city='Ulm')}/")
    page.keyboard.press("t")
    dialog = page.locator("#modal")
    dialog.get_by_label("Trait").fill("city")
    dialog.get_by_label("Value").fill("Graz")
    dialog.get_by_role("button", name="Set trait").click()
    expect(page.locator("#toasts")).to_contain_text("City is stated by your team now")
    about = page.get_by_role("region", name="About")
    about.get_by_text("City", exact=True).click()
    expect(about).to_contain_text("said “Ulm”")


def test_next_and_previous_walk_the_list_it_was_opened_from(page: Page) -> None:
    page.goto("/people/?f=trait:loyalty_tier~is~Falcon&sort=name")
    names = [text.split("\n")[-1] for text in page.locator("[data-row] .p-title").all_inner_texts()]
    page.locator("[data-row] .p-title a").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(names[0])
    page.keyboard.press(">")
    expect(page.get_by_role("heading", level=1)).to_have_text(names[1])
    expect(page.locator("header.page-head")).to_contain_text("2 /")
    page.keyboard.press("<")
    expect(page.get_by_role("heading", level=1)).to_have_text(names[0])
    page.keyboard.press("Escape")
    expect(page.locator(".chip", has_text="Falcon")).to_be_visible()


def test_a_company_shows_its_people(page: Page) -> None:
    page.goto("/companies/?q=Lumen+Health")
    page.locator("[data-row] a").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Lumen Health")
    page.get_by_role("link", name="Keiko Yılmaz").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Keiko Yılmaz")
