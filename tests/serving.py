"""`pentad up` as a real process on a folder of its own, for tests that tell whole promises over HTTP."""

import base64
import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

from tests.forking import Forked, run

T = TypeVar("T")
PENTAD = str(Path(sys.executable).with_name("pentad"))


def until(condition: Callable[[], T], seconds: float = 30, what: str = "") -> T:
    """The first true value of `condition`, asked again and again; AssertionError with the last one after a deadline."""
    deadline = time.monotonic() + seconds
    pause = 0.005
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds:g} s: {what or condition}; last value {value!r}")
        time.sleep(pause)
        pause = min(pause * 1.5, 0.1)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


AS_INSTALLED = Path(__file__).parent / "as_installed"
"""What a process must not find, because nobody who installs Pentad has it."""


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Server:
    """One data folder and, between start and stop, the process that serves it.

    `write_key` and `token` are made by the command line when first asked for, with the server running or not.
    """

    folder: Path
    port: int = field(default_factory=free_port)
    database: str = ""
    installed: bool = False
    """Run the command as it is installed, rather than a fork that has everything loaded: see tests/forking.py."""

    process: subprocess.Popen[bytes] | Forked | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        """What the process printed; beside the data folder, because a byte scan reads everything in it."""
        return self.folder.with_name(f"{self.folder.name}.log")

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PENTAD_", "DJANGO_"))}
        return kept | {"PYTHONUNBUFFERED": "1", "PYTHONPATH": str(AS_INSTALLED)}

    # Life

    def start(self, *options: str, ready: bool = True, seconds: float = 60) -> "Server":
        """Start `pentad up` and wait until it answers /readyz with 200."""
        database = ["--database", self.database] if self.database else []
        arguments = ["up", "--data", str(self.folder), "--port", str(self.port), *database, *options]
        if self.installed:
            with self.log.open("ab") as log:
                self.process = subprocess.Popen(
                    [PENTAD, *arguments], stdout=log, stderr=log, stdin=subprocess.DEVNULL, env=self.environment
                )
        else:
            self.process = Forked(arguments, self.log, self.log, self.environment)
        if ready:
            until(self.is_ready, seconds, "ready to serve")
        return self

    def is_ready(self) -> bool:
        assert self.process
        if self.process.poll() is not None:
            raise AssertionError(f"pentad up ended with status {self.process.returncode}:\n{self.tail()}")
        with contextlib.suppress(OSError, http.client.HTTPException):
            return self.get("/readyz").status == 200
        return False

    def stop(self, seconds: float = 30) -> None:
        """Ask it to end, as Ctrl-C and service managers do; it must do so with status 0."""
        assert self.process
        self.process.send_signal(signal.SIGTERM)
        try:
            status = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"did not stop within {seconds} s:\n{self.tail()}") from None
        assert status == 0, f"stopped with status {status}:\n{self.tail()}"
        self.process = None

    def kill(self) -> None:
        """kill -9."""
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None

    def tail(self, lines: int = 40) -> str:
        text = self.log.read_text(errors="replace") if self.log.exists() else ""
        return "\n".join(text.splitlines()[-lines:])

    # Command line

    def cli(self, *arguments: str, status: int | None = 0) -> subprocess.CompletedProcess[str]:
        """Run `pentad ARGUMENTS --data FOLDER`; its exit status must be `status` unless that is None."""
        database = ["--database", self.database] if self.database else []
        command = [PENTAD, *arguments, "--data", str(self.folder), *database]
        if self.installed:
            done = subprocess.run(command, capture_output=True, text=True, env=self.environment, timeout=180)
        else:
            done = run(command[1:], self.environment, timeout=180)
        said = f"{' '.join(command)} ended with {done.returncode}\n{done.stdout}\n{done.stderr}"
        assert status is None or done.returncode == status, said
        return done

    def add_source(self, name: str) -> str:
        """Its write key."""
        return self.cli("source", "add", name).stdout.strip()

    def add_key(self, name: str, role: str = "admin") -> str:
        """Its bearer token."""
        return self.cli("key", "add", name, "--role", role).stdout.strip()

    @cached_property
    def write_key(self) -> str:
        return self.add_source("Web")

    @cached_property
    def token(self) -> str:
        return self.add_key("tests")

    # HTTP

    def request(
        self, method: str, path: str, body: Any = None, *, headers: dict[str, str] | None = None, seconds: float = 30
    ) -> Answer:
        """One request on a connection of its own. A body that is not bytes is sent as JSON."""
        sent = dict(headers or {})
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
            sent.setdefault("content-type", "application/json")
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=seconds)
        try:
            connection.request(method, path, body, sent)
            answer = connection.getresponse()
            return Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
        finally:
            connection.close()

    def get(self, path: str, **options: Any) -> Answer:
        return self.request("GET", path, **options)

    def api(self, path: str, body: Any = None, *, method: str = "", status: int = 200) -> Any:
        """Call /api/v1 with the token; the JSON of the answer, whose status must be `status`."""
        method = method or ("GET" if body is None else "POST")
        answer = self.request(method, f"/api/v1{path}", body, headers={"authorization": f"Bearer {self.token}"})
        assert answer.status == status, f"{method} {path}: {answer.status} {answer.body[:2000]!r}"
        return answer.json if answer.body else None

    def send(self, kind: str, body: Any, *, key: str = "", status: int | None = 200, **headers: str) -> Answer:
        """POST to the tracking API (`kind` is the last part of the path: track, identify, batch …)."""
        basic = base64.b64encode(f"{key or self.write_key}:".encode()).decode()
        answer = self.request("POST", f"/v1/{kind}", body, headers={"authorization": f"Basic {basic}", **headers})
        assert status is None or answer.status == status, f"{kind}: {answer.status} {answer.body[:2000]!r}"
        return answer

    # What operators ask

    def person(self, identifier: str) -> dict[str, Any] | None:
        """The person with NAMESPACE:VALUE, or None."""
        found = self.api(f"/people?identifier={quote(identifier, safe=':')}")["results"]
        assert len(found) <= 1, found
        return found[0] if found else None

    def events(self, person: str) -> list[dict[str, Any]]:
        """All events of a person, newest first, page by page."""
        rows: list[dict[str, Any]] = []
        before = ""
        while True:
            page = self.api(f"/people/{person}/events?limit=500{before}")
            rows += page["results"]
            if not page["next"]:
                return rows
            before = f"&before={quote(page['next'])}"

    def totals(self, source: str = "Web") -> dict[str, int]:
        totals: dict[str, int] = self.api(f"/receipts?source={quote(source)}")
        return totals

    def settled(self, source: str = "Web", accepted: int | None = None, seconds: float = 60) -> dict[str, int]:
        """The receipts once they balance (and count `accepted`, when given)."""

        def balanced() -> dict[str, int] | None:
            now = self.totals(source)
            done = now["duplicate"] + now["quarantined"] + now["stored"]
            return now if now["accepted"] == done and accepted in (None, now["accepted"]) else None

        return until(balanced, seconds, f"receipts of {source} balance") or {}
