"""The rules on the builder's page: what the page shows is what it sends back, and what it says to whom."""

from html.parser import HTMLParser

import pytest
from django.template.loader import render_to_string
from hypothesis import given, settings

from pentad.intelligence.segments.builder import form, showing
from pentad.intelligence.segments.builder.choices import Options
from pentad.intelligence.segments.builder.form import Draft
from pentad.intelligence.segments.builder.sentences import Unknown
from pentad.intelligence.segments.definition import Definition
from pentad.intelligence.segments.text import parse, say
from tests.intelligence.segments.drawing import PLAIN, definitions


class Fields(HTMLParser):
    """The fields of a page as a browser would send them. A choice without a chosen option sends its first."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.sent: dict[str, str] = {}
        self.texts: list[str] = []
        self._select = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "input":
            assert given["name"] not in self.sent, f"two fields are called {given['name']}"
            self.sent[given["name"]] = given.get("value", "")
        elif tag == "select":
            assert given["name"] not in self.sent, f"two fields are called {given['name']}"
            self._select = given["name"]
        elif tag == "option" and ("selected" in given or self._select not in self.sent):
            self.sent[self._select] = given["value"]

    def handle_data(self, data: str) -> None:
        self.texts += [said] if (said := " ".join(data.split())) else []


class Kestrel(Unknown):
    """What was seen of a shop."""

    def type_of(self, what: str, name: str, events: tuple[str, ...], type: str) -> str:
        return {"age": "number", "born": "date", "tags": "list", "plan": "text", "vip": "yes_no"}.get(name, "")

    def segments(self) -> Options:
        return [("0191", "Regulars")]


def page(draft: Draft) -> Fields:
    rules = showing.shown(draft, form.judged(draft), "", Kestrel())
    return Fields(render_to_string("segments/builder/_rules.html", {"rules": rules}))


@settings(max_examples=15)
@given(definitions(most=5) | definitions(PLAIN, most=8))
def test_the_page_sends_back_what_it_shows(drawn: Definition) -> None:
    found = form.read(page(form.draft(drawn)).sent)
    assert found.mistakes == {}
    assert repr(found.definition) == repr(drawn)


def after(posted: dict[str, str]) -> dict[str, str]:
    """What the page sends next when nothing more is typed."""
    return page(form.posted(posted)).sent


def test_a_condition_begins_with_what_is_usual() -> None:
    """Whatever kind is chosen, the page then asks only for what cannot be guessed."""
    said = {
        kind: form.read(after(after({"c.kind": kind})))
        for kind in ("standing", "event", "occurrence", "sequence", "share", "trait", "consent", "segment", "aggregate")
    }
    texts = {kind: say(found.definition) for kind, found in said.items() if found.definition}
    assert texts == {
        "standing": "first seen in the last 30 days", "event": "did any event", "share": "in a random 10 %",
        "occurrence": "first any event was at any time", "sequence": "did any event then any event",
    }  # fmt: skip
    asked = {kind: [one.text for one in found.mistakes.values()] for kind, found in said.items() if found.mistakes}
    assert asked == {
        "trait": ["Say which trait.", "Say the value."], "consent": ["Say which purpose."], "segment": ["Choose a segment."],
        "aggregate": ["Say which property.", "Say a number."],
    }  # fmt: skip
    assert all(one.missing for found in said.values() for one in found.mistakes.values())


@pytest.mark.parametrize(
    ("name", "then"),
    [("vip", "vip is true"), ("born", "born is in the last 30 days"), ("age", ""), ("plan", ""), ("tags", "")],
)
def test_the_tests_offered_follow_the_type_that_was_seen(name: str, then: str) -> None:
    """A type that is known only now changes the test as long as nothing was filled in for it."""
    sent = after({"c.kind": "trait", "c.name": name, "c.test.op": "equals", "c.test.value": ""})
    found = form.read(after(sent)).definition
    assert (say(found) if found else "") == then
    kept = after({"c.kind": "trait", "c.name": name, "c.test.op": "equals", "c.test.value": "x"})
    assert (kept["c.test.op"], kept["c.test.value"]) == ("equals", "x")


def test_never_is_a_way_to_say_exactly_0() -> None:
    sent = page(form.draft(parse('never did "A"'))).sent
    assert sent["c.count.op"] == "never" and "c.count.n" not in sent
    again = form.read(sent | {"c.count.op": "at_most"})
    assert again.mistakes["c.count.n"].missing


def test_segments_are_chosen_by_name_and_one_that_is_gone_stays() -> None:
    shown = page(form.draft(parse('in segment "0191" and in segment "gone"')))
    assert "Regulars" in shown.texts and "gone" in shown.texts
    assert shown.sent["c.of.1.id"] == "gone"


def test_mistakes_stand_where_they_are() -> None:
    posted = page(form.draft(parse('n is more than 5 and did "A" where x is more than 1'))).sent
    shown = page(form.posted(posted | {"c.of.0.test.value": "five", "c.of.1.event.where.0.test.value": ""}))
    assert "“five” is no number; write it as 5 or 5.5." in shown.texts
    assert "Say a number." not in shown.texts  # it is marked, not scolded
    assert shown.sent["c.of.0.test.value"] == "five"
