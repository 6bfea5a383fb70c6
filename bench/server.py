"""The tracking application without its cellar: what it is compared with. One process, the embedded server of `pentad up`.

    python -m bench.server MODE FOLDER PORT

nothing   answers 200 and reads nothing: the server's own ceiling
memory    checks and decodes as in earnest, keeps nothing
durable   writes the inbox, with group commit; nobody loads it
"""

import asyncio
import signal
import sys
from pathlib import Path
from typing import Any

from pentad.config import bootstrap


async def nothing(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] != "http":
        return
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"16")]})
    await send({"type": "http.response.body", "body": b'{"success":true}'})


class Forgetful:
    """An inbox that forgets at once."""

    waiting = 0

    async def append(self, meta: Any, body: bytes) -> None:
        return None

    def close(self) -> None:
        return None


def application(mode: str, folder: Path) -> Any:
    if mode == "nothing":
        return nothing
    from pentad.data.ingest.asgi import tracking_app
    from pentad.data.ingest.inbox import Inbox

    if mode == "memory":
        return tracking_app(Forgetful())  # type: ignore[arg-type]
    (folder / "inbox").mkdir(exist_ok=True)
    return tracking_app(Inbox(folder / "inbox"))


async def serve(mode: str, folder: Path, port: int) -> None:
    from granian.constants import Interfaces
    from granian.server.embed import Server

    app = application(mode, folder)
    server = Server(
        app, address="127.0.0.1", port=port, interface=Interfaces.ASGI, backlog=1024, backpressure=1024,
        websockets=False, log_enabled=False,
    )  # fmt: skip
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, server.stop)
    await server.serve()


def main() -> None:
    import uvloop

    mode, folder, port = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    bootstrap.setup(folder)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(mode, folder, port))


if __name__ == "__main__":
    main()
