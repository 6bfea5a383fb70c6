"""The conformance checklist of the tracking API, over HTTP against a real server."""

import gzip
import json
import time
import zlib
from dataclasses import replace

import pytest

from pentad.data.ingest.inbox import DIRECT, HISTORICAL
from pentad.data.ingest.limits import Limits, SourceKey
from tests.data.ingest.tracking import KEY, SERVER_KEY, basic

TYPES = ["identify", "track", "page", "screen", "group", "alias"]
TRACK = {
    "type": "track",
    "event": "Order Completed",
    "userId": "keiko",
    "messageId": "m-1",
    "properties": {"total": 12.5},
}


def batch(*messages, **rest):
    return {"batch": list(messages) or [TRACK], **rest}


def refused(answer, status, code):
    assert answer.status == status, answer.body
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["access-control-allow-origin"] == "*"
    said = answer.json
    assert said["success"] is False
    assert said["code"] == code
    assert said["message"]
    assert said["detail"]


# 1 success


@pytest.mark.parametrize("type", TYPES)
@pytest.mark.parametrize("short", [False, True])
def test_every_path_answers_exactly_200_success_true(tracking, type, short):
    answer = tracking.post(f"/v1/{type[0] if short else type}", {**TRACK, "type": type})
    assert (answer.status, answer.body) == (200, b'{"success":true}')
    [frame] = tracking.frames()
    assert (frame.meta.type, frame.meta.count, frame.meta.source_no) == (type, 1, 1)
    assert json.loads(frame.body) == {**TRACK, "type": type}


@pytest.mark.parametrize("path", ["/v1/batch", "/v1/b", "/v1/batch/", "/v1/import"])
def test_batches_are_written_as_received(tracking, path):
    body = batch(TRACK, {**TRACK, "messageId": "m-2"}, sentAt="2026-01-01T00:00:00Z", context={"app": {"name": "till"}})
    answer = tracking.post(path, body)
    assert (answer.status, answer.body) == (200, b'{"success":true}')
    [frame] = tracking.frames()
    assert json.loads(frame.body) == body
    assert (frame.meta.type, frame.meta.count) == ("", 2)
    assert bool(frame.meta.flags & HISTORICAL) == (path == "/v1/import")
    assert abs(frame.meta.received_us / 1e6 - time.time()) < 10


def test_an_empty_batch_is_fine_and_writes_nothing(tracking):
    assert tracking.post("/v1/batch", {"batch": []}).status == 200
    assert tracking.frames() == []


def test_telemetry_of_the_browser_library_is_discarded(tracking):
    assert tracking.request("POST", "/v1/m", {"series": []}).body == b'{"success":true}'
    assert tracking.frames() == []


# 2 keys


@pytest.mark.parametrize(
    ("headers", "key"),
    [
        ({}, KEY),
        (basic(KEY), None),
        (basic(KEY, colon=""), None),
        ({"authorization": f"Basic {KEY}"}, None),
        ({"authorization": "Bearer an-oauth-token"}, KEY),
        ({"authorization": f"Bearer {KEY}"}, None),
        ({"authorization": "bearer  " + KEY}, None),
    ],
)
@pytest.mark.parametrize("path", ["/v1/batch", "/v1/track"])
def test_the_key_is_found_in_all_its_forms(tracking, headers, key, path):
    body = batch() if path == "/v1/batch" else dict(TRACK)
    if key:
        body["writeKey"] = key
    assert tracking.request("POST", path, body, **headers).status == 200
    assert tracking.frames()[0].meta.source_no == 1


def test_the_header_beats_the_body(tracking):
    assert tracking.post("/v1/batch", batch(writeKey=SERVER_KEY)).status == 200
    assert tracking.frames()[0].meta.source_no == 1


@pytest.mark.parametrize(
    "path", ["/v1/batch", "/v1/track", "/v1/t", "/v1/verdict", "/v1/import", "/batch/", "/capture/"]
)
def test_wrong_and_missing_keys_are_told(tracking, path):
    body = {"batch": [], **TRACK}
    refused(tracking.post(path, body, key="nonsense"), 401, "unknown_write_key")
    refused(tracking.request("POST", path, body), 401, "missing_write_key")
    refused(
        tracking.request("POST", path, {**body, "writeKey": "nonsense", "api_key": "nonsense"}),
        401,
        "unknown_write_key",
    )
    assert tracking.frames() == []


def test_a_disabled_source_is_told(tracking):
    tracking.set_sources(SourceKey(1, KEY, enabled=False))
    time.sleep(0)
    refused(tracking.post("/v1/batch", batch()), 401, "source_disabled")


