"""Bodies that are long in coming: they hold what has arrived of them, and nobody else up."""

import socket
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager

import pytest

from pentad.data.ingest import asgi, tracker
from tests.data.ingest.tracking import KEY, SERVER_KEY, Tracking, basic
from tests.serving import until

TRACK = {"type": "track", "event": "Order Completed", "userId": "keiko", "messageId": "m-1"}
CHUNKED = "transfer-encoding: chunked"
KIND = ["chunked", "with Content-Length"]


@contextmanager
def half_open(tracking: Tracking, path: str, *headers: str, sent: bytes = b"") -> Iterator[socket.socket]:
    """A connection whose body has begun and does not end."""
    with socket.create_connection(("127.0.0.1", tracking.port), 5) as raw:
        raw.sendall("\r\n".join([f"POST {path} HTTP/1.1", "host: x", *headers, "", ""]).encode() + sent)
        yield raw


def begin(tracking: Tracking, kind: str, size: int) -> AbstractContextManager[socket.socket]:
    body = b"x" * size
    part = b"%x\r\n%b\r\n" % (size, body) if kind == "chunked" else body
    length = CHUNKED if kind == "chunked" else "content-length: 9000000"
    return half_open(tracking, "/v1/import", length, sent=part)


def held(tracking: Tracking) -> int:
    return tracking.app.tracker._room._held


@pytest.mark.parametrize("kind", KIND)
def test_idle_connections_hold_what_they_sent_and_no_more(tracking: Tracking, kind: str) -> None:
    with ExitStack() as opened:
        for _ in range(40):
            opened.enter_context(begin(tracking, kind, 100))
        until(lambda: held(tracking) == 40 * 100, 5, "what was sent is counted")
        assert tracking.post("/v1/import", {"batch": [TRACK]}).status == 200
    until(lambda: held(tracking) == 0, 5, "the room is given back")


@pytest.mark.parametrize("kind", KIND)
def test_all_bodies_together_are_bounded_and_whole_ones_still_pass(
    tracking: Tracking, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tracking.app.tracker._room, "_most", 40_000)
    with begin(tracking, kind, 29_000):
        until(lambda: held(tracking) == 29_000, 5, "the first is here")
        with begin(tracking, kind, 2_000) as second:
            assert b"429" in second.recv(4096)
        assert tracking.post("/v1/batch", {"batch": [TRACK]}).status == 200
    until(lambda: held(tracking) == 0, 5, "the room is given back")


def test_the_bound_is_what_it_was() -> None:
    assert tracker._MOST_HELD == 256 << 20


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/v1/import", [f"authorization: {basic('nonsense')['authorization']}", CHUNKED]),
        ("/v1/batch", [f"authorization: {basic('nonsense')['authorization']}", "content-length: 1000"]),
        ("/beacon/v1/batch?writeKey=nonsense", ["content-length: 1000"]),
        ("/e/?api_key=nonsense", [CHUNKED]),
    ],
)
def test_a_wrong_key_outside_the_body_is_refused_before_the_body_comes(
    tracking: Tracking, path: str, headers: list[str]
) -> None:
    with half_open(tracking, path, *headers) as raw:
        answer = raw.recv(4096)
    assert b"401" in answer
    assert held(tracking) == 0


@pytest.mark.parametrize("size", [1_000, 400_000, 9_000_000])
def test_who_sends_a_whole_body_with_a_wrong_key_hears_it(tracking: Tracking, size: int) -> None:
    for _ in range(3):
        answer = tracking.post("/v1/import", b"x" * size, key="nonsense")
        assert (answer.status, answer.json["code"]) == (401, "unknown_write_key")


def test_a_key_in_the_query_counts_before_one_in_the_body(tracking: Tracking) -> None:
    body = {"batch": [TRACK], "writeKey": SERVER_KEY}
    assert tracking.request("POST", f"/beacon/v1/batch?writeKey={KEY}", body).status == 200
    assert tracking.frames()[0].meta.source_no == 1


@pytest.mark.parametrize(
    "path", ["/v1/projects/{}/settings", "/analytics.js/v1/{}/analytics.min.js", "/array/{}/config", "/v1/projects/{}"]
)
def test_a_failure_never_writes_the_key_in_the_path_to_the_log(
    tracking: Tracking, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[dict[str, str]] = []

    class Log:
        def exception(self, event: str, **about: str) -> None:
            said.append({"event": event, **about})

    async def fail(*_: object, **__: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(asgi, "log", Log())
    monkeypatch.setattr(asgi.cdn, "answer", fail)
    assert tracking.request("GET", path.format(KEY)).status == 500
    assert said == [{"event": "tracking_failed", "path": path.format("…")}]
