"""Bad input gets a clear answer, is named in its receipt, and nothing else suffers."""

import gzip
import json
import uuid
from typing import Any
from urllib.parse import quote

import pytest

from tests.serving import Answer, Server, until

SCRIPT = "<script>alert('x')</script><img src=x onerror=alert(1)>"


def track(**fields: Any) -> dict[str, Any]:
    return {"type": "track", "messageId": str(uuid.uuid4()), "userId": f"u-{uuid.uuid4()}", "event": "Tried", **fields}


def state(server: Server, message_id: str) -> dict[str, Any]:
    """The receipt once the loader has seen the message."""

    def known() -> dict[str, Any] | None:
        answer = server.request(
            "GET", f"/api/v1/receipts/{message_id}", headers={"authorization": f"Bearer {server.token}"}
        )
        return answer.json if answer.status == 200 and answer.json["state"] != "pending" else None

    return until(known, what=f"a receipt of {message_id}") or {}


def is_clear(answer: Answer) -> bool:
    """An error a program can act on: JSON with code, message and detail."""
    told = answer.json
    return bool(told["code"]) and isinstance(told["message"], str) and "detail" in told


def raw(server: Server, body: bytes, path: str = "batch", **headers: str) -> Answer:
    return server.send(path, body, status=None, **{"content-type": "application/json", **headers})


@pytest.mark.parametrize(
    "body",
    [b"{", b"", b"null", b"[]", b'"text"', b'{"batch": 7}', b'{"batch": [{]}', b"\xff\xfe{}", b'{"batch": [1, 2'],
    ids=["open", "empty", "null", "list", "text", "batch-number", "broken", "not-utf8", "cut"],
)
def test_a_body_that_is_no_batch_is_refused(module_server: Server, body: bytes) -> None:
    answer = raw(module_server, body)
    assert answer.status == 400
    assert is_clear(answer)


def test_2501_messages_are_refused(module_server: Server) -> None:
    answer = raw(module_server, json.dumps({"batch": [{"userId": "u", "type": "track", "event": "e"}] * 2501}).encode())
    assert answer.status in (400, 413)
    assert is_clear(answer)
    assert "2" in answer.json["message"] + answer.json["detail"], "the limit or the count is named"


def test_a_body_past_the_limit_is_refused(module_server: Server) -> None:
    filler = "x" * 25_000
    body = json.dumps({"batch": [track(properties={"filler": filler}) for _ in range(24 * 8)]}).encode()
    answer = raw(module_server, body)
    assert answer.status in (400, 413)
    assert is_clear(answer)


def test_a_gzip_bomb_is_refused_before_it_unfolds(module_server: Server) -> None:
    bomb = gzip.compress(b'{"batch": [' + b" " * (200 << 20) + b"]}", 9)
    before = _memory(module_server)
    answer = raw(module_server, bomb, **{"content-encoding": "gzip"})
    assert answer.status in (400, 413)
    assert is_clear(answer)
    assert _memory(module_server) - before < 60 << 20


def _memory(server: Server) -> int:
    """Resident bytes of the server."""
    assert server.process
    with open(f"/proc/{server.process.pid}/statm") as statm:
        return int(statm.read().split()[1]) * 4096


def test_broken_gzip_is_refused(module_server: Server) -> None:
    answer = raw(module_server, b"\x1f\x8b\x08 not really", **{"content-encoding": "gzip"})
    assert answer.status == 400
    assert is_clear(answer)


def test_a_wrong_key_is_refused(module_server: Server) -> None:
    answer = module_server.send("track", track(), key="no-such-key", status=401)
    assert is_clear(answer)


DEEP: Any = "leaf"
for _ in range(300):
    DEEP = {"d": DEEP}

QUARANTINED = [
    pytest.param({"event": None}, "missing_event", id="no-event"),
    pytest.param({"userId": None}, "no_user_anon_id", id="no-identifier"),
    pytest.param({"userId": {"an": "object"}}, "wrong_type", id="object-as-user"),
    pytest.param({"event": ["a", "list"]}, "wrong_type", id="list-as-event"),
    pytest.param({"properties": "text"}, "wrong_type", id="text-as-properties"),
    pytest.param({"properties": [1, 2]}, "wrong_type", id="list-as-properties"),
    pytest.param({"traits": 7, "type": "identify"}, "wrong_type", id="number-as-traits"),
    pytest.param({"type": "teleport"}, "unknown_type", id="unknown-type"),
    pytest.param({"type": "group", "groupId": ""}, "missing_group_id", id="empty-group"),
    pytest.param({"type": "group", "groupId": "g" * 501}, "group_id_too_long", id="long-group"),
    pytest.param({"properties": {"filler": "x" * 33 * 1024}}, "message_too_large", id="33KB"),
    pytest.param({"properties": {f"p{i}": i for i in range(301)}}, "too_many_properties", id="301-properties"),
    pytest.param({"properties": {"half": "\ud83d"}}, "invalid_unicode", id="lone-surrogate"),
    pytest.param({"properties": {"nul": "a\0b"}}, "null_byte", id="null-byte"),
    pytest.param({"timestamp": "yesterday, about noon"}, "bad_timestamp", id="no-date"),
    pytest.param({"timestamp": "0001-01-01T00:00:00Z"}, "bad_timestamp", id="year-1"),
]


