"""Consent that messages tell of: kept with its evidence, mirrored, merged, parted and erased with the customer."""

import json
from datetime import timedelta
from typing import Any

import pytest

from pentad.core.actor import SYSTEM
from pentad.core.jobs import run_here
from pentad.core.models import Job
from pentad.data.consent.actions import declare_purpose, save_channel
from pentad.data.consent.models import ConsentPurpose, ConsentStatement
from pentad.data.identity import actions as identity
from pentad.data.ingest.models import Source
from pentad.data.privacy.actions import erase_person
from pentad.data.profiles import mirror
from tests.data.road import NOON, Road, track

MINUTE = timedelta(minutes=1)


def told(
    user: str, preferences: dict[str, Any], minutes: int = 0, event: str = "Clicked", **consent: Any
) -> dict[str, Any]:
    when = (NOON - timedelta(hours=2) + minutes * MINUTE).isoformat().replace("+00:00", "Z")
    context = {"consent": {"categoryPreferences": preferences, **consent}}
    return track(event, userId=user, timestamp=when, context=context)


def kept(**of: Any) -> list[tuple[str, str, str, str, str]]:
    rows = ConsentStatement.objects.filter(**of).order_by("purpose", "channel", "at")
    return [(one.purpose, one.channel, one.state, one.message_id, one.last_message_id) for one in rows]


def mirrored(road: Road, user: str) -> Any:
    mirror.drain(road.folder)
    root = road.person(f"user_id:{user}")
    rows = road.ledger.rows("SELECT consents FROM people WHERE person_no = ?", (root.root_id or root.no,))
    return json.loads(rows[0]["consents"])


def test_messages_state_consent_with_themselves_as_evidence(road: Road) -> None:
    road.send(told("mia", {"marketing": True, "newsletter": {"email": True, "sms": False}}, textVersion="2026-03"))
    assert kept() == [
        ("marketing", "", "granted", "m1", "m1"),
        ("newsletter", "email", "granted", "m1", "m1"),
        ("newsletter", "sms", "denied", "m1", "m1"),
    ]
    row = ConsentStatement.objects.get(purpose="marketing")
    assert (row.source_no, row.text_version, row.at) == (road.source.no, "2026-03", NOON - timedelta(hours=2))
    assert mirrored(road, "mia") == {"marketing": {"": "granted"}, "newsletter": {"email": "granted", "sms": "denied"}}
    assert {one.name: one.declared for one in ConsentPurpose.objects.all()} == {"marketing": None, "newsletter": None}


def test_what_is_repeated_widens_a_span_and_what_is_late_overwrites_nothing_newer(road: Road) -> None:
    road.send(*(told("mia", {"ads": True}, minute) for minute in (1, 2, 3)))
    road.send(told("mia", {"ads": True}, 9))
    assert kept() == [("ads", "", "granted", "m1", "m4")]
    road.send(told("mia", {"ads": False}, 5))
    assert kept() == [
        ("ads", "", "granted", "m1", "m1"),
        ("ads", "", "denied", "m5", "m5"),
        ("ads", "", "granted", "m4", "m4"),
    ]
    assert mirrored(road, "mia") == {"ads": {"": "granted"}}
    road.send(told("mia", {"ads": False}, 11), told("mia", {"ads": True}, 10))
    assert mirrored(road, "mia") == {"ads": {"": "denied"}}


def test_the_same_said_earlier_and_come_late_makes_a_span_begin_earlier(road: Road) -> None:
    road.send(told("mia", {"ads": True}, 5))
    road.send(told("mia", {"ads": True}, 3))
    assert kept() == [("ads", "", "granted", "m2", "m1")]
    row = ConsentStatement.objects.get()
    assert (row.until - row.at, row.at) == (2 * MINUTE, NOON - timedelta(hours=2) + 3 * MINUTE)


def test_a_banner_that_repeats_an_old_yes_does_not_lift_a_newer_no_elsewhere(road: Road) -> None:
    centre = Source.objects.create(name="Preference centre", write_key="centre")
    road.send(told("mia", {"ads": True}, 1))
    road.send(told("mia", {"ads": False}, 2), source=centre)
    road.send(told("mia", {"ads": True}, 3))
    assert mirrored(road, "mia") == {"ads": {"": "denied"}}
    road.send(told("mia", {"ads": True}, 4, event="Segment Consent Preference Updated"))
    assert mirrored(road, "mia") == {"ads": {"": "granted"}}


