"""The builder's form: what its fields say as a definition, and back."""

from typing import Any

import pytest
from hypothesis import given, settings

from pentad.intelligence.segments.builder import fields, form, verbs
from pentad.intelligence.segments.definition import Definition, Duration, EventMatch, Last
from pentad.intelligence.segments.reading import read
from pentad.intelligence.segments.text import parse, say
from tests.intelligence.segments.drawing import PLAIN, definitions


def sent(definition: Definition) -> dict[str, str]:
    """The fields that a browser would send for a definition."""
    draft = form.draft(definition)
    return {**dict(fields.flat(draft.tree, form.ROOT)), "time_zone": draft.time_zone}


@settings(max_examples=80)
@given(definitions() | definitions(PLAIN, most=20))
def test_whatever_can_be_asked_goes_through_the_form_unchanged(drawn: Definition) -> None:
    """Compared as Python writes them: to it 1, 1.0 and true are equal."""
    posted = sent(drawn)
    assert not [one for value in posted.values() for one in value if one in "\r\n\t\x00"]  # fields have one line
    found = form.read(posted)
    assert found.mistakes == {}
    assert repr(found.definition) == repr(drawn)


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("family", "family"), (" family ", "family"), ('"5"', "5"), ("5", 5), ("5.0", 5.0), ("-3", -3), ("1e3", 1000.0),
        ("true", True), ('"true"', "true"), ("True", "True"), ('""', ""), ("01234", "01234"), ("+49 30", "+49 30"),
        ("123456789012345", 123456789012345), ("1234567890123456", "1234567890123456"), ('say "hi"', 'say "hi"'),
        ('"half', '"half'), ('"\\ud800"', '"\\ud800"'), ("", None), ("  ", None), ("٣", "٣"),
    ],
)  # fmt: skip
def test_a_value_is_taken_as_it_is_typed(typed: str, value: Any) -> None:
    """A key of many digits is no number: as one it would lose its last digits."""
    assert repr(fields.meant_value(typed)) == repr(value)


def test_values_stand_between_commas_or_on_lines() -> None:
    assert fields.meant_values('DE, AT,, 5 , "a, b",\n"5"\nCH') == ["DE", "AT", 5, "a, b", "5", "CH"]
    assert fields.shown_values(("DE", "a, b", 5, "5", "", 'x"y')) == ('DE, "a, b", 5, "5", "", x"y', "")
    assert fields.shown_values((10**20, "a")) == ('100000000000000000000, "a"', "json")


def sentence(text: str, **changed: str) -> dict[str, str]:
    return sent(parse(text)) | {name.replace("__", "."): value for name, value in changed.items()}


