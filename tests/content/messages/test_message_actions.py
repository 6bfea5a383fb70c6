"""Verbs on messages: what they change, what they refuse, and what they leave behind."""

from typing import Any

import pytest

from pentad.content.messages import actions, gate, queries
from pentad.content.messages.models import Message, MessageVersion
from pentad.content.messages.queries import Use
from pentad.core import clock
from pentad.core.actor import SYSTEM, Actor, acting_as
from pentad.core.errors import Conflict, Denied, Invalid, NotFound
from pentad.core.models import AuditLine
from pentad.data.consent.models import ConsentPurpose
from pentad.roles.undo.actions import undo
from pentad.roles.undo.models import Change
from tests.content.writing import content, mail, message, purpose

pytestmark = pytest.mark.django_db
WRITER = Actor("user", "7", "Wren", frozenset({"messages.view", "messages.edit", "people.view", "companies.view"}))


def sms(body: str) -> dict[str, Any]:
    return content(sms={"body": body})


def test_each_change_is_a_version_and_what_is_published_stays() -> None:
    row = message(sms={"body": "one"})
    before = queries.published(row.id)
    row = actions.change_message(actor=SYSTEM, message=row, content=sms("two"), seen=1)
    assert (row.latest, row.state, queries.published(row.id)) == (2, "published", before)
    row = actions.change_message(actor=SYSTEM, message=row, content=sms("two"), name="Other")
    assert (row.latest, row.name) == (2, "Other")
    actions.publish_message(actor=SYSTEM, message=row, seen=2)
    now = queries.published(row.id)
    assert now.version_id != before.version_id and (now.channels, now.variants, now.languages) == (
        ("sms",),
        ("A",),
        ("en",),
    )
    row = actions.restore_version(actor=SYSTEM, message=row, number=1)
    assert (row.latest, queries.version(row).tree, queries.published(row.id)) == (3, queries.version(row, 1).tree, now)
    actions.publish_message(actor=SYSTEM, message=row, number=1)
    assert queries.published(row.id).version_id == before.version_id
    assert list(AuditLine.objects.filter(subject=f"message:{row.id}").order_by("pk").values_list("action", flat=True))[:2] == [
        "create_message", "publish_message",
    ]  # fmt: skip


def test_the_gate_keeps_what_is_not_ready_from_being_published() -> None:
    row = message(publish=False, sms={"body": "Hi {{ customer.nick }}"})
    with pytest.raises(Invalid) as error:
        actions.publish_message(actor=SYSTEM, message=row)
    assert (error.value.code, error.value.data["checks"][0]["code"]) == ("message_not_ready", "unknown_variable")
    with pytest.raises(Conflict, match="is not published"):
        queries.published(row.id)
    row = actions.change_message(
        actor=SYSTEM, message=row, content=sms("Hi {{ customer.first_name | default: 'you' }}")
    )
    version = actions.publish_message(actor=SYSTEM, message=row)
    assert {one["level"] for one in version.checks} == {"fine"} and version.published is not None


def test_a_purpose_is_one_there_is_and_fits_what_is_published() -> None:
    row = message(transactional=True, email=mail() | {"mjml": "<mjml><mj-body><mj-text>a</mj-text></mj-body></mjml>"})
    with pytest.raises(NotFound):
        actions.change_message(actor=SYSTEM, message=row, purpose="nowhere")
    with pytest.raises(Invalid, match="no link to unsubscribe") as error:
        actions.change_message(actor=SYSTEM, message=row, purpose=purpose(), transactional=False)
    assert error.value.code == "message_not_ready"
    row = message("Other", sms={"body": "a"})
    ConsentPurpose.objects.update(archived=clock.now())
    with pytest.raises(Invalid, match="not in force"):
        actions.publish_message(actor=SYSTEM, message=row)


def test_what_is_used_keeps_its_purpose(monkeypatch: pytest.MonkeyPatch) -> None:
    """A campaign that was approved, or runs, would ask for another consent."""
    row = message(sms={"body": "a"})
    purpose("other")
    monkeypatch.setattr(queries, "_users", [lambda one: [Use("campaign", "c1", "Spring")]])
    with pytest.raises(Conflict, match="used by “Spring”"):
        actions.change_message(actor=SYSTEM, message=row, purpose="other")
    monkeypatch.setattr(queries, "_users", [])
    assert actions.change_message(actor=SYSTEM, message=row, purpose="other").purpose == "other"


