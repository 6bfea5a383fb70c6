"""Segments in a sentence by name, as people write and read them; what is kept names them by id."""

import json
import re
from collections.abc import Callable

from pentad.core.errors import Invalid
from pentad.intelligence.segments import queries
from pentad.intelligence.segments.definition import Definition
from pentad.intelligence.segments.models import Segment
from pentad.intelligence.segments.text import parse

_MEMBER = re.compile(r'(\bin\s+segment\s+)("(?:[^"\\]|\\.)*+"?|[^\W\d]\w*)|"(?:[^"\\]|\\.)*+"?', re.DOTALL)
"""What names a segment; or another text in quotation marks, in which nothing does."""


MOST = 100
"""Segments that are looked for in one sentence."""


def parsed(sentence: str) -> Definition:
    """The definition that a sentence says. Raises Invalid, with the place in the sentence as it was written."""
    try:
        return parse(by_id(sentence))
    except Invalid:
        parse(sentence)
        raise


def by_id(sentence: str) -> str:
    """Names that are those of segments in use become ids; what is an id, or nobody's name, stays."""

    def id_of(given: str) -> str:
        known = Segment.objects.filter(id=given).exists()
        found = None if known else queries.named(given)
        return found.id if found else given

    return _renamed(sentence, id_of)


def by_name(sentence: str) -> str:
    """Ids become names where the name leads back to the same segment."""
    return _renamed(sentence, called)


def called(id: str) -> str:
    row = Segment.objects.filter(id=id, deleted=None).first()
    found = queries.named(row.name) if row else None
    return row.name if row and found and found.pk == row.pk else id


def ids_in(definition: str) -> list[str]:
    """Of the segments that a definition, as JSON, asks for; each once."""
    return list(dict.fromkeys(re.findall(r'"id":\s*"([^"\\]{1,80})"', definition)))


def _renamed(sentence: str, other: Callable[[str], str]) -> str:
    names = dict[str, str]()

    def replaced(found: re.Match[str]) -> str:
        if not found[1]:
            return found[0]
        try:
            given = str(json.loads(found[2])) if found[2].startswith('"') else found[2]
        except ValueError:  # an escape that is none: reading it tells where
            return found[0]
        if given not in names:
            names[given] = other(given) if len(names) < MOST else given
        name = names[given]
        return found[0] if name == given else found[1] + json.dumps(name, ensure_ascii=False)

    return _MEMBER.sub(replaced, sentence)
