"""PostHog's events as Segment messages, and its paths over HTTP."""

import base64
import gzip
import json
from urllib.parse import quote

import pytest

from pentad.data.ingest.frames import HISTORICAL
from pentad.data.ingest.posthog import translate
from tests.data.ingest.tracking import KEY

DEVICE = "018f6b1e-7d53-7cc1-b9ad-0c2d5f6a7b8c"


def one(event, **envelope):
    return translate(
        {"api_key": KEY, "batch": [{"uuid": "e-1", "timestamp": "2026-01-01T00:00:00Z", **event}], **envelope}
    ).messages


@pytest.mark.parametrize(
    ("event", "ids"),
    [
        ({"distinct_id": "keiko"}, {"userId": "keiko"}),
        ({"distinct_id": 42}, {"userId": "42"}),
        ({"distinct_id": 42.0}, {"userId": "42"}),
        ({"distinct_id": DEVICE, "properties": {"$lib": "posthog-python"}}, {"userId": DEVICE}),
        ({"distinct_id": DEVICE, "properties": {"$lib": "web"}}, {"anonymousId": DEVICE}),
        ({"distinct_id": DEVICE, "properties": {"$device_id": DEVICE}}, {"anonymousId": DEVICE}),
        ({"distinct_id": "keiko", "properties": {"$device_id": DEVICE}}, {"userId": "keiko", "anonymousId": DEVICE}),
        ({"distinct_id": "keiko", "properties": {"$is_identified": False}}, {"anonymousId": "keiko"}),
        ({"distinct_id": DEVICE, "properties": {"$is_identified": True, "$lib": "web"}}, {"userId": DEVICE}),
        ({"distinct_id": "keiko", "properties": {"$process_person_profile": False}}, {"anonymousId": "keiko"}),
        ({"distinct_id": "keiko", "options": {"process_person_profile": False}}, {"anonymousId": "keiko"}),
        ({"properties": {"distinct_id": "keiko"}}, {"userId": "keiko"}),
        ({}, {}),
    ],
)
def test_a_distinct_id_is_a_user_or_a_device(event, ids):
    [message] = one({"event": "Order Completed", **event})
    assert {name: message[name] for name in ("userId", "anonymousId") if name in message} == ids


def test_an_event_becomes_a_track_with_its_time_and_library():
    [message] = one({
        "event": "Order Completed", "distinct_id": "keiko",
        "properties": {"$lib": "posthog-python", "$lib_version": "7", "total": 3, "$groups": {"company": "lumen"}, "token": "x"},
    }, sent_at="2026-01-01T00:00:05Z")  # fmt: skip
    assert message == {
        "type": "track",
        "event": "Order Completed",
        "userId": "keiko",
        "messageId": "e-1",
        "timestamp": "2026-01-01T00:00:00Z",
        "sentAt": "2026-01-01T00:00:05Z",
        "properties": {"total": 3, "$groups": {"company": "lumen"}},
        "context": {
            "library": {"name": "posthog-python", "version": "7"},
            "groups": {"company": "lumen"},
            "groupId": "lumen",
        },
    }


@pytest.mark.parametrize("place", ["top", "properties"])
def test_set_becomes_traits_beside_the_event(place):
    sets = {"$set": {"plan": "gold"}, "$set_once": {"first_shop": "Bergen", "$initial_referrer": "x"}}
    event = {"event": "Order Completed", "distinct_id": "keiko", "properties": {"a": 1}}
    event = {**event, **sets} if place == "top" else {**event, "properties": {"a": 1, **sets}}
    track, identify = one(event)
    assert (track["type"], track["properties"]) == ("track", {"a": 1})
    assert (identify["type"], identify["messageId"]) == ("identify", "e-1-set")
    assert (identify["userId"], identify["timestamp"]) == ("keiko", track["timestamp"])
    assert identify["traits"] == {"plan": "gold", "first_shop": "Bergen"}
    assert identify["context"]["traitsOnce"] == ["first_shop"]
    assert "traitsOnce" not in track["context"]


def test_without_a_profile_there_are_no_traits():
    assert (
        len(one({"event": "x", "distinct_id": "a", "$set": {"b": 1}, "properties": {"$process_person_profile": False}}))
        == 1
    )


def test_identify_alias_group_page_and_screen():
    [identify] = one({
        "event": "$identify", "distinct_id": "keiko", "$set": {"email": "keiko@fjord.example"},
        "properties": {"$anon_distinct_id": DEVICE, "$set_once": {"email": "old@fjord.example", "since": 2020}},
    })  # fmt: skip
    assert (identify["type"], identify["userId"], identify["anonymousId"]) == ("identify", "keiko", DEVICE)
    assert identify["traits"] == {"email": "keiko@fjord.example", "since": 2020}
    assert identify["context"]["traitsOnce"] == ["since"]
    [alias] = one(
        {"event": "$create_alias", "distinct_id": "old", "properties": {"distinct_id": "old", "alias": "keiko"}}
    )
    assert (alias["type"], alias["userId"], alias["previousId"]) == ("alias", "keiko", "old")
    [merge] = one({"event": "$merge_dangerously", "distinct_id": "keiko", "properties": {"alias": "old"}})
    assert (merge["type"], merge["userId"], merge["previousId"]) == ("alias", "keiko", "old")
    [group] = one({
        "event": "$groupidentify", "distinct_id": "keiko",
        "properties": {"$group_type": "company", "$group_key": "lumen", "$group_set": {"name": "Lumen Health"}},
    })  # fmt: skip
    assert (group["type"], group["groupId"], group["userId"]) == ("group", "lumen", "keiko")
    assert group["traits"] == {"name": "Lumen Health", "groupType": "company"}
    [page] = one(
        {"event": "$pageview", "distinct_id": "keiko", "properties": {"$current_url": "https://k/x", "$pathname": "/x"}}
    )
    assert (page["type"], page["properties"]["path"], page["context"]["page"]["url"]) == ("page", "/x", "https://k/x")
    [screen] = one({"event": "$screen", "distinct_id": "keiko", "properties": {"$screen_name": "Cart"}})
    assert (screen["type"], screen["name"]) == ("screen", "Cart")


