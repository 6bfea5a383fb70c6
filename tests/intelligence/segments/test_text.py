"""Sentences and definitions, both ways. What every kind of condition reads like: docs/reference/segments.md, test_reference.py."""

import json
import time
from typing import Any as Anything

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pentad.core.errors import Invalid
from pentad.intelligence.segments import mistakes, parsing, words
from pentad.intelligence.segments.definition import All, Definition, Equals, Member, Not, Trait
from pentad.intelligence.segments.reading import MOST_DEPTH, check, read, write
from pentad.intelligence.segments.text import parse, say
from tests.intelligence.segments.drawing import PLAIN, definitions


def definition(where: Anything, zone: str = "UTC") -> Definition:
    return read(json.dumps({"where": where, "time_zone": zone}))


def trait(name: str, op: str, **more: Anything) -> dict[str, Anything]:
    return {"kind": "trait", "name": name, "test": {"op": op, **more}}


# -- both ways -------------------------------------------------------------------------------------


@settings(max_examples=200)
@given(definitions() | definitions(PLAIN, most=20))
def test_what_is_said_is_read_as_it_was(drawn: Definition) -> None:
    """Compared as Python writes them: to it 1, 1.0 and true are equal."""
    check(drawn)
    assert repr(read(write(drawn))) == repr(drawn)
    text = say(drawn)
    assert repr(parse(text)) == repr(drawn)
    assert say(parse(text)) == text


_WORDS = ["(", ")", ",", ":", "%", "5", "2026-11-21", '"A"', "plan", *sorted(words.KEYWORDS)]


@settings(max_examples=200)
@given(definitions(PLAIN), st.data())
def test_spoilt_sentences_are_refused_or_have_one_way_to_be_said(drawn: Definition, data: st.DataObject) -> None:
    """A word is taken away, put in or replaced."""
    said = say(drawn).split()
    place, length = data.draw(st.integers(0, len(said))), data.draw(st.integers(0, 1))
    said[place : place + length] = data.draw(st.lists(st.sampled_from(_WORDS), max_size=2))
    try:
        found = parse(" ".join(said))
    except Invalid:
        return
    assert repr(parse(say(found))) == repr(found)


@pytest.mark.parametrize(
    ("text", "where"),
    [
        # As written: a number is no text, and 1 neither 1.0 nor true.
        ("plan is 1", trait("plan", "equals", value=1)),
        ("plan is 1.0", trait("plan", "equals", value=1.0)),
        ("plan is true", trait("plan", "equals", value=True)),
        ('plan is "1"', trait("plan", "equals", value="1")),
        ('plan is "true"', trait("plan", "equals", value="true")),
        ("plan is -0.0", trait("plan", "equals", value=-0.0)),
        ("plan is 1e-7", trait("plan", "equals", value=1e-7)),
        ("plan is 12345678901234567890123", trait("plan", "equals", value=12345678901234567890123)),
        ('plan is one of "a, b", 1, 1.0, true, "1"', trait("plan", "in", values=["a, b", 1, 1.0, True, "1"])),
        ('plan is ""', trait("plan", "equals", value="")),
        # Names that are words of the language, or none.
        ('"last" is 5', trait("last", "equals", value=5)),
        ('"and" is "and"', trait("and", "equals", value="and")),
        ('"in the last 3 days" is set', trait("in the last 3 days", "set")),
        ('"2026-11-21" is set', trait("2026-11-21", "set")),
        ('"Größe (cm)" is set', trait("Größe (cm)", "set")),
        ("größe is set", trait("größe", "set")),
        ("first-name is set", trait("first-name", "set")),
        ("in_stock is set", trait("in_stock", "set")),
        ("company.days is set", trait("company.days", "set")),
        ('"a." is set', trait("a.", "set")),
        # Whatever would change how the text after it looks is written as a number.
        (r'plan is "a\n\"b\" \\ \u2028\u200f\u0000"', trait("plan", "equals", value='a\n"b" \\ \u2028\u200f\0')),
        ('plan is "👩‍👩‍👧 é"', trait("plan", "equals", value="👩‍👩‍👧 é")),
        # Parts that read alike.
        ("plan is more than 5", trait("plan", "greater", value=5)),
        ("plan is more than 5 days ago", trait("plan", "date", when={"kind": "ago", "n": 5, "unit": "day"})),
        ("plan is between 5 and 6", trait("plan", "range", low=5, high=6)),
        (
            "plan is between 5 and 6 years ago",
            trait("plan", "date", when={"kind": "ago", "n": 5, "until": 6, "unit": "year"}),
        ),
        ("plan is last month", trait("plan", "date", when={"kind": "this", "unit": "month", "back": 1})),
        ("known is not true", {"kind": "standing", "field": "known", "test": {"op": "not_equals", "value": True}}),
        ("known is 1", {"kind": "standing", "field": "known", "test": {"op": "equals", "value": 1}}),
        ("is not known", {"kind": "standing", "field": "known", "test": {"op": "equals", "value": False}}),
        ("first seen is set", {"kind": "standing", "field": "first_seen", "test": {"op": "set"}}),
        ('did "A" at most 0 times', {"kind": "event", "event": {"names": ["A"]}, "count": {"op": "at_most", "n": 0}}),
        ("never viewed any page", {"kind": "event", "event": {"type": "page"}, "count": {"op": "exactly", "n": 0}}),
        ("in a random 10 %", {"kind": "share", "percent": 10}),
        # Groups within groups, of one and of none.
        ("not (not (plan is set))", {"kind": "not", "of": {"kind": "not", "of": trait("plan", "set")}}),
        ("all of (any of (everyone))", {"kind": "all", "of": [{"kind": "any", "of": [{"kind": "all", "of": []}]}]}),
        ("(everyone and no one) and everyone", {"kind": "all", "of": [
            {"kind": "all", "of": [{"kind": "all", "of": []}, {"kind": "any", "of": []}]}, {"kind": "all", "of": []}]}),
    ],
)  # fmt: skip
def test_a_sentence_and_its_definition(text: str, where: Anything) -> None:
    assert repr(parse(text)) == repr(definition(where))
    assert say(definition(where)) == text


