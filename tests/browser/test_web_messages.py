"""The script for websites, in a page of another address: what it shows, and that it runs nothing of what it is told."""

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Browser, expect

from tests.serving import Server

WRITE = """
import sys
from pathlib import Path
from pentad.config.bootstrap import setup
setup(Path(sys.argv[1]), None)
from datetime import timedelta
from pentad.core import clock
from pentad.core.actor import SYSTEM, acting_as
from pentad.data.identity.models import Identifier, Person
from pentad.platforms.channels.actions import create_destination
from pentad.platforms.web.models import WebMessage
from pentad.platforms.web.who import proof_of
with acting_as(SYSTEM):
    row = create_destination(
        actor=SYSTEM, channel="inapp", adapter="inapp", name="Website", settings={"identity_key": "k" * 32}
    )
    person = Person.objects.get(id=sys.argv[2])
    Identifier.objects.create(namespace="user_id", value="web-1", person=person, first_seen=clock.now())
    for key, url in (("w-1", "javascript:document.title='hurt'"), ("w-2", "#order")):
        content = {"title": f"{key} <img src=x onerror=alert(1)>", "body": "Two\\nlines", "url": url, "button": "Look"}
        WebMessage.objects.create(
            key=key, destination=row, delivery=key, person_no=person.no, content=content,
            until=clock.now() + timedelta(days=1),
        )
print(row.public_id, proof_of("k" * 32, "web-1"))
"""
PAGE = """<!doctype html><title>Shop</title><h1>Shop</h1>
<script>localStorage.setItem("ajs_anonymous_id", '"8c1f8a52-1f1c-4a59-8f6f-0c8a1f6f9d11"')</script>
<script async src="{home}/web/messages.js" data-inapp="{id}"></script>"""


@pytest.fixture
def shop() -> Iterator[Callable[[str], str]]:
    """Serves a page at an address of its own."""
    body = ""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            policy = "default-src 'none'; script-src 'unsafe-inline' http://127.0.0.1:*; connect-src http://127.0.0.1:*"
            self.send_header("Content-Security-Policy", policy)
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def put(text: str) -> str:
        nonlocal body
        body = text
        return f"http://127.0.0.1:{server.server_port}/"

    yield put
    server.shutdown()
    server.server_close()


def test_a_message_on_a_website_is_shown_closed_and_followed_as_text_alone(
    browser: Browser, kestrel: Server, customer: Callable[..., str], shop: Callable[[str], str]
) -> None:
    person = customer("Una Web", email="una.web@fjord.example")
    told = subprocess.run(
        [sys.executable, "-c", WRITE, str(kestrel.folder), person],
        check=True, capture_output=True, text=True, env=kestrel.environment,
    )  # fmt: skip
    id, proof = told.stdout.split()[-2:]
    # Roots are closed, so that pages do not reach into messages; a test has to.
    page = browser.new_page()
    page.add_init_script(
        "const made = Element.prototype.attachShadow; Element.prototype.attachShadow = function () {"
        " return made.call(this, { mode: 'open' }); };"
    )
    page.goto(shop(PAGE.format(home=kestrel.url.replace("localhost", "127.0.0.1"), id=id)))
    page.wait_for_function("window.pentad")
    box = page.get_by_role("region")
    page.evaluate("pentad.identify('web-1', 'wrong')")
    expect(box).to_have_count(0)
    page.evaluate("([id, proof]) => pentad.identify(id, proof)", ["web-1", proof])
    expect(box.get_by_role("heading")).to_have_text("w-1 <img src=x onerror=alert(1)>")
    expect(box.get_by_role("link")).to_have_count(0)
    expect(box.get_by_role("button", name="Close")).to_be_visible()
    with page.expect_response("**/reports/"):
        box.get_by_role("button", name="Close").click()
    expect(box.get_by_role("heading")).to_contain_text("w-2")
    with page.expect_response("**/reports/"):
        box.get_by_role("link", name="Look").click()
    expect(box).to_have_count(0)
    page.reload()
    page.wait_for_function("window.pentad")
    with page.expect_response("**/messages/") as answered:
        page.evaluate("([id, proof]) => pentad.identify(id, proof)", ["web-1", proof])
    assert answered.value.json()["messages"] == []
    assert page.title() == "Shop"
    page.close()