@pytest.mark.parametrize(("fields", "reason"), QUARANTINED)
def test_a_bad_message_is_set_aside_and_its_neighbours_are_stored(
    module_server: Server, fields: dict[str, Any], reason: str
) -> None:
    before, bad, after = track(), track(**fields), track()
    body = json.dumps({"batch": [before, bad, after]}).encode()  # ASCII: a surrogate travels as \ud83d
    assert raw(module_server, body).status == 200
    told = state(module_server, bad["messageId"])
    assert (told["state"], told["reason"]) == ("quarantined", reason)
    assert told["fix"], "it says what to do"
    for neighbour in (before, after):
        assert state(module_server, neighbour["messageId"])["state"] == "stored"


def test_300_levels_deep_is_answered(module_server: Server) -> None:
    deep, neighbour = track(properties=DEEP), track()
    answer = raw(module_server, json.dumps({"batch": [deep, neighbour]}).encode())
    assert answer.status == 200
    assert state(module_server, deep["messageId"])["state"] in ("stored", "quarantined")
    assert state(module_server, neighbour["messageId"])["state"] == "stored"
    person = module_server.person(f"user_id:{neighbour['userId']}") or {}
    assert module_server.events(person["id"])


@pytest.mark.parametrize("at", ["2999-12-31T23:59:59Z", "99999-01-01T00:00:00Z", "1970-01-01T00:00:00Z"])
def test_absurd_dates_are_clamped_or_set_aside(module_server: Server, at: str) -> None:
    message = track(timestamp=at)
    module_server.send("track", message)
    told = state(module_server, message["messageId"])
    if told["state"] == "quarantined":
        assert told["reason"] == "bad_timestamp"
        return
    person = until(lambda: module_server.person(f"user_id:{message['userId']}"), what="the person")
    row = module_server.events(person["id"])[0]
    assert row["timestamp"] <= row["received_at"], "never in the future"


def test_10000_identifiers_do_not_pile_up_on_one_person(module_server: Server) -> None:
    user = f"many-{uuid.uuid4()}"
    for part in range(10):
        batch = [
            {"type": "track", "event": "Moved", "userId": user, "anonymousId": f"{user}-{part}-{i}"}
            for i in range(1000)
        ]
        module_server.send("batch", {"batch": batch})
    last = track(userId=user)
    module_server.send("track", last)
    assert state(module_server, last["messageId"])["state"] == "stored"
    person = module_server.person(f"user_id:{user}") or {}
    assert len(person["identifiers"]) <= 1000
    assert module_server.get("/readyz").status == 200


def test_names_that_differ_in_case_stay_apart(module_server: Server) -> None:
    properties = {"Colour": "red", "colour": "blue", "COLOUR": "green"}
    message = track(properties=properties)
    module_server.send("track", message)
    person = until(lambda: module_server.person(f"user_id:{message['userId']}"), what="the person")
    events = until(lambda: module_server.events(person["id"]), what="the event")
    assert events[0]["properties"] == properties


def test_script_in_every_field_is_kept_as_text(module_server: Server) -> None:
    user = f"{SCRIPT}-{uuid.uuid4()}"
    base = {"userId": user, "anonymousId": SCRIPT + user, "messageId": str(uuid.uuid4())}
    traits = {"name": SCRIPT, "email": f"{SCRIPT}@x.example", "phone": SCRIPT, SCRIPT: SCRIPT}
    module_server.send("identify", {**base, "traits": traits})
    context = {"page": {"path": SCRIPT, "title": SCRIPT}, "userAgent": SCRIPT, "library": {"name": SCRIPT}}
    event = track(**base | {"messageId": str(uuid.uuid4())}, event=SCRIPT, properties={SCRIPT: SCRIPT}, context=context)
    module_server.send("track", event)
    assert state(module_server, event["messageId"])["state"] == "stored"
    found = module_server.api(f"/people?identifier=user_id:{quote(user, safe='')}")["results"]
    assert found[0]["traits"]["name"] == SCRIPT
    row = next(row for row in module_server.events(found[0]["id"]) if row["type"] == "track")
    assert (row["name"], row["properties"]) == (SCRIPT, {SCRIPT: SCRIPT})


def test_nothing_else_suffered(module_server: Server) -> None:
    """Runs last in this module: after all of the above the server serves and its books balance."""
    good = track()
    module_server.send("track", good)
    assert state(module_server, good["messageId"])["state"] == "stored"
    module_server.settled()
    module_server.cli("doctor")
    assert "Traceback" not in module_server.tail(100_000)
