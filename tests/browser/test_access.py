"""Signing in as people do: with a password, with a passkey; colleagues and keys; each page accessible."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.serving import Server

PASSWORD = "roast-and-grind"
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def guest(browser: Browser, kestrel: Server) -> Iterator[Page]:
    """A browser that nobody signed in with, under a name for which passkeys work without https."""
    context = browser.new_context(base_url=f"http://localhost:{kestrel.port}")
    page = context.new_page()
    page.set_default_timeout(10_000)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    assert not complaints, complaints


def invited(page: Page, email: str) -> str:
    """Nadia invites a colleague; the path of the link she is given."""
    page.goto("/settings/people/")
    page.keyboard.press("c")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_role("button", name="Invite", exact=True).click()
    link = page.locator("[data-copy*='/join/']").first.get_attribute("data-copy")
    assert link
    return "/" + link.split("/", 3)[3]


def with_password(guest: Page, email: str) -> None:
    guest.context.clear_cookies()
    guest.goto("/signin/")
    guest.get_by_label("E-mail address").fill(email)
    guest.get_by_label("Password", exact=True).fill(PASSWORD)
    guest.get_by_role("button", name="Sign in", exact=True).click()


def test_invited_colleague_joins_adds_a_passkey_loses_it_and_comes_back_by_a_recovery_code(
    page: Page, guest: Page
) -> None:
    email = "juno@kestrel.example"
    guest.goto(invited(page, email))
    guest.get_by_label("Your name").fill("Juno Park")
    guest.get_by_label("Password").fill(PASSWORD)
    guest.get_by_role("button", name="Join").click()
    guest.wait_for_url("**/people/**")

    devices = guest.context.new_cdp_session(guest)
    devices.send("WebAuthn.enable")
    device = devices.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})["authenticatorId"]
    guest.goto("/account/passkeys/add/")
    guest.get_by_label("Password", exact=True).fill(PASSWORD)  # an open browser is not enough
    guest.get_by_role("button", name="Go on").click()
    guest.get_by_role("textbox", name="Name").fill("Work laptop")
    guest.locator("input[name=passwordless]").check()
    guest.get_by_role("button", name="Add").click()
    guest.wait_for_url("**/account/recovery/")
    codes = guest.locator("pre").inner_text().split()
    assert len(codes) == 10

    guest.context.clear_cookies()
    guest.goto("/signin/")
    guest.get_by_role("button", name="Sign in with a passkey").click()
    guest.wait_for_url("**/people/**")

    with_password(guest, email)
    guest.get_by_role("button", name="Use a passkey or security key").click()
    guest.wait_for_url("**/people/**")

    devices.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": device})  # the laptop is lost
    with_password(guest, email)
    guest.wait_for_url("**/signin/second-factor/")
    guest.goto("/people/")
    guest.wait_for_url("**/signin/**")  # the password alone opens nothing
    with_password(guest, email)
    guest.get_by_label("Code").fill(codes[0])
    guest.get_by_role("button", name="Go on").click()
    guest.wait_for_url("**/people/**")

    guest.goto("/account/passkeys/")
    guest.get_by_role("link", name="Rename").click()
    guest.get_by_label("Password", exact=True).fill(PASSWORD)
    guest.get_by_role("button", name="Go on").click()
    guest.get_by_role("textbox", name="Name").fill("Lost laptop")
    guest.get_by_role("button", name="Save").click()
    guest.get_by_role("listitem").filter(has_text="Lost laptop").get_by_role("link", name="Remove").click()
    guest.get_by_role("button", name="Remove").click()
    expect(guest.get_by_text("None yet.")).to_be_visible()
    with_password(guest, email)
    guest.wait_for_url("**/people/**")


def test_wrong_password_says_so_and_keeps_the_address(guest: Page) -> None:
    guest.goto("/people/?q=keiko")
    guest.wait_for_url("**/signin/?next=*")
    guest.get_by_label("E-mail address").fill("nadia@kestrel.example")
    guest.get_by_label("Password", exact=True).fill("wrong")
    guest.keyboard.press("Enter")
    expect(guest.get_by_role("alert").first).to_be_visible()
    expect(guest.get_by_label("E-mail address")).to_have_value("nadia@kestrel.example")
    guest.get_by_label("Password", exact=True).fill("kestrel-demo")
    guest.keyboard.press("Enter")
    guest.wait_for_url("**/people/?q=keiko")


def test_a_key_is_made_copied_and_revoked(page: Page, kestrel: Server) -> None:
    page.goto("/settings/keys/")
    page.keyboard.press("c")
    page.get_by_label("Name", exact=True).fill("Nightly export")
    page.get_by_label("Role", exact=True).select_option("admin")
    page.get_by_label("Only these rights of the role").fill("people.fly")
    page.get_by_role("button", name="Make the key").click()
    expect(page.get_by_role("dialog", name="New API key")).to_contain_text("There is no right “people.fly”")
    page.complaints.clear()  # type: ignore[attr-defined]  # the browser counts a refused form as an error
    page.get_by_label("Only these rights of the role").fill("people.view, receipts.*")
    page.get_by_role("button", name="Make the key").click()
    page.locator("[data-copy^='ptd_']").click()
    token = page.evaluate("navigator.clipboard.readText()")
    bearer = {"authorization": f"Bearer {token}"}
    assert kestrel.get("/api/v1/people?limit=1", headers=bearer).status == 200
    assert kestrel.get("/api/v1/audit", headers=bearer).status == 403
    page.get_by_role("row", name="Nightly export").get_by_role("button", name="Revoke").click()
    page.get_by_role("dialog").get_by_role("button", name="Revoke").click()
    expect(page.get_by_role("row", name="Nightly export")).to_contain_text("Revoked")
    assert kestrel.get("/api/v1/people?limit=1", headers=bearer).status == 401


def test_pages_are_accessible(
    open_page: Callable[..., Page], guest: Page, axe_by_day_and_night: Callable[[Page], list[str]]
) -> None:
    page = open_page()
    for path in (
        "/account/",
        "/account/sessions/",
        "/account/password/",
        "/settings/people/",
        "/settings/keys/",
        "/settings/sign-in/",
        "/settings/sign-in/new/oidc/",
        "/settings/provisioning/",
        "/account/app/",
    ):
        page.goto(path)
        assert axe_by_day_and_night(page) == [], path
    for path in ("/signin/", "/signin/forgot/", "/password/1/wrong/"):
        guest.goto(path)
        assert axe_by_day_and_night(guest) == [], path
