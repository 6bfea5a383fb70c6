"""POST /v1/verdict on a running Pentad: what became of each message, for good ones and for every kind of bad one."""

import json

import pytest

GOOD = {"type": "track", "event": "Order Completed", "userId": "keiko"}

BAD = [
    ({"type": "nonsense", "userId": "u"}, "unknown_type"),
    ({"userId": "u"}, "unknown_type"),
    (12, "wrong_type"),
    (None, "wrong_type"),
    ([], "wrong_type"),
    ({"type": "track", "event": "x"}, "no_user_anon_id"),
    ({"type": "track", "event": "x", "userId": None, "anonymousId": ""}, "no_user_anon_id"),
    ({"type": "track", "userId": "u"}, "missing_event"),
    ({"type": "track", "userId": {"id": 1}, "event": "x"}, "wrong_type"),
    ({**GOOD, "properties": "text"}, "wrong_type"),
    ({**GOOD, "properties": [1]}, "wrong_type"),
    ({**GOOD, "event": {"name": "x"}}, "wrong_type"),
    ({"type": "group", "userId": "u"}, "missing_group_id"),
    ({"type": "group", "userId": "u", "groupId": ""}, "missing_group_id"),
    ({"type": "group", "userId": "u", "groupId": "g" * 501}, "group_id_too_long"),
    ({"type": "alias", "userId": "u"}, "missing_previous_id"),
    ({**GOOD, "messageId": "m" * 101}, "message_id_too_long"),
    ({**GOOD, "properties": {"big": "x" * 33_000}}, "message_too_large"),
    ({**GOOD, "properties": {f"p{n}": n for n in range(301)}}, "too_many_properties"),
    ({**GOOD, "properties": {"deep": json.loads("[" * 39 + '"]]"' + "]" * 39)}}, "too_deep"),
    ({**GOOD, "properties": {"a": "x\u0000y"}}, "null_byte"),
    ({**GOOD, "properties": {"a": "cut \ud83d"}}, "invalid_unicode"),
    ({**GOOD, "timestamp": "yesterday"}, "bad_timestamp"),
    ({**GOOD, "timestamp": "0001-01-01T00:00:00Z"}, "bad_timestamp"),
    ({**GOOD, "timestamp": -5}, "bad_timestamp"),
]
ODD = [
    {**GOOD, "properties": {"deep": json.loads("[" * 38 + "]" * 38), "text": "[" * 300}},
    {**GOOD, "timestamp": "9999-12-31T23:59:59Z"},
    {**GOOD, "userId": 42},
    {**GOOD, "properties": {"Total": 1, "total": 2, "TOTAL": 3}},
    {**GOOD, "event": "<script>alert(1)</script>"},
    {**GOOD, "event": "👩🏽‍💻 ☕ Łukasz"},
    {**GOOD, "properties": {"huge": 10**300, "tiny": 1e-300}},
    {**GOOD, "properties": None, "context": None, "integrations": {"All": True}},
]


@pytest.fixture(scope="module")
def judge(module_server):
    module_server.send("track", GOOD)
    module_server.settled(accepted=1)  # the first slice after a start takes longer than a verdict waits

    def send(*messages, raw=None):
        body = raw if raw is not None else json.dumps({"batch": messages}).encode()
        answer = module_server.send("verdict", body)
        assert answer.json["success"] is True
        return answer.json["results"]

    return send


def test_stored_and_duplicate_are_told_apart(judge):
    [first, again] = judge({**GOOD, "messageId": "v-1"}, {**GOOD, "messageId": "v-1"})
    [later] = judge({**GOOD, "messageId": "v-1"})
    assert [r["verdict"] for r in (first, again, later)] == ["stored", "duplicate", "duplicate"]
    assert first["messageId"] == "v-1"


def test_messages_without_an_id_get_one(judge):
    results = judge(GOOD, GOOD)
    assert [r["verdict"] for r in results] == ["stored", "stored"]
    assert len({r["messageId"] for r in results}) == 2


def test_another_body_under_a_known_id_is_set_aside(judge):
    judge({**GOOD, "messageId": "v-2"})
    [result] = judge({**GOOD, "messageId": "v-2", "event": "Something else"})
    assert (result["verdict"], result["reason"]) == ("quarantined", "id_conflict")
    assert result["fix"]


def neighbours(judge, messages):
    """Verdicts on messages that were sent in one batch, each with a good one behind it."""
    results = judge(*(one for message in messages for one in (message, GOOD)))
    return list(zip(results[::2], results[1::2], strict=True))


def test_bad_messages_are_set_aside_with_reason_and_fix_and_their_neighbours_are_stored(judge):
    found = neighbours(judge, [message for message, _ in BAD])
    assert [bad["reason"] for bad, _ in found] == [reason for _, reason in BAD]
    for bad, good in found:
        assert bad["verdict"] == "quarantined"
        assert bad["detail"]
        assert bad["fix"]
        assert good["verdict"] == "stored"


def test_odd_but_honest_messages_are_stored_or_told_why_not(judge):
    for odd, good in neighbours(judge, ODD):
        assert odd["verdict"] == "stored" or (odd["reason"] and odd["fix"])
        assert good["verdict"] == "stored"


def test_receipts_balance_after_all_this(module_server):
    totals = module_server.settled()
    assert totals["accepted"] == totals["stored"] + totals["duplicate"] + totals["quarantined"]
