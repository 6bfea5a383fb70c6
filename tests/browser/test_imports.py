"""A file brought in and taken back, in the browser."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

ROWS = "who;day;paid\n" + "".join(f"undine-{n};{day};10,10\n" for n, day in enumerate(["02.05.2011"] * 5 + ["never"]))


def test_a_file_is_looked_at_brought_in_and_taken_back(
    page: Page, phone: Page, axe: Callable[[Page], list[str]]
) -> None:
    page.goto("/imports/")
    page.get_by_role("button", name="Import a file").first.click()
    page.locator("#import-file").set_input_files({"name": "shop.csv", "mimeType": "text/csv", "buffer": ROWS.encode()})
    page.get_by_role("button", name="Look at it").click()
    page.wait_for_url("**/imports/0**")
    expect(page.get_by_role("table", name="Rows that cannot be read")).to_contain_text("never")
    page.get_by_label("Customer").select_option(label="who (undine-0)")
    page.get_by_label("Amount").select_option(label="—")
    expect(page.get_by_role("table", name="First rows")).to_contain_text("paid 10,10")
    page.get_by_label("Amount").select_option(label="paid (10,10)")
    expect(page.get_by_role("table", name="First rows")).to_contain_text("revenue 10.10")
    assert axe(page) == []
    phone.goto(page.url)
    assert axe(phone) == []
    page.get_by_role("button", name="Import about 6 rows").click()
    expect(page.locator("#import")).to_contain_text("Undo this import", timeout=20_000)
    expect(page.locator("#import")).to_contain_text("never")
    assert axe(page) == []
    page.get_by_role("button", name="Undo this import").click()
    page.wait_for_url("**/changes/**")
    expect(page.locator("#change")).to_contain_text("Undone", timeout=20_000)
    page.goto("/imports/")
    expect(page.get_by_role("table", name="Imports")).to_contain_text("Undone")
    page.goto("/people/?q=undine-0")
    expect(page.locator("tr[data-row]")).to_have_count(0)
