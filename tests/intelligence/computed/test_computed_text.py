"""A computed trait as a sentence and as JSON: neither way loses anything."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pentad.core.errors import Invalid
from pentad.intelligence.computed import definition as d
from pentad.intelligence.computed.text import parse, say
from tests.intelligence.segments.drawing import WILD, matches, whens

NAMES = st.sampled_from(["total", "cart.total", "of", "last", "time", "days", "since", "a b", "größe", '"', "most"])


@st.composite
def computed(draw: st.DrawFn) -> d.Computed:
    function = draw(st.sampled_from(d.FUNCTIONS))
    name = draw(NAMES) if function in d.OF_PROPERTY else None
    zone = draw(st.sampled_from(["UTC", "Europe/Berlin", "Etc/GMT+3"]))
    return d.Computed(function, draw(matches(WILD)), name, draw(st.none() | whens()), zone)


@settings(max_examples=60, deadline=None)
@given(computed())
def test_text_and_json_are_lossless(one: d.Computed) -> None:
    assert repr(parse(say(one))) == repr(one)
    assert repr(d.read(d.write(one))) == repr(one)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('sum of "Order Completed"', "column 25: the text ends here"),
        ('number off "Order Completed"', 'Did you mean "of"?'),
        ('days since last "A" in Europe/Nowhere', "There is no time zone 'Europe/Nowhere'"),
        ('plan is "family"', "column 1"),
    ],
)
def test_what_cannot_be_read_is_told(text: str, said: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse(text)
    assert said in f"{refused.value.message} {refused.value.fix}"


@pytest.mark.parametrize(
    "given",
    [
        '{"function": "sum", "event": {}}',
        '{"function": "count", "property": "x", "event": {}}',
        '{"function": "median", "property": "x", "event": {}}',
        '{"function": "count", "event": {}, "time_zone": "Mars"}',
        '{"function": "count", "event": {}, "when": {"kind": "ago", "n": 5, "unit": "day", "until": 3}}',
    ],
)
def test_what_makes_no_sense_is_refused(given: str) -> None:
    with pytest.raises(Invalid):
        d.read(given)


def test_the_page_shows_every_function() -> None:
    page = (Path(__file__).resolve().parents[3] / "docs" / "reference" / "computed-traits.md").read_text()
    rows = re.findall(r"^\| `([^`]+)` \| `(\w+)` \|", page, re.MULTILINE)
    assert [(say(parse(text)), parse(text).function) for text, _ in rows] == rows
    assert {function for _, function in rows} == set(d.FUNCTIONS)
    [(text, said)] = re.findall(r"```text\n(.*?)\n```\n\n```json\n(.*?)\n```", page, re.DOTALL)
    assert repr(parse(text)) == repr(d.read(json.dumps(json.loads(said))))
