from hypothesis import given, settings

from pentad.intelligence.segments.definition import Definition
from pentad.intelligence.segments.reading import check, read, write
from pentad.intelligence.segments.text import parse, say
from tests.intelligence.segments.drawing import definitions


@settings(max_examples=200)
@given(definitions())
def test_what_is_said_is_read_as_it_was(definition: Definition) -> None:
    """Compared as Python writes them: to it 1, 1.0 and true are equal."""
    check(definition)
    assert repr(read(write(definition))) == repr(definition)
    text = say(definition)
    assert repr(parse(text)) == repr(definition)
    assert say(parse(text)) == text
