"""`pentad up`: one process that accepts, loads, works and shows, until it is asked to stop."""

import asyncio
import errno
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import structlog

from pentad.config import bootstrap
from pentad.core.actor import NOBODY, read_as
from pentad.core.errors import Invalid

if TYPE_CHECKING:
    from pentad.config.asgi import App
    from pentad.config.wiring import Services

log = structlog.get_logger(__name__)

LOOPBACK = ("127.0.0.1", "::1", "localhost")
STOP_SECONDS = 1.0
"""How long requests under way, and each other part, may take to finish when asked to stop."""

LEAVE_SECONDS = 2.5
"""After this long, what has not come to rest is left as it is."""

SWITCH_SECONDS = 0.0005
"""How long a thread may keep the interpreter when others wait: accepting must not wait Python's 5 ms for the loader
each time it comes back from the network. Measured with loading at once, twice each way: 5 and 19 % more requests
accepted, the slowest hundredth of them after 25 to 34 ms instead of 43 to 46."""


def up(
    data: Path, *, host: str = "127.0.0.1", port: int = 8000, demo: bool = False, database: str | None = None
) -> None:
    """Serve the data folder until SIGINT or SIGTERM. Raises Unavailable when another process has the folder,
    Invalid when the port is taken.
    """
    read_as(NOBODY)  # each request and each job names whom it reads for
    port = _free_port(host, port)
    if host in LOOPBACK:
        # Another site's name that points to this machine must not open our pages.
        os.environ.setdefault("PENTAD_HOSTS", "localhost,127.0.0.1,[::1]")
    os.environ.setdefault("PENTAD_ADDRESS", f"http://localhost:{port}")
    # On a terminal, warnings suffice beside the address; log collectors want everything.
    level = os.environ.get("PENTAD_LOG") or ("warning" if sys.stderr.isatty() else "info")
    root = bootstrap.setup(data, database, log_level=level)

    from pentad.core import runtime

    # A command may hold the folder for a moment, such as an erasure that goes on after a crash.
    with runtime.own(runtime.Folder(root), wait=10) as folder:
        from pentad.config.wiring import running

        with running(folder) as services, _demo(root, demo):
            greeting = _greeting(host, port, demo)
            _run(_serve(services, host, port, lambda: _say(greeting)))
            _leave_after(LEAVE_SECONDS)
    _say("Pentad has stopped; everything is kept.\n")


def _leave_after(seconds: float) -> None:
    """End the process then, whatever is still under way. As safe as kill -9: the next start goes on from the logs."""

    def leave() -> None:
        log.info("left_before_all_was_tidied")
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)

    timer = threading.Timer(seconds, leave)
    timer.daemon = True
    timer.start()


def _say(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


def _free_port(host: str, port: int) -> int:
    """The port, or one that is free for 0. The server itself shares ports, so it would not notice."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            return int(probe.getsockname()[1])
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise Invalid(
                    f"Port {port} on {host} is in use by another program.",
                    code="port_in_use",
                    fix=f"Stop that one, or choose another: --port {port + 1}",
                ) from None
            raise Invalid(
                f"Pentad cannot listen on {host}:{port}: {error.strerror or error}.", code="cannot_listen"
            ) from None


def _run(main: Coroutine[None, None, None]) -> None:
    import uvloop

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main)


async def _serve(services: "Services", host: str, port: int, ready: Callable[[], None]) -> None:
    from granian.constants import Interfaces
    from granian.server.embed import Server

    from pentad.config.asgi import App
    from pentad.data.ingest.asgi import TrackingApp, handles

    sys.setswitchinterval(SWITCH_SECONDS)
    tracking = TrackingApp(services.inbox)
    app = App(tracking, handles)
    server: Any = Server(
        app,
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        backlog=1024,
        backpressure=1024,
        websockets=False,
        log_enabled=False,
    )
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(sign, stop.set)
    serving = asyncio.create_task(server.serve())
    asked = asyncio.create_task(stop.wait())
    loop.call_soon(ready)
    await asyncio.wait({serving, asked}, return_when=asyncio.FIRST_COMPLETED)
    if serving.done():
        asked.cancel()
        serving.result()
        return
    await _finish_requests(app)
    server.stop()
    await asyncio.wait({serving}, timeout=STOP_SECONDS)
    tracking.close()


async def _finish_requests(app: "App") -> None:
    deadline = asyncio.get_running_loop().time() + STOP_SECONDS
    while app.open and asyncio.get_running_loop().time() < deadline:
        await asyncio.sleep(0.01)


def _greeting(host: str, port: int, demo: bool) -> str:
    """What a person who starts Pentad must know: where it is and how to get in."""
    shown = "127.0.0.1" if host in ("0.0.0.0", "::") else host  # noqa: S104  it only shows the address
    address = f"http://{f'[{shown}]' if ':' in shown else shown}:{port}"
    about = bootstrap.describe()
    lines = [f"Pentad serves {address}/", f"  data      {about['data']}", f"  database  {about['database']}"]
    lines += _demo_sign_ins() if demo else _setup_address(address)
    return "\n".join(lines) + "\n"


def _setup_address(address: str) -> list[str]:
    from pentad.roles.access.queries import is_first_run
    from pentad.roles.access.setup import setup_token

    return [f"  set up    {address}/setup/?token={setup_token()}"] if is_first_run() else []


def _demo_sign_ins() -> list[str]:
    from pentad import demo
    from pentad.roles.access.builtin import ROLES

    width = max(len(email) for email, _, _ in demo.COLLEAGUES)
    people = [
        f"            {email:<{width}}  {name}, {ROLES[role].label.lower()}: {ROLES[role].note.rstrip('.').lower()}"
        for email, name, role in demo.COLLEAGUES
    ]
    filling = "  demo      after its first start, the demo company's year is loaded in some minutes; the first pages are there at once"
    return [f"  sign in   with the password {demo.PASSWORD} as", *people, filling]


@contextmanager
def _demo(root: Path, wanted: bool) -> Iterator[None]:
    """Fill the folder with the demo company and let its customers go on, in a thread, while inside."""
    if not wanted:
        yield
        return
    stop = threading.Event()
    thread = threading.Thread(target=_live, args=(root, stop), name="demo", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(timeout=STOP_SECONDS)


def _live(root: Path, stop: threading.Event) -> None:
    from pentad import demo
    from pentad.core import runtime

    try:
        demo.fill(runtime.Folder(root))
        demo.stream(stop)
    except Exception:
        log.exception("demo_stopped")
