"""Sources: from nothing to a green light, settings, keys, archive, and the SDK doctor."""

import re
import uuid
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.serving import Server

expect.set_options(timeout=15_000)
HOSTILE = '<script>alert(1)</script>"><img src=x onerror=alert(2)>{{ 7|add:7 }}{% now "Y" %}'


def forgive(page: Page, status: int) -> None:
    """A form that comes back with its faults is no fault of the page."""
    page.complaints[:] = [c for c in page.complaints if f"status of {status}" not in c]  # type: ignore[attr-defined]


def press(page: Page, key: str) -> None:
    """Press a key once the page is painted: Chromium drops keys that come before."""
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    page.keyboard.press(key)


def create(page: Page, name: str = "") -> str:
    """A new source by the dialog; its name. The page of the source is open afterwards."""
    name = name or f"Source {uuid.uuid4().hex[:8]}"
    page.goto("/sources/")
    press(page, "c")
    page.get_by_label("Name", exact=True).fill(name)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()
    return name


def write_key(page: Page) -> str:
    key = page.locator("[data-copy]").first.get_attribute("data-copy")
    assert key
    return key


def test_the_first_event_turns_the_light_green(page: Page, kestrel: Server) -> None:
    create(page)
    expect(page.get_by_text("Waiting for the first event…")).to_be_visible()
    code = page.locator("pre").first.inner_text()
    assert write_key(page) in code
    assert kestrel.url in code
    kestrel.send("track", {"event": "Hello", "userId": "first"}, key=write_key(page))
    expect(page.get_by_text("The first event has arrived")).to_be_visible()
    expect(page.locator("#source-health")).to_have_text("Healthy")
    page.get_by_role("link", name="See the source").click()
    expect(page.get_by_text("The counts balance")).to_be_visible()
    expect(page.get_by_role("link", name="Hello track")).to_be_visible()


def test_a_name_that_is_taken_is_told_in_the_dialog(page: Page) -> None:
    name = create(page)
    page.goto("/sources/")
    press(page, "c")
    page.get_by_label("Name", exact=True).fill(name.upper())
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("There is already a source named")
    expect(page.get_by_label("Name", exact=True)).to_be_focused()
    expect(page.get_by_label("Name", exact=True)).to_have_value(name.upper())
    page.keyboard.press("Escape")
    expect(page.get_by_label("Name", exact=True)).to_have_count(0)
    forgive(page, 422)


@pytest.mark.parametrize("way", ["Bundled", "Node", "Python", "HTTP", "RudderStack", "PostHog"])
def test_every_way_to_send_names_the_real_key_and_address(page: Page, kestrel: Server, way: str) -> None:
    create(page)
    page.get_by_role("link", name=way, exact=True).click()
    expect(page.get_by_role("navigation", name="Ways to send").locator("[aria-current]")).to_have_text(way)
    code = page.locator("pre").inner_text()
    assert write_key(page) in code
    assert kestrel.url in code
    page.get_by_role("button", name="Copy the code").click()
    assert page.evaluate("navigator.clipboard.readText()") == code


def test_settings_are_checked_and_kept(page: Page) -> None:
    create(page)
    page.get_by_role("link", name="Settings").click()
    page.get_by_label("Allowed origins").fill("shop.example")
    page.get_by_role("button", name="Save settings").click()
    expect(page.get_by_role("alert")).to_contain_text("is not a browser origin")
    page.get_by_label("Allowed origins").fill("https://shop.example\nhttps://www.shop.example/")
    page.get_by_label("External").check()
    page.get_by_label("Priority").fill("7")
    page.get_by_role("button", name="Save settings").click()
    expect(page.get_by_text("Settings saved.")).to_be_visible()
    page.reload()
    expect(page.get_by_label("Allowed origins")).to_have_value(
        re.compile(r"^https://shop.example\nhttps://www.shop.example\n?$")
    )
    expect(page.get_by_label("External")).to_be_checked()
    expect(page.get_by_label("Priority")).to_have_value("7")
    forgive(page, 422)


def test_a_new_key_replaces_the_old_one(page: Page, kestrel: Server) -> None:
    create(page)
    old = write_key(page)
    page.get_by_role("button", name="More").click()
    page.get_by_role("menuitem", name="New write key…").click()
    page.get_by_role("button", name="Give a new key").click()
    expect(page.locator(".toast-i", has_text="New write key.")).to_be_visible()
    assert write_key(page) != old
    kestrel.send("track", {"event": "Hello", "userId": "first"}, key=write_key(page))


