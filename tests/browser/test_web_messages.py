"""The script for websites, in a page of another address: what it shows, that it runs nothing of what it is told, and how a
push goes all the way to a notification.
"""

import json
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.inside import Inside
from tests.pushing import Subscription, check_vapid
from tests.serving import Server, until

BEGIN = """
from datetime import timedelta
from pentad.core import clock
from pentad.data.consent.actions import record_consent
from pentad.data.identity.models import Identifier, Person
from pentad.platforms.channels.actions import create_destination
from pentad.platforms.channels.items import Item
from pentad.platforms.channels.models import Delivery
from pentad.platforms.channels.queue import enqueue
from pentad.platforms.responses.models import Response
from pentad.platforms.web.keys import make_vapid_key
from pentad.platforms.web.models import WebMessage
from pentad.platforms.web.who import proof_of
"""
WAITS = """
row = create_destination(
    actor=SYSTEM, channel="inapp", adapter="inapp", name="Website", settings={"identity_key": "k" * 32}
)
person = Person.objects.get(id=id)
Identifier.objects.create(namespace="user_id", value="web-1", person=person, first_seen=clock.now())
for key, url in (("w-1", "javascript:document.title='hurt'"), ("w-2", "#order")):
    content = {"title": f"{key} <img src=x onerror=alert(1)>", "body": "Two\\nlines", "url": url, "button": "Look"}
    WebMessage.objects.create(
        key=key, destination=row, delivery=key, person_no=person.no, content=content,
        until=clock.now() + timedelta(days=1),
    )
result = row.public_id, proof_of("k" * 32, "web-1")
"""
PUSHES = """
to = create_destination(
    actor=SYSTEM, channel="push", adapter="webpush", name="Browsers",
    settings={"contact": "it@kestrel.example", "identity_key": "k" * 32},
)
person = Person.objects.get(id=id)
Identifier.objects.create(namespace="user_id", value="web-2", person=person, first_seen=clock.now())
record_consent(actor=SYSTEM, person=person, purpose=purpose, state="granted", channel="push")
result = to.public_id, make_vapid_key(actor=SYSTEM, row=to), proof_of("k" * 32, "web-2")
"""
SENDS = """
said = {"title": "Kaffee ☕", "body": "Ihre Bohnen sind da", "url": "{{{link:0}}}"}
enqueue([Item(
    "api:pushed", person.no, "push", said, [link], purpose=purpose, transactional=True, origin_kind="api", language="de",
    destination_id=to.pk,
)])
"""
STATE = """
row = Delivery.objects.get(key="api:pushed")
result = row.state, sorted(Response.objects.filter(delivery_no=row.pk).values_list("kind", flat=True))
"""
PAGE = """<!doctype html><title>Shop</title><h1>Shop</h1>
<script>localStorage.setItem("ajs_anonymous_id", '"8c1f8a52-1f1c-4a59-8f6f-0c8a1f6f9d11"')</script>
<script async src="{home}/web/messages.js" data-inapp="{id}"></script>"""
PUSH_PAGE = """<!doctype html><html lang="de"><title>Shop</title><h1>Shop</h1>
<script async src="{home}/web/messages.js" data-push="{id}"></script>"""
STAND_IN = """(subscription) => {
    let asked = "default";
    Object.defineProperty(Notification, "permission", { get: () => asked });
    Notification.requestPermission = async () => { asked = "granted"; return asked; };
    let before = true;
    PushManager.prototype.getSubscription = async () => ({ unsubscribe: async () => { before = false; return true; } });
    PushManager.prototype.subscribe = async (options) => {
        if (before) throw new DOMException("another key", "InvalidStateError");
        window.subscribedWith = btoa(String.fromCharCode(...options.applicationServerKey));
        return { toJSON: () => subscription };
    };
}"""
"""A browser of a test has no push service of its own, and nobody to answer it."""
OPEN_ROOTS = """const made = Element.prototype.attachShadow;
Element.prototype.attachShadow = function () { return made.call(this, { mode: "open" }); };"""
"""Roots are closed, so that pages do not reach into messages; a test has to."""


