"""Segments in sentences go by name; what they agreed to by each channel is told."""

import pytest
from django.test import Client

from pentad.core.actor import SYSTEM
from pentad.data.consent.actions import declare_purpose
from pentad.intelligence.segments import engine, naming, shown
from pentad.intelligence.segments.definition import Member
from pentad.intelligence.segments.reasons import shown as arranged
from tests.data.consent.test_messages import told
from tests.intelligence.segments.keeping import FAMILY, Kept
from tests.intelligence.segments.test_builder_page import signed_in

pytestmark = pytest.mark.once  # nothing here depends on the database


def test_a_sentence_calls_a_segment_by_its_name(kept: Kept) -> None:
    row = kept.save('The "Regulars"', FAMILY, draft=True)
    by_name = 'note is "in segment \\"x\\"" and in segment "the \\"regulars\\""'
    by_id = f'note is "in segment \\"x\\"" and in segment "{row.id}"'
    assert naming.by_id(by_name) == by_id == naming.by_id(by_id)
    assert naming.by_name(by_id) == 'note is "in segment \\"x\\"" and in segment "The \\"Regulars\\""'
    assert naming.by_id('in segment "Nobody\'s" or in segment "') == 'in segment "Nobody\'s" or in segment "'
    assert shown.given(words='in segment "The \\"Regulars\\""').where == Member(row.id)


def test_the_builder_shows_names_and_keeps_ids(kept: Kept) -> None:
    row, client = kept.save("Regulars", FAMILY, draft=True), signed_in("admin")
    sent = {"mode": "text", "written": 'in segment "regulars"'}
    assert "in segment &quot;Regulars&quot;" in rules(client, sent)
    assert "column 23: found" in rules(client, {"mode": "text", "written": 'in segment "regulars" 5'}), "as it is shown"
    json = rules(client, sent | {"do": "json"})
    assert f"&quot;id&quot;: &quot;{row.id}&quot;" in json
    assert f"{row.id} is the segment “Regulars”" in json
    assert f'value="{row.id}" selected' in rules(client, sent | {"do": "rules"})


def rules(client: Client, sent: dict[str, str]) -> str:
    return client.post("/segments/builder/rules/", sent).content.decode()


def test_why_tells_what_was_said_by_each_channel(kept: Kept) -> None:
    declare_purpose(actor=SYSTEM, name="ads", label="Advertising")
    kept.send(told("mia", {"ads": {"email": True, "sms": False}}))
    asked = shown.given({"where": {"kind": "consent", "purpose": "ads", "state": "granted"}})
    reason = engine.explain(asked, kept.road.person("user_id:mia"))
    assert (reason.holds, reason.values) == (
        False,
        {"value": "unknown", "channels": {"email": "granted", "sms": "denied"}},
    )
    assert arranged(reason).seen == [("", "nothing of all channels"), ("email", "granted"), ("sms", "denied")]
    client = signed_in("admin")
    sent = {"mode": "text", "written": "everyone"}
    assert "Can be reached for Advertising" in client.post("/segments/builder/reach/", sent).content.decode()
