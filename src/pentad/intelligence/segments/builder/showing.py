"""The rules as the page shows them: rows of sentences, boxed groups, what is missing."""

from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from django.http import HttpRequest

from pentad.intelligence.segments import naming
from pentad.intelligence.segments.builder import choices, form, kinds
from pentad.intelligence.segments.builder.building import Mistakes
from pentad.intelligence.segments.builder.fields import Node
from pentad.intelligence.segments.builder.form import Draft, Reading
from pentad.intelligence.segments.builder.known import Seen
from pentad.intelligence.segments.builder.sentences import Choice, Known, Part, Sentence, Sentences, nodes

GROUPS = ("all", "any")


@dataclass(frozen=True, slots=True)
class Row:
    """A condition, or a group of some. at: its place, with what turns it around. path: without.

    hidden: fields that nobody types in. told: mistakes in what was said. joint: a choice where “and” or “or” is chosen.
    beside: a group stands next to it, into which it may go.
    """

    at: str
    path: str
    word: str
    joint: Choice | None
    hidden: list[tuple[str, str]]
    negated: int
    kind: Choice | None
    sentence: Sentence
    rows: list["Row"] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    first: bool = True
    last: bool = True
    beside: bool = False

    @property
    def may_leave(self) -> bool:
        """Whether a group is around the one that it is in."""
        steps = self.at.split(".")
        return len(steps) > 4 and steps[-2] == "of" and steps[-3].isdecimal()

    @property
    def is_group(self) -> bool:
        return self.kind is None

    @property
    def inner(self) -> bool:
        """Whether it holds others in a box."""
        return self.is_group or (self.kind is not None and self.kind.value == "colleagues")

    @property
    def adds_at(self) -> str:
        return self.path if self.is_group else f"{self.path}.of"


