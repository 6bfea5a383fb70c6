"""The tools of work in the browser: a mention that reaches a colleague's bell, a task by keys alone."""

from collections.abc import Callable

from playwright.sync_api import Page, expect


def test_a_mention_reaches_a_colleagues_bell(
    page: Page, tom: Page, customer: Callable[..., str], axe: Callable[[Page], list[str]]
) -> None:
    person = customer("Mona Reiter")
    page.goto(f"/people/{person}/")
    page.locator("#note-text").press_sequentially("Please call, @to")
    expect(page.get_by_role("option", name="Tom Reyes")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator("#note-text")).to_have_value("Please call, @Tom Reyes ")
    page.get_by_label("Attach files").set_input_files({"name": "offer.txt", "mimeType": "", "buffer": b"An offer"})
    expect(page.locator("[data-file-names]")).to_have_text("offer.txt")
    assert axe(page) == []
    page.keyboard.press("Control+Enter")
    expect(page.locator("#new-notes .mention")).to_have_text("@Tom Reyes")
    expect(page.locator("[data-file-names]")).to_have_text("Files")
    with page.expect_download() as saved:
        page.locator("#new-notes").get_by_role("link", name="offer.txt").click()
    assert saved.value.path().read_bytes() == b"An offer"
    page.locator("#new-notes").get_by_role("button", name="Change", exact=True).click()
    page.locator("#new-notes textarea").fill("Please call her, @Tom Reyes")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#new-notes")).to_contain_text("changed")

    tom.goto("/people/")
    expect(tom.locator("#bell")).to_have_accessible_name("Notices, 1 unread")
    tom.keyboard.press("g")
    tom.keyboard.press("n")
    expect(tom.get_by_role("heading", name="Notices")).to_be_visible()
    assert axe(tom) == []
    tom.get_by_role("link", name="Nadia Karim mentioned you in a note on Mona Reiter").click()
    tom.wait_for_url(f"**/people/{person}/")
    expect(tom.locator("#bell")).to_have_accessible_name("Notices")
    expect(tom.locator(".note-body")).to_contain_text("Please call her")


def test_a_task_by_keys_alone(
    page: Page, phone: Page, customer: Callable[..., str], axe: Callable[[Page], list[str]]
) -> None:
    person = customer("Jonas Weidmann")
    page.goto(f"/people/{person}/")
    page.keyboard.press("c")
    expect(page.get_by_label("What is to be done")).to_be_focused()
    page.keyboard.type("Call Jonas")
    page.keyboard.press("Tab")
    page.keyboard.type("He waits for an answer")
    assert axe(page) == []
    page.keyboard.press("Control+Enter")
    expect(page.locator("#tasks-about")).to_contain_text("He waits for an answer")

    page.keyboard.press("g")
    page.keyboard.press("t")
    page.wait_for_url("**/tasks/**")
    page.get_by_role("link", name="Call Jonas").click()
    page.wait_for_url("**/tasks/0**")
    page.keyboard.press("s")
    expect(page.get_by_role("button", name="Tomorrow")).to_be_visible()
    page.keyboard.press("2")
    expect(page.locator("main")).to_contain_text("tomorrow")
    page.wait_for_load_state()
    page.keyboard.press("z")
    expect(page.locator("main")).not_to_contain_text("tomorrow")
    page.wait_for_load_state()
    page.keyboard.press("d")
    expect(page.get_by_role("button", name="Open again")).to_be_visible()
    page.wait_for_load_state()
    page.keyboard.press("z")
    expect(page.get_by_role("button", name="Done")).to_be_visible()

    phone.goto("/tasks/")
    expect(phone.get_by_role("link", name="Call Jonas")).to_be_visible()
    assert axe(phone) == []


def test_many_are_changed_taken_back_and_what_a_colleague_changed_since_stays(
    page: Page, tom: Page, phone: Page, customer: Callable[..., str], axe: Callable[[Page], list[str]]
) -> None:
    first, second = customer("Undine Aa"), customer("Undine Bb")
    page.goto("/people/?q=Undine")
    expect(page.locator("tr[data-row]")).to_have_count(2)
    for one in (first, second):
        page.locator(f'tr[data-row="{one}"] input.ck').check()
    page.locator("[data-bulk]").get_by_role("button", name="Set trait").click()
    page.locator("#trait-name").fill("shelf")
    page.locator("#trait-value").fill("top")
    page.get_by_role("button", name="Set for 2 customers").click()
    expect(page.get_by_role("status").get_by_text("Shelf set for 2 customers.")).to_be_visible()

    tom.goto(f"/people/{second}/")
    expect(tom.locator("main")).to_contain_text("top")
    answer = tom.evaluate(
        """async ([path, body]) => (await fetch(path, {method: "POST", body: new URLSearchParams(body), headers: {"X-CSRFToken":
        JSON.parse(document.body.getAttribute("hx-headers:inherited"))["X-CSRFToken"]}})).status""",
        [f"/people/{second}/trait/", {"name": "shelf", "value": "bottom"}],
    )
    assert answer == 204

    page.keyboard.press("z")
    page.wait_for_url("**/changes/0**")
    expect(page.locator("#change")).to_contain_text("1 of 2 was changed since and stays as it is")
    expect(page.locator("#change").get_by_role("link", name="Undine Bb")).to_be_visible()
    assert axe(page) == []
    page.goto("/people/?q=Undine&cols=name&cols=trait:shelf")
    expect(page.locator(f'tr[data-row="{second}"]')).to_contain_text("bottom")
    expect(page.locator(f'tr[data-row="{first}"]')).not_to_contain_text("top")
    for one in (page, phone):
        one.goto("/changes/")
        expect(one.locator("#list-body")).to_contain_text("“shelf” set for customers")
        assert axe(one) == []