@pytest.mark.parametrize(
    ("posted", "mistakes"),
    [
        (sentence('plan is "a"', c__name=" "), {"c.name": ("Say which trait.", True)}),
        (sentence('plan is "a"', c__test__value=""), {"c.test.value": ("Say the value.", True)}),
        (sentence('plan is "a"', c__test__op=""), {"c.test.op": ("Say what it is tested for.", True)}),
        (sentence("n is more than 5", c__test__value="5,5"), {"c.test.value": ("“5,5” is no number; write it as 5 or 5.5.", False)}),
        (sentence('plan is one of "a"', c__test__values=" , "), {"c.test.values": ("Say at least one value.", True)}),
        (sentence('plan matches "a"', c__test__value="("), {"c.test.value": ("This pattern cannot be read: missing ).", False)}),
        (sentence('did "A" at least 2 times', c__count__n="2.5"), {"c.count.n": ("“2.5” is no whole number.", False)}),
        (sentence('did "A" in the last 3 days', c__when__n="0"), {"c.when.n": ("This is too small: 1 is the least.", False)}),
        (sentence('did "A" after 2026-01-31', c__when__at="2026-02-31"),
         {"c.when.at": ("'2026-02-31' is no date. Write it as 2026-11-21 or 2026-11-21T14:30.", False)}),
        (sentence('did "A" between 2026-01-01 and 2026-01-31', c__when__last="2025-01-01"),
         {"c": ("Between 2026-01-01 and 2025-01-01 is no time. Say the earlier one first.", False)}),
        (sentence('did "A" then not "B" within 3 days', c__steps__1__within__n=""),
         {"c": ("A sequence that ends with an absent step needs a time. Say within how long.", False)}),
        (sentence('did "A" where x is 1', c__event__where__0__name="y" * 201),
         {"c.event.where.0.name": ("This is too long: 200 fit.", False)}),
        (sentence("in a random 5 %", c__percent="101"), {"c.percent": ("This is too large: 100 is the most.", False)}),
        (sentence("b is today", c__test__when__kind=""), {"c.test.when.kind": ("Say when.", True)}),
        (sentence("b is today", time_zone="Mars"), {"": ("There is no time zone 'Mars'. Use a name such as Europe/Berlin.", False)}),
        ({"c.kind": "all", "c.of.0.kind": "colleagues", "c.of.0.of.kind": "not", "c.of.0.of.of.kind": ""},
         {"c.of.0.of.of": ("Say what to ask for.", True)}),
        ({"c.kind": "colleagues", "c.of.kind": "all"}, {"c.of": ("Say what colleagues are asked for.", True)}),
        ({"c.kind": "segment"}, {"c.id": ("Choose a segment.", True)}),
        ({"c.kind": "consent", "c.purpose": "news", "c.state": "perhaps"}, {"c.state": ("“perhaps” is not among", False)}),
        ({"mode": "text", "written": 'plan is "a" or'}, {"": ("Line 1, column 15", False)}),
        ({"mode": "json", "written": '{"where": {"kind": "trait"}}'}, {"": ("The definition cannot be read", False)}),
        ({"mode": "json", "written": '{"where":\n {"kind" "trait"}}'}, {"": ("The definition cannot be read: line 2, column 10", False)}),
    ],
)  # fmt: skip
def test_what_is_missing_or_wrong_is_told_where_it_is(posted: dict[str, str], mistakes: dict[str, Any]) -> None:
    found = form.read(posted)
    assert found.definition is None
    assert {path: (one.text[: len(mistakes[path][0])], one.missing) for path, one in found.mistakes.items()} == mistakes


def test_what_the_form_did_not_offer_is_no_failure() -> None:
    """Names made up by hand, too deep or at odds with each other."""
    odd = {
        "c": "x",
        "c.kind": "all",
        "c.of": "y",
        "c.of.x.y": "1",
        "c.of.00.kind": "trait",
        "c." + "of." * 5000 + "kind": "not",
    }
    assert form.read(odd).definition is not None
    deep = {"c." + "of." * n + "kind": "not" for n in range(60)} | {"c." + "of." * 60 + "kind": "any"}
    assert "nested" in form.read(deep).mistakes[""].text


def test_rules_turn_into_a_sentence_and_json_and_back() -> None:
    drawn = parse('(plan is "a" and did "B" at least 2 times) in Europe/Berlin')
    rules = form.draft(drawn)
    text = form.turned(rules, "text")
    assert (text.mode, text.written) == ("text", say(drawn))
    json = form.turned(text, "json")
    assert read(json.written) == drawn and "\n" in json.written
    assert form.turned(json, "rules") == rules
    spoilt = form.Draft(rules.tree, mode="text", written="plan is", kept=text.kept)
    assert form.turned(spoilt, "rules") == spoilt  # what cannot be read is not lost
    assert form.dropped(spoilt) == rules


# -- verbs -------------------------------------------------------------------------------------------------


def after(text: str, verb: str, at: str, what: str = "") -> str:
    tree, _ = verbs.done(form.draft(parse(text)).tree, verb, at, what)
    found = form.judged(form.Draft(tree)).definition
    return say(found) if found else "incomplete"