@pytest.mark.parametrize(
    ("typed", "canonical"),
    [
        ("  plan\nis\t5  ", "plan is 5"),
        ("((plan is 5))", "plan is 5"),
        ("plan is 5 in UTC", "plan is 5"),
        ('plan is 5 in "Europe/Berlin"', "plan is 5 in Europe/Berlin"),
        ('"plan" is 5.50', "plan is 5.5"),
        (r'plan is "\u0041\/"', 'plan is "A/"'),
        ('did "A" at least 1 time', 'did "A"'),
        ('did "A" exactly 0 times', 'never did "A"'),
        (
            'did page any of "A" at least 2 time in the last 1 days',
            'viewed page "A" at least 2 times in the last 1 day',
        ),
        ('did "A" where b is 1 in the last 3 hours', 'did "A" in the last 3 hours where b is 1'),
        ("all company plan is 1", "every company's plan is 1"),
        ("no companies’ plan is 1", "no company's plan is 1"),
        ("every colleague:(everyone)", "all colleagues: (everyone)"),
        ("consent to newsletter is denied", 'consent to "newsletter" is denied'),
        ('sum of total of "A" where b is 1 is at least 2', 'sum of total of "A" where (b is 1) is at least 2'),
        ('last "A" was at any time with b is 1', 'last "A" with b 1'),
        ("last seen is today", "last seen today"),
        ("plan is last day", "plan is yesterday"),
        ("where is 5", '"where" is 5'),
    ],
)
def test_what_people_type_too(typed: str, canonical: str) -> None:
    assert say(parse(typed)) == canonical


def test_long_groups_have_a_line_for_each_condition() -> None:
    long = [trait(f"a_rather_long_name_of_a_trait_{n}", "equals", value="and a long value") for n in (1, 2)]
    where = {"kind": "all", "of": [
        trait("plan", "set"),
        {"kind": "any", "of": [*long, {"kind": "any", "of": []}]},
        {"kind": "not", "of": {"kind": "all", "of": long}},
        {"kind": "not", "of": trait("plan", "equals", value=1)}]}  # fmt: skip
    one, two = (f'a_rather_long_name_of_a_trait_{n} is "and a long value"' for n in (1, 2))
    text = f"""\
plan is set
and (
  {one}
  or {two}
  or no one
)
and not (
  {one}
  and {two}
)
and not (plan is 1)
in Europe/Berlin"""
    assert say(definition(where, "Europe/Berlin")) == text
    assert parse(text) == definition(where, "Europe/Berlin")


