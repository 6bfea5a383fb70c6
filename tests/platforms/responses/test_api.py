"""The same by programs: messages with what became of them, preferences, and reports of services."""

from datetime import timedelta

from pentad.data.consent.preferences import preferences_of
from pentad.data.consent.rules_preferences import Wish
from pentad.data.identity.models import Person
from pentad.platforms.channels.models import Delivery
from tests.calling import caller
from tests.platforms.responses.conftest import NOON, made


def test_a_service_reports_and_the_customers_messages_tell_of_it(mail: Delivery, mia: Person) -> None:
    call = caller("admin")
    made(mia, "sms:1", channel="sms", content={"body": "Beans"}, links=[])
    at = f"/deliveries/{mail.public_id}/reports"
    assert call("post", at, {"kind": "delivered"}) == (201, {"new": True, "state": "delivered"})
    assert call("post", at, {"kind": "delivered"}) == (201, {"new": False, "state": "delivered"})
    said = {"kind": "bounce", "hard": True, "reason": "550 unknown"}
    assert call("post", at, said)[1] == {"new": True, "state": "bounced"}
    assert call("post", at, {"kind": "complaint"})[1]["new"]
    assert call("post", "/deliveries/none/reports", said)[1]["code"] == "delivery_not_found"
    assert call("post", at, {})[1]["code"] == "no_kind"
    assert caller("analyst")("post", at, {})[0] == 403
    first = call("get", f"/people/{mia.id}/messages?limit=1")[1]
    assert [one["channel"] for one in first["results"]] == ["sms"] and first["next"]
    rest = call("get", f"/people/{mia.id}/messages?limit=1&after={first['next']}")[1]
    [told] = rest["results"]
    assert (told["id"], told["state"], told["campaign"]) == (mail.public_id, "bounced", "c1")
    assert [(one["what"], one["human"]) for one in told["responses"]] == [
        ("Came back", False), ("Called it unwanted", True),
    ]  # fmt: skip
    assert call("get", f"/people/{mia.id}/messages?after=x")[1]["code"] == "bad_place"


def test_preferences_of_what_is_given_the_rest_stays(mia: Person) -> None:
    call, at = caller("admin"), f"/people/{mia.id}/preferences"
    until = (NOON + timedelta(days=30)).isoformat()
    call("put", at, {"purpose": "news", "channel": "email", "frequency": "weekly"})
    call("put", at, {"paused_until": until})
    call("put", at, {"unwatched": True})
    assert preferences_of(mia) == {
        ("news", "email"): Wish("weekly"), ("", ""): Wish("all", NOON + timedelta(days=30), True),
    }  # fmt: skip
    answer = call("put", at, {"paused_until": None})[1]
    assert answer == call("get", at)[1] and answer["results"][0]["paused_until"] is None
    assert preferences_of(mia)["", ""] == Wish("all", None, True)
    refused = [{"purpose": "unheard"}, {"channel": "drum"}, {"paused_until": NOON.isoformat()}, {"frequency": "daily"}]
    assert [call("put", at, {"frequency": "all"} | one)[0] for one in refused] == [400, 400, 400, 422]
    assert caller("analyst")("put", at, {"frequency": "weekly"})[0] == 403
