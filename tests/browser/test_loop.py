"""The loop closes: a campaign's mail arrives in the mailbox, its link is followed, an order comes of it, and the results count it."""

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from tests.serving import Server, until

SHOP = "/readyz?lamp"
MAIL = {
    "subject": 'A lamp for {{ customer.first_name | default: "you" }}', "preheader": "One is left",
    "mjml": f"<mjml><mj-body><mj-section><mj-column><mj-text>It is bright.</mj-text><mj-button href='{SHOP}'>See it</mj-button>"
    "<mj-text><a href='{{ links.unsubscribe }}'>Unsubscribe</a></mj-text></mj-column></mj-section></mj-body></mjml>",
}  # fmt: skip
READER = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"


def test_from_a_message_to_what_it_brought(
    open_page: Callable[..., Page], kestrel: Server, customer: Callable[..., str]
) -> None:
    people = [
        customer(f"{name} Lamp", first_name=name, light="lamp", email=f"{name}.lamp@kestrel.example".lower())
        for name in ("Lou", "Ned")
    ]
    purpose = kestrel.api("/consent/purposes")["results"][0]["name"]
    kestrel.api(f"/people/{people[0]}/consents", {"purpose": purpose, "state": "granted"}, status=201)
    campaign = _started(kestrel, purpose)

    page = open_page(user_agent=READER)
    page.goto(f"/campaigns/{campaign}/")
    expect(page.get_by_text("Everything has gone")).to_be_visible(timeout=20_000)
    expect(page.locator("[data-duplicates='0']").first).to_be_visible()
    page.goto("/mailbox/")
    page.get_by_role("link", name="A lamp for Lou").click()
    with page.context.expect_page() as opened:
        page.frame_locator("iframe").get_by_role("link", name="See it").click()
    expect(opened.value).to_have_url(re.compile(re.escape(SHOP)))

    order = {"userId": "test-lou-lamp-1", "event": "Order Completed", "properties": {"revenue": 49}}
    kestrel.send("track", order)
    until(lambda: re.search(r"Message A\s+2\s+24\.50\s+49\.00", _results(page, campaign)), 15, "the order is counted")
    assert re.search(r"Message A\s+2\s+50\.0\s%\s+1\s", _results(page, campaign))
    page.goto(f"/people/{people[0]}/messages/")
    expect(page.locator("main")).to_contain_text("Followed")
    page.goto(f"/campaigns/{campaign}/people/{people[1]}/")
    expect(page.get_by_role("region", name="Why")).to_contain_text("nothing said")


def _started(kestrel: Server, purpose: str) -> str:
    """A campaign for both, of whom one agreed to be told."""
    told: Any = kestrel.api("/segments", {"name": "Lamp lovers", "text": 'light is "lamp"'}, status=201)
    until(lambda: kestrel.api(f"/segments/{told['id']}")["size"] == 2, 20, "everybody was asked")
    content = {"variants": {"A": {"email": {"en": MAIL}}}}
    mail: Any = kestrel.api("/messages", {"name": "Lamp news", "purpose": purpose, "content": content}, status=201)
    kestrel.api(f"/messages/{mail['id']}/publish", {})
    if not kestrel.api("/destinations")["results"]:
        kestrel.api("/destinations", {"channel": "email", "adapter": "mailbox", "name": "Mailbox"}, status=201)
    plan = {
        "audience": {"include": [told["id"]]}, "content": {"message": mail["id"], "channel": "email"},
        "goal": {"event": {"names": ["Order Completed"]}, "within_days": 7, "property": "revenue"},
    }  # fmt: skip
    made: Any = kestrel.api("/campaigns", {"name": "Lamps", "plan": plan}, status=201)
    kestrel.api(f"/campaigns/{made['id']}/start", {})
    return str(made["id"])


def _results(page: Page, campaign: str) -> str:
    page.goto(f"/campaigns/{campaign}/results/")
    return page.locator("main").inner_text()
