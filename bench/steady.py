"""A steady stream: how fresh profiles are at 5,000 events a second, and what memory does over five million events."""

import asyncio
import shutil
import threading
import time
import uuid
from collections.abc import Iterator

import psutil

from bench import load
from bench.report import Row, at_most
from tests.serving import Server, until

RATE = 5_000
FRESH_SECONDS = 2.0
MEMORY_MB = 2_048
GROWTH = 0.25


class Stream(threading.Thread):
    """Sends batches of 20 at a steady rate of events a second, until told to stop."""

    def __init__(self, server: Server, key: str, rate: float):
        super().__init__(daemon=True)
        self.server, self.key, self.rate = server, key, rate
        self.over = threading.Event()
        self.sent = 0

    def run(self) -> None:
        asyncio.run(self._send())

    async def _send(self) -> None:
        body, loop = load.template(20), asyncio.get_running_loop()
        began = loop.time()

        async def one(place: int, of: int) -> None:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.server.port)
            number = place
            while not self.over.is_set():
                due = began + number * 20 / self.rate
                if (wait := due - loop.time()) > 0:
                    await asyncio.sleep(min(wait, 0.2))
                    continue
                writer.write(load.request(self.key, load.fill(body, number)))
                head = await reader.readuntil(b"\r\n\r\n")
                await reader.readexactly(int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0]))
                assert head.startswith(b"HTTP/1.1 200"), head
                self.sent += 20
                number += of
            writer.close()

        await asyncio.gather(*(one(place, 8) for place in range(8)))

    def stop(self) -> None:
        self.over.set()
        self.join(10)


def fresh(quick: bool) -> Iterator[Row]:
    """From just before the request that says something new until the profile says it too."""
    server = Server(load.folder() / "data", installed=True)
    waits: list[float] = []
    stream = Stream(server, load.add_source(server), RATE)
    try:
        server.start()
        assert server.token
        stream.start()
        until(lambda: stream.sent > RATE, 30, "the stream flows")
        began, already = time.monotonic(), stream.sent
        for _ in range(20 if quick else 120):
            user = str(uuid.uuid4())
            asked = time.monotonic()
            server.send("identify", {"userId": user, "traits": {"name": "Fresh"}}, key=stream.key)
            until(lambda who=user: server.person(f"user_id:{who}"), 60, "the profile")
            waits.append(time.monotonic() - asked)
        rate = (stream.sent - already) / (time.monotonic() - began)
    finally:
        stream.stop()
        server.kill()
        shutil.rmtree(server.folder.parent, ignore_errors=True)
    waits.sort()
    note = f" (median {waits[len(waits) // 2]:.2f} s; {rate:,.0f} events/s meanwhile)"
    yield at_most("event visible in the profile, p95", waits[int(0.95 * (len(waits) - 1))], "s", FRESH_SECONDS, note)


def memory(quick: bool) -> Iterator[Row]:
    """Resident memory while events come as fast as the loader keeps up; it must level off."""
    total = 200_000 if quick else 5_000_000
    server = Server(load.folder() / "data", installed=True)
    samples: list[tuple[int, int]] = []  # events, bytes
    try:
        key = load.add_source(server)
        server.start()
        assert server.process
        process = psutil.Process(server.process.pid)
        body, sent, began = load.template(20), 0, time.monotonic()
        while sent < total:
            done = load.drive(server.port, key, body, 2, start=(len(samples) + 1) << 32)
            sent += done.requests * 20
            samples.append((sent, process.memory_info().rss))
            until(lambda: server.get("/readyz").status == 200, 120, "the loader keeps up")
        server.settled("Web", accepted=None, seconds=300)
        spent = time.monotonic() - began
    finally:
        server.kill()
        shutil.rmtree(server.folder.parent, ignore_errors=True)
    peak = max(rss for _, rss in samples) / 2**20
    half = max(rss for events, rss in samples if events <= sent / 2 or events == samples[0][0]) / 2**20
    note = f" (first half {half:,.0f}; {sent:,} events at {sent / spent:,.0f}/s)"
    yield at_most("peak memory while ingesting", peak, "MB", MEMORY_MB, note)
    yield Row(
        "growth of peak memory in the second half", f"{peak / half - 1:+.0%}",
        budget=f"≤ {GROWTH:+.0%}", holds=peak / half - 1 <= GROWTH,
    )  # fmt: skip
