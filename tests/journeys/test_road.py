"""The first road, told over HTTP: an event becomes a customer, two customers become one and two again."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.serving import Server, until


def iso(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def message(kind: str, /, **fields: Any) -> dict[str, Any]:
    return {"type": kind, "messageId": str(uuid.uuid4()), **fields}


@pytest.fixture
def start() -> datetime:
    """An hour ago, to the second: timestamps of the story count from here."""
    return datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)


def test_a_visitor_becomes_a_customer(module_server: Server, start: datetime) -> None:
    server = module_server
    anonymous = f"visitor-{uuid.uuid4()}"
    visits = [
        message("page", anonymousId=anonymous, name=f"Page {i}", timestamp=iso(start + timedelta(minutes=i)))
        for i in range(3)
    ]
    server.send("batch", {"batch": visits})
    visitor = until(lambda: server.person(f"anonymous_id:{anonymous}"), what="the visitor has a page")

    user = f"keiko-{uuid.uuid4()}"
    known = message(
        "identify",
        userId=user,
        anonymousId=anonymous,
        traits={"name": "Keiko Yılmaz", "email": f"{user}@lumen.example", "plan": "Daily Pour"},
        timestamp=iso(start + timedelta(minutes=10)),
    )
    order = message(
        "track",
        userId=user,
        event="Order Completed",
        properties={"revenue": 42.5, "order_id": "K-1001", "note": "☕️ and »cake«"},
        timestamp=iso(start + timedelta(minutes=11)),
    )
    server.send("identify", known)
    server.send("track", order)

    customer = until(lambda: server.person(f"user_id:{user}"), what="the customer is known")
    assert customer["id"] == visitor["id"], "the same person, now with a name"
    events = until(lambda: rows if len(rows := server.events(customer["id"])) == 5 else None, what="five events")

    assert [row["message_id"] for row in events] == [m["messageId"] for m in (order, known, *reversed(visits))], (
        "newest first"
    )
    assert events[0]["properties"] == order["properties"]
    assert (events[0]["type"], events[0]["name"]) == ("track", "Order Completed")
    assert datetime.fromisoformat(events[0]["timestamp"]) == start + timedelta(minutes=11)
    customer = server.person(f"email:{user}@lumen.example") or {}
    assert {(i["namespace"], i["value"]) for i in customer["identifiers"]} >= {
        ("user_id", user),
        ("anonymous_id", anonymous),
        ("email", f"{user}@lumen.example"),
    }
    assert customer["traits"]["name"] == "Keiko Yılmaz"
    assert customer["traits"]["plan"] == "Daily Pour"
    assert datetime.fromisoformat(customer["first_seen"]) == start
    assert datetime.fromisoformat(customer["last_seen"]) == start + timedelta(minutes=11)


def test_pages_of_the_timeline_fit_together(module_server: Server, start: datetime) -> None:
    server = module_server
    user = f"pager-{uuid.uuid4()}"
    same_moment = iso(start)  # ties must neither repeat nor vanish at a page's edge
    sent = [message("track", userId=user, event=f"Step {i}", timestamp=same_moment) for i in range(7)]
    server.send("batch", {"batch": sent})
    person = until(lambda: server.person(f"user_id:{user}"), what="the person")
    until(lambda: len(server.events(person["id"])) == 7, what="all events")

    seen: list[str] = []
    cursor = ""
    for _page in range(4):
        page = server.api(f"/people/{person['id']}/events?limit=2{cursor}")
        seen += [row["message_id"] for row in page["results"]]
        cursor = f"&before={page['next']}"
    assert page["next"] is None
    assert sorted(seen) == sorted(m["messageId"] for m in sent)


def test_merge_and_unmerge(module_server: Server, start: datetime) -> None:
    server = module_server
    one, two = f"ines.jensen-{uuid.uuid4()}", f"ines.jensn-{uuid.uuid4()}"
    for user, name in ((one, "Ines Jensen"), (two, "Ines Jensn")):
        server.send("identify", message("identify", userId=user, traits={"name": name}, timestamp=iso(start)))
        server.send("track", message("track", userId=user, event="Signed In", timestamp=iso(start)))
    keep = until(lambda: server.person(f"user_id:{one}"), what="the first Ines")
    other = until(lambda: server.person(f"user_id:{two}"), what="the second Ines")
    until(lambda: len(server.events(keep["id"])) == len(server.events(other["id"])) == 2, what="both have their events")

    link = server.api(f"/people/{keep['id']}/merge", {"other": other["id"]})

    merged = server.person(f"user_id:{two}") or {}
    assert merged["id"] == keep["id"]
    assert {i["value"] for i in merged["identifiers"]} >= {one, two}
    ours = {"Signed In", ""}
    assert len([row for row in server.events(keep["id"]) if row["name"] in ours]) == 4

    server.api(f"/merges/{link['id']}/undo", {})

    apart = server.person(f"user_id:{two}") or {}
    assert apart["id"] == other["id"]
    assert (server.person(f"user_id:{one}") or {})["traits"]["name"] == "Ines Jensen"
    assert apart["traits"]["name"] == "Ines Jensn"
    later = message("track", userId=two, event="Came Back")
    server.send("track", later)
    until(
        lambda: later["messageId"] in [row["message_id"] for row in server.events(other["id"])],
        what="a later event follows its own identifier",
    )
    assert later["messageId"] not in [row["message_id"] for row in server.events(keep["id"])]


def test_receipts_and_doctor(new_server: Any) -> None:
    server: Server = new_server().start()
    good = message("track", userId="u-1", event="Opened")
    bad = message("track", event="Nobody did this")
    server.send("batch", {"batch": [good, bad]})
    server.send("track", good)
    totals = server.settled(accepted=3)
    assert totals | {"accepted": 3, "stored": 1, "duplicate": 1, "quarantined": 1} == totals
    assert server.api(f"/receipts/{good['messageId']}")["state"] == "stored"
    told = server.api(f"/receipts/{bad['messageId']}")
    assert (told["state"], told["reason"]) == ("quarantined", "no_user_anon_id")
    server.api("/receipts/never-sent", status=404)

    server.cli("doctor")
    server.stop()
    server.cli("doctor")
    server.start()
    assert server.totals() | totals == server.totals(), "a restart changes nothing"
    server.cli("doctor")
