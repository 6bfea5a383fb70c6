"""A definition as a sentence, always in the same words and lines; parsing.py reads it again. Pure.

What fits is one line. What does not has a line for each condition of a group, with inner groups further in.
"""

from pentad.intelligence.segments import phrases, words
from pentad.intelligence.segments.definition import (
    Aggregate,
    All,
    Any,
    Colleagues,
    CompanyTrait,
    Condition,
    Consent,
    Definition,
    Equals,
    Event,
    HowOften,
    Identifier,
    Member,
    Not,
    Occurrence,
    OnDate,
    Sequence,
    Share,
    Standing,
    Step,
    Trait,
)

WIDTH = 100
_FUNCTIONS = {
    "sum": "sum of",
    "average": "average of",
    "minimum": "minimum of",
    "maximum": "maximum of",
    "distinct": "number of different",
}
_STANDING = {
    "first_seen": "first seen",
    "last_seen": "last seen",
    "event_count": "number of events",
    "known": "known",
}
_WHICH = {"any": "any", "all": "every", "none": "no"}


def say(definition: Definition) -> str:
    """The definition in words. parse(say(definition)) is the definition again, to the last digit."""
    lines = _lines(definition.where, WIDTH)
    if definition.time_zone != "UTC":
        zone = definition.time_zone
        ending = f"in {zone if words.ZONE.fullmatch(zone) else phrases.written(zone)}"
        lines = [f"{lines[0]} {ending}"] if len(lines) == 1 else [*lines, ending]
    return "\n".join(lines)


# -- groups ----------------------------------------------------------------------------------------


def _lines(node: Condition, room: int) -> list[str]:
    """The condition in one line if it fits or has to, else in several."""
    flat = _flat(node)
    if len(flat) <= room:
        return [flat]
    match node:
        case All() | Any() if len(node.of) > 1:
            lines: list[str] = []
            for one in node.of:
                block = _bracketed(one, room) if _is_group(one) else _lines(one, room - 4)
                lines += [f"{_joint(node)} {block[0]}", *block[1:]] if lines else block
            return lines
        case Not() | Colleagues():
            return _bracketed(node.of, room, _opening(node))
        case All() | Any() if node.of:
            return _bracketed(node.of[0], room, _opening(node))
    return [flat]


def _bracketed(inner: Condition, room: int, opening: str = "(") -> list[str]:
    flat = f"{opening}{_flat(inner)})"
    if len(flat) <= room - 4:
        return [flat]
    return [opening, *("  " + line for line in _lines(inner, room - 2)), ")"]


def _flat(node: Condition) -> str:
    match node:
        case All(()):
            return "everyone"
        case Any(()):
            return "no one"
        case All(of) | Any(of) if len(of) > 1:
            return f" {_joint(node)} ".join(f"({_flat(one)})" if _is_group(one) else _flat(one) for one in of)
        case All((only,)) | Any((only,)) | Not(only) | Colleagues(only):
            return f"{_opening(node)}{_flat(only)})"
    return _leaf(node)


def _is_group(node: Condition) -> bool:
    return isinstance(node, All | Any) and len(node.of) > 1


def _joint(node: Condition) -> str:
    return "and" if isinstance(node, All) else "or"


def _opening(node: Condition) -> str:
    match node:
        case Colleagues():
            return {"any": "any colleague: (", "all": "all colleagues: (", "none": "no colleague: ("}[node.which]
        case Not():
            return "not ("
    return "all of (" if isinstance(node, All) else "any of ("


# -- conditions ------------------------------------------------------------------------------------


def _leaf(node: Condition) -> str:
    match node:
        case Trait():
            return f"{phrases.named(node.name)} {phrases.tested(node.test)}"
        case Standing():
            return _standing(node)
        case Identifier():
            return f"identifier {phrases.named(node.namespace)} {phrases.tested(node.test)}"
        case Consent():
            by = f" by {phrases.written(node.channel)}" if node.channel else ""
            return f"consent to {phrases.written(node.purpose)}{by} is {node.state}"
        case CompanyTrait():
            return f"{_WHICH[node.which]} company's {phrases.named(node.name)} {phrases.tested(node.test)}"
        case Event():
            return _event(node)
        case Occurrence():
            return _occurrence(node)
        case Aggregate():
            subject = f"{_FUNCTIONS[node.function]} {phrases.named(node.property)} of {phrases.matched(node.event)}"
            where = phrases.where("where", node.event.where, brackets=True)
            return f"{subject}{phrases.timed(node.when)}{where} {phrases.tested(node.test)}"
        case Sequence():
            return _sequence(node)
        case Member():
            return f"in segment {phrases.written(node.id)}"
        case Share():
            seed = f" with seed {phrases.written(node.seed)}" if node.seed else ""
            return f"in a random {phrases.written(node.percent).removesuffix('.0')} %{seed}"
    raise TypeError(node)


def _standing(node: Standing) -> str:
    subject = _STANDING[node.field]
    match node.test:
        case OnDate(when) if node.field in ("first_seen", "last_seen"):
            return f"{subject}{phrases.timed(when)}"
        case Equals(value) if node.field == "known" and isinstance(value, bool):
            return "is known" if value else "is not known"
    return f"{subject} {phrases.tested(node.test)}"


def _event(node: Event) -> str:
    never, often = "", ""
    if node.count == HowOften("exactly", 0):
        never = "never "
    elif node.count != HowOften("at_least", 1):
        times = "time" if node.count.n == 1 else "times"
        often = f" {node.count.op.replace('_', ' ')} {node.count.n} {times}"
    return (
        f"{never}{phrases.did(node.event)}{often}{phrases.timed(node.when)}{phrases.where('where', node.event.where)}"
    )


def _occurrence(node: Occurrence) -> str:
    was = f" was{phrases.timed(node.when)}" if node.when else "" if node.where else " was at any time"
    where = phrases.where("where", node.event.where, brackets=True)
    return f"{node.which} {phrases.matched(node.event)}{where}{was}{phrases.where('with', node.where)}"


def _sequence(node: Sequence) -> str:
    first, *others = node.steps
    verb, event = phrases.did(first.event).split(" ", 1)
    did = f"{verb} {_which_ever(first)}{event}"
    said = did + phrases.timed(node.when) + _step(first)
    said += "".join(f" then {_which_ever(one)}{phrases.matched(one.event)}{_step(one)}" for one in others)
    if node.within:
        said += f", all within {phrases.lasting(node.within)}"
    return said + (f", same {', '.join(map(phrases.named, node.same))}" if node.same else "")


def _which_ever(step: Step) -> str:
    # The first step is never absent: see reading, which is asked later of what is said.
    return ("not " if step.absent else "") + ("the first " if step.first else "")


def _step(step: Step) -> str:
    within = f" within {phrases.lasting(step.within)}" if step.within else ""
    return within + phrases.where("where", step.event.where)
