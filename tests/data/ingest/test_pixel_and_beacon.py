"""Events from pictures and beacons, which can send no headers."""

import base64
import json
from urllib.parse import quote, urlencode

import pytest

from tests.data.ingest.tracking import KEY


def pixel(tracking, path="/pixel/v1/track", **fields):
    return tracking.request("GET", f"{path}?{urlencode(fields)}", user_agent="Mozilla/5.0")


def test_the_query_is_the_message(tracking):
    answer = pixel(
        tracking,
        writeKey=KEY,
        anonymousId="a-1",
        event="Email Opened",
        campaign="spring ☕",
        properties='{"n": 1}',
        timestamp="2026-01-01",
    )
    assert answer.status == 200
    assert answer.headers["content-type"] == "image/gif"
    assert answer.body.startswith(b"GIF89a")
    assert "no-store" in answer.headers["cache-control"]
    [frame] = tracking.frames()
    assert (frame.meta.type, frame.meta.ip) == ("track", "127.0.0.1")
    assert json.loads(frame.body) == {
        "writeKey": KEY,
        "anonymousId": "a-1",
        "event": "Email Opened",
        "timestamp": "2026-01-01",
        "properties": {"campaign": "spring ☕", "n": 1},
    }


@pytest.mark.parametrize("path", ["/pixel/v1/page", "/v1/pixel/page"])
@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
def test_data_holds_a_whole_message(tracking, path, encode):
    message = {"writeKey": KEY, "userId": "keiko", "name": "???>>>", "properties": {"x": 1}}
    data = encode(json.dumps(message).encode()).decode().rstrip("=")
    assert pixel(tracking, path, data=data).status == 200
    assert tracking.messages() == [message]


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("event=x", 401, "missing_write_key"),
        ("writeKey=nonsense&event=x", 401, "unknown_write_key"),
        (f"writeKey={KEY}&data=%%%", 400, "malformed_query"),
        (f"writeKey={KEY}&data={quote(base64.b64encode(b'nonsense'))}", 400, "malformed_json"),
        (f"writeKey={KEY}&properties=nonsense", 400, "malformed_query"),
        (f"writeKey={KEY}&event=" + "x" * 33_000, 400, "message_too_large"),
        (f"writeKey={KEY}&event=%ff", 400, "malformed_query"),
    ],
)
def test_a_refusal_is_still_a_picture(tracking, query, status, code):
    answer = tracking.request("GET", f"/pixel/v1/track?{query}")
    assert answer.status == status
    assert answer.headers["x-pentad-code"] == code
    assert answer.body.startswith(b"GIF89a")
    assert tracking.frames() == []


def test_a_beacon_names_its_key_in_the_query(tracking):
    body = json.dumps({"batch": [{"type": "page", "userId": "keiko"}]}).encode()
    answer = tracking.request("POST", f"/beacon/v1/batch?writeKey={KEY}", body, content_type="text/plain;charset=UTF-8")
    assert answer.body == b'{"success":true}'
    assert tracking.messages() == [{"type": "page", "userId": "keiko"}]


def test_elsewhere_the_query_holds_no_key(tracking):
    assert tracking.request("POST", f"/v1/batch?writeKey={KEY}", {"batch": []}).status == 401
