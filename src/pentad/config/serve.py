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
from typing import TYPE_CHECKING

import structlog

from pentad.config import bootstrap
from pentad.core.errors import Invalid

if TYPE_CHECKING:
    from pentad.config.asgi import App
    from pentad.config.wiring import Services

log = structlog.get_logger(__name__)

LOOPBACK = ("127.0.0.1", "::1", "localhost")
GRACE_SECONDS = 1.0
"""How long requests under way may take to finish when asked to stop."""


def up(
    data: Path, *, host: str = "127.0.0.1", port: int = 8000, demo: bool = False, database: str | None = None
) -> None:
    """Serve the data folder until SIGINT or SIGTERM. Raises Unavailable when another process has the folder,
    Invalid when the port is taken.
    """
    port = _free_port(host, port)
    if host in LOOPBACK:
        # Another site's name that points to this machine must not open our pages.
        os.environ.setdefault("PENTAD_HOSTS", "localhost,127.0.0.1,[::1]")
    root = bootstrap.setup(data, database, log_level=os.environ.get("PENTAD_LOG", "warning" if _is_watched() else "info"))

    from pentad.core import runtime

    with runtime.own(runtime.Folder(root)) as folder:
        from pentad.config.wiring import Services

        services = Services(folder)
        try:
            services.start()
            with _demo(root, demo):
                _run(_serve(services, host, port, lambda: _greet(host, port, demo)))
        finally:
            services.stop()


def _is_watched() -> bool:
    """On a terminal, warnings suffice beside the address; log collectors want everything."""
    return sys.stderr.isatty()


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
    from pentad.data.ingest.asgi import handles, tracking_app

    app = App(tracking_app(services.inbox), handles)
    server = Server(
        app, address=host, port=port, interface=Interfaces.ASGI, backlog=1024, backpressure=1024,
        websockets=False, log_enabled=False,
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
    await asyncio.wait({serving}, timeout=GRACE_SECONDS)


async def _finish_requests(app: "App") -> None:
    deadline = asyncio.get_running_loop().time() + GRACE_SECONDS
    while app.open and asyncio.get_running_loop().time() < deadline:
        await asyncio.sleep(0.01)


def _greet(host: str, port: int, demo: bool) -> None:
    from pentad.roles.access.queries import is_first_run
    from pentad.roles.access.setup import setup_token

    shown = "127.0.0.1" if host in ("0.0.0.0", "::") else host  # noqa: S104  it only shows the address
    address = f"http://{f'[{shown}]' if ':' in shown else shown}:{port}"
    about = bootstrap.describe()
    lines = [f"Pentad serves {address}/", f"  data      {about['data']}", f"  database  {about['database']}"]
    if is_first_run():
        lines.append(f"  set up    {address}/setup/?token={setup_token()}")
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


@contextmanager
def _demo(root: Path, wanted: bool) -> Iterator[None]:
    """Fill the folder with the demo company and let its customers go on while inside."""
    if not wanted:
        yield
        return
    from pentad import demo
    from pentad.core import runtime

    stop = threading.Event()
    demo.fill(runtime.Folder(root))
    stream = threading.Thread(target=demo.stream, args=(stop,), name="demo", daemon=True)
    stream.start()
    try:
        yield
    finally:
        stop.set()
        stream.join(timeout=1)
