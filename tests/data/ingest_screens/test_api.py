"""/api/v1/receipts and /api/v1/sources."""

from typing import Any

import pytest
from django.test import Client

from pentad.core.actor import CLI
from pentad.data.ingest.models import Source
from pentad.roles.access import actions as access
from tests.data.ingest_screens.conftest import Road


class Api:
    def __init__(self, role: str = "admin"):
        _, token = access.add_key(actor=CLI, name=f"tests {role}", role=role)
        self.client = Client(headers={"authorization": f"Bearer {token}"})

    def get(self, path: str, status: int = 200, **query: Any) -> Any:
        answer = self.client.get(f"/api/v1{path}", query)
        assert answer.status_code == status, answer.content
        return answer.json()

    def post(self, path: str, body: Any, status: int) -> Any:
        answer = self.client.post(f"/api/v1{path}", body, content_type="application/json")
        assert answer.status_code == status, answer.content
        return answer.json()


@pytest.fixture
def api(road: Road) -> Api:
    return Api()


def test_totals(api: Api, road: Road, shop: Source) -> None:
    road.track(shop, messageId="m-1")
    road.track(shop, messageId="m-1")
    road.load()
    road.track(shop)
    wanted = {"accepted": 3, "duplicate": 1, "quarantined": 0, "stored": 1, "pending": 1}
    assert api.get("/receipts", source="Web shop") == wanted
    assert api.get("/receipts") == wanted
    assert api.get("/receipts", status=404, source="Nowhere")["code"] == "source_not_found"


def test_one_receipt(api: Api, road: Road, shop: Source) -> None:
    road.track(shop, messageId="m/1 ü")
    road.load()
    found = api.get("/receipts/m%2F1%20%C3%BC")
    assert (found["state"], found["source"], found["type"], found["name"]) == (
        "stored",
        "Web shop",
        "track",
        "Product Viewed",
    )
    assert [s["name"] for s in found["stages"]][-1] == "Matched"
    assert api.get("/receipts/none", status=404)["code"] == "receipt_not_found"


def test_quarantined_says_why_and_how_to_mend_it(api: Api, road: Road, shop: Source) -> None:
    road.send({"type": "track", "messageId": "m-1", "userId": "u"}, source=shop)
    road.load()
    found = api.get("/receipts/m-1")
    assert (found["state"], found["reason"]) == ("quarantined", "missing_event")
    assert found["detail"]
    assert found["fix"]


def test_sources(api: Api, shop: Source) -> None:
    made = api.post("/sources", {"name": "App", "kind": "mobile"}, 201)
    assert made["write_key"]
    assert made["health"] == "waiting"
    assert [s["name"] for s in api.get("/sources")["results"]] == ["Web shop", "App"]
    assert api.post("/sources", {"name": " app "}, 409)["code"] == "name_taken"
    assert api.post("/sources", {"name": "X", "kind": "fax"}, 400)["code"] == "kind_unknown"


def test_a_member_sees_and_does_not_add(road: Road, shop: Source) -> None:
    member = Api("member")
    assert member.get("/sources")["results"]
    assert member.post("/sources", {"name": "Mine"}, 403)["code"] == "denied"
