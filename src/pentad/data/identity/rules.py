"""Who is who: pure decisions over identifiers. No database, no clock.

The rules are the ones people know from the leading customer data platforms: priorities, limits and
blocked values. When an event's identifiers would join persons against a limit, the identifier of the
lowest priority is left out of that event and the rest is tried again.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

MAX_IDENTIFIERS = 1000
MAX_MERGES = 100


class Ident(NamedTuple):
    """An identifier as the graph knows it."""

    namespace: str
    value: str


@dataclass(frozen=True, slots=True)
class Rule:
    """Priority (the lower number is the stronger) and how many values one person may have."""

    priority: int
    limit: int


DEFAULT_RULES: dict[str, Rule] = {
    "user_id": Rule(0, 1),
    "email": Rule(1, 5),
    "phone": Rule(2, 5),
    "android.id": Rule(10, 5),
    "android.idfa": Rule(11, 5),
    "android.push_token": Rule(12, 5),
    "anonymous_id": Rule(13, 5),
    "cross_domain_id": Rule(14, 5),
    "ga_client_id": Rule(15, 5),
    "ios.id": Rule(17, 5),
    "ios.idfa": Rule(18, 5),
    "ios.push_token": Rule(19, 5),
}
OTHER = Rule(50, 5)

DEFAULT_BLOCKED = frozenset(
    {"-1", "null", "undefined", "none", "nan", "anonymous", "unknown", "guest", "true", "false", "[object object]"}
)


@dataclass(slots=True)
class Rules:
    """The rules in force: the defaults with the team's own on top."""

    own: Mapping[str, Rule] = field(default_factory=dict)
    blocked: frozenset[Ident] = frozenset()
    """Values in lower case; an empty namespace means all."""

    def of(self, namespace: str) -> Rule:
        return self.own.get(namespace) or DEFAULT_RULES.get(namespace) or OTHER

    def blocks(self, ident: Ident) -> bool:
        """Zeros and dashes only, a stock word for "nobody", or a value on the team's list, in any letter case."""
        value = ident.value.lower()
        return (
            not value.strip("0-")
            or value in DEFAULT_BLOCKED
            or Ident("", value) in self.blocked
            or Ident(ident.namespace, value) in self.blocked
        )

    def ordered(self, idents: Iterable[Ident]) -> list[Ident]:
        """Without blocked values and repeats, strongest first; alphabetical among equals."""
        usable = {i for i in idents if not self.blocks(i)}
        return sorted(usable, key=lambda i: (self.of(i.namespace).priority, i.namespace, i.value))


@dataclass(slots=True)
class Cluster:
    """What the graph knows of one person with all its linked parts."""

    root: int
    idents: set[Ident] = field(default_factory=set)
    parts: set[int] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Dropped:
    """An identifier left out of an event: why, and whose it is (None when nobody's)."""

    ident: Ident
    reason: Literal["limit", "separated", "cap"]
    owner: int | None


@dataclass(slots=True)
class Decision:
    """Where an event belongs. `owner` None: nobody known, make a person with `attach`."""

    owner: int | None
    attach: list[Ident]
    link: list[tuple[Ident, Ident]]
    dropped: list[Dropped]


def decide(
    idents: list[Ident],
    owners: Mapping[Ident, int],
    clusters: Mapping[int, Cluster],
    rules: Rules,
    separated: frozenset[tuple[int, int]],
) -> Decision:
    """Decide for one event.

    idents: strongest first, not empty. owners: identifier → the part it was first seen with.
    clusters: part → its cluster (same object for linked parts). separated: pairs of parts (low, high)
    that a person has declared different.
    """
    left, dropped = list(idents), list[Dropped]()
    while True:
        known = [i for i in left if i in owners]
        touched = list({id(c): c for c in (clusters[owners[i]] for i in known)}.values())
        why = _refusal(left, touched, rules, separated)
        if why is None or len(left) == 1:
            break
        weakest = left.pop()
        dropped.append(Dropped(weakest, why, owners.get(weakest)))
    if not known:
        return Decision(None, left, [], dropped)
    links: list[tuple[Ident, Ident]] = []
    seen = {id(clusters[owners[known[0]]])}
    for ident in known[1:]:
        if id(clusters[owners[ident]]) not in seen:
            seen.add(id(clusters[owners[ident]]))
            links.append((known[0], ident))
    return Decision(owners[known[0]], [i for i in left if i not in owners], links, dropped)


def _refusal(
    idents: list[Ident], touched: list[Cluster], rules: Rules, separated: frozenset[tuple[int, int]]
) -> Literal["limit", "separated", "cap"] | None:
    """Why these clusters and identifiers may not become one; None when they may."""
    if len(touched) == 1 and touched[0].idents.issuperset(idents):
        return None
    together = set(idents).union(*(c.idents for c in touched))
    if len(touched) > 1:
        if separated and _kept_apart(touched, separated):
            return "separated"
        if sum(len(c.parts) for c in touched) - 1 > MAX_MERGES:
            return "cap"
    if len(together) > MAX_IDENTIFIERS:
        return "cap"
    counts: dict[str, int] = {}
    for ident in together:
        counts[ident.namespace] = counts.get(ident.namespace, 0) + 1
    # A cluster may stand above a limit already (a person merged by hand): only growth is refused.
    before: dict[str, int] = {}
    for cluster in touched:
        mine: dict[str, int] = {}
        for ident in cluster.idents:
            mine[ident.namespace] = mine.get(ident.namespace, 0) + 1
        for namespace, n in mine.items():
            before[namespace] = max(before.get(namespace, 0), n)
    over = any(n > rules.of(ns).limit and n > before.get(ns, 0) for ns, n in counts.items())
    return "limit" if over else None


def _kept_apart(touched: list[Cluster], separated: frozenset[tuple[int, int]]) -> bool:
    for n, one in enumerate(touched):
        for two in touched[n + 1 :]:
            if any((min(a, b), max(a, b)) in separated for a in one.parts for b in two.parts):
                return True
    return False


def components(parts: Iterable[int], links: Iterable[tuple[int, int]]) -> dict[int, set[int]]:
    """Part → the set of parts it is connected with through links (union-find)."""
    group = {p: {p} for p in parts}
    for a, b in links:
        if a in group and b in group and group[a] is not group[b]:
            small, large = sorted((group[a], group[b]), key=len)
            large |= small
            for p in small:
                group[p] = large
    return group