def test_duplicates_and_messages_set_aside_say_nothing(road: Road) -> None:
    road.send(told("mia", {"ads": True}, 1))
    road.send({**told("mia", {"ads": False}, 2), "messageId": "m1"})  # the same id with another content
    road.send({**told("mia", {"ads": False}, 3), "event": ""})
    assert kept() == [("ads", "", "granted", "m1", "m1")]


def test_a_merge_joins_what_was_said_and_its_undoing_parts_it_again(road: Road) -> None:
    road.send(told("mia", {"ads": True}, 1), told("max", {"ads": False, "news": True}, 2))
    link = identity.merge_people(actor=SYSTEM, keep=road.person("user_id:mia"), other=road.person("user_id:max"))
    assert mirrored(road, "mia") == {"ads": {"": "denied"}, "news": {"": "granted"}}
    identity.undo_merge(actor=SYSTEM, link=link)
    assert mirrored(road, "mia") == {"ads": {"": "granted"}}
    assert mirrored(road, "max") == {"ads": {"": "denied"}, "news": {"": "granted"}}


def test_an_erasure_takes_it_along(road: Road) -> None:
    road.send(told("mia", {"ads": True}), told("max", {"ads": True}))
    erase_person(actor=SYSTEM, person=road.person("user_id:mia"))
    assert len(kept()) == 1


def test_only_so_many_names_are_noted(road: Road, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pentad.data.consent.keeping.MOST_SEEN", 2)
    road.send(told("mia", {"a": True, "b": {"fax": True}, "c": True}))
    road.send(told("mia", {"a": False, "d": True, "b": {"fax": False, "telex": True}}, 1))
    assert [row[:3] for row in kept()] == [
        ("a", "", "granted"), ("a", "", "denied"), ("b", "fax", "granted"), ("b", "fax", "denied"), ("b", "telex", "granted"),
    ]  # fmt: skip


def test_a_flood_of_names_loses_no_answer_to_what_is_declared(road: Road, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pentad.data.consent.keeping.MOST_SEEN", 2)
    monkeypatch.setattr("pentad.data.consent.tasks.PORTION", 3)
    declare_purpose(actor=SYSTEM, name="ads")
    road.send(told("eve", {"x1": True, "x2": {"fax": True, "telex": False}, "x3": True}))
    road.send(
        told("mia", {"news": True}, 1), told("max", {"news": {"wire": False}}, 1), told("mia", {"news": False}, 2)
    )
    assert kept(purpose="news") == []
    declare_purpose(actor=SYSTEM, name="news")
    run_here(Job.objects.get(kind="consent.catch_up", payload__purpose="news").pk)
    assert [row[2:4] for row in kept(purpose="news", channel="")] == [("granted", "m2"), ("denied", "m4")]
    assert mirrored(road, "mia") == {"news": {"": "denied"}}
    assert kept(channel="wire") == [], "neither is the channel declared"
    save_channel(actor=SYSTEM, name="wire")
    run_here(Job.objects.get(kind="consent.catch_up", payload__channel="wire").pk)
    assert mirrored(road, "max") == {"news": {"wire": "denied"}}
    road.send(told("mia", {"ads": True}, 3))
    assert mirrored(road, "mia") == {"ads": {"": "granted"}, "news": {"": "denied"}}, "what is declared needs no room"


def test_a_new_yes_to_a_channel_counts_after_a_no_to_everything(road: Road) -> None:
    for minute, answer in enumerate(({"email": True}, False, {"email": True}, {"email": True})):
        road.send(told("mia", {"n": answer}, minute))
    assert kept() == [
        ("n", "", "denied", "m2", "m2"), ("n", "email", "granted", "m1", "m1"), ("n", "email", "granted", "m3", "m4"),
    ]  # fmt: skip
    assert mirrored(road, "mia") == {"n": {"": "denied", "email": "granted"}}
    road.send(told("mia", {"n": False}, 9))
    assert mirrored(road, "mia") == {"n": {"": "denied"}}


def test_messages_without_it_cost_nothing(road: Road) -> None:
    road.send(track(userId="mia", context={"page": {"title": 'Our "consent" rules'}, "consent": None}))
    assert kept() == []