def test_changes_of_keys_are_seen_within_a_second(tracking):
    assert tracking.post("/v1/batch", batch()).status == 200
    tracking.set_sources(SourceKey(7, "rotated"))
    assert tracking.post("/v1/batch", batch(), key="rotated").status == 200  # an unknown key is looked up at once
    refused(tracking.post("/v1/batch", batch()), 401, "unknown_write_key")


def test_unknown_keys_do_not_hammer_the_database(tracking):
    for _ in range(30):
        tracking.post("/v1/batch", batch(), key="nonsense")
    assert tracking.fresh < 8


def test_allowed_origins_bind_browsers_alone(tracking):
    tracking.set_sources(SourceKey(1, KEY, origins=frozenset({"https://kestrel.example"})))
    assert tracking.post("/v1/batch", batch(), origin="https://kestrel.example").status == 200
    assert tracking.post("/v1/batch", batch()).status == 200
    refused(tracking.post("/v1/batch", batch(), origin="https://elsewhere.example"), 403, "origin_not_allowed")


# 3 encodings


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "text/plain;charset=UTF-8", ""])
def test_content_types(tracking, kind):
    headers = {"content-type": kind} if kind else {}
    body = json.dumps(
        batch({**TRACK, "event": "Kaffee ☕ für Łukasz 👩🏽‍💻", "anonymousId": None, "userId": 42}), ensure_ascii=False
    )
    assert tracking.post("/v1/batch", body.encode(), **headers).status == 200
    assert tracking.messages()[0]["event"] == "Kaffee ☕ für Łukasz 👩🏽‍💻"


@pytest.mark.parametrize(
    ("encoding", "pack"),
    [
        ("gzip", gzip.compress),
        ("GZIP", gzip.compress),
        ("deflate", zlib.compress),
        ("deflate", lambda b: (c := zlib.compressobj(wbits=-15)).compress(b) + c.flush()),
        ("gzip", lambda b: gzip.compress(b[:20]) + gzip.compress(b[20:])),
        ("identity", bytes),
        ("gzip", bytes),
    ],
)
def test_compression(tracking, encoding, pack):
    answer = tracking.post("/v1/batch", pack(json.dumps(batch()).encode()), content_encoding=encoding)
    assert answer.status == 200, answer.body
    assert tracking.messages() == [TRACK]


@pytest.mark.parametrize(
    ("body", "encoding", "code"),
    [
        (gzip.compress(b'{"batch":[]}', mtime=0)[:-9], "gzip", "bad_compression"),
        (b"\x01\x02\x03", "gzip", "bad_compression"),
        (b"", "br", "unsupported_encoding"),
    ],
    ids=["cut short", "no gzip", "unknown encoding"],
)
def test_bad_compression_is_told(tracking, body, encoding, code):
    refused(tracking.post("/v1/batch", body, content_encoding=encoding), 400, code)


def test_a_byte_order_mark_is_forgiven(tracking):
    assert tracking.post("/v1/batch", b"\xef\xbb\xbf" + json.dumps(batch()).encode()).status == 200
    assert tracking.messages() == [TRACK]


def test_a_chunked_body_is_read_whole(tracking):
    body = json.dumps(batch()).encode()
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in (body[:7], body[7:40], body[40:])) + b"0\r\n\r\n"
    import socket

    with socket.create_connection(("127.0.0.1", tracking.port), 5) as raw:
        head = f"POST /v1/batch HTTP/1.1\r\nhost: x\r\nauthorization: {basic(KEY)['authorization']}\r\n"
        raw.sendall(head.encode() + b"transfer-encoding: chunked\r\nconnection: close\r\n\r\n" + chunks)
        assert b"200 OK" in raw.recv(4096)
    assert tracking.messages() == [TRACK]


# 4 browsers


@pytest.mark.parametrize(
    "path",
    [
        "/v1/batch", "/v1/b", "/v1/t", "/v1/track", "/v1/import", "/v1/m", "/v1/verdict", "/v1/nothing",
        "/v1/projects/unknown/settings", "/analytics.js/v1/unknown/analytics.min.js", "/batch/", "/e/", "/flags/",
        "/beacon/v1/batch", "/pixel/v1/track", "/i/v1/analytics/events", "/analytics-next/bundles/x.js",
    ],
)  # fmt: skip
def test_every_path_answers_preflights(tracking, path):
    answer = tracking.request(
        "OPTIONS",
        path,
        origin="https://kestrel.example",
        access_control_request_method="POST",
        access_control_request_headers="authorization,content-type,x-retry-count",
    )
    assert answer.status == 204
    assert answer.headers["access-control-allow-origin"] == "*"
    assert {"POST", "OPTIONS"} <= set(answer.headers["access-control-allow-methods"].split(", "))
    assert {"authorization", "content-type", "x-retry-count"} <= set(
        answer.headers["access-control-allow-headers"].split(", ")
    )
    assert int(answer.headers["access-control-max-age"]) >= 3600
    assert "retry-after" in answer.headers["access-control-expose-headers"]
    assert "access-control-allow-credentials" not in answer.headers


