"""Rules of a segment, built by hand and by keyboard."""

from playwright.sync_api import Page, expect


def test_rules_are_built_from_what_was_seen(page: Page) -> None:
    """What is added has the focus, what is typed is completed, and nothing that is typed meanwhile is lost."""
    page.goto("/segments/new/")
    page.get_by_role("button", name="Condition").click()
    page.get_by_role("menuitem").filter(has_text="Did it so often").click()
    names = page.get_by_role("combobox", name="Events")
    expect(names).to_be_focused()
    names.press_sequentially("order com")
    expect(page.locator("#suggested > :first-child")).to_contain_text("Order Completed")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(names).to_have_value("Order Completed")
    page.get_by_label("When").select_option("in the last")
    page.get_by_label("How many").fill("400")
    page.get_by_role("button", name="Where").click()
    expect(page.get_by_role("combobox", name="Property")).to_be_focused()
    page.keyboard.type("total")
    page.keyboard.press("Tab")
    page.get_by_label("Test").select_option("is more than")
    page.get_by_label("Number").fill("1")
    page.get_by_role("button", name="Group").click()
    page.get_by_role("combobox", name="Trait").fill("plan")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type("none", delay=5)
    expect(page.locator("#count")).not_to_have_text("0")
    page.get_by_role("button", name="Sentence").click()
    expect(page.get_by_label("The segment as a sentence")).to_have_value(
        'did "Order Completed" in the last 400 days where total is more than 1 and any of (plan is "none")'
    )
