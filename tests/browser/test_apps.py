"""An app of somebody else's, from the administrator's page to the colleague's: over real connections, in real browsers."""

import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from oauthlib.oauth2 import WebApplicationClient
from playwright.sync_api import Page, expect

from tests.serving import Server


class Back(BaseHTTPRequestHandler):
    """Where the app waits for the colleague."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>Reports</title><link rel=icon href=data:,><h1>Welcome back</h1>")

    def log_message(self, *_: Any) -> None:
        """Nobody reads it."""


@pytest.fixture
def back() -> Iterator[str]:
    waiting = HTTPServer(("127.0.0.1", 0), Back)
    threading.Thread(target=waiting.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{waiting.server_port}/callback"
    waiting.shutdown()
    waiting.server_close()


def added(page: Page, back: str) -> tuple[str, str]:
    """Nadia adds the app; its id and secret."""
    page.goto("/settings/apps/")
    page.get_by_role("link", name="New app").first.click()
    page.get_by_label("Name", exact=True).fill("Reports")
    page.get_by_label("Redirect addresses").fill(back)
    for right in ("people.view", "tasks.view"):
        page.get_by_role("checkbox", name=right).check()
    page.get_by_role("button", name="Add the app").click()
    expect(page.get_by_text("The secret of “Reports”")).to_be_visible()
    found = [one.get_attribute("data-copy") or "" for one in page.locator("[data-copy]").all()]
    secret = next(one for one in found if one.startswith("ptd_"))
    return next(one for one in found if re.fullmatch(r"[0-9a-f]{32}", one)), secret


def test_a_colleague_lets_an_app_in_and_shuts_it_out(page: Page, tom: Page, kestrel: Server, back: str) -> None:
    id, secret = added(page, back)
    app = WebApplicationClient(id)
    app.create_code_challenge(app.create_code_verifier(64), "S256")
    asked = {"code_challenge": app.code_challenge, "code_challenge_method": "S256", "state": "st4te"}
    question = {
        "response_type": "code",
        "client_id": id,
        "redirect_uri": back,
        "scope": "people.view tasks.view",
        **asked,
    }
    tom.goto(str(requests.Request("GET", f"{kestrel.url}/oauth/authorize", params=question).prepare().url))
    tom.get_by_role("checkbox", name="See tasks").uncheck()
    tom.get_by_role("button", name="Let it in").click()
    expect(tom.get_by_role("heading", name="Welcome back")).to_be_visible()  # the page's policy let the form lead there
    code = parse_qs(urlsplit(tom.url).query)["code"][0]
    body = app.prepare_request_body(code=code, redirect_uri=back, code_verifier=app.code_verifier)
    told = requests.post(f"{kestrel.url}/oauth/token", parse_qs(body), auth=(id, secret), timeout=20).json()

    def status(path: str) -> int:
        headers = {"Authorization": f"Bearer {told['access_token']}"}
        return requests.get(f"{kestrel.url}/api/v1/{path}", headers=headers, timeout=20).status_code

    assert (status("people?limit=1"), status("tasks")) == (200, 403)
    tom.goto("/account/apps/")
    tom.get_by_role("button", name="Shut out Reports").click()
    tom.get_by_role("dialog").get_by_role("button", name="Shut out").click()
    expect(tom.get_by_text("You let no app in")).to_be_visible()
    assert status("people?limit=1") == 401