def test_other_methods_and_paths_are_told(tracking):
    refused(tracking.request("GET", "/v1/batch"), 405, "method_not_allowed")
    refused(tracking.post("/v1/unknown", {}), 404, "not_found")
    refused(tracking.request("GET", "/next-integrations/integrations/x.js"), 404, "not_found")


# 5 and 8 refusals and limits


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        ("/v1/batch", b"{", "malformed_json"),
        ("/v1/batch", b"", "malformed_json"),
        ("/v1/batch", b'{"batch":[{"a":tru}]}', "malformed_json"),
        ("/v1/batch", b'{"batch":[{"a":NaN}]}', "malformed_json"),
        ("/v1/batch", b'{"batch":[]} trailing', "malformed_json"),
        ("/v1/batch", b'{"batch":[{"a":"\x00"}]}', "malformed_json"),
        ("/v1/batch", b'{"batch":[{"a":"\\ud800"},]}', "malformed_json"),
        ("/v1/batch", b'{"batch":[{"a":"\xff\xfe"}]}', "invalid_utf8"),
        ("/v1/batch", '{"batch":[]}'.encode("utf-16"), "invalid_utf8"),
        ("/v1/batch", b"[]", "not_a_batch"),
        ("/v1/batch", b'{"batch":{}}', "not_a_batch"),
        ("/v1/batch", b'{"batch":null}', "not_a_batch"),
        ("/v1/batch", b"{}", "not_a_batch"),
        ("/v1/batch", b'"text"', "not_a_batch"),
        ("/v1/batch", b'{"batch":[' + b"[" * 5000 + b"]" * 5000 + b"]}", "too_deep"),
        ("/v1/track", b'{"properties":' + b"[" * 5000 + b"]" * 5000 + b"}", "too_deep"),
        ("/v1/track", b"[]", "wrong_type"),
        ("/v1/track", b"12", "wrong_type"),
        ("/v1/track", b"{'event': 1}", "malformed_json"),
        ("/batch/", b"{", "malformed_json"),
        ("/capture/", b"[" * 5000 + b"]" * 5000, "too_deep"),
    ],
)
def test_bad_bodies_are_refused_as_a_whole(tracking, path, body, code):
    refused(tracking.post(path, body), 400, code)
    assert tracking.frames() == []
    assert tracking.post("/v1/batch", batch()).status == 200  # nothing else suffers


@pytest.mark.parametrize(
    "item",
    [
        {"type": "nonsense"}, 12, None, "text", [], {}, {"type": "track", "userId": {"a": 1}}, {"type": 5},
        {**TRACK, "timestamp": "99999-99-99T99:99"}, {**TRACK, "properties": "x\u0000y"}, {**TRACK, "big": "x" * 33_000},
        {**TRACK, "deep": json.loads("[" * 300 + "]" * 300)}, {**TRACK, "messageId": "m" * 200},
    ],
)  # fmt: skip
def test_a_bad_message_goes_on_to_be_set_aside_and_its_neighbours_with_it(tracking, item):
    assert tracking.post("/v1/batch", batch(TRACK, item)).status == 200
    assert tracking.messages() == [TRACK, item]


def test_half_a_character_costs_only_its_own_message(tracking):
    body = b'{"batch":[%b,{"type":"track","event":"\\ud83d cut","userId":"u"},{"event":"\\ud83d\\ude00"}],"sentAt":"2026-01-01"}'
    assert tracking.post("/v1/batch", body % json.dumps(TRACK).encode()).status == 200
    sound, apart = tracking.frames()
    assert json.loads(sound.body) == {"batch": [TRACK, {"event": "😀"}], "sentAt": "2026-01-01"}
    assert (sound.meta.count, apart.meta.count, apart.meta.type) == (2, 1, "track")
    assert b"\\ud83d cut" in apart.body


def test_half_a_character_in_a_single_message_is_taken(tracking):
    assert tracking.post("/v1/track", b'{"event":"\\udc00","userId":"u"}').status == 200
    assert tracking.frames()[0].body == b'{"event":"\\udc00","userId":"u"}'


def test_2500_messages_pass_and_one_more_does_not(tracking):
    assert tracking.post("/v1/batch", {"batch": [{"n": n} for n in range(2500)]}).status == 200
    assert tracking.frames()[0].meta.count == 2500
    refused(tracking.post("/v1/batch", {"batch": [{"n": n} for n in range(2501)]}), 400, "too_many_messages")


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_500_kb_pass_and_501_do_not(tracking, pack):
    def sized(size):
        body = json.dumps({"batch": [{"type": "track", "pad": "x" * 1000}] * 100}).encode()[:-1]
        return body + b',"x":"' + b"y" * (size - len(body) - 8) + b'"}'

    headers = {"content-encoding": "gzip"} if pack is gzip.compress else {}
    assert len(sized(500 * 1024)) == 500 * 1024
    assert tracking.post("/v1/batch", pack(sized(500 * 1024)), **headers).status == 200
    refused(tracking.post("/v1/batch", pack(sized(501 * 1024)), **headers), 400, "body_too_large")
    assert tracking.post("/v1/import", pack(sized(501 * 1024)), **headers).status == 200


