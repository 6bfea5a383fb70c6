"""Custom fields, as two colleagues meet them."""

from collections.abc import Callable

from playwright.sync_api import Page, expect


def test_one_declares_a_field_and_another_fills_it(page: Page, tom: Page, customer: Callable[..., str]) -> None:
    odd, other = customer("Fay Fields", renewal_day="soon"), customer("Gus Fields")
    page.goto("/settings/fields/?kind=people")
    page.keyboard.press("c")
    dialog = page.locator("#modal")
    dialog.get_by_label("Label").fill("Renewal")
    dialog.get_by_label("Trait").fill("renewal_day")
    expect(dialog.get_by_label("Choices")).to_be_hidden()
    dialog.get_by_label("Type").select_option(label="Date")
    dialog.get_by_label("Help text").fill("The day on which the contract ends")
    dialog.get_by_label("Among the key facts").check()
    dialog.get_by_role("button", name="Make the field").click()
    expect(dialog).to_contain_text("It has values already")
    expect(dialog).to_contain_text("stay as they are")
    dialog.get_by_role("button", name="Declare it").click()
    expect(page.get_by_role("row", name="Renewal")).to_contain_text("Date")

    tom.goto(f"/people/{odd}/")
    about = tom.get_by_role("region", name="About")
    about.get_by_text("Renewal", exact=True).click()
    expect(about).to_contain_text("Does not fit: it wants a date")
    tom.goto(f"/people/{other}/")
    about.get_by_role("button", name="Fill in Renewal").click()
    tom.get_by_role("textbox", name="Renewal").fill("2027-03-31")
    tom.get_by_role("button", name="Save", exact=True).click()
    expect(about).to_contain_text("31 March 2027")

    page.reload()
    page.get_by_role("row", name="Renewal").get_by_role("link", name="1", exact=True).click()
    page.wait_for_url("**/people/**misfit**")
    expect(page.get_by_role("row", name="Fay Fields")).to_be_visible()
    expect(page.get_by_role("row", name="Gus Fields")).to_have_count(0)
    page.goto("/settings/fields/?kind=people")
    page.get_by_role("button", name="Archive Renewal").click()
    dialog.get_by_role("button", name="Archive").click()
    expect(page.get_by_role("row", name="Renewal")).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("row", name="Renewal")).to_be_visible()
    page.get_by_role("button", name="Archive Renewal").click()  # neighbours' tests see the customers as they were
    dialog.get_by_role("button", name="Archive").click()
    expect(page.get_by_role("row", name="Renewal")).to_have_count(0)
