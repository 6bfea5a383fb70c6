"""Pure rules of profiles: which source's value wins, and what a name is made of."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple


class Fact(NamedTuple):
    """What one source says of one trait."""

    name: str
    source_no: int
    value: Any
    at: Any
    """When it was stated: any kind of value that sorts by time, the same for all facts compared."""
    message_id: str
    part: int
    """The person (or company) number it was stated for."""
    once: bool = False
    """Meant only for a trait without a value (PostHog's `$set_once`)."""


@dataclass(frozen=True, slots=True)
class SourceRank:
    """How much a source counts. The lower priority number wins."""

    priority: int
    owned: bool
    name: str


UNKNOWN_SOURCE = SourceRank(1000, False, "a removed source")


def standing(fact: Fact, ranks: Mapping[int, SourceRank], preferred: Sequence[int] = ()) -> tuple[Any, ...]:
    """Sort key of a fact, best last: the trait's own order of sources, then source priority, then recency.

    Equal moments are told apart by part and source, so that the answer never depends on row order.
    """
    own = len(preferred) - preferred.index(fact.source_no) if fact.source_no in preferred else 0
    rank = ranks.get(fact.source_no, UNKNOWN_SOURCE)
    return (own, -rank.priority, fact.at, -fact.part, -fact.source_no)


def winners(
    facts: Iterable[Fact],
    ranks: Mapping[int, SourceRank],
    preferred: Mapping[str, Sequence[int]],
    nothing: Any = None,
) -> dict[str, Fact]:
    """The surviving fact of each trait. nothing: the value that says that a trait has none."""
    best: dict[str, Fact] = {}
    modest: list[Fact] = []
    for fact in facts:
        if fact.once:
            modest.append(fact)
            continue
        rival = best.get(fact.name)
        if rival is not None:
            own = preferred.get(fact.name, ())
            if standing(fact, ranks, own) < standing(rival, ranks, own):
                continue
        best[fact.name] = fact
    return best | _first_of(modest, best, nothing) if modest else best


def _first_of(modest: Iterable[Fact], best: Mapping[str, Fact], nothing: Any) -> dict[str, Fact]:
    """Of facts that are meant only where there is no value: the first one stated, and none where there was a value.

    By the times of the statements, so that the order of arrival makes no difference.
    """
    first: dict[str, Fact] = {}
    for fact in modest:
        said, rival = best.get(fact.name), first.get(fact.name)
        if said is not None and (said.value != nothing or fact.at <= said.at):
            continue
        if rival is None or _age(fact) < _age(rival):
            first[fact.name] = fact
    return first


def _age(fact: Fact) -> tuple[Any, ...]:
    return (fact.at, fact.part, fact.source_no)


def ranked(facts: Iterable[Fact], ranks: Mapping[int, SourceRank], preferred: Sequence[int] = ()) -> list[Fact]:
    """Facts of one trait by how much they count, most first; those meant only for a trait without a value at the end."""
    every = list(facts)
    plain = sorted((f for f in every if not f.once), key=lambda f: standing(f, ranks, preferred), reverse=True)
    return plain + sorted((f for f in every if f.once), key=_age)


def why(winner: Fact, others: Sequence[Fact], ranks: Mapping[int, SourceRank], preferred: Sequence[int]) -> str:
    """In words, why this value survived."""
    if winner.once:
        first = " the first of those that did" if any(f.once for f in others) else " it had none"
        return f"set only if it had no value, and{first}"
    if not others:
        return "the only source that states it"
    second = ranked(others, ranks, preferred)[0]
    if second.once:
        return "set outright; the others set it only if it had no value"
    mine, theirs = ranks.get(winner.source_no, UNKNOWN_SOURCE), ranks.get(second.source_no, UNKNOWN_SOURCE)
    if winner.source_no in preferred:
        return f"{mine.name} is preferred for this trait"
    if mine.priority != theirs.priority:
        return f"{mine.name} has priority {mine.priority}, before {theirs.name} with {theirs.priority}"
    return f"the most recent among sources of equal priority ({mine.priority})"


def text_of(value: Any) -> str:
    """How a value is compared in filters: lower case, at most 200 characters."""
    if isinstance(value, str):
        return value[:200].lower()
    return json.dumps(value, ensure_ascii=False, sort_keys=True)[:200].lower()


def number_of(value: Any) -> float | None:
    """The value as a number, when it is one."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if abs(number) < 1e300 else None


def text_trait(traits: Mapping[str, Any], *names: str) -> str:
    """The first of these traits that is a text or number, trimmed to 200 characters."""
    for name in names:
        value = traits.get(name)
        if isinstance(value, str | int | float) and not isinstance(value, bool) and str(value).strip():
            return str(value).strip()[:200]
    return ""


def display_name(traits: Mapping[str, Any]) -> str:
    """What to call a person: name, or first and last name, or user name."""
    first, last = text_trait(traits, "firstName", "first_name"), text_trait(traits, "lastName", "last_name")
    return text_trait(traits, "name") or f"{first} {last}".strip()[:200] or text_trait(traits, "username")


_WORD = re.compile(r"\w+", re.UNICODE)


def words(*texts: str) -> set[str]:
    """The words people search by, lower case, at most 60 characters each and 12 in all."""
    found = [w.lower()[:60] for text in texts for w in _WORD.findall(text) if len(w) > 1]
    return set(found[:12])
