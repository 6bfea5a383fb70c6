"""Consent recorded by colleagues and programs: with who, when and how it is known; hidden where it is hidden."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.test import Client

from pentad.core import clock
from pentad.core.actor import SYSTEM, acting_as
from pentad.core.errors import Conflict, Denied, Invalid
from pentad.core.models import AuditLine, OutboxMessage
from pentad.data.consent import actions, queries
from pentad.data.consent.models import ConsentPurpose, ConsentStatement
from pentad.data.consent.reaching import reach
from pentad.data.identity.models import Identifier, Person
from pentad.data.profiles.exporting import csv_of
from pentad.data.profiles.lists import PEOPLE, load_people
from pentad.data.profiles.models import TouchedPerson
from pentad.roles.access import actions as accounts
from pentad.roles.access.manage.actions import set_field_rule
from pentad.roles.access.queries import actor_of
from pentad.roles.access.rights import Level
from pentad.roles.access.rights_models import Role
from tests.calling import caller

pytestmark = pytest.mark.django_db
MARCH = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def keiko() -> Person:
    actions.declare_purpose(actor=SYSTEM, name="marketing", label="Marketing")
    person = Person.objects.create(name="Keiko Yılmaz", email="keiko@fjord.example", known=True)
    Identifier.objects.create(namespace="email", value="keiko@fjord.example", person=person, first_seen=MARCH)
    return person


def record(person: Person, state: str, **more: Any) -> ConsentStatement:
    return actions.record_consent(**{"actor": SYSTEM, "person": person, "purpose": "marketing", "state": state} | more)


def told() -> list[Any]:
    return [row.message["properties"]["consent"] for row in OutboxMessage.objects.order_by("id")]


def test_what_is_recorded_counts_is_told_and_says_how_it_is_known(keiko: Person) -> None:
    row = record(keiko, "granted", at=MARCH, evidence="Form 12", text_version="v3")
    assert (row.author, row.evidence, row.text_version, row.at) == (SYSTEM.ref, "Form 12", "v3", MARCH)
    assert queries.standing(keiko) == {"marketing": {"": "granted"}}
    assert told() == [{"purpose": "marketing", "channel": "", "state": "granted"}]
    record(keiko, "granted")  # once more: kept as evidence, but nothing changed
    assert len(told()) == 1 and ConsentStatement.objects.count() == 2
    record(keiko, "denied", channel="sms")
    assert told()[1:] == [{"purpose": "marketing", "channel": "sms", "state": "denied"}]
    assert TouchedPerson.objects.filter(no=keiko.no).exists()
    line = AuditLine.objects.filter(action="record_consent").latest("id")
    assert (line.subject, line.detail) == (f"person:{keiko.id}", {"purpose": "marketing", "channel": "sms"})


def test_a_correction_of_the_same_moment_counts_and_leaves_what_it_corrects(keiko: Person) -> None:
    for state in ("denied", "granted", "unknown"):
        record(keiko, state, at=MARCH)
    assert [row.at - MARCH for row in ConsentStatement.objects.order_by("at")] == [
        timedelta(microseconds=n) for n in range(3)
    ]
    assert queries.standing(keiko) == {}
    assert [(one.state, one.counts) for one in queries.history(keiko)] == [
        ("unknown", False), ("granted", False), ("denied", False),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"purpose": "unheard"}, "unknown_purpose"),
        ({"channel": "telex"}, "unknown_channel"),
        ({"state": "yes"}, "bad_consent_state"),
        ({"at": datetime(2999, 1, 1, tzinfo=UTC)}, "bad_consent_time"),
        ({"at": datetime(1969, 1, 1, tzinfo=UTC)}, "bad_consent_time"),
        ({"evidence": "x" * 301}, "bad_consent_text"),
    ],
)
def test_what_cannot_be_recorded(keiko: Person, said: dict[str, Any], code: str) -> None:
    with pytest.raises(Invalid) as error:
        record(keiko, **{"state": "granted"} | said)
    assert error.value.code == code
    assert not ConsentStatement.objects.exists()


def test_it_is_hidden_where_it_is_hidden(keiko: Person) -> None:
    record(keiko, "granted")
    ann = accounts.add_user(actor=SYSTEM, email="ann@kestrel.example", name="Ann", role="agent")
    set_field_rule(actor=SYSTEM, role=Role.objects.get(name="agent"), kind="people", target="consents", level="hidden")
    actor = actor_of(ann)
    with acting_as(actor):
        assert (queries.standing(keiko), queries.history(keiko), reach()) == ({}, [], [])
        with pytest.raises(Denied):
            record(keiko, "denied", actor=actor)
    browser = Client()
    browser.force_login(ann)
    assert "Consent" not in browser.get(f"/people/{keiko.id}/").content.decode().split("<main")[-1]
    assert browser.get(f"/people/{keiko.id}/consent/").status_code == 403
    assert caller("agent")("get", f"/people/{keiko.id}/consents")[0] == 403


def test_purposes_and_channels_are_declared_changed_and_put_away(keiko: Person) -> None:
    ConsentPurpose.objects.create(name="ads")
    assert [(one.name, one.declared) for one in queries.purposes()] == [("marketing", True), ("ads", False)]
    row = actions.declare_purpose(actor=SYSTEM, name="ads", label="Advertising", opt_out=True)
    with pytest.raises(Conflict):
        actions.declare_purpose(actor=SYSTEM, name="ads")
    assert [one.label for one in queries.purposes()] == ["Marketing", "Advertising"]
    actions.archive_purpose(actor=SYSTEM, row=row)
    assert [one.name for one in queries.purposes()] == ["marketing"]
    assert actions.restore_purpose(actor=SYSTEM, row=row).plain.declared

    assert [one.name for one in queries.channels()] == ["email", "sms", "phone", "push", "post"]
    actions.archive_channel(actor=SYSTEM, name="sms")
    actions.save_channel(actor=SYSTEM, name="post", label="Letter", addresses=["trait:street", "trait:street"])
    actions.save_channel(actor=SYSTEM, name="", label="Smoke signs", addresses=["identifier:hill"])
    assert [(one.name, one.label) for one in queries.channels()] == [
        ("email", "E-mail"), ("phone", "Telephone"), ("push", "Push"), ("post", "Letter"), ("smoke_signs", "Smoke signs"),
    ]  # fmt: skip
    assert queries.channels()[3].addresses == ("trait:street",)
    with pytest.raises(Invalid):
        actions.save_channel(actor=SYSTEM, name="post", addresses=["street"])
    with pytest.raises(Invalid):
        actions.archive_channel(actor=SYSTEM, name="telex")


def test_the_api_records_and_lists(keiko: Person) -> None:
    call = caller("admin")
    at = f"/people/{keiko.id}/consents"
    status, said = call("post", at, {"purpose": "marketing", "state": "granted", "at": "2026-03-02T09:00:00Z"})
    assert (status, said["consents"]) == (201, {"marketing": {"": "granted"}})
    assert (said["history"][0]["author"], said["history"][0]["counts"]) == ("admin", True)
    assert call("get", at)[1] == said
    assert call("get", f"/people/{keiko.id}")[1]["consents"] == {"marketing": {"": "granted"}}
    assert call("post", at, {"purpose": "?", "state": "granted"})[1]["code"] == "unknown_purpose"
    assert caller("analyst")("post", at, {"purpose": "marketing", "state": "denied"})[0] == 403
    status, said = call("get", "/consent/reach?purpose=nosuch")
    assert (status, said["code"], said["fix"]) == (400, "unknown_purpose", "One of marketing.")
    assert call("get", "/consent/reach?purpose=marketing")[1] == call("get", "/consent/reach")[1]
    made = call("post", "/consent/purposes", {"name": "a/b", "label": "Odd"})[1]
    assert call("patch", "/consent/purposes/a/b", {"opt_out": True})[1] == made | {"opt_out": True}
    assert call("patch", "/consent/purposes/a/b", {"archived": True})[1]["archived"] is True
    assert [one["name"] for one in call("get", "/consent/purposes")[1]["results"]] == ["marketing"]
    assert [one["name"] for one in call("get", "/consent/purposes?archived=true")[1]["results"]] == ["a/b"]
    channel = call("put", "/consent/channels/fax", {"label": "Fax", "addresses": ["trait:fax"]})[1]
    assert channel == {"name": "fax", "label": "Fax", "addresses": ["trait:fax"], "declared": True}
    assert call("put", "/consent/channels/fax", {"archived": True})[1]["declared"] is False


def test_the_page_shows_it_and_the_dialog_records(keiko: Person) -> None:
    nadia = accounts.add_user(actor=SYSTEM, email="nadia@kestrel.example", name="Nadia", role="admin")
    browser = Client()
    browser.force_login(nadia)
    at = f"/people/{keiko.id}/consent/"
    assert "Every channel" in browser.get(at).content.decode()
    day = (clock.now() - timedelta(days=3)).date()
    sent = {
        "purpose": "marketing",
        "channel": "email",
        "state": "granted",
        "on": day.isoformat(),
        "evidence": "Call <b>",
    }
    assert browser.post(at, sent | {"on": "soon"}).status_code == 422
    assert browser.post(at, sent).status_code == 204
    row = ConsentStatement.objects.get()
    assert (row.at.date(), row.author_name) == (day, "Nadia")
    page = browser.get(f"/people/{keiko.id}/").content.decode()
    assert "Call &lt;b&gt;" in page and 'title="E-mail: Marketing granted"' in page
    settings = browser.get("/settings/consent/").content.decode()
    assert "Marketing" in settings and "identifier:email" in settings and "nobody declared" not in settings
    ConsentPurpose.objects.create(name="seen")
    with patch("pentad.data.consent.queries.MOST_SEEN", 1):
        assert "purposes that nobody declared" in browser.get("/settings/consent/").content.decode()


def test_consent_in_a_message_is_hidden_with_it(keiko: Person) -> None:
    from pentad.data.profiles.kinds import event_veil, property_levels

    ann = accounts.add_user(actor=SYSTEM, email="ann@kestrel.example", name="Ann", role="agent")
    set_field_rule(actor=SYSTEM, role=Role.objects.get(name="agent"), kind="people", target="consents", level="hidden")
    said = {"consent": {"purpose": "marketing", "state": "denied"}}
    with acting_as(actor_of(ann)):
        shown = event_veil()(said, {"consent": {"categoryPreferences": {"ads": False}}, "locale": "de"}, {}, False)
        assert property_levels(actor_of(ann))("trait:categoryPreferences") == Level.HIDDEN, (
            "nor may a segment ask for it"
        )
        assert event_veil()({"categoryPreferences": {"ads": False}}, {}, {}, False).properties == {}
    assert json.dumps([shown.properties, shown.context]) == '[{}, {"locale": "de"}]'


def test_lists_and_files_show_it(keiko: Person) -> None:
    record(keiko, "granted")
    record(keiko, "denied", channel="sms")
    part = Person.objects.create(root=keiko)
    ConsentStatement.objects.create(
        person=part, purpose="ads", source_no=1, state="denied", at=MARCH, until=MARCH, decided=False
    )
    column = next(one for one in PEOPLE.columns if one.name == "consents")
    for role, field in (("admin", "marketing: granted; marketing/sms: denied; ads: denied"), ("marketer", "")):
        set_field_rule(
            actor=SYSTEM, role=Role.objects.get(name="marketer"), kind="people", target="consents", level="hidden"
        )
        who = accounts.add_user(actor=SYSTEM, email=f"{role}@kestrel.example", name=role, role=role)
        lines = list(csv_of(actor_of(who), Person.seen.filter(root=None), [column]))
        assert lines[1].strip() == f"{keiko.id},{field}"
    with acting_as(SYSTEM):
        rows = list(Person.seen.filter(root=None))
        load_people(rows)
        assert "Marketing granted" in str(column.cell(rows[0]))