def test_what_a_transactional_message_says_is_published_by_who_may_say_so() -> None:
    marketer = Actor(
        "user", "8", "Mia", frozenset({"messages.view", "messages.edit", "messages.publish", "people.view"})
    )
    row = message(transactional=True, sms={"body": "Your parcel is on its way"})
    row = actions.change_message(actor=marketer, message=row, content=sms("And 20 % off everything"))
    with pytest.raises(Denied, match="transactional and goes past consent: Mia may write what it says, not publish it"):
        actions.publish_message(actor=marketer, message=row)
    tree = queries.version(row).tree
    with acting_as(marketer):
        assert [one["code"] for one in gate.told_to_reader(row, tree, "", True) if one["level"] == "stop"] == [
            "transactional"
        ]
        assert row.published is not None
        assert gate.told_to_reader(row, row.published.tree, "", True)[0]["level"] == "fine", (
            "there is nothing to publish"
        )
    actions.publish_message(actor=marketer, message=row, number=1)
    free = actions.change_message(actor=marketer, message=row, transactional=False, purpose=purpose())
    actions.publish_message(actor=marketer, message=free)
    assert queries.published(row.id).transactional is False


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"name": " "}, "1 to 120 characters"),
        ({"name": "x" * 121}, "1 to 120 characters"),
        ({"name": "NEWS"}, "There is a message “News”"),
        ({"description": "x" * 1001}, "1,000 are allowed"),
        ({"content": {}}, "has “variants”"),
        ({"content": []}, "has “variants”"),
        ({"content": {"variants": {"a": {}}}}, "no name of a variant"),
        ({"content": {"variants": {one: {} for one in "ABCDEFGHI"}}}, "at most 8 variants"),
        ({"content": {"variants": {"A": {"fax": {}}}}}, "no channel 'fax'"),
        ({"content": {"variants": {"A": {"sms": {"english": {}}}}}}, "is no language"),
        ({"content": {"variants": {"A": {"sms": {"en": {"text": "a"}}}}}}, "no field 'text'"),
        ({"content": {"variants": {"A": {"sms": {"en": {"body": 5}}}}}}, "is a text of at most"),
        ({"content": {"variants": {"A": {"sms": ["en"]}}}}, "languages, each with its fields"),
    ],
)
def test_what_cannot_be_is_refused(given: dict[str, Any], said: str) -> None:
    message()
    row = message("Second", publish=False)
    with pytest.raises((Invalid, Conflict), match=said):
        actions.change_message(actor=SYSTEM, message=row, **given)


def test_rights_are_asked_for() -> None:
    row = message(publish=False)
    with pytest.raises(Denied):
        actions.publish_message(actor=WRITER, message=row)
    actions.change_message(actor=WRITER, message=row, name="Renamed")
    with pytest.raises(Denied):
        actions.create_message(actor=Actor("user", "8", "Reader", frozenset({"messages.view"})), name="Mine")


def test_somebody_else_was_quicker() -> None:
    row = message()
    stale = Message.objects.get(pk=row.pk)
    actions.change_message(actor=WRITER, message=row, content=sms("mine"), seen=1)
    for change in (actions.change_message, actions.publish_message):
        with pytest.raises(Conflict, match="Wren changed this message meanwhile") as error:
            change(actor=SYSTEM, message=stale, seen=1)
        assert error.value.data["version"] == 2


def test_a_copy_is_a_draft_of_its_own() -> None:
    row = message(sms={"body": "one"})
    names = [actions.copy_message(actor=SYSTEM, message=row).name for _ in range(2)]
    copy = queries.named(names[1])
    assert names == ["News (copy)", "News (copy 2)"] and copy is not None
    assert (copy.state, copy.purpose, queries.version(copy).tree) == ("draft", row.purpose, queries.version(row).tree)


def test_what_is_used_is_neither_archived_nor_deleted(monkeypatch: pytest.MonkeyPatch) -> None:
    row = message()
    monkeypatch.setattr(queries, "_users", [lambda one: [Use("campaign", "c1", "Spring")] if one.pk == row.pk else []])
    for verb in (actions.archive_message, actions.delete_message):
        with pytest.raises(Conflict, match="used by “Spring”"):
            verb(actor=SYSTEM, message=row)


def test_an_archived_message_rests_until_it_is_restored() -> None:
    row = message()
    actions.archive_message(actor=SYSTEM, message=row)
    with pytest.raises(Conflict, match="not published"):
        queries.published(row.id)
    with pytest.raises(Conflict, match="in the archive"):
        actions.change_message(actor=SYSTEM, message=row, name="Other")
    message("News", publish=False)
    with pytest.raises(Conflict, match="There is a message"):
        actions.restore_message(actor=SYSTEM, message=row)
    actions.delete_message(actor=SYSTEM, message=queries.messages("draft").get())
    assert actions.restore_message(actor=SYSTEM, message=row).state == "published"


def test_deleting_is_undone_once() -> None:
    row = message()
    actions.delete_message(actor=SYSTEM, message=row)
    with pytest.raises(NotFound):
        queries.find_message(row.id)
    undo(actor=SYSTEM, change=Change.objects.get(kind=actions.DELETED))
    assert queries.published(queries.find_message(row.id).id).name == "News"
    actions.delete_message(actor=SYSTEM, message=queries.find_message(row.id))
    Message.objects.get(pk=row.pk).delete()
    assert MessageVersion.objects.count() == 0


def test_versions_that_were_never_published_do_not_pile_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "KEPT", 2)
    row = message(sms={"body": "0"})
    for number in range(1, 5):
        row = actions.change_message(actor=SYSTEM, message=row, content=sms(str(number)))
    assert [one.number for one in queries.versions(row)] == [5, 4, 1]
