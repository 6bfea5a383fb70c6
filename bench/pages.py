"""Screens with 100,000 and a million customers behind them, and the first start of the demo."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from bench import load
from bench.report import Row, at_most
from tests.serving import Server, until

if TYPE_CHECKING:
    from pentad.core.runtime import Folder
    from pentad.ledger import Ledger
    from pentad.roles.access.models import User

LIST_MS, PAGE_MS = 150, 200
COLD_SECONDS = 20

LIST_URLS = (
    "/people/",
    "/people/?sort=name",
    "/people/?sort=trait:plan",
    "/people/?q=keiko",
    "/people/?q=u-777-3",
)

_FILL = """
import sys
from bench.pages import fill
fill(sys.argv[1], int(sys.argv[2]))
"""


def pages(quick: bool) -> Iterator[Row]:
    """p95 of the list and of a customer's page over HTTP, signed in."""
    for customers in (10_000,) if quick else (100_000, 1_000_000):
        server = Server(load.folder() / "data", installed=True)
        try:
            server.add_source("Bench")
            command = [sys.executable, "-c", _FILL, str(server.folder), str(customers)]
            session = subprocess.run(command, env=server.environment, capture_output=True, text=True, check=True)
            cookie = {"cookie": f"pentad_session={session.stdout.split()[-1]}"}
            server.start(seconds=600)
            until(lambda s=server: s.person("user_id:u-1"), 600, "the customers are loaded")
            person = server.person("user_id:u-1") or {}
            lists = [_p95(server, url, cookie, quick) for url in LIST_URLS]
            yield at_most(
                f"customers list, {customers:,} customers, slowest of {len(lists)}, p95", max(lists), "ms", LIST_MS
            )
            one = _p95(server, f"/people/{person['id']}/", cookie, quick)
            yield at_most(f"customer page, {customers:,} customers, p95", one, "ms", PAGE_MS)
        finally:
            server.kill()
            shutil.rmtree(server.folder.parent, ignore_errors=True)


def _p95(server: Server, url: str, cookie: dict[str, str], quick: bool) -> float:
    times = []
    for turn in range(23 if quick else 103):
        began = time.perf_counter()
        answer = server.get(quote(url, safe="/?=&"), headers=cookie)
        if turn >= 3:  # the first ones compile templates
            times.append(1000 * (time.perf_counter() - began))
        assert answer.status == 200, f"{url}: {answer.status}"
    return sorted(times)[int(0.95 * (len(times) - 1))]


def fill(folder: str, customers: int) -> None:
    """Customers with a name, an address and two events each, through the loader; prints a signed-in session's key."""
    from pentad.config import bootstrap

    bootstrap.setup(folder)
    from pentad import ledger
    from pentad.core import runtime

    with runtime.own(runtime.Folder(Path(folder))) as owned:
        engine = ledger.open(owned.ledger)
        fill_owned(owned, engine, customers, 2)
        engine.close()
    print(_session())


def fill_owned(owned: "Folder", engine: "Ledger", customers: int, events: int) -> None:
    """Fill a folder that this process owns, with its ledger open: so many events for each customer, an identify first."""
    import msgspec

    from pentad.core import clock
    from pentad.data.ingest.inbox import FrameMeta, Inbox
    from pentad.data.ingest.loader import Loader
    from pentad.data.ingest.models import Source

    source, now = Source.objects.get(name="Bench").no, clock.now_us()
    loader, step = Loader(owned, engine), 100_000 // events
    for first in range(0, customers, step):
        writer = Inbox(owned.inbox, writer="bench")
        numbers = range(first, min(first + step, customers))
        requests = (_messages(numbers[at : at + 50], events) for at in range(0, len(numbers), 50))
        writer.append_many_sync(
            (FrameMeta(source, now, len(batch), "", "", 0), msgspec.json.encode({"batch": batch})) for batch in requests
        )
        writer.close()
        loader.drain()
    loader.stop()


def _messages(numbers: range, events: int) -> list[dict[str, object]]:
    names = ("Keiko Yılmaz", "Sven García", "Elif Costa", "Ines Jensen", "Nadia Karim", "Tom Reyes")
    found: list[dict[str, object]] = []
    for n in numbers:
        traits = {"name": f"{names[n % 6]} {n}", "email": f"u-{n}@kestrel.example", "plan": ("Daily", "Weekly")[n % 2]}
        first = {
            "type": "identify",
            "messageId": f"i-{n}",
            "traits": traits,
            "userId": f"u-{n}",
            "timestamp": _at(n, 0),
        }
        found.append(first)
        for k in range(1, events):
            order = {"type": "track", "event": "Order Completed", "properties": {"revenue": (n + k) % 90}}
            found.append({**order, "messageId": f"t-{n}-{k}", "userId": f"u-{n}", "timestamp": _at(n, k)})
    return found


def _at(n: int, k: int) -> str:
    """Spread over the first nine months of a year."""
    return f"2026-0{1 + (n + k) % 9}-{1 + (n * 3 + k) % 28:02d}T{n % 24:02d}:{n % 60:02d}:00Z"


def _session(user: "User | None" = None) -> str:
    """The key of a session in which this colleague is signed in; a new administrator when none is given."""
    from django.contrib.auth import BACKEND_SESSION_KEY as BACKEND
    from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from pentad.roles.access.models import User

    user = user or User.objects.create_user(
        email="bench@kestrel.example", name="Bench", role="admin", password=os.urandom(9).hex()
    )  # type: ignore[call-arg]
    session = SessionStore()
    session.update(
        {
            SESSION_KEY: str(user.pk),
            BACKEND: "allauth.account.auth_backends.AuthenticationBackend",
            HASH_SESSION_KEY: user.get_session_auth_hash(),
        }
    )
    session.create()
    return str(session.session_key)


def cold(quick: bool) -> Iterator[Row]:
    """From `pentad up --demo` on an empty folder until the customers' list has a full page. Installation not counted."""
    server = Server(load.folder() / "data", installed=True)
    began = time.monotonic()
    try:
        server.start("--demo", seconds=300)
        until(lambda: _full(server), 300, "a page full of customers")
        spent = time.monotonic() - began
    finally:
        server.kill()
        shutil.rmtree(server.folder.parent, ignore_errors=True)
    yield at_most("cold start of the demo to a page full of data", spent, "s", COLD_SECONDS)


def _full(server: Server) -> bool:
    return len(server.api("/people?limit=50")["results"]) == 50


ROWS: dict[str, Callable[[bool], Iterator[Row]]] = {"pages": pages, "cold": cold}
