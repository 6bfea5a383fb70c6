"""What each kind of condition reads like, from its second word on. Pure."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from pentad.intelligence.segments.builder import choices, fields
from pentad.intelligence.segments.builder.fields import Node
from pentad.intelligence.segments.builder.sentences import (
    Block,
    Item,
    Part,
    Sentence,
    Sentences,
    Together,
    Word,
    below,
    events_of,
    nodes,
    suggests,
    text,
)


def sentence(to: Sentences, node: Node, path: str) -> Sentence:
    return _KINDS[node["kind"]](to, node, path)


def _trait(to: Sentences, node: Node, path: str) -> Sentence:
    name, type, values = to.named(node, path, "name", "trait", "Trait")
    return Sentence([name, *to.test(below(node, "test"), f"{path}.test", type, values)])


def _standing(to: Sentences, node: Node, path: str) -> Sentence:
    field = to.choice(node, path, "field", "Which", choices.STANDING)
    type = choices.STANDING_TYPES.get(field.value, "")
    return Sentence([field, *to.test(below(node, "test"), f"{path}.test", type)])


def _identifier(to: Sentences, node: Node, path: str) -> Sentence:
    more = {"placeholder": "email", "suggests": suggests("identifier")}
    namespace = to.field(node, path, "namespace", "Kind of identifier", **more)
    return Sentence([namespace, *to.test(below(node, "test"), f"{path}.test", "text")])


def _consent(to: Sentences, node: Node, path: str) -> Sentence:
    purpose = to.field(node, path, "purpose", "Purpose", placeholder="purpose", suggests=suggests("purpose"))
    by = to.field(node, path, "channel", "Channel", placeholder="all channels at once", suggests=suggests("channel"))
    state = to.choice(node, path, "state", "State", choices.STATES)
    return Sentence([Word("to"), purpose, Word("by"), by, Word("is"), state])


def _company(to: Sentences, node: Node, path: str) -> Sentence:
    which = to.choice(node, path, "which", "Which companies", choices.COMPANIES)
    name, type, values = to.named(node, path, "name", "company", "Trait")
    return Sentence([which, name, *to.test(below(node, "test"), f"{path}.test", type, values)])


def _colleagues(to: Sentences, node: Node, path: str) -> Sentence:
    which = to.choice(node, path, "which", "Which colleagues", choices.COLLEAGUES)
    return Sentence([Word("of the same company:"), which, Word("meet this")])


def _event(to: Sentences, node: Node, path: str) -> Sentence:
    event, count, at = below(node, "event"), below(node, "count"), f"{path}.event"
    op, n = text(count, "op", "at_least"), text(count, "n", "1")
    never = op == "never" or (op == "exactly" and n.strip() == "0")
    often: list[Part] = [
        to.choice({"op": "never" if never else op}, f"{path}.count", "op", "How often", choices.COUNTS)
    ]
    if not never:
        times = to.number(count, f"{path}.count", "n", "Times", "1")
        often.append(Together([times, Word("time" if n.strip() == "1" else "times")]))
    parts = [*to.event(event, at), *often, *to.when(below(node, "when"), f"{path}.when")]
    return Sentence(parts, [to.where(event, nodes(event, "where"), f"{at}.where")])


def _occurrence(to: Sentences, node: Node, path: str) -> Sentence:
    event, at = below(node, "event"), f"{path}.event"
    which = to.choice(node, path, "which", "First or last", choices.WHICH)
    parts = [which, *to.event(event, at), Word("was"), *to.when(below(node, "when"), f"{path}.when")]
    among = to.where(
        event, nodes(event, "where"), f"{at}.where", f"the {which.value} of those where", "Only those where"
    )
    has = to.where(event, nodes(node, "where"), f"{path}.where", "and its", "And its")
    return Sentence(parts, [among, has])


def _aggregate(to: Sentences, node: Node, path: str) -> Sentence:
    event, at = below(node, "event"), f"{path}.event"
    function = to.choice(node, path, "function", "Figure", choices.FUNCTIONS)
    name, _, _ = to.named(node, path, "property", "property", "Property", *events_of(event))
    of = [function, name, Word("of"), *to.event(event, at), *to.when(below(node, "when"), f"{path}.when")]
    test = to.test(below(node, "test"), f"{path}.test", "number", only=True)
    return Sentence([*of, *test], [to.where(event, nodes(event, "where"), f"{at}.where")])


def _sequence(to: Sentences, node: Node, path: str) -> Sentence:
    steps = nodes(node, "steps")
    steps += [{} for _ in range(2 - len(steps))]
    items = [_step(to, one, f"{path}.steps.{place}", place, len(steps)) for place, one in enumerate(steps)]
    names = tuple(name for one in steps for name in events_of(below(one, "event"))[0])
    asked = suggests("property", (("event", one) for one in names))
    same: dict[str, Any] = {"placeholder": "no property", "suggests": asked, "several": True}
    parts: list[Part] = [Word("of which the first was"), *to.when(below(node, "when"), f"{path}.when")]
    offered = []
    if "same" in node:
        words: list[Part] = [Word("with the same"), to.field(node, path, "same", "Same properties", **same)]
        words += [Word(one, doubt=True) for one in _unshared(to, steps, fields.meant_names(text(node, "same")))]
        parts.append(Together(words, f"{path}.same"))
    else:
        offered.append(Block(f"{path}.same", "", "Same property", []))
    if "within" in node:
        parts.append(Together(to.within(below(node, "within"), f"{path}.within", "all within"), f"{path}.within"))
    elif not any(text(below(one, "within"), "n").strip() for one in steps):  # it has one time or the other
        offered.append(Block(f"{path}.within", "", "All within", []))
    return Sentence(parts, [*offered, Block(f"{path}.steps", "", "Step", items, moves=True)])


def _unshared(to: Sentences, steps: list[Node], same: Sequence[str]) -> Iterator[str]:
    """Which of the properties are known of the events of some steps, but were not seen in those of another."""
    events = [events_of(below(step, "event")) for step in steps]
    for name in same:
        without = [of for of, type in events if of and not to.known.type_of("property", name, of, type)]
        if without and len(without) < len(events):
            yield f"{name} was not seen in {' or '.join(without[0])}"


def _step(to: Sentences, step: Node, path: str, place: int, of: int) -> Item:
    event, options = below(step, "event"), choices.THEN
    parts: list[Part] = [Word("did")] if not place else [to.choice(step, path, "absent", "Then", options)]
    parts.append(to.choice(step, path, "first", "Which one", choices.FIRST_EVER))
    parts += to.event(event, f"{path}.event")
    if place:
        parts += to.within(below(step, "within"), f"{path}.within", "within")
    where = to.where(event, nodes(event, "where"), f"{path}.event.where")
    return Item(path, parts, [where], first=not place, last=place == of - 1, fixed=of < 3)


def _member(to: Sentences, node: Node, path: str) -> Sentence:
    segments = [("", "choose one"), *to.known.segments()]
    return Sentence([Word("is in"), to.choice({"id": text(node, "id")}, path, "id", "Segment", segments)])


def _share(to: Sentences, node: Node, path: str) -> Sentence:
    seed = to.field(node, path, "seed", "Seed", placeholder="none")
    return Sentence([Word("of"), to.number(node, path, "percent", "Percent", "10"), Word("%, drawn by seed"), seed])


_KINDS: dict[str, Callable[[Sentences, Node, str], Sentence]] = {
    "trait": _trait, "standing": _standing, "identifier": _identifier, "consent": _consent, "company": _company,
    "colleagues": _colleagues, "event": _event, "occurrence": _occurrence, "aggregate": _aggregate, "sequence": _sequence,
    "segment": _member, "share": _share,
}  # fmt: skip
