"""Live events: what arrives appears by itself, can be held still, narrowed and opened."""

import re
import uuid
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.serving import Server

expect.set_options(timeout=15_000)


def press(page: Page, key: str) -> None:
    """Press a key once the page is painted: Chromium drops keys that come before."""
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    page.keyboard.press(key)


@pytest.fixture
def word() -> str:
    """A word that no other test sends."""
    return f"Cup {uuid.uuid4().hex[:10]}"


def send(server: Server, event: str, **fields: object) -> None:
    server.send("track", {"event": event, "userId": "live-1", **fields})


def test_events_appear_by_themselves_newest_first(page: Page, kestrel: Server, word: str) -> None:
    page.goto("/live/")
    send(kestrel, f"{word} 1")
    expect(page.get_by_role("link", name=f"{word} 1")).to_be_visible()
    send(kestrel, f"{word} 2")
    expect(page.get_by_role("link", name=f"{word} 2")).to_be_visible()
    shown = page.locator("#live-rows tr", has_text=word).all_inner_texts()
    assert [word + " 2" in text for text in shown] == [True, False]


def test_pause_holds_it_still_and_follow_catches_up(page: Page, kestrel: Server, word: str) -> None:
    page.goto("/live/")
    press(page, "p")
    expect(page.locator("#live-state")).to_have_text("Paused")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/live/rows/" in request.url else None)
    send(kestrel, word)
    kestrel.settled("Web")
    page.wait_for_timeout(1500)  # longer than the page would wait before it asks
    assert asked == []
    press(page, "p")
    expect(page.locator("#live-state")).to_have_text("Following")
    expect(page.get_by_role("link", name=word)).to_be_visible()


def test_what_was_set_aside_says_why_and_how_to_mend_it(page: Page, kestrel: Server) -> None:
    id = uuid.uuid4().hex
    page.goto("/live/?outcome=quarantined")
    kestrel.send("batch", {"batch": [{"type": "track", "userId": "u", "messageId": id}]})
    row = page.locator("#live-rows tr", has=page.locator(f"a[href='/receipts/{id}/']")).first
    expect(row).to_contain_text("A track message needs the name of its event.")
    row.get_by_role("button").click()
    detail = page.locator("[data-detail]")
    expect(detail).to_contain_text("Set the field “event”.")
    expect(detail.locator("pre")).to_contain_text(f'"messageId": "{id}"')
    row.get_by_role("button").click()
    expect(detail).to_have_count(0)


def test_filters_hold_for_what_comes_later(page: Page, kestrel: Server, word: str) -> None:
    page.goto("/live/")
    page.get_by_label("Text in the event").fill(word)
    expect(page.get_by_text("Nothing matches the filter")).to_be_visible()
    expect(page).to_have_url(re.compile(r"q=Cup"))
    send(kestrel, "Something else")
    send(kestrel, "Bean Sold", properties={"note": word})
    expect(page.get_by_role("link", name="Bean Sold")).to_be_visible()
    assert page.locator("#live-rows tr").count() == 1
    page.reload()
    expect(page.get_by_label("Text in the event")).to_have_value(word)
    assert page.locator("#live-rows tr").count() == 1


def test_duplicates_are_named_after_what_they_repeat(page: Page, kestrel: Server, word: str) -> None:
    for _ in range(2):
        send(kestrel, word, messageId=word)
    page.goto(f"/live/?q={word}")
    expect(page.locator("#live-rows tr")).to_have_count(2)
    expect(page.locator("#live-rows tr").first).to_contain_text("Duplicate")
    expect(page.locator("#live-rows tr").first).to_contain_text(word)


def test_the_table_stays_small(page: Page, kestrel: Server, word: str) -> None:
    page.goto(f"/live/?q={word}")
    for n in range(4):
        kestrel.send(
            "batch", {"batch": [{"type": "track", "event": f"{word} {n}.{i}", "userId": "u"} for i in range(80)]}
        )
        expect(page.get_by_role("link", name=f"{word} {n}.79")).to_be_visible()
    expect(page.locator("#live-rows tr")).to_have_count(200)


def test_by_keyboard(page: Page, kestrel: Server, word: str) -> None:
    send(kestrel, word)
    kestrel.settled("Web")
    page.goto(f"/live/?q={word}")
    press(page, "p")
    press(page, "j")
    press(page, " ")
    expect(page.locator("[data-detail]")).to_be_visible()
    press(page, "Enter")
    expect(page).to_have_url(re.compile("/receipts/"))
    page.go_back()
    press(page, "/")
    expect(page.get_by_label("Text in the event")).to_be_focused()


@pytest.mark.parametrize("size", [{"width": 1440, "height": 900}, {"width": 390, "height": 844}], ids=["desk", "phone"])
def test_accessible(
    open_page: Callable[..., Page],
    axe_by_day_and_night: Callable[[Page], list[str]],
    kestrel: Server,
    size: dict[str, int],
) -> None:
    send(kestrel, "Cup Sold")
    page = open_page(size=size)
    page.goto("/live/?outcome=stored")
    page.locator("[data-live-pause]").click()
    page.locator("[data-expand]").first.click()
    expect(page.locator("[data-detail]")).to_be_visible()
    assert axe_by_day_and_night(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
