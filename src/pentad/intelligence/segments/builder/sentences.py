"""Conditions as sentences of words, fields and choices. Pure; what is known of the data comes by `Known`."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol, TypeAlias
from urllib.parse import urlencode

from pentad.intelligence.segments.builder import choices, fields
from pentad.intelligence.segments.builder.building import Mistake, Mistakes
from pentad.intelligence.segments.builder.choices import Groups, Options
from pentad.intelligence.segments.builder.fields import Node

SUGGESTS = "/segments/builder/suggest/?"


class Known(Protocol):
    """What was seen, of what the reader may see."""

    def type_of(self, what: str, name: str, events: tuple[str, ...], type: str) -> str: ...

    def segments(self) -> Options: ...


class Unknown:
    """Nothing was seen yet."""

    def type_of(self, what: str, name: str, events: tuple[str, ...], type: str) -> str:
        return ""

    def segments(self) -> Options:
        return []


@dataclass(frozen=True, slots=True)
class Word:
    """doubt: it is no part of the sentence, but what makes one wonder about it."""

    text: str
    doubt: bool = False
    shape: ClassVar[str] = "word"


@dataclass(frozen=True, slots=True)
class Field:
    """A field for text. suggests: an address. several: it holds a list. beside: see fields.EXACT."""

    name: str
    label: str
    value: str = ""
    placeholder: str = "…"
    suggests: str = ""
    several: bool = False
    plain: bool = True
    digits: bool = False
    type: str = "text"
    beside: str = ""
    mistake: Mistake | None = None
    shape: ClassVar[str] = "field"

    @property
    def beside_name(self) -> str:
        return f"{self.name.rpartition('.')[0]}.as"


@dataclass(frozen=True, slots=True)
class Choice:
    """key: tells apart what it offers, for a page that is changed in place."""

    name: str
    label: str
    value: str
    groups: Groups
    key: str = ""
    mistake: Mistake | None = None
    shape: ClassVar[str] = "choice"


@dataclass(frozen=True, slots=True)
class Moment:
    """type: of the input; a time with an offset or seconds is typed as it is."""

    name: str
    label: str
    value: str
    type: str
    mistake: Mistake | None = None
    shape: ClassVar[str] = "moment"


@dataclass(frozen=True, slots=True)
class Together:
    """Parts between which no line ends: a number and its unit. at: their place, when they are added by a button."""

    parts: "Sequence[Part]"
    at: str = ""
    shape: ClassVar[str] = "together"


Part: TypeAlias = Word | Field | Choice | Moment | Together


@dataclass(frozen=True, slots=True)
class Item:
    """One of a list: a test of a property, or a step. at: its place. blocks: lists within it."""

    at: str
    parts: list[Part]
    blocks: list["Block"] = field(default_factory=list)
    first: bool = False
    last: bool = False
    fixed: bool = False


@dataclass(frozen=True, slots=True)
class Block:
    """A list below a sentence. at: where one is added. label: before the first; more: the button."""

    at: str
    label: str
    more: str
    items: list[Item]
    moves: bool = False


@dataclass(frozen=True, slots=True)
class Sentence:
    parts: list[Part]
    blocks: list[Block] = field(default_factory=list)


def text(node: Node, name: str, default: str = "") -> str:
    found = node.get(name, default)
    return found if isinstance(found, str) else default


def below(node: Node, name: str) -> Node:
    found = node.get(name)
    return found if isinstance(found, dict) else {}


def nodes(node: Node, name: str) -> list[Node]:
    found = node.get(name)
    return [one if isinstance(one, dict) else {} for one in found] if isinstance(found, list) else []


class Sentences:
    """Says nodes. Where a field is not filled in yet, the usual value stands in it."""

    def __init__(self, mistakes: Mistakes, known: Known | None = None) -> None:
        self.mistakes, self.known = mistakes, known or Unknown()

    def field(self, node: Node, path: str, name: str, label: str, default: str = "", **more: Any) -> Field:
        at = f"{path}.{name}"
        return Field(at, label, text(node, name, default), mistake=self.mistakes.get(at), **more)

    def number(self, node: Node, path: str, name: str, label: str, default: str = "", **more: Any) -> Field:
        return self.field(node, path, name, label, default, digits=True, **more)

    def choice(self, node: Node, path: str, name: str, label: str, options: Options | Groups, key: str = "") -> Choice:
        groups: Any = options if options and isinstance(options[0][1], list) else [("", options)]
        offered = [value for _, some in groups for value, _ in some]
        value = text(node, name, offered[0] if offered else "")
        if value not in offered:
            groups = [*groups, ("", [(value, value)])]
        at = f"{path}.{name}"
        return Choice(at, label, value, groups, key, self.mistakes.get(at))

    # -- times ---------------------------------------------------------------------------------------

    def when(self, node: Node, path: str, *, always: bool = False) -> list[Part]:
        """always: “at any time” is no answer."""
        kind = text(node, "kind", "last" if always else "")
        options = choices.WHENS if always else [*choices.EVER, *choices.WHENS]
        return [self.choice({"kind": kind}, path, "kind", "When", options), *self._when(kind, node, path)]

    def _when(self, kind: str, node: Node, path: str) -> list[Part]:
        match kind:
            case "last" | "next":
                return self._span(node, path)
            case "ago":
                until = self.number(node, path, "until", "But less than", placeholder="any", plain=True)
                return [*self._span(node, path), Together([Word("but less than"), until])]
            case "this":
                back = text(node, "back") or "0"
                return [
                    self.choice({"back": back}, path, "back", "Which one", choices.BACK),
                    self.choice(node, path, "unit", "Unit", choices.CALENDAR, key="calendar"),
                ]
            case "between":
                return [self.moment(node, path, "first", "From"), Word("and"), self.moment(node, path, "last", "To")]
            case "before" | "after":
                return [self.moment(node, path, "at", "Day")]
        return []

    def _span(self, node: Node, path: str, default: str = "30") -> list[Part]:
        unit = {"unit": text(node, "unit") or "day"}
        number = self.number(node, path, "n", "How many", default)
        return [Together([number, self.choice(unit, path, "unit", "Unit", choices.UNITS, key="units")])]

    def moment(self, node: Node, path: str, name: str, label: str) -> Moment:
        value, at = text(node, name), f"{path}.{name}"
        type = "date" if len(value) in (0, 10) else "datetime-local" if len(value) == 16 else "text"
        return Moment(at, label, value, type, self.mistakes.get(at))

    def within(self, node: Node, path: str, word: str) -> list[Part]:
        unit = {"unit": text(node, "unit") or "day"}
        number = self.number(node, path, "n", f"{word.capitalize()} how many", placeholder="any")
        return [Together([Word(word), number, self.choice(unit, path, "unit", "Unit", choices.UNITS)])]

    # -- tests ---------------------------------------------------------------------------------------

    def test(self, node: Node, path: str, type: str = "", suggests: str = "", *, only: bool = False) -> list[Part]:
        """only: tests of a figure."""
        usual = choices.FIGURES if only else choices.OPS_OF.get(type, list(choices.OPS))
        op = text(node, "op", usual[0])
        if op not in usual and not (
            node.keys() - {"op", "as"} and any(node[name] for name in node.keys() - {"op", "as"})
        ):
            op = usual[0]  # a type is known by now, and nothing was filled in for another
        offered = choices.tests_for(type, op, only)
        chosen = self.choice({"op": op}, path, "op", "Test", offered, key="figure" if only else type)
        return [chosen, *self._tested(op, node, path, type, suggests)]

    def _tested(self, op: str, node: Node, path: str, type: str, suggests: str) -> list[Part]:
        beside = text(node, "as")
        match op:
            case "equals" | "not_equals":
                value = text(node, "value")
                if type == "yes_no" and value in ("", "true", "false"):
                    return [self.choice({"value": value or "true"}, path, "value", "Value", choices.YES_NO, key=type)]
                return [self.field(node, path, "value", "Value", suggests=suggests, plain=False, beside=beside)]
            case "contains" | "not_contains" | "starts" | "ends" | "matches":
                return [self.field(node, path, "value", "Text")]
            case "greater" | "at_least" | "less" | "at_most":
                return [self.number(node, path, "value", "Number")]
            case "range":
                low, high = (self.number(node, path, name, name.capitalize()) for name in ("low", "high"))
                return [low, Word("and"), high]
            case "in" | "not_in" | "list_any" | "list_all" | "list_none":
                more: dict[str, Any] = {
                    "suggests": suggests,
                    "several": True,
                    "plain": False,
                    "beside": beside,
                    "placeholder": "one, another",
                }
                return [self.field(node, path, "values", "Values", **more)]
            case "date":
                return self.when(below(node, "when"), f"{path}.when", always=True)
            case "anniversary":
                days: list[Part] = [self.number(node, path, "days", "Days", "0"), Word("days")]
                return [Word("today or in the next"), Together(days)]
        return []

    def named(
        self, node: Node, path: str, name: str, what: str, label: str, events: tuple[str, ...] = (), type: str = "track"
    ) -> tuple[Field, str, str]:
        """The field for the name of a trait or property; its type; where its values are suggested."""
        asked: list[tuple[str, str]] = [("event", one) for one in events] + (
            [("type", type)] if what == "property" else []
        )
        chosen = self.field(node, path, name, label, placeholder=label.lower(), suggests=suggests(what, asked))
        meant = fields.meant_text(text(node, name))
        found = self.known.type_of(what, meant, events, type) if meant else ""
        return chosen, found, suggests(f"{what}_value", [("name", meant), *asked]) if meant else ""

    # -- events --------------------------------------------------------------------------------------

    def event(self, node: Node, path: str) -> list[Part]:
        kind = self.choice(node, path, "type", "Kind of event", choices.EVENT_TYPES)
        some = {"page": "any page", "screen": "any screen", "any": "whatever"}.get(kind.value, "any event")
        asked = suggests("event", [("type", kind.value)])
        return [kind, self.field(node, path, "names", "Events", placeholder=some, suggests=asked, several=True)]

    def where(self, event: Node, tests: list[Node], at: str, label: str = "where", more: str = "Where") -> Block:
        """Tests of the properties of an event."""
        of, items = events_of(event), []
        for place, one in enumerate(tests):
            path = f"{at}.{place}"
            name, type, values = self.named(one, path, "name", "property", "Property", *of)
            test = self.test(below(one, "test"), f"{path}.test", type, values)
            items.append(Item(path, [Word("and" if place else label), name, *test]))
        return Block(at, label, more, items)


def events_of(event: Node) -> tuple[tuple[str, ...], str]:
    """Their names, and their type."""
    return tuple(fields.meant_names(text(event, "names"))), text(event, "type") or "track"


def suggests(what: str, more: Iterable[tuple[str, str]] = ()) -> str:
    return SUGGESTS + urlencode([("what", what), *more])