# -- mistakes --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "message", "fix"),
    [
        ("", "Line 1, column 1: the text ends here, expected a condition such as", ""),
        ("plan is 5 and", "Line 1, column 14: the text ends here, expected a condition such as", ""),
        ("plan", 'column 5: the text ends here, expected "contains", "does", "ends", "has", "is", "matches" or "starts".', ""),
        ("plan is", "expected a value such as \"DE\", 5 or true, \"not\", \"set\", \"more than\"", ""),
        ('did "A" in the last 3', 'the text ends here, expected a unit such as "days".', ""),
        ('did "A" at least 2 tims', 'Line 1, column 20: found "tims", expected "time" or "times".', 'Did you mean "times"?'),
        ("plan is more then 5", 'Line 1, column 14: found "then", expected "than".', 'Did you mean "than"?'),
        ('plan is set\nAND did "A"', 'Line 2, column 1: found "AND", expected', 'Did you mean "and"?'),
        ('plan is set and\n  nevr did "A"', 'Line 2, column 8: found "did", expected', 'Did you mean "never" instead of "nevr"?'),
        ("a is 1 and b is 2 or c is 3", 'Line 1, column 19: found "or", expected "in" and a time zone, the end or "and".',
         "Put brackets around what belongs together"),
        ("(a is 1", 'the text ends here, expected ")", "and" or "or".', ""),
        ("a is 1)", 'column 7: found ")", expected', ""),
        ("not a is 1", 'column 5: found "a", expected "(".', ""),
        ("first is 5", 'column 7: found "is", expected an event such as', 'If first is a name, write it as "first".'),
        ("did Signup", 'column 5: found "Signup", expected an event such as', 'If Signup is a name, write it as "Signup".'),
        ("did Order Completed 2", 'column 5: found "Order"', 'If Order Completed is a name, write it as "Order Completed".'),
        ("plan = 5", "column 6: found =, which means nothing here.", 'Write "is".'),
        ("plan is 'x'", "found ', which means nothing here.", "Use double quotation marks"),
        ("plan is „x“", "found „, which means nothing here.", "Use straight quotation marks"),
        ('plan is "x', "column 9: the text that begins here has no end.", "Close it with"),
        ('plan is "a\nb"', "column 9: the text that begins here has no end.", "the end of a line as \\n"),
        (r'plan is "\x"', "column 9: the text that begins here has no end.", "Close it with"),
        (r'plan is "\ud800"', "column 9: this cannot be:", ""),
        ('plan is "\ud800"', "column 10: half a character stands here.", ""),
        ("plan is \0", "column 9: found U+0000, which means nothing here.", ""),
        ('did "A" ' + '"\u202e' + "x" * 99 + '"', 'column 9: found "U+202Exxx', ""),
        ("plan is before 2026-02-30", "Line 1, column 16: '2026-02-30' is no date.", "Write it as 2026-11-21"),
        ("plan is before 2026-1-1", "Line 1, column 16: '2026-1-1' is no date.", "Write it as 2026-11-21"),
        ("plan is 1e999", "column 9: this cannot be: Number out of range.", ""),
        (f'plan is set and "{"x" * 201}" is set', "Line 1, column 17: this cannot be: Expected `str` of length <= 200", ""),
        ('did "A" at least -1 times', "column 9: this cannot be: Expected `int` >= 0", ""),
        ('did "A" at least 1.5 times', "column 9: this cannot be: Expected `int`, got `float`", ""),
        ('did "A" in the last 0 days', "column 9: this cannot be: Expected `int` >= 1", ""),
        ('did "A" in the calendar week 2 days ago', "A calendar week is counted back in weeks, not in days.", ""),
        ('did "A" this hour', 'found "hour", expected "day", "week", "month" or "year".', ""),
        ('sum of total of "A" contains "5"', 'found "contains", expected', ""),
        ('did "A" then not "B"', "A sequence that ends with an absent step needs a time.", "Say within how long."),
        ("plan is set in Europe/Atlantis", "There is no time zone 'Europe/Atlantis'.", "Use a name such as"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(text: str, message: str, fix: str) -> None:
    with pytest.raises(Invalid) as caught:
        parse(text)
    assert message in caught.value.message
    assert caught.value.fix.startswith(fix) or fix in caught.value.fix
    if caught.value.code == "definition_text":
        place = f"Line {caught.value.data['line']}, column {caught.value.data['column']}: "
        assert caught.value.message.startswith(place)


def test_whatever_may_begin_a_condition_goes_by_one_name() -> None:
    assert parsing._parser().parse_interactive("").accepts() == mistakes.CONDITION


def test_as_much_as_json_allows() -> None:
    deep: Anything = All(())
    for _ in range(MOST_DEPTH - 1):
        deep = Not(deep)
    wide = All(tuple(Member("x") for _ in range(100)))
    full = Definition(All((wide, wide, All(tuple(Member("x") for _ in range(96))))))
    odd = Definition(All(tuple(Trait("x", Equals("\u2028" * 1000)) for _ in range(90))))
    lists = Definition(All(tuple(Trait("x", Equals("y" * 1000)) for _ in range(100))))
    for drawn in (Definition(deep), full, odd, lists):
        read(write(drawn))
        assert repr(parse(say(drawn))) == repr(drawn)


def test_too_many_words_are_not_read_to_the_end() -> None:
    with pytest.raises(Invalid, match="more than 30,000 words"):
        parse("everyone and " * 16_000)


@pytest.mark.parametrize(
    "text",
    [
        "(" * 5000 + "everyone" + ")" * 5000,
        "not (" * 100 + "everyone" + ")" * 100,
        "not (" * 41 + "everyone" + ")" * 41,
        "everyone and " * 20_000 + "everyone",
        "everyone and " * 300 + "everyone",
        'plan is "' + '\\"' * 500_000,
        '"' * 100_001,
        "plan is " + "1" * 200_000,
        "plan is one of " + "1," * 200_000,
        "plan is one of " + "1, " * 1000 + "1",
        "in " * 2000 + " " * 500_000,
        "x" * 500_000 + " ix 5",
        "plan is set" + " " * 10_000_000,
    ],
    ids=lambda text: text[:12],
)
def test_hostile_texts_are_refused_soon(text: str) -> None:
    began = time.process_time()
    with pytest.raises(Invalid) as caught:
        parse(text)
    assert time.process_time() - began < 5
    assert len(caught.value.message) < 400