@dataclass(frozen=True, slots=True)
class Rules:
    """For _rules.html. focus: the place to go on at. url: where parts of it post what was changed. named: segments in JSON, by id."""

    draft: Draft
    root: Row | None
    wrong: list[str]
    focus: str = ""
    kinds: list[tuple[str, list[tuple[str, str, str, str]]]] = field(default_factory=list)
    url: str = "/segments/builder/rules/"
    named: list[tuple[str, str]] = field(default_factory=list)
    modes: ClassVar[list[tuple[str, str]]] = [("rules", "Rules"), ("text", "Sentence"), ("json", "JSON")]

    @property
    def lines(self) -> int:
        """Of the field for text."""
        written = self.draft.written
        return min(30, max(5, written.count("\n") + len(written) // 90 + 2))


def rules(request: HttpRequest, draft: Draft, reading: Reading | None = None, focus: str = "") -> Rules:
    """As the page shows them to whoever asks."""
    found = shown(draft, reading or judged(draft), focus, Seen())
    if draft.mode == "text":
        return replace(found, draft=replace(draft, written=naming.by_name(draft.written)))
    ids = naming.ids_in(draft.written)[: naming.MOST] if draft.mode == "json" else []
    return replace(found, named=[(id, name) for id in ids if (name := naming.called(id)) != id])


def judged(draft: Draft) -> Reading:
    """As `form.judged`; mistakes in a sentence stand where they do in what is shown."""
    found = form.judged(draft)
    if draft.mode != "text" or found.definition is not None:
        return found
    return form.judged(replace(draft, written=naming.by_name(draft.written)))


def resolved(draft: Draft) -> Draft:
    """With ids in place of the names by which a sentence calls segments."""
    return replace(draft, written=naming.by_id(draft.written)) if draft.mode == "text" else draft


def shown(draft: Draft, found: Reading, focus: str, known: Known) -> Rules:
    root = Showing(found.mistakes, Sentences(found.mistakes, known)).root(draft.tree) if draft.mode == "rules" else None
    whole = [one.text for path, one in found.mistakes.items() if path in ("", "time_zone")]
    return Rules(draft, root, whole, focus, _offered())


def _offered() -> list[tuple[str, list[tuple[str, str, str, str]]]]:
    return [
        (label, [(kind, choices.NAMED[kind], choices.ICONS[kind], choices.EXPLAINED[kind]) for kind, _ in some])
        for label, some in choices.KINDS
    ]


class Showing:
    def __init__(self, mistakes: Mistakes, say: Sentences) -> None:
        self.mistakes, self.say = mistakes, say

    def root(self, tree: Node) -> Row:
        return self.row(tree, form.ROOT, form.ROOT, [], 0, "Where", None, (True, True))

    def row(
        self, node: Node, at: str, path: str, hidden: list[tuple[str, str]], negated: int,
        word: str, joint: Choice | None, ends: tuple[bool, bool],
    ) -> Row:  # fmt: skip
        kind = node.get("kind", "")
        if kind == "not":
            inner = node.get("of") if isinstance(node.get("of"), dict) else {}
            more = [*hidden, (f"{path}.kind", "not")]
            return self.row(inner or {}, at, f"{path}.of", more, negated + 1, word, joint, ends)
        if kind in GROUPS:
            rows = self.rows(node, path)
            extra = [] if len(rows) > 1 else [(f"{path}.kind", kind)]
            told = self.told(path)
            return Row(at, path, word, joint, hidden + extra, negated, None, Sentence([]), rows, told, *ends)
        known = {one: True for _, some in choices.KINDS for one, _ in some}
        node = node if kind in known else {**node, "kind": "trait"}
        chosen = self.say.choice(node, path, "kind", "Kind of condition", choices.KINDS)
        said = kinds.sentence(self.say, node, path)
        rows = [self.within(node, path)] if node["kind"] == "colleagues" else []
        hidden = [*hidden, (f"{path}.empty", "1")] if rows and node.get("empty") else hidden
        return Row(at, path, word, joint, hidden, negated, chosen, said, rows, self.told(path, leaf=not rows), *ends)

    def within(self, node: Node, path: str) -> Row:
        """What colleagues are asked for: always shown as a group."""
        inner = node.get("of") if isinstance(node.get("of"), dict) else {}
        return self.row(inner or {"kind": "all", "of": []}, f"{path}.of", f"{path}.of", [], 0, "", None, (True, True))

    def rows(self, group: Node, path: str) -> list[Row]:
        joint, some, found = group.get("kind", "all"), nodes(group, "of"), []
        word = dict(choices.JOINTS).get(joint, "and")
        for place, one in enumerate(some):
            at, ends = f"{path}.of.{place}", (place == 0, place == len(some) - 1)
            choice = self.say.choice(group, path, "kind", "And or or", choices.JOINTS) if place == 1 else None
            row = self.row(one, at, at, [], 0, word if place else "Where", choice, ends)
            near = [some[n] for n in (place - 1, place + 1) if 0 <= n < len(some)]
            found.append(replace(row, beside=any(other.get("kind") in GROUPS for other in near)))
        return found

    def told(self, path: str, leaf: bool = False) -> list[str]:
        """Mistakes of the condition, or with `leaf` of anything in it."""
        return [
            one.text
            for place, one in self.mistakes.items()
            if not one.missing and (place == path or (leaf and place.startswith(f"{path}.")))
        ]


# -- parts of it, for other forms ------------------------------------------------------------------------


def event_parts(node: Node, path: str, mistakes: Mistakes) -> Sentence:
    """An event with the tests of its properties."""
    say = Sentences(mistakes, Seen())
    return Sentence(say.event(node, path), [say.where(node, nodes(node, "where"), f"{path}.where")])


def when_parts(node: Node, path: str, mistakes: Mistakes) -> list[Part]:
    return Sentences(mistakes, Seen()).when(node, path)


def test_parts(node: Node, path: str, mistakes: Mistakes, **more: Any) -> list[Part]:
    return Sentences(mistakes, Seen()).test(node, path, **more)
