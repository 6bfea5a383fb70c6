"""Receipts: the balance at a glance, and where one message is."""

import re
import uuid
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.serving import Server

expect.set_options(timeout=15_000)


def figures(page: Page) -> dict[str, int]:
    """Label → number of the equation."""
    texts = page.locator("#balance section[aria-label^=Receipts]").inner_text()
    return {label: int(number.replace(",", "")) for label, number in re.findall(r"([A-Z][a-z ]+)\n([\d,]+)", texts)}


def test_the_counts_balance_and_follow(page: Page, kestrel: Server) -> None:
    page.goto("/receipts/?period=hour")
    expect(page.get_by_text(re.compile("The counts balance|Nothing was sent"))).to_be_visible()
    before = figures(page)
    assert before["Accepted"] == sum(before.values()) - before["Accepted"]
    same = {"type": "track", "event": "Cup Sold", "userId": "u", "messageId": uuid.uuid4().hex}
    kestrel.send("batch", {"batch": [same, same, {"type": "track", "event": "Nobody"}]})
    wanted = f"{before['Accepted'] + 3:,}"
    expect(page.locator("#balance")).to_contain_text(re.compile(rf"Accepted\s*{wanted}"))
    kestrel.settled("Web")
    page.reload()
    after = figures(page)
    gained = {name: after[name] - before.get(name, 0) for name in ("Accepted", "Stored", "Duplicate", "Quarantined")}
    assert gained == {"Accepted": 3, "Stored": 1, "Duplicate": 1, "Quarantined": 1}


def test_one_source_and_a_chart(page: Page, kestrel: Server) -> None:
    kestrel.send("track", {"event": "Cup Sold", "userId": "u"})
    kestrel.settled("Web")
    page.goto("/receipts/")
    page.get_by_label("Source", exact=True).select_option(label="Web")
    table = page.get_by_role("table", name="Receipts by source")
    expect(table.get_by_role("row")).to_have_count(2)
    expect(table).to_contain_text("Balances")
    expect(page.locator("[data-chart] svg")).to_be_visible()
    page.get_by_role("link", name="Hour").click()
    expect(page).to_have_url(re.compile("period=hour.*source="))


def test_a_reason_leads_to_its_messages(page: Page, kestrel: Server) -> None:
    id = uuid.uuid4().hex
    kestrel.send("batch", {"batch": [{"type": "group", "userId": "u", "messageId": id}]})
    kestrel.settled("Web")
    page.goto("/receipts/")
    page.get_by_role("link", name=re.compile("A group message needs a groupId")).click()
    expect(page.locator(f"a[href='/receipts/{id}/']")).to_be_visible()
    expect(page.locator("#live-rows .tag-green")).to_have_count(0)


def test_a_message_is_found_by_its_id(page: Page, kestrel: Server) -> None:
    id = f"order/{uuid.uuid4().hex} ü"
    for _ in range(2):
        kestrel.send("identify", {"userId": id, "messageId": id, "traits": {"name": "Vera Berg"}})
    kestrel.settled("Web")
    page.goto("/receipts/")
    page.get_by_label("Message id").fill(id)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(id)
    expect(page.locator("main")).to_contain_text("Stored, once. It came 2 times; one copy counts.")
    for stage in ("Accepted", "Stored", "Matched", "Duplicate"):
        expect(page.locator("ol").get_by_text(stage, exact=True)).to_be_visible()
    page.get_by_role("link", name="Vera Berg").click()
    expect(page).to_have_url(re.compile("/people/"))


def test_the_short_address(page: Page, kestrel: Server) -> None:
    id = uuid.uuid4().hex
    kestrel.send("track", {"userId": "u", "messageId": id})
    kestrel.settled("Web")
    page.goto(f"/receipt/{id}")
    expect(page.locator("main")).to_contain_text("Set aside. A track message needs the name of its event.")
    expect(page.locator("main")).to_contain_text("Set the field “event”.")


def test_an_id_that_never_came(page: Page) -> None:
    page.goto("/receipts/never-sent/")
    expect(page.get_by_text("No message with this id was accepted")).to_be_visible()
    page.complaints[:] = [c for c in page.complaints if "status of 404" not in c]  # type: ignore[attr-defined]


def test_the_same_id_from_another_source(page: Page, kestrel: Server) -> None:
    id, other = uuid.uuid4().hex, f"Till {uuid.uuid4().hex[:6]}"
    kestrel.send("track", {"event": "Cup Sold", "userId": "u", "messageId": id})
    kestrel.send("track", {"event": "Cup Drunk", "userId": "u", "messageId": id}, key=kestrel.add_source(other))
    kestrel.settled("Web")
    kestrel.settled(other, accepted=1)
    page.goto(f"/receipts/{id}/")
    expect(page.get_by_role("link", name=re.compile(rf"Web|{other}")).last).to_be_visible()
    expect(page.locator("main")).to_contain_text("these are different messages")


@pytest.mark.parametrize("size", [{"width": 1440, "height": 900}, {"width": 390, "height": 844}], ids=["desk", "phone"])
def test_accessible(
    open_page: Callable[..., Page],
    axe_by_day_and_night: Callable[[Page], list[str]],
    kestrel: Server,
    size: dict[str, int],
) -> None:
    kestrel.send("track", {"event": "Cup Sold", "userId": "u", "messageId": "receipt-accessible"})
    kestrel.settled("Web")
    page = open_page(size=size)
    for address in ("/receipts/?period=week", "/receipts/receipt-accessible/"):
        page.goto(address)
        assert axe_by_day_and_night(page) == [], address
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], address
