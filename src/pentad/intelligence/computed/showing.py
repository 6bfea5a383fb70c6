"""The builder's form of a computed trait as the page shows it: a sentence of words, fields and choices."""

from dataclasses import dataclass
from typing import ClassVar

from pentad.intelligence.computed import drafting
from pentad.intelligence.computed.definition import OF_PROPERTY
from pentad.intelligence.computed.drafting import ROOT, Draft, Reading
from pentad.intelligence.segments.builder.known import Seen
from pentad.intelligence.segments.builder.sentences import Part, Sentence, Sentences, Word, below, events_of, nodes

URL = "/segments/traits/rules/"
FUNCTIONS = [
    ("Of the events", [
        ("count", "number of"), ("days_since_last", "days since the last"), ("days_since_first", "days since the first"),
        ("last_time", "time of the last"), ("first_time", "time of the first"),
    ]),
    ("Of a property", [
        ("sum", "sum of"), ("average", "average of"), ("minimum", "smallest"), ("maximum", "largest"),
        ("distinct", "number of different"), ("most_frequent", "most frequent"), ("last", "last"), ("first", "first"),
    ]),
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rules:
    """For computed/_rules.html, and the parts of segments' builder in it. focus: the place to go on at."""

    draft: Draft
    sentence: Sentence
    wrong: list[str]
    focus: str = ""
    url: str = URL
    modes: ClassVar[list[tuple[str, str]]] = [("rules", "Rules"), ("text", "Sentence"), ("json", "JSON")]

    @property
    def lines(self) -> int:
        """Of the field for text."""
        written = self.draft.written
        return min(30, max(4, written.count("\n") + len(written) // 90 + 2))


def rules(draft: Draft, reading: Reading | None = None, focus: str = "") -> Rules:
    """As the page shows them to whoever asks."""
    found = reading or drafting.judged(draft)
    wrong = [one.text for path, one in found.mistakes.items() if not one.missing or not path]
    return Rules(draft, _sentence(draft, found), wrong, focus)


def _sentence(draft: Draft, found: Reading) -> Sentence:
    say, node = Sentences(found.mistakes, Seen()), draft.node
    event, at = below(node, "event"), f"{ROOT}.event"
    function = say.choice(node, ROOT, "function", "Figure", FUNCTIONS)
    parts: list[Part] = [function]
    if function.value in OF_PROPERTY:
        name, _, _ = say.named(node, ROOT, "property", "property", "Property", *events_of(event))
        parts += [name, Word("of")]
    parts += [*say.event(event, at), *say.when(below(node, "when"), f"{ROOT}.when")]
    return Sentence(parts, [say.where(event, nodes(event, "where"), f"{at}.where")])
