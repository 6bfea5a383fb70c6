"""The page about definitions and the JSON Schema beside it: what they say is what the code does."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any as Anything
from typing import get_args

import jsonschema_rs
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pentad.core.errors import Invalid
from pentad.intelligence.segments import definition as d
from pentad.intelligence.segments.reading import read, write
from pentad.intelligence.segments.schema import schema
from pentad.intelligence.segments.text import parse, say
from tests.intelligence.segments.drawing import definitions

REFERENCE = Path(__file__).resolve().parents[3] / "docs" / "reference"
PAGE = (REFERENCE / "segments.md").read_text()
ROW = re.compile(r"^\| `([^`]+)` \| `(\{[^`]*\})` \| .+ \|$", re.M)


def examples() -> Iterator[tuple[str, Anything]]:
    """Each sentence on the page with the definition beside it; what the tables show is put into a condition."""
    for text, said in re.findall(r"```text\n(.*?)\n```\n\n```json\n(.*?)\n```", PAGE, re.DOTALL):
        found = json.loads(said)
        yield text, found if "where" in found and "kind" not in found else {"where": found}
    for text, said in ROW.findall(PAGE.split("## Tests")[1].split("## Times")[0]):
        yield f"plan {text}", {"where": {"kind": "trait", "name": "plan", "test": json.loads(said)}}
    times, matches = PAGE.split("## Times")[1].split("## Which events")
    for text, said in ROW.findall(times):
        yield f'did "A" {text}', {"where": {"kind": "event", "event": {"names": ["A"]}, "when": json.loads(said)}}
    for text, said in ROW.findall(matches):
        yield text, {"where": {"kind": "event", "event": json.loads(said)}}


EXAMPLES = list(examples())


@pytest.mark.parametrize(("text", "found"), EXAMPLES, ids=[text.splitlines()[0] for text, _ in EXAMPLES])
def test_both_ways_say_the_same(text: str, found: Anything) -> None:
    expected = read(json.dumps(found))
    assert repr(parse(text)) == repr(expected)
    assert say(expected) == text


def test_every_example_is_found() -> None:
    """So that none is lost by the way the page is written."""
    assert (
        PAGE.count("```text")
        == PAGE.count("```json")
        == len(re.findall(r"```text\n.*?```\n\n```json", PAGE, re.DOTALL))
    )
    assert len(ROW.findall(PAGE)) == len(re.findall(r"^\| `", PAGE, re.M))


def test_everything_that_may_be_said_is_shown() -> None:
    shown = repr([read(json.dumps(found)) for _, found in EXAMPLES])
    every = [*get_args(d.Condition), *get_args(d.Test), *get_args(d.When), d.Step, d.Duration]
    assert [one.__name__ for one in every if f"{one.__name__}(" not in shown] == []


# -- JSON Schema -----------------------------------------------------------------------------------


def test_the_schema_is_the_codes() -> None:
    assert (REFERENCE / "segment-definition.schema.json").read_text() == schema(), "run `make reference`"


SCHEMA = jsonschema_rs.validator_for(json.loads(schema()))


@pytest.mark.parametrize("found", [found for _, found in EXAMPLES], ids=[text.splitlines()[0] for text, _ in EXAMPLES])
def test_the_schema_takes_the_examples(found: Anything) -> None:
    assert SCHEMA.is_valid(found)


@settings(max_examples=50)
@given(definitions())
def test_the_schema_takes_whatever_is_well_formed(definition: d.Definition) -> None:
    assert SCHEMA.is_valid(json.loads(write(definition)))


TRAIT = {"kind": "trait", "name": "plan", "test": {"op": "set"}}
EVENT = {"kind": "event", "event": {}}


@pytest.mark.parametrize(
    "found",
    [
        {},
        [],
        {"where": []},
        {"where": {"kind": "trait"}},
        {"where": {"kind": "nobody"}},
        {"where": {"name": "plan", "test": {"op": "set"}}},
        {"where": TRAIT, "time_zone": None},
        {"where": TRAIT, "more": 1},
        {"where": TRAIT | {"of": []}},
        {"where": TRAIT | {"name": ""}},
        {"where": TRAIT | {"name": "x" * 201}},
        {"where": TRAIT | {"test": {"op": "is"}}},
        {"where": TRAIT | {"test": {"op": "equals"}}},
        {"where": TRAIT | {"test": {"op": "equals", "value": None}}},
        {"where": TRAIT | {"test": {"op": "equals", "value": ["a"]}}},
        {"where": TRAIT | {"test": {"op": "greater", "value": "5"}}},
        {"where": TRAIT | {"test": {"op": "greater", "value": True}}},
        {"where": TRAIT | {"test": {"op": "in", "values": []}}},
        {"where": TRAIT | {"test": {"op": "contains", "value": ""}}},
        {"where": TRAIT | {"test": {"op": "anniversary", "days": 367}}},
        {"where": TRAIT | {"test": {"op": "date", "when": {"kind": "before", "at": "21.11.2026"}}}},
        {"where": TRAIT | {"test": {"op": "date", "when": {"kind": "this", "unit": "hour"}}}},
        {"where": EVENT | {"count": {"op": "never", "n": 0}}},
        {"where": EVENT | {"count": {"op": "at_least", "n": -1}}},
        {"where": EVENT | {"when": {"kind": "last", "n": 0, "unit": "day"}}},
        {"where": {"kind": "aggregate", "function": "sum", "property": "p", "event": {}, "test": {"op": "in", "values": [1]}}},
        {"where": {"kind": "sequence", "steps": [{"event": {}}]}},
        {"where": {"kind": "share", "percent": 101}},
        {"where": {"kind": "all", "of": [TRAIT] * 101}},
    ],
)  # fmt: skip
def test_the_schema_refuses_what_the_code_refuses(found: Anything) -> None:
    with pytest.raises(Invalid):
        read(json.dumps(found))
    assert not SCHEMA.is_valid(found)


_STRANGE = st.sampled_from(
    [None, True, -1, 0, 1.5, 10**6, "", "any", "day", "x" * 1001, [], [1], {}, {"kind": "all", "of": []}]
)


@settings(max_examples=150)
@given(definitions(), st.data())
def test_the_schema_and_the_code_agree_on_what_was_spoilt(definition: d.Definition, data: st.DataObject) -> None:
    """Somewhere in a definition a part is taken away, put in or replaced."""
    found = json.loads(write(definition))
    objects = [one for one in _inside(found) if isinstance(one, dict) and one]
    place = data.draw(st.sampled_from(objects))
    key = data.draw(st.sampled_from([*sorted(place), "strange"]))
    if data.draw(st.booleans()):
        place.pop(key, None)
    else:
        place[key] = data.draw(_STRANGE)
    try:
        msgspec.json.decode(json.dumps(found), type=d.Definition)
        taken = True
    except msgspec.MsgspecError:
        taken = False
    assert SCHEMA.is_valid(found) == taken


def _inside(found: Anything) -> Iterator[Anything]:
    yield found
    if isinstance(found, dict | list):
        for one in found.values() if isinstance(found, dict) else found:
            yield from _inside(one)