class Shop:
    """A website at an address of its own, which is also a push service: what it was told is in `pushed`."""

    def __init__(self) -> None:
        self.pages, self.pushed = dict[str, str](), list[tuple[dict[str, str], bytes]]()
        shop = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200 if self.path in shop.pages else 404)
                kind = "text/javascript" if self.path.endswith(".js") else "text/html; charset=utf-8"
                self.send_header("Content-Type", kind)
                policy = (
                    "default-src 'none'; script-src 'unsafe-inline' http://127.0.0.1:*;"
                    " connect-src http://127.0.0.1:* http://localhost:*"
                )
                self.send_header("Content-Security-Policy", policy)
                self.end_headers()
                self.wfile.write(shop.pages.get(self.path, "").encode())

            def do_POST(self) -> None:
                headers = {name.lower(): value for name, value in self.headers.items()}
                shop.pushed.append((headers, self.rfile.read(int(headers["content-length"]))))
                self.send_response(201)
                self.send_header("Location", f"{shop.url}/message/1")
                self.end_headers()

            def log_message(self, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def shop() -> Iterator[Shop]:
    made = Shop()
    yield made
    made.close()


@pytest.fixture(scope="module")
def inside(kestrel: Server) -> Iterator[Inside]:
    made = Inside(kestrel, BEGIN)
    yield made
    made.close()


@pytest.fixture
def whole_browser(browser: Browser) -> Iterator[Browser]:
    """The build without a window knows no notifications."""
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if path is None:
        pytest.skip("takes a whole Chromium: chromium, chromium-browser or google-chrome")
    made = browser.browser_type.launch(executable_path=path, args=["--headless=new", "--no-sandbox", "--disable-gpu"])
    yield made
    made.close()


def test_a_message_on_a_website_is_shown_closed_and_followed_as_text_alone(
    browser: Browser, kestrel: Server, customer: Callable[..., str], shop: Shop, inside: Inside
) -> None:
    id, proof = inside.run(WAITS, id=customer("Una Web", email="una.web@fjord.example"))
    page = browser.new_page()
    page.add_init_script(OPEN_ROOTS)
    shop.pages["/"] = PAGE.format(home=kestrel.url, id=id)
    page.goto(shop.url)
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


def test_a_browser_is_asked_pushed_to_shows_it_and_is_followed(
    whole_browser: Browser,
    kestrel: Server,
    customer: Callable[..., str],
    shop: Shop,
    inside: Inside,
    axe: Callable[[Page], list[str]],
) -> None:
    """From the question in the customer's language to the click; the push service and the browser's keys are the test's."""
    person = customer("Pia Push", language="de")
    purpose = kestrel.api("/consent/purposes")["results"][0]["name"]
    id, key, proof = inside.run(PUSHES, id=person, purpose=purpose)
    theirs, endpoint = Subscription(), f"{shop.url}/send/1"
    shop.pages |= {
        "/": PUSH_PAGE.format(home=kestrel.url, id=id),
        "/pentad-worker.js": f'importScripts("{kestrel.url}/web/worker.js");',
    }
    context = whole_browser.new_context(locale="fr-FR")
    context.grant_permissions(["notifications"], origin=shop.url)
    page = context.new_page()
    page.add_init_script(f"{OPEN_ROOTS};({STAND_IN})({json.dumps(theirs.json(endpoint))})")
    page.goto(shop.url)
    page.wait_for_function("window.pentad")
    page.evaluate("([id, proof]) => { pentad.identify(id, proof); pentad.invite().then((so) => { window.so = so; }); }",
                  ["web-2", proof])  # fmt: skip
    page.get_by_role("button", name="Jetzt nicht").click()
    assert page.evaluate("pentad.invite()") is page.evaluate("window.so") is False, "a no holds"
    page.evaluate("() => { localStorage.clear(); pentad.invite().then((so) => { window.so = so; }); }")
    box = page.get_by_role("region", name="Dürfen wir Ihnen Benachrichtigungen schicken?")
    expect(box).to_have_attribute("lang", "de")
    assert axe(page) == []
    devtools = context.new_cdp_session(page)
    registered = list[dict[str, Any]]()
    devtools.on("ServiceWorker.workerRegistrationUpdated", lambda told: registered.extend(told["registrations"]))
    devtools.send("ServiceWorker.enable")
    box.get_by_role("button", name="Ja, gern").click()
    until(lambda: page.evaluate("window.so"), 10, "the browser is subscribed")
    with page.expect_request(
        lambda one: one.url.endswith("/push/") and "subscription" in (one.post_data or "")
    ) as again:
        page.evaluate("([id, proof]) => pentad.identify(id, proof)", ["web-2", proof])
    assert again.value.post_data_json["subscription"] == theirs.json(endpoint), "it is theirs who signs in"
    assert page.evaluate("subscribedWith").replace("+", "-").replace("/", "_").rstrip("=") == key

    inside.run(SENDS, purpose=purpose, link=f"{shop.url}/beans")
    headers, body = until(lambda: shop.pushed and shop.pushed[0], 20, "it was pushed")
    check_vapid(headers, endpoint=endpoint, key=key, contact="it@kestrel.example", now=time.time())
    told = theirs.read(body).decode()
    until(lambda: inside.run(STATE) == ("sent", []), 10, "that it left is written down")
    number = next(one["registrationId"] for one in registered if one["scopeURL"] == f"{shop.url}/")
    devtools.send("ServiceWorker.deliverPushMessage", {"origin": shop.url, "registrationId": number, "data": told})
    shown = "async () => (await (await navigator.serviceWorker.ready).getNotifications()).map((n) => [n.title, n.body, n.lang])"
    until(lambda: page.evaluate(shown) == [["Kaffee ☕", "Ihre Bohnen sind da", "de"]], 10, "the notification is shown")
    until(lambda: inside.run(STATE) == ("delivered", []), 10, "that it was shown is told")
    # Nobody can press a notification here: the worker is told that somebody did, and where it would have gone.
    (worker,) = context.service_workers
    address = worker.evaluate(
        """async () => {
            let opened = "";
            self.clients.openWindow = async (url) => { opened = url; };
            const [notification] = await self.registration.getNotifications();
            self.dispatchEvent(new NotificationEvent("notificationclick", { notification }));
            return opened;
        }"""
    )
    assert page.evaluate(shown) == [] and "/t/" in address
    shop.pages["/beans"] = "<title>Beans</title>"
    page.goto(address)
    assert page.title() == "Beans" and inside.run(STATE) == ("delivered", ["click"])
    context.close()
