"""Load: batches of distinct events over keep-alive connections, by wrk when it is installed, else by Python.

A body is a template in which `@@@@` becomes a number that no other request has, and `####` one out of
some thousands: message ids are unique, customers come back.
"""

import asyncio
import base64
import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from tests.serving import Server

CONNECTIONS = 32
CUSTOMERS = 5_000  # times VISITORS
VISITORS = 4  # in one batch of a server library: they come back within it

_WRK = """
local body, n, start = %s, 0, %d
wrk.method = "POST"
wrk.headers["authorization"] = "%s"
wrk.headers["content-type"] = "application/json"
request = function()
  n = n + 1
  local one = body:gsub("@@@@", start + n):gsub("####", n %% %d)
  return wrk.format(nil, nil, nil, one)
end
done = function(summary, latency)
  local e = summary.errors
  io.write(string.format("RESULT %%d %%d %%d %%d\\n", summary.requests, summary.duration,
    latency:percentile(99), e.connect + e.read + e.write + e.status + e.timeout))
end
"""


@dataclass(frozen=True)
class Load:
    """What a run of load came to. p99 in milliseconds."""

    requests: int
    seconds: float
    p99: float
    errors: int

    @property
    def rate(self) -> float:
        return self.requests / self.seconds


_OPEN = """
import sys
from pentad.config import bootstrap
bootstrap.setup(sys.argv[1])
from pentad.data.ingest.models import Source
Source.objects.filter(name=sys.argv[2]).update(rate_per_second=1_000_000)
"""


def add_source(server: Server, name: str = "Web") -> str:
    """The write key of a new source that may send as often as it likes. Before the server starts: it caches sources."""
    key = server.add_source(name)
    subprocess.run([sys.executable, "-c", _OPEN, str(server.folder), name], check=True, env=server.environment)
    return key


def template(batch: int) -> str:
    """A request of `batch` events of about 300 bytes each, as server libraries send them."""
    events = [
        {
            "type": "track",
            "messageId": f"b-@@@@-{i}",
            "userId": f"u-####-{i % VISITORS}",
            "event": ("Product Viewed", "Product Added", "Order Completed")[i % 3],
            "timestamp": "2026-01-01T10:00:00.000Z",
            "properties": {
                "product_id": f"p-{i % 40}",
                "category": "beans",
                "revenue": 12.5,
                "path": f"/beans/{i % 40}",
            },
            "context": {"library": {"name": "bench", "version": "1"}, "locale": "en-GB"},
        }
        for i in range(batch)
    ]
    return json.dumps({"batch": events}, separators=(",", ":"))


def fill(body: str, number: int) -> bytes:
    return body.replace("@@@@", str(number)).replace("####", str(number % CUSTOMERS)).encode()


def drive(port: int, key: str, body: str, seconds: float, start: int = 0) -> Load:
    """Send as fast as answers come, for so many seconds. `start` keeps the ids of several runs apart."""
    if shutil.which("wrk"):
        return _wrk(port, key, body, seconds, start)
    return asyncio.run(_python(port, key, body, seconds, start))


def authorization(key: str) -> str:
    return "Basic " + base64.b64encode(f"{key}:".encode()).decode()


def _wrk(port: int, key: str, body: str, seconds: float, start: int) -> Load:
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        quoted = "[==[" + body + "]==]"
        script.write(_WRK % (quoted, start, authorization(key), CUSTOMERS))
        script.flush()
        command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{max(1, round(seconds))}s", "--latency", "-s", script.name]
        done = subprocess.run(
            [*command, f"http://127.0.0.1:{port}/v1/batch"], capture_output=True, text=True, check=True
        )
    found = re.search(r"RESULT (\d+) (\d+) (\d+) (\d+)", done.stdout)
    assert found, done.stdout + done.stderr
    requests, duration, p99, errors = map(int, found.groups())
    return Load(requests, duration / 1e6, p99 / 1e3, errors)


async def _python(port: int, key: str, body: str, seconds: float, start: int) -> Load:
    loop = asyncio.get_running_loop()
    until = loop.time() + seconds
    numbers = iter(range(start, 2**62))
    times: list[float] = []
    errors = 0

    async def one() -> None:
        nonlocal errors
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while loop.time() < until:
            sent = loop.time()
            writer.write(request(key, fill(body, next(numbers))))
            head = await reader.readuntil(b"\r\n\r\n")
            length = re.search(rb"content-length: (\d+)", head.lower())
            await reader.readexactly(int(length[1]) if length else 0)
            times.append(loop.time() - sent)
            errors += not head.startswith(b"HTTP/1.1 200")
        writer.close()

    began = time.monotonic()
    await asyncio.gather(*(one() for _ in range(CONNECTIONS)))
    times.sort()
    return Load(len(times), time.monotonic() - began, 1000 * times[int(0.99 * (len(times) - 1))], errors)


def request(key: str, body: bytes) -> bytes:
    """The bytes of a POST to /v1/batch."""
    return (
        b"POST /v1/batch HTTP/1.1\r\nhost: bench\r\ncontent-type: application/json\r\n"
        + f"authorization: {authorization(key)}\r\ncontent-length: {len(body)}\r\n\r\n".encode()
        + body
    )


def folder() -> Path:
    """A new folder for a run, on the disk that temporary files use."""
    return Path(tempfile.mkdtemp(prefix="pentad-bench-"))
