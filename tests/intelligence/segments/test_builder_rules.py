"""The rules on the builder's page: what the page shows is what it sends back, and what it says to whom."""

from html.parser import HTMLParser

import pytest
from django.template.loader import render_to_string
from django.test import Client
from hypothesis import given, settings

from pentad.intelligence.segments.builder import choices, form, showing, verbs
from pentad.intelligence.segments.builder.choices import Options
from pentad.intelligence.segments.builder.form import Draft
from pentad.intelligence.segments.builder.sentences import Unknown
from pentad.intelligence.segments.catalogue import remembering
from pentad.intelligence.segments.definition import Definition
from pentad.intelligence.segments.text import parse, say
from tests.data.road import identify, track
from tests.intelligence.segments.drawing import PLAIN, definitions
from tests.intelligence.segments.keeping import Kept
from tests.intelligence.segments.test_builder_page import signed_in


class Fields(HTMLParser):
    """The fields of a page as a browser would send them. A choice without a chosen option sends its first."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.sent: dict[str, str] = {}
        self.texts: list[str] = []
        self._select = self._area = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "input":
            assert given["name"] not in self.sent, f"two fields are called {given['name']}"
            self.sent[given["name"]] = given.get("value", "")
        elif tag == "textarea":
            self._area = given["name"]
        elif tag == "select":
            assert given["name"] not in self.sent, f"two fields are called {given['name']}"
            self._select = given["name"]
        elif tag == "option" and ("selected" in given or self._select not in self.sent):
            self.sent[self._select] = given["value"]

    def handle_endtag(self, tag: str) -> None:
        self._area = self._area if tag != "textarea" else ""

    def handle_data(self, data: str) -> None:
        if self._area:
            self.sent[self._area] = self.sent.get(self._area, "") + data
        self.texts += [said] if (said := " ".join(data.split())) else []


class Kestrel(Unknown):
    """What was seen of a shop."""

    def type_of(self, what: str, name: str, events: tuple[str, ...], type: str) -> str:
        if name == "order_id":
            return "text" if set(events) & {"Order Completed", "Order Refunded"} else ""
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


# -- over HTTP -----------------------------------------------------------------------------------------------


@pytest.fixture
def nadia(kept: Kept) -> Client:
    """Signed in as one who may do everything, of a shop with a family and an order."""
    remembering.forget()
    kept.send(
        identify("ann", plan="family", visits=3),
        track("Order Completed", userId="ann", properties={"total": 20}),
    )
    return signed_in("admin")


def changed(client: Client, posted: dict[str, str]) -> Fields:
    answer = client.post("/segments/builder/rules/", posted)
    assert (answer.status_code, answer["HX-Trigger"]) == (200, "rules-changed")
    return Fields(answer.content.decode())


@pytest.mark.once
def test_every_kind_of_condition_can_be_added(nadia: Client) -> None:
    for kind in choices.NAMED:
        sent = changed(nadia, {"do": "add", "at": "c", "what": kind}).sent
        assert sent["c.of.0.kind"] == kind
        grouped = changed(nadia, {"do": "group", "at": "c", "what": kind}).sent
        assert grouped["c.of.0.of.0.kind"] == kind


@pytest.mark.once
def test_rules_are_built_step_by_step(nadia: Client) -> None:
    fields = changed(nadia, {"do": "add", "at": "c", "what": "trait", "time_zone": "Europe/Berlin"}).sent
    named = changed(nadia, fields | {"c.of.0.name": "visits"})
    assert "is more than" in named.texts[: named.texts.index("is")]  # what is usual of numbers comes first
    fields = named.sent | {"c.of.0.test.op": "greater", "c.of.0.test.value": "2"}
    fields = changed(nadia, fields | {"do": "group", "at": "c", "what": "event"}).sent
    fields = changed(nadia, fields | {"do": "add", "at": "c.of.1.of.0.event.where"}).sent
    fields |= {"c.of.1.of.0.event.names": "Order Completed", "c.of.1.of.0.event.where.0.name": "total"}
    waits = changed(nadia, fields | {"do": "text"})
    assert (waits.sent["mode"], waits.sent["c.of.0.name"]) == ("rules", "visits")
    assert any(text.startswith("Complete the rules first") for text in waits.texts)
    text = changed(nadia, fields | {"c.of.1.of.0.event.where.0.test.value": "20", "do": "text"}).sent
    assert text["written"] == (
        'visits is more than 2 and any of (did "Order Completed" where total is 20) in Europe/Berlin'
    )
    spoilt = changed(nadia, text | {"written": "visits is more", "do": "json"})
    assert any(text.startswith("Line 1, column") for text in spoilt.texts)
    assert spoilt.sent["written"] == "visits is more"
    back = form.read(changed(nadia, spoilt.sent | {"do": "drop"}).sent)
    assert back.definition == parse(text["written"])
    zones = nadia.get("/segments/builder/zones/?q=new york").json()
    assert zones == {"results": [{"value": "America/New_York", "label": "America/New_York"}]}


def test_a_sequence_offers_what_it_may_have_beside() -> None:
    """Neither a time for the whole nor a shared property stands there before it is asked for."""
    bare = page(form.draft(parse('did "A" then "B"')))
    assert {"Same property", "All within"} <= set(bare.texts)
    assert not {"c.same", "c.within.n"} & set(bare.sent)
    for at, field in (("c.same", "c.same"), ("c.within", "c.within.n")):
        tree, focus = verbs.done(form.posted(bare.sent).tree, "add", at)
        assert (focus, page(Draft(tree)).sent[field]) == (at, "")
    said = page(form.draft(parse('did "A" then "B", all within 3 days, same cart'))).sent
    assert (said["c.same"], said["c.within.n"]) == ("cart", "3")


def test_a_shared_property_that_one_step_does_not_have_makes_one_wonder() -> None:
    said = 'did "Order Completed" then {}, same {}'
    shown = page(form.draft(parse(said.format('"Signed Up" then "Order Refunded"', "order_id, cart")))).texts
    assert [one for one in shown if "not seen" in one] == ["order_id was not seen in Signed Up"]
    assert "not seen" not in " ".join(page(form.draft(parse(said.format('"Order Refunded"', "order_id")))).texts)
    unknown = page(form.draft(parse(said.format('"Signed Up"', "cart")))).texts
    assert "not seen" not in " ".join(unknown), "of what is hidden from the reader nothing is said"