@pytest.mark.parametrize(
    ("text", "verb", "at", "then"),
    [
        ("a is 1 and b is 2", "remove", "c.of.0", "all of (b is 2)"),
        ("a is 1", "remove", "c", "everyone"),
        ("a is 1 and b is 2", "duplicate", "c.of.0", "a is 1 and a is 1 and b is 2"),
        ("a is 1", "duplicate", "c", "a is 1 and a is 1"),
        ("a is 1 and b is 2", "down", "c.of.0", "b is 2 and a is 1"),
        ("a is 1 and b is 2", "down", "c.of.1", "a is 1 and b is 2"),
        ("a is 1 and b is 2", "up", "c.of.0", "a is 1 and b is 2"),
        ("a is 1 and b is 2", "negate", "c.of.1", "a is 1 and not (b is 2)"),
        ("a is 1 and not (b is 2)", "negate", "c.of.1", "a is 1 and b is 2"),
        ("a is 1 and b is 2", "wrap", "c.of.1", "a is 1 and any of (b is 2)"),
        ("a is 1 or (b is 2 and c is 3)", "unwrap", "c.of.1", "a is 1 or b is 2 or c is 3"),
        ("a is 1", "wrap", "c", "all of (a is 1)"),
        ('did "A" where x is 1 and b is 2', "remove", "c.of.0.event.where.0", 'did "A" and b is 2'),
        ('did "A" then "B" then "C"', "up", "c.steps.2", 'did "A" then "C" then "B"'),
        ('did "A" after 2026-01-31', "clock", "c.when.at", 'did "A" after 2026-01-31T00:00'),
        ("a is 1", "remove", "c.of.7", "a is 1"),
        ("a is 1", "explode", "c", "a is 1"),
        ("a is 1", "add", "c.kind", "a is 1"),
        ("a is 1", "negate", "c.name.x", "a is 1"),
        ("a is 1 and b is 2", "wrap", "c.of", "a is 1 and b is 2"),
        ("a is 1 and b is 2", "up", f"c.of.{'9' * 5000}", "a is 1 and b is 2"),
        ("a is 1", "clock", "c", "a is 1"),
        ("a is 1 and (b is 2 or c is 3)", "out", "c.of.1.of.0", "a is 1 and any of (c is 3) and b is 2"),
        ("a is 1 and b is 2", "out", "c.of.1", "a is 1 and b is 2"),
        ("a is 1 and (b is 2 or c is 3)", "into", "c.of.0", "all of (a is 1 or b is 2 or c is 3)"),
        ("(b is 2 or c is 3) and a is 1", "into", "c.of.1", "all of (b is 2 or c is 3 or a is 1)"),
        ("a is 1 and b is 2", "into", "c.of.1", "a is 1 and b is 2"),
        ("a is 1", "add", "c", "incomplete"),
    ],
)
def test_verbs_change_the_tree(text: str, verb: str, at: str, then: str) -> None:
    assert after(text, verb, at) == then


def test_what_is_added_is_what_one_goes_on_with() -> None:
    tree = form.empty().tree
    tree, focus = verbs.done(tree, "add", "c", "event")
    assert (focus, tree["of"][0]["kind"]) == ("c.of.0", "event")
    tree, focus = verbs.done(tree, "group", "c", "trait")
    assert (focus, tree["of"][1]["kind"]) == ("c.of.1.of.0", "any")
    tree, focus = verbs.done(tree, "add", "c.of.0.event.where")
    assert focus == "c.of.0.event.where.0"


def test_other_forms_use_parts_of_it() -> None:
    posted = {"event.names": "A, B", "event.type": "page", "when.kind": "last", "when.n": "3", "when.unit": "day"}
    assert form.part(posted, "event", "event") == (EventMatch(("A", "B"), "page"), {})
    assert form.part(posted, "when", "when") == (Last(3, "day"), {})
    assert form.part(posted | {"when.n": "x"}, "when", "when")[0] is None
    assert form.fields_of(Duration(3, "day")) == {"n": "3", "unit": "day"}
