"""Unmodified server libraries, pinned, against `pentad up`: every event stored once, with the right person and time."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from tests.clients.installing import run_node, run_python

ORDERED = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
NEAR = timedelta(seconds=30)


def story(p):
    """What each library sends; `p` keeps the libraries' customers apart."""
    keiko = {"userId": f"{p}keiko"}
    return [
        {"type": "track", "anonymousId": f"{p}tablet", "event": "Product Viewed", "properties": {"note": "Kenya ☕"}},
        {
            "type": "identify",
            **keiko,
            "traits": {"name": "Keiko Yılmaz", "email": f"{p}keiko@fjord.example", "plan": "gold"},
        },
        {
            "type": "track",
            **keiko,
            "event": "Order Completed",
            "properties": {"total": 18.5},
            "timestamp": ORDERED.isoformat(),
        },
        {"type": "page", **keiko, "name": "Beans", "properties": {"url": "https://kestrel.example/beans"}},
        {"type": "screen", **keiko, "name": "Cart"},
        {"type": "group", **keiko, "groupId": f"{p}lumen", "traits": {"name": "Lumen Health"}},
        {"type": "alias", **keiko, "previousId": f"{p}old-keiko"},
    ]


def at(row):
    return datetime.fromisoformat(row["timestamp"].replace("Z", "+00:00"))


def stored_once(server, source, accepted):
    totals = server.settled(source, accepted)
    assert (totals["stored"], totals["duplicate"], totals["quarantined"]) == (accepted, 0, 0)


LIBRARIES = {
    "segment-python-2.3.4": lambda *a: run_python("segment-analytics-python-2.3.4", "send_segment.py", *a),
    "segment-python-2.4.0": lambda *a: run_python("segment-analytics-python-2.4.0", "send_segment.py", *a),
    "segment-python-2.4.0-gzip": lambda *a: run_python("segment-analytics-python-2.4.0", "send_segment.py", *a, "gzip"),
    "rudder-python-2.1.9": lambda *a: run_python("rudder-sdk-python-2.1.9", "send_segment.py", *a, "rudder"),
    "segment-node-3.1.0": lambda *a: run_node("send.mjs", *a),
}


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_segment_style_library(module_server, library):
    p = f"{library}-"
    key = module_server.add_source(library)
    LIBRARIES[library](module_server.url, key, json.dumps(story(p)))
    now = datetime.now(UTC)
    stored_once(module_server, library, 7)

    keiko = module_server.person(f"user_id:{p}keiko")
    assert keiko["traits"]["plan"] == "gold"
    assert {"namespace": "email", "value": f"{p}keiko@fjord.example"} in keiko["identifiers"]
    events = module_server.events(keiko["id"])
    assert sorted(e["type"] for e in events) == ["alias", "group", "identify", "page", "screen", "track"]
    assert len({e["message_id"] for e in events}) == 6
    for event in events:
        assert abs(at(event) - (ORDERED if event["name"] == "Order Completed" else now)) < NEAR, event
    [order] = [e for e in events if e["name"] == "Order Completed"]
    assert order["properties"] == {"total": 18.5}
    [page] = [e for e in events if e["type"] == "page"]
    assert (page["name"], page["properties"]["url"]) == ("Beans", "https://kestrel.example/beans")

    [viewed] = module_server.events(module_server.person(f"anonymous_id:{p}tablet")["id"])
    assert (viewed["name"], viewed["properties"]["note"]) == ("Product Viewed", "Kenya ☕")


@pytest.mark.parametrize("way", ["batch", "gzip", "v1"])
def test_posthog(module_server, way):
    p, source = f"posthog-{way}-", f"posthog {way}"
    key = module_server.add_source(source)
    run_python("posthog-7.91.1", "send_posthog.py", module_server.url, key, way, p)
    now = datetime.now(UTC)
    stored_once(module_server, source, 6)  # five events, one of which carries traits and so is two messages

    keiko = module_server.person(f"user_id:{p}keiko")
    assert (keiko["traits"]["plan"], keiko["traits"]["name"]) == ("gold", "Keiko Yılmaz")
    events = module_server.events(keiko["id"])
    assert sorted(e["type"] for e in events) == ["alias", "group", "identify", "identify", "track"]
    [order] = [e for e in events if e["type"] == "track"]
    assert (order["name"], order["properties"]["total"]) == ("Order Completed", 18.5)
    assert abs(at(order) - ORDERED) < NEAR
    assert all(abs(at(e) - now) < NEAR for e in events if e["type"] in ("alias", "group"))
    [read] = module_server.events(module_server.person(f"anonymous_id:{p}visitor")["id"])
    assert read["name"] == "Page Read"


@pytest.mark.parametrize("library", ["segment-python-2.3.4", "segment-python-2.4.0", "rudder-python-2.1.9"])
def test_a_wrong_key_fails_at_once_and_says_so(module_server, library):
    with pytest.raises(AssertionError, match=r"unknown_write_key|No source has the write key|401"):
        LIBRARIES[library](module_server.url, "nonsense", json.dumps(story("lost-")[:1]))
