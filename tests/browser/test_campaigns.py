"""A campaign as a marketer meets it: written step by step, started, arrived, and why each was told or not."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from playwright.sync_api import Page, expect

from tests.serving import Server, until

MAIL = {
    "subject": "Your teal mug", "preheader": "It is here",
    "mjml": "<mjml><mj-body><mj-section><mj-column><mj-text>Hello {{ customer.name | default: 'there' }}</mj-text>"
    "<mj-text><a href='{{ links.unsubscribe }}'>Unsubscribe</a></mj-text></mj-column></mj-section></mj-body></mjml>",
}  # fmt: skip


def test_a_campaign_is_written_sent_and_explained(
    page: Page, phone: Page, kestrel: Server, customer: Callable[..., str], axe: Callable[[Page], list[str]]
) -> None:
    mia = customer("Mia Mug", colour="mug", email="mia.mug@kestrel.example")
    purpose = kestrel.api("/consent/purposes")["results"][0]["name"]
    kestrel.api(f"/people/{mia}/consents", {"purpose": purpose, "state": "granted"}, status=201)
    told: Any = kestrel.api("/segments", {"name": "Mug owners", "text": 'colour is "mug"'}, status=201)
    until(lambda: kestrel.api(f"/segments/{told['id']}")["size"] == 1, 20, "everybody was asked")
    content = {"variants": {"A": {"email": {"en": MAIL}}}}
    made: Any = kestrel.api("/messages", {"name": "Mug news", "purpose": purpose, "content": content}, status=201)
    kestrel.api(f"/messages/{made['id']}/publish", {})
    if not kestrel.api("/destinations")["results"]:
        kestrel.api("/destinations", {"channel": "email", "adapter": "mailbox", "name": "Mailbox"}, status=201)

    page.goto("/marketing/")
    assert axe(page) == []
    page.get_by_role("link", name="New campaign").first.click()
    page.get_by_label("Name", exact=True).fill("Mug campaign")
    page.get_by_role("button", name="Choose the audience").click()
    page.get_by_label("Reach members of Mug owners").check()
    expect(page.locator("#audience-count")).to_contain_text("1 customer")
    assert axe(page) == []
    onwards = page.get_by_role("button", name="Save and go on")
    onwards.click()
    page.get_by_label("Mug news").check()
    onwards.click()
    page.get_by_label("Again and again").check()
    expect(page.get_by_label("Every how many")).to_be_visible()
    page.get_by_label("As soon as it is started").check()
    expect(page.get_by_label("Every how many")).to_be_hidden()
    assert axe(page) == []
    onwards.click()
    onwards.click()
    page.get_by_label("What customers are to do").fill("Order Completed")
    onwards.click()
    expect(page.get_by_text("1 customer", exact=True)).to_be_visible()
    page.get_by_role("button", name="Start now").click()
    expect(page.get_by_text("Everything has gone")).to_be_visible(timeout=30_000)
    expect(page.locator("[data-duplicates='0']").first).to_be_visible()
    assert axe(page) == []
    page.get_by_role("link", name="Customers", exact=True).last.click()
    page.get_by_role("link", name="Why Mia Mug was told or not").click()
    expect(page.get_by_role("region", name="Why")).to_contain_text(
        re.compile("Delivered.*Provider’s answer, attempt 1", re.S)
    )
    assert axe(page) == []

    phone.goto("/campaigns/calendar/")
    expect(phone.get_by_role("link", name="Mug campaign")).to_be_visible()
    expect(phone.get_by_role("cell", name="Week of").filter(has_text="to 1 customer")).to_be_visible()
    assert axe(phone) == []

    days = [
        (datetime.now(UTC).replace(day=1) + timedelta(days=40)).replace(day=one).date().isoformat()
        for one in (10, 12, 13, 20)
    ]
    when = {"start": "at", "date": days[0], "time": "12:00", "zone": "Europe/Berlin"}
    kestrel.api("/campaigns", {"name": "Mug again", "plan": {"when": when}}, status=201)
    page.goto(f"/campaigns/calendar/?month={days[0][:7]}")
    on = [page.locator(f'[data-day="{one}"]').get_by_role("link", name="Mug again") for one in days]
    on[0].drag_to(page.locator(f'[data-day="{days[1]}"]'))
    expect(page.get_by_text("“Mug again” goes on")).to_be_visible()
    expect(on[1]).to_be_focused()
    page.keyboard.press("Shift+ArrowRight")
    expect(on[2]).to_be_focused()
    page.keyboard.press("s")
    page.get_by_label("To the day").fill(days[3])
    assert axe(page) == []
    page.get_by_role("button", name="Move", exact=True).click()
    expect(on[3]).to_be_focused()
    page.keyboard.press("z")
    expect(on[2]).to_be_visible()
    assert axe(page) == []