@pytest.mark.parametrize(
    "event",
    [
        {"distinct_id": DEVICE, "properties": {"$lib": "posthog-python"}},
        {"distinct_id": "$company_lumen", "properties": {"$lib": "posthog-node"}},
        {"distinct_id": "keiko", "properties": {"$process_person_profile": False}},
        {"properties": {}},
    ],
)
def test_a_company_may_be_told_of_without_a_user(event):
    group = {"$group_type": "company", "$group_key": "lumen", "$group_set": {"name": "Lumen Health"}}
    [message] = one({"event": "$groupidentify", **event, "properties": {**group, **event["properties"]}})
    assert (message["type"], message["groupId"], message["context"]["companyOnly"]) == ("group", "lumen", True)
    assert not {"userId", "anonymousId"} & message.keys()


def test_a_browser_that_tells_of_a_company_is_in_it():
    group = {"$group_type": "company", "$group_key": "lumen", "$lib": "web", "$device_id": DEVICE}
    [message] = one({"event": "$groupidentify", "distinct_id": DEVICE, "properties": group})
    assert message["anonymousId"] == DEVICE
    assert "companyOnly" not in message["context"]


@pytest.mark.parametrize("body", [12, "text", None, {"batch": 5}])
def test_other_bodies_are_refused(body):
    with pytest.raises(ValueError, match="neither"):
        translate(body)


def test_skew_correction_can_be_switched_off():
    [message] = one(
        {"event": "x", "distinct_id": "k", "options": {"disable_skew_correction": True}}, sent_at="2026-01-01"
    )
    assert "sentAt" not in message


# Over HTTP


def send(tracking, path, body, **headers):
    return tracking.request("POST", path, body, **headers)


@pytest.mark.parametrize("path", ["/batch/", "/batch", "/i/v0/e/", "/e/", "/capture/"])
def test_a_batch_is_taken(tracking, path):
    body = {"api_key": KEY, "historical_migration": True, "batch": [{"event": "A", "distinct_id": "k"}, 5]}
    answer = send(tracking, path, body)
    assert answer.status == 200
    assert answer.json == {"status": 1, "success": True}
    assert [m["type"] for m in tracking.messages()] == ["track", "track"]
    [frame] = tracking.frames()
    assert (frame.meta.count, frame.meta.flags & HISTORICAL) == (2, HISTORICAL)


EVENT = {"event": "A", "distinct_id": "k", "properties": {"token": KEY}}


@pytest.mark.parametrize(
    ("path", "body", "headers"),
    [
        ("/capture/", json.dumps({**EVENT, "api_key": KEY}).encode(), {}),
        ("/e/?ip=1&_=1767225605000", json.dumps([EVENT]).encode(), {"content-type": "text/plain"}),
        (
            "/e/?compression=gzip-js",
            gzip.compress(json.dumps([EVENT]).encode(), mtime=0),
            {"content-type": "text/plain"},
        ),
        ("/e/?compression=base64", b"data=" + quote(base64.b64encode(json.dumps(EVENT).encode())).encode(), {}),
        ("/e/", b"data=" + quote(json.dumps(EVENT)).encode(), {"content-type": "application/x-www-form-urlencoded"}),
        (f"/capture/?token={KEY}", b'{"event":"A","distinct_id":"k"}', {}),
        ("/batch/", gzip.compress(json.dumps({"token": KEY, "batch": [EVENT]}).encode()), {"content-encoding": "gzip"}),
    ],
)
def test_all_forms_of_a_body(tracking, path, body, headers):
    answer = send(tracking, path, body, **headers)
    assert answer.status == 200, answer.body
    [message] = tracking.messages()
    assert (message["event"], message["userId"]) == ("A", "k")
    assert message.get("sentAt") == ("2026-01-01T00:00:05Z" if "_=" in path else None)


def test_half_a_character_and_nan_are_repaired(tracking):
    body = b'{"api_key":"%b","event":"cut \\ud83d","distinct_id":"k","properties":{"n":NaN}}' % KEY.encode()
    assert send(tracking, "/capture/", body).status == 200
    [message] = tracking.messages()
    assert (message["event"], message["properties"]) == ("cut �", {"n": None})


@pytest.mark.parametrize("path", ["/flags/?v=2", "/flags/?v=4", "/decide/?v=3"])
def test_flags_are_answered_so_that_libraries_are_quiet(tracking, path):
    said = send(tracking, path, {"api_key": KEY, "distinct_id": "k"}).json
    assert said["flags"] == said["featureFlags"] == {}
    assert said["errorsWhileComputingFlags"] is False
    assert said["sessionRecording"] is False


def test_configuration_and_recordings(tracking):
    assert tracking.request("GET", f"/array/{KEY}/config").json["hasFeatureFlags"] is False
    assert send(tracking, "/s/", b"[]").status == 200
    assert tracking.frames() == []


def test_errors_have_the_detail_that_the_library_reads(tracking):
    answer = send(tracking, "/batch/", {"api_key": "nonsense", "batch": []})
    assert answer.status == 401
    assert "write key" in answer.json["detail"]
