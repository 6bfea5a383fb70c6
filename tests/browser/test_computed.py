"""A computed trait, written by one colleague and met by another on a customer's page."""

from playwright.sync_api import Page, expect


def test_one_writes_it_and_another_meets_it(page: Page, tom: Page) -> None:
    page.goto("/segments/traits/new/")
    page.get_by_label("Name of the trait").fill("spent_ever")
    page.get_by_label("Figure").select_option("sum")
    page.get_by_label("Property", exact=True).fill("total")
    page.get_by_label("Events").fill("Order Completed")
    page.get_by_label("Events").press("Tab")
    expect(page.get_by_label("What customers would have").get_by_role("listitem")).to_have_count(10)
    page.get_by_role("button", name="Sentence").click()
    expect(page.get_by_label("The computed trait as a sentence")).to_have_value('sum of total of "Order Completed"')
    page.get_by_role("button", name="Rules", exact=True).click()
    page.locator("#save").click()
    expect(page.get_by_role("region", name="What it is")).to_be_visible(timeout=20_000)
    first = page.get_by_role("region", name="The newest 10").get_by_role("link").first
    expect(first).to_be_visible(timeout=20_000)

    tom.goto(str(first.get_attribute("href")))
    about = tom.get_by_role("region", name="About")
    if (more := about.get_by_text("more trait")).count():
        more.click()
    about.get_by_text("Spent ever", exact=True).click()
    expect(about.get_by_text("From Computed traits")).to_be_visible()
    page.get_by_role("button", name="More").first.click()
    page.get_by_role("menuitem", name="Archive").click()  # neighbours' tests see the customers as they were
    expect(page.get_by_text("Archived", exact=True)).to_be_visible()
