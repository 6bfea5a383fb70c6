"""A new administrator gives a sales rep her own customers only, sees through her eyes, and explains why one is hidden."""

import re
import uuid
from collections.abc import Callable

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.serving import Server, until

expect.set_options(timeout=15_000)
PASSWORD = "plum-orchard-lantern"


def test_a_rep_sees_her_own_customers_and_nobody_elses(page: Page, browser: Browser, kestrel: Server) -> None:
    tag = uuid.uuid4().hex[:8]
    mine, theirs = f"Mine {tag}", f"Theirs {tag}"
    for name in (mine, theirs):
        kestrel.send("identify", {"userId": name, "traits": {"name": name, "email": f"{name[0]}{tag}@lumen.example"}})
    own = until(lambda: kestrel.person(f"user_id:{mine}"), 30, "the first customer") or {}
    other = until(lambda: kestrel.person(f"user_id:{theirs}"), 30, "the second customer") or {}

    page.goto("/settings/people/")
    page.keyboard.press("c")
    dialog = page.get_by_role("dialog", name="Invite a colleague")
    dialog.get_by_label("E-mail address").fill(f"rep-{tag}@kestrel.example")
    dialog.get_by_label("Role").select_option("rep")
    dialog.get_by_role("button", name="Invite", exact=True).click()
    link = page.locator("[data-copy*='/join/']").first.get_attribute("data-copy")
    assert link

    rep = browser.new_context(base_url=kestrel.url).new_page()
    rep.goto(link)
    rep.get_by_label("name").first.fill("Rosa Reyes")
    for field in rep.locator("input[type=password]").all():
        field.fill(PASSWORD)
    rep.keyboard.press("Enter")
    rep.wait_for_url(re.compile(r"/(people|signin)/"))
    rep.goto("/people/")
    expect(rep.get_by_text("No customers that you may see")).to_be_visible()

    page.goto(f"/people/{own['id']}/")
    page.get_by_role("button", name="More").first.click()
    page.get_by_role("menuitem", name="Owner and sharing").click()
    page.get_by_label("Owner", exact=True).select_option(label="Rosa Reyes")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("status").get_by_text("owner and sharing are changed")).to_be_visible()

    rep.goto("/people/")
    expect(rep.get_by_text(mine).first).to_be_visible()
    expect(rep.get_by_text(theirs)).to_have_count(0)
    assert rep.goto(f"/people/{other['id']}/").status == 404  # type: ignore[union-attr]

    page.goto("/settings/access/")
    page.get_by_label("Colleague").select_option(label="Rosa Reyes (Sales rep)")
    page.get_by_label("Right", exact=True).select_option("people.view")
    field = page.get_by_label("Customer or company")
    field.press_sequentially("Keiko")
    expect(page.locator("#which-found a").first).to_be_visible()
    field.press("ArrowDown")
    expect(page.locator("#which-found a").first).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(field).to_be_focused()
    field.fill(other["id"])
    page.get_by_role("button", name="Explain").click()
    expect(page.get_by_text("Rosa Reyes may not use people.view on this customer.")).to_be_visible()
    expect(page.get_by_text("Make Rosa Reyes the owner of this customer.")).to_be_visible()
    page.get_by_role("button", name="See through Rosa Reyes’s eyes").click()
    expect(page.get_by_text("Nothing can be changed.")).to_be_visible()
    expect(page.get_by_text(theirs)).to_have_count(0)
    page.get_by_role("button", name="Leave").click()
    expect(page.get_by_text("Nothing can be changed.")).to_have_count(0)
    page.goto("/people/?q=" + theirs.replace(" ", "+"))
    expect(page.get_by_text(theirs).first).to_be_visible()
    rep.context.close()


def test_a_role_is_changed_in_one_go_on_a_phone(phone: Page) -> None:
    phone.goto("/settings/roles/analyst/")
    save = phone.get_by_role("button", name="Save", exact=True)
    expect(save).to_be_in_viewport()
    phone.get_by_label("people.bulk allowed for").select_option("own")
    phone.get_by_label("people.merge denied for").select_option("all")
    expect(phone.get_by_text("2 changes not saved")).to_be_visible()
    save.click()
    expect(phone.locator("#toasts")).to_contain_text("people.bulk allowed (own); people.merge denied (all)")
    expect(phone.get_by_label("people.bulk allowed for")).to_have_value("own")
    phone.locator("header").get_by_role("button", name="As it came").click()
    dialog = phone.get_by_role("dialog", name="Give “Analyst” its first rights again?")
    dialog.get_by_role("button", name="Keep the changes").click()
    expect(phone.get_by_label("people.merge denied for")).to_have_value("all")
    phone.locator("header").get_by_role("button", name="As it came").click()
    dialog.get_by_role("button", name="As it came").click()
    expect(phone.get_by_label("people.merge denied for")).to_have_value("none")


def test_pages_on_rights_hold_at_both_sizes(page: Page, open_page: Callable[..., Page]) -> None:
    phone = open_page(size={"width": 390, "height": 844}, color_scheme="dark")
    for one in (page, phone):
        for path in (
            "/settings/roles/",
            "/settings/roles/rep/",
            "/settings/purposes/",
            "/settings/teams/",
            "/settings/access/",
            "/settings/access/review/",
            "/settings/fields/",
        ):
            one.goto(path)
            found = [v for v in Axe().run(one).response["violations"] if v["impact"] in ("serious", "critical")]
            assert not found, f"{path}: {[v['id'] for v in found]}"
            assert one.evaluate("document.documentElement.scrollWidth <= innerWidth"), (
                f"{path} is wider than its window"
            )
