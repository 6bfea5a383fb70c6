"""A real browser on a website of its own, with every request it makes on record."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TypeVar
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Page, Request, Route, sync_playwright

from scripts import check

T = TypeVar("T")

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=check.chromium(), args=ARGUMENTS)
        yield browser
        browser.close()


class _Handler(BaseHTTPRequestHandler):
    def __init__(self, pages: dict[str, str], *arguments: object):
        self.pages = pages
        super().__init__(*arguments)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        body = self.pages.get(urlsplit(self.path).path)
        self.send_response(200 if body is not None else 404)
        self.send_header("content-type", "text/javascript" if self.path.endswith(".js") else "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write((body or "").encode())

    def log_message(self, format: str, *arguments: object) -> None:
        pass


class Website:
    """A shop's website on an origin of its own. `pages` maps paths to their content."""

    def __init__(self) -> None:
        self.pages: dict[str, str] = {"/favicon.ico": "", "/elsewhere": "<title>Elsewhere</title>"}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, self.pages))
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class Visit:
    """A visitor with a fresh browser. Whatever would leave for another host than `allowed` is stopped and recorded."""

    def __init__(self, browser: Browser, *allowed: str):
        self.allowed = {urlsplit(url).netloc for url in allowed}
        self.requests: list[Request] = []
        self.said: list[str] = []
        self.context: BrowserContext = browser.new_context()
        self._guarded = lambda route: self._guard(route)
        self.context.route("**/*", self._guarded)
        self.context.on("request", lambda request: self.requests.append(request))
        self.page: Page = self.context.new_page()
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))

    def _guard(self, route: Route) -> None:
        if urlsplit(route.request.url).netloc in self.allowed:
            route.continue_()
        else:
            route.abort()

    def trust(self) -> None:
        """Let requests pass without us in between, who cannot let those pass that outlive their page."""
        self.context.unroute("**/*", self._guarded)

    def strangers(self) -> list[str]:
        """Addresses on other hosts that anything in the page tried to reach."""
        return [
            r.url for r in self.requests if urlsplit(r.url).netloc not in self.allowed and not r.url.startswith("data:")
        ]

    def until(self, condition: Callable[[], T], seconds: float = 30) -> T:
        """The first true value of `condition`. Only so does the browser get on meanwhile: its requests pass through us."""
        deadline = time.monotonic() + seconds
        while not (value := condition()):
            assert time.monotonic() < deadline, f"not within {seconds} s; the page said {self.said}"
            self.page.wait_for_timeout(50)
        return value

    def posts(self) -> list[Request]:
        return [r for r in self.requests if r.method == "POST"]

    def close(self) -> None:
        self.context.close()
