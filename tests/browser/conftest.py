"""A served Kestrel Coffee with its cast, and real browsers signed in to it.

`kestrel` is one server for the whole run: tests that change something keep to customers of their own.
`page` is Nadia's browser (administrator), `tom` a member's, `phone` Nadia's telephone. Every page fails its
test when the browser logs an error: a script that broke, a file that is missing, a breach of the
Content-Security-Policy.
"""

import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from pentad.demo import shop
from scripts.check import chromium
from tests.serving import Server, until

PASSWORD = "kestrel-demo"
DESK = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
CUSTOMERS = 300
FILL = """
import sys
from pathlib import Path
from pentad.config.bootstrap import setup
setup(sys.argv[1])
from pentad.core import outgoing, settings
from pentad.core.runtime import Folder
from pentad.demo.filling import fill
fill(Folder(Path(sys.argv[1])), everything=True, customers=int(sys.argv[2]))
settings.put(outgoing.PRIVATE.name, ["127.0.0.0/8"])  # services that tests play
"""
PATIENCE = 10_000
SETTLED = """async () => {
    let moving = [1];
    while (moving.length) {  // what inherits a colour begins when its parent has ended
        await new Promise(requestAnimationFrame);
        moving = document.getAnimations().filter(one => one.effect.getComputedTiming().endTime !== Infinity);
        await Promise.all(moving.map(one => one.finished.catch(() => 0)));
    }
}"""
DARK = re.compile(r"(^|\s)dark(\s|$)")


@pytest.fixture(scope="session")
def kestrel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The story company with a few hundred customers besides the cast, loaded."""
    server = Server(tmp_path_factory.mktemp("kestrel") / "data")
    subprocess.run([sys.executable, "-c", FILL, str(server.folder), str(CUSTOMERS)], check=True, env=server.environment)
    server.start()
    until(lambda: server.person("email:keiko.yilmaz@fjord.example"), 60, "the cast is loaded")
    for source in shop.SOURCES:
        server.settled(source.name, seconds=120)
    yield server
    server.kill()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox", "--disable-gpu"])


@pytest.fixture(scope="session")
def states(browser: Browser, kestrel: Server) -> Callable[[str], Any]:
    """Address of a colleague → the cookies of a signed-in browser, each signed in once."""
    kept: dict[str, Any] = {}

    def state(email: str) -> Any:
        if email not in kept:
            context = browser.new_context(base_url=kestrel.url)
            page = context.new_page()
            page.goto("/signin/")
            page.locator("input[type=email], input[name=login]").first.fill(email)
            page.locator("input[type=password]").fill(PASSWORD)
            page.keyboard.press("Enter")
            page.wait_for_url("**/people/**")
            kept[email] = context.storage_state()
            context.close()
        return kept[email]

    return state


@pytest.fixture
def complaints() -> list[str]:
    """What browsers logged as errors; a test that provokes one takes it out."""
    return []


@pytest.fixture
def open_page(
    browser: Browser, kestrel: Server, states: Callable[[str], Any], complaints: list[str]
) -> Iterator[Callable[..., Page]]:
    """A factory of pages; what the browser complained about fails the test at its end."""
    contexts: list[BrowserContext] = []

    def make(email: str = "nadia@kestrel.example", size: dict[str, int] = DESK, **options: Any) -> Page:
        context = browser.new_context(base_url=kestrel.url, viewport=size, storage_state=states(email), **options)  # type: ignore[arg-type]
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        contexts.append(context)
        page = context.new_page()
        page.complaints = complaints  # type: ignore[attr-defined]
        page.set_default_timeout(PATIENCE)
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield make
    for context in contexts:
        context.close()
    assert not complaints, complaints


@pytest.fixture
def page(open_page: Callable[..., Page]) -> Page:
    """Nadia's browser on a desk."""
    return open_page()


@pytest.fixture
def tom(open_page: Callable[..., Page]) -> Page:
    """Tom's: a member, who may edit but neither merge nor erase."""
    return open_page("tom@kestrel.example")


@pytest.fixture
def phone(open_page: Callable[..., Page]) -> Page:
    """Nadia's telephone."""
    return open_page(size=PHONE, has_touch=True, is_mobile=True)


@pytest.fixture
def customer(kestrel: Server) -> Callable[..., str]:
    """A factory of customers of one's own: tells the server of one and answers its id."""
    made = 0

    def make(name: str, **traits: Any) -> str:
        nonlocal made
        made += 1
        user = f"test-{name.lower().replace(' ', '-')}-{made}"
        kestrel.send("identify", {"userId": user, "traits": {"name": name, **traits}})
        person = until(lambda: kestrel.person(f"user_id:{user}"), 30, f"{name} is loaded")
        assert person
        return str(person["id"])

    return make


@pytest.fixture(scope="session")
def axe() -> Callable[..., list[str]]:
    """Serious faults that axe finds on a page, one line each."""
    import axe_playwright_python

    (script,) = Path(axe_playwright_python.__file__).parent.rglob("axe.min.js")
    source = script.read_text()

    def run(page: Page, only: Sequence[str] = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")) -> list[str]:
        expect(page.locator(".htmx-request, .is-moving")).to_have_count(0)  # what waits for an answer is dimmed
        if not page.evaluate("'axe' in window"):
            page.evaluate(source)
        faults = page.evaluate(  # handing over what is well as well takes as long as finding out
            "async only => (await axe.run(document, {runOnly: only, resultTypes: ['violations']})).violations",
            list(only),
        )
        return [
            f"{fault['id']} ({fault['impact']}): {node['target']} {node['failureSummary']}"
            for fault in faults
            for node in fault["nodes"]
            if fault["impact"] in ("serious", "critical")
        ]

    return run


@pytest.fixture(scope="session")
def axe_by_day_and_night(axe: Callable[..., list[str]]) -> Callable[[Page], list[str]]:
    """The same in both themes. A page of a colleague who has the system's theme follows it where it stands; in the dark
    axe looks for what may differ there, which is colours.
    """

    def run(page: Page) -> list[str]:
        html = page.locator("html")
        expect(html).not_to_have_class(DARK)
        faults = axe(page)
        page.emulate_media(color_scheme="dark", reduced_motion="reduce")  # colours change at once
        expect(html).to_have_class(DARK)
        page.evaluate(SETTLED)
        faults += [f"dark: {fault}" for fault in axe(page, ["color-contrast", "link-in-text-block"])]
        page.emulate_media(color_scheme="light")
        return faults

    return run