def test_32_kb_pass_and_one_byte_more_does_not(tracking):
    def sized(size):
        return b'{"event":"' + b"x" * (size - 12) + b'"}'

    assert tracking.post("/v1/track", sized(32 * 1024)).status == 200
    refused(tracking.post("/v1/track", sized(32 * 1024 + 1)), 400, "message_too_large")


def test_a_gzip_bomb_goes_off_at_the_limit(tracking):
    bomb = gzip.compress(b"0" * 400_000_000, 9)
    assert len(bomb) < 500_000
    began = time.monotonic()
    refused(tracking.post("/v1/batch", bomb, content_encoding="gzip"), 400, "body_too_large")
    refused(tracking.post("/v1/batch", gzip.compress(bomb), content_encoding="gzip"), 400, "invalid_utf8")
    assert time.monotonic() - began < 2


def test_a_huge_body_is_refused_and_not_kept(tracking):
    refused(tracking.post("/v1/batch", b"x" * 5_000_000), 400, "body_too_large")


def test_a_body_that_never_ends_is_given_up(tracking):
    import socket

    tracking.known = replace(tracking.known, limits=Limits(body_seconds=0.2))
    tracking.post("/v1/batch", batch(), key="makes the server read what is known")
    with socket.create_connection(("127.0.0.1", tracking.port), 5) as raw:
        raw.sendall(b'POST /v1/batch HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n{"bat')
        assert b"408" in raw.recv(4096)


# 6 nothing is deduplicated here: both copies are answered 200 and go on


def test_two_identical_posts_are_both_answered(tracking):
    assert [tracking.post("/v1/track", TRACK).body for _ in range(2)] == [b'{"success":true}'] * 2
    assert len(tracking.frames()) == 2


# 9 rate


def test_too_many_requests_are_told_when_to_come_back(tracking):
    tracking.set_sources(SourceKey(1, KEY, rate=2), SourceKey(2, SERVER_KEY))
    answers = [tracking.post("/v1/track", TRACK, key="x") for _ in range(1)]
    answers = [tracking.post("/v1/track", TRACK) for _ in range(10)]
    refusals = [a for a in answers if a.status != 200]
    assert refusals
    refused(refusals[0], 429, "rate_limited")
    assert refusals[0].headers["retry-after"] == "1"
    assert refusals[0].headers["x-ratelimit-reset"] == "1"
    assert tracking.post("/v1/track", TRACK, key=SERVER_KEY).status == 200
    assert len(tracking.frames()) == 10 - len(refusals) + 1


# 10 is in test_inbox (kill -9) and below: a disk that fails


def test_a_full_disk_is_503_and_recovers(tracking, monkeypatch):
    import errno
    import os

    assert tracking.post("/v1/track", TRACK).status == 200

    def full(handle, data):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("pentad.data.ingest.inbox.os.write", full)
        answer = tracking.post("/v1/track", TRACK)
        refused(answer, 503, "storage_failed")
        assert int(answer.headers["retry-after"]) > 0
    assert os.write is not full
    assert tracking.post("/v1/track", TRACK).status == 200
    assert len(tracking.frames()) == 2


def test_an_unreadable_list_of_sources_is_503(tracking):
    def fail():
        raise RuntimeError("the database is away")

    tracking.app.keys._load = fail
    tracking.app.keys._read = float("-inf")
    refused(tracking.post("/v1/track", TRACK), 503, "unavailable")


# Addresses


def test_the_address_is_kept_for_browsers_and_direct_calls_only(tracking):
    tracking.post("/v1/track", TRACK, origin="https://kestrel.example")
    tracking.post("/v1/track", TRACK, key=SERVER_KEY, user_agent="Mozilla/5.0")
    tracking.post("/v1/track", TRACK, user_agent="analytics-python/2.3.4")
    tracking.post("/v1/track", {**TRACK, "context": {"direct": True}}, key=SERVER_KEY)
    tracking.post("/v1/batch", batch(context={"direct": True}), key=SERVER_KEY)
    metas = [frame.meta for frame in tracking.frames()]
    assert [meta.ip for meta in metas] == ["127.0.0.1", "", "", "127.0.0.1", "127.0.0.1"]
    assert [bool(meta.flags & DIRECT) for meta in metas] == [True, False, False, True, True]