def test_the_archive_gives_back(page: Page) -> None:
    name = create(page)
    page.get_by_role("button", name="More").click()
    page.get_by_role("menuitem", name="Archive").click()
    expect(page).to_have_url(re.compile(r"/sources/$"))
    expect(page.get_by_role("link", name=name)).to_have_count(0)
    page.keyboard.press("z")
    expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()
    expect(page.locator(".toast-i", has_text="is back, with the key it had")).to_be_visible()


def test_the_doctor_sees_what_is_wrong(page: Page, kestrel: Server) -> None:
    create(page)
    key = write_key(page)
    library = {"library": {"name": "analytics-python", "version": "2.3.4"}, "page": {"url": "http://shop.example/"}}
    messages = [
        {"type": "track", "event": name, "userId": "u", "context": library} for name in ("Cup Sold", "cup_sold")
    ]
    kestrel.send("batch", {"batch": [*messages, {"type": "track", "event": "Nobody", "messageId": "lost-1"}]}, key=key)
    expect(page.get_by_text("The first event has arrived")).to_be_visible()
    page.get_by_role("link", name="SDK doctor").click()
    for title in (
        "analytics-python 2.3.4 is old",
        "One name is spelt in several ways",
        "Messages come without messageId",
        "Pages are served over plain http",
        "Messages are set aside",
    ):
        expect(page.get_by_role("heading", name=title)).to_be_visible()
    page.get_by_role("link", name="lost-1").click()
    expect(page.get_by_text("Send at least one of them with every message.")).to_be_visible()


def test_a_wrong_key_is_told_on_the_list(page: Page, kestrel: Server) -> None:
    kestrel.send("track", {"event": "Hello", "userId": "u"}, key="wrongkey1234567890", status=401)
    page.goto("/sources/")
    expect(page.get_by_text("Somebody sends with a write key that no source has")).to_be_visible()
    expect(page.get_by_text("wrongkey1234…")).to_be_visible()


def test_a_member_looks_and_changes_nothing(tom: Page) -> None:
    tom.goto("/sources/")
    expect(tom.get_by_role("button", name="New source")).to_have_count(0)
    tom.locator("[data-row] a").first.click()
    tom.get_by_role("link", name="Settings").click()
    expect(tom.get_by_label("Name", exact=True)).to_be_disabled()
    expect(tom.get_by_role("button", name="Save settings")).to_have_count(0)


def test_script_in_every_field_is_text(page: Page, kestrel: Server) -> None:
    page.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
    mark = uuid.uuid4().hex[:6].replace("1", "x")  # no 14 by chance, which a template that ran would leave
    create(page, name=f"{HOSTILE[:70]} {mark}")
    key, id = write_key(page), f"{HOSTILE[:80]}{mark}"
    message = {
        "type": "track",
        "event": HOSTILE,
        "userId": HOSTILE,
        "messageId": id,
        "properties": {HOSTILE: HOSTILE},
        "context": {HOSTILE: HOSTILE, "library": {"name": HOSTILE, "version": HOSTILE}},
    }
    kestrel.send(
        "batch", {"batch": [message, {"type": HOSTILE, "userId": HOSTILE, "messageId": HOSTILE[:90]}]}, key=key
    )
    expect(page.get_by_text("The first event has arrived")).to_be_visible()
    source = page.url
    for address in (
        source,
        f"{source}doctor/",
        f"{source}settings/",
        f"{source}connect/",
        "/sources/",
        "/live/",
        "/receipts/",
    ):
        page.goto(address)
        assert "14" not in page.locator("h1").inner_text()
    page.goto("/live/")
    page.locator("[data-expand]").first.click()
    expect(page.locator("[data-detail]")).to_be_visible()
    page.goto(source)
    page.get_by_role("link", name=HOSTILE).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(id)
    expect(page.locator("pre").first).to_contain_text(HOSTILE.replace('"', '\\"'))


@pytest.mark.parametrize("size", [{"width": 1440, "height": 900}, {"width": 390, "height": 844}], ids=["desk", "phone"])
def test_accessible(
    open_page: Callable[..., Page], axe_by_day_and_night: Callable[[Page], list[str]], size: dict[str, int]
) -> None:
    page = open_page(size=size)
    page.goto("/sources/")
    assert axe_by_day_and_night(page) == []
    page.get_by_role("button", name="New source").click()
    expect(page.get_by_label("Name", exact=True)).to_be_focused()
    assert axe_by_day_and_night(page) == []
    page.goto("/sources/")
    first = page.locator("a[href^='/sources/0']:visible").first.get_attribute("href")
    for part in ("", "connect/", "doctor/", "settings/"):
        page.goto(f"{first}{part}")
        assert axe_by_day_and_night(page) == [], part
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], part
