"""Resolve the identifier combinations of one slice to persons, inside the loader's transaction.

Bulk in, decide in memory, bulk out. Only combinations that hold something new, or that span several
persons, are looked at closely; for the rest one look-up answers.

The invariant that makes a replay harmless: after a combination was resolved, its strongest identifier
belongs to the part that its events were stored under.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from pentad.core import clock
from pentad.data.identity import store
from pentad.data.identity.rules import Cluster, Decision, Ident, Rules, decide


@dataclass(frozen=True, slots=True)
class Combo:
    """A combination of identifiers as it first appeared in a slice."""

    idents: tuple[Ident, ...]
    at: int
    """Microseconds since the epoch, as is `received`."""
    received: int
    message_id: str
    source_no: int
    alias_of: str | None = None
    """The previous id of an alias call: a user_id or an anonymous_id, whichever the graph knows."""
    pinned: str | None = None
    """Pentad's own events name the person they are about by public id."""


class ErasedLookup(Protocol):
    """Whether a message came before the erasure of one of its identifiers."""

    def covers(self, idents: Iterable[Ident], received: int) -> bool: ...


@dataclass(slots=True)
class Resolution:
    """For each combo the person number, or the reason why there is none."""

    persons: list[int | None] = field(default_factory=list)
    reasons: list[str | None] = field(default_factory=list)
    created: set[int] = field(default_factory=set)
    linked: set[int] = field(default_factory=set)
    """Roots whose cluster grew by a link."""
    roots: dict[int, int] = field(default_factory=dict)
    moved: dict[int, int] = field(default_factory=dict)
    """Parts that have a new root: what the ledger must read differently."""


def _alias_idents(combo: Combo) -> list[Ident]:
    """What the previous id of an alias call may be."""
    return [Ident("user_id", combo.alias_of), Ident("anonymous_id", combo.alias_of)] if combo.alias_of else []


class Resolver:
    """Holds the graph around one slice. Use once, within a transaction."""

    def __init__(self, rules: Rules):
        self.rules = rules
        self.separated = store.separations()
        self.owners: dict[Ident, int] = {}
        self.root_of: dict[int, int] = {}
        self.clusters: dict[int, Cluster] = {}
        self.new = store.Changes()

    def resolve(self, combos: Sequence[Combo], erased: ErasedLookup) -> Resolution:
        """Decide every combo in order and write what is new."""
        ordered = [self.rules.ordered(c.idents) for c in combos]
        named = [idents + _alias_idents(c) for c, idents in zip(combos, ordered, strict=True)]
        self.owners, self.root_of = store.owners({i for idents in named for i in idents})
        pinned, roots = store.by_public_id({c.pinned for c in combos if c.pinned})
        self.root_of |= roots
        self._load_clusters(idents for idents in named if not self._settled(idents))
        out = Resolution()
        for combo, idents in zip(combos, ordered, strict=True):
            if combo.pinned:
                out.persons.append(pinned.get(combo.pinned))
                out.reasons.append(None if combo.pinned in pinned else "erased")
                continue
            reason = None if idents else "blocked_identifiers"
            if idents and erased.covers(idents, combo.received):
                reason = "erased"
            out.reasons.append(reason)
            out.persons.append(None if reason else self._place(combo, idents, out))
        self.new.write()
        out.created = {p.no for p in self.new.persons}
        out.roots, out.moved = self.root_of, self.new.moved
        return out

    def look_up(self, combos: Sequence[Combo]) -> Resolution:
        """The same answer again after a crash between the two stores: change nothing, only read."""
        ordered = [self.rules.ordered(c.idents) for c in combos]
        owners, roots = store.owners({idents[0] for idents in ordered if idents})
        pinned, more = store.by_public_id({c.pinned for c in combos if c.pinned})
        out = Resolution(roots=roots | more)
        for combo, idents in zip(combos, ordered, strict=True):
            person = owners.get(idents[0]) if idents else None
            if combo.pinned:
                person = pinned.get(combo.pinned)
            out.persons.append(person)
            out.reasons.append(None if person else "erased" if idents else "blocked_identifiers")
        return out

    def _settled(self, idents: list[Ident]) -> bool:
        """Nothing to decide: all known, all of one person."""
        roots = {self.root_of.get(self.owners.get(i, -1), -1) for i in idents}
        return len(roots) <= 1 and -1 not in roots

    def _load_clusters(self, unsettled: Iterable[list[Ident]]) -> None:
        roots = {self.root_of[self.owners[i]] for idents in unsettled for i in idents if i in self.owners}
        for cluster in store.clusters(roots):
            for part in cluster.parts:
                self.clusters[part] = cluster
                self.root_of[part] = cluster.root

    def _place(self, combo: Combo, idents: list[Ident], out: Resolution) -> int:
        if combo.alias_of:
            user, device = _alias_idents(combo)
            # Last, whatever its namespace: an alias speaks of the user, and the previous id is what gives way.
            idents = idents + self.rules.ordered([user if user in self.owners else device])
        owner = self.owners.get(idents[0])
        if owner is not None and self._settled(idents):
            return owner
        decision = self._plainly_new(idents) or decide(idents, self.owners, self.clusters, self.rules, self.separated)
        person = decision.owner if decision.owner is not None else self._create(combo)
        self._attach(person, decision, combo)
        for strong, weak in decision.link:
            self._link(strong, weak, combo, out)
        for lost in decision.dropped:
            self.new.conflict(lost, person, combo.message_id, combo.at)
        return person

    def _plainly_new(self, idents: list[Ident]) -> Decision | None:
        """The answer for the commonest newcomer, one unknown value a namespace, without asking the rules."""
        if any(i in self.owners for i in idents) or len({i.namespace for i in idents}) < len(idents):
            return None
        return Decision(None, idents, [], [])

    def _create(self, combo: Combo) -> int:
        no = self.new.person(combo.at, combo.received)
        self.root_of[no] = no
        self.clusters[no] = Cluster(no, set(), {no})
        return no

    def _attach(self, person: int, decision: Decision, combo: Combo) -> None:
        for ident in decision.attach:
            self.owners[ident] = person
            self.clusters[person].idents.add(ident)
            self.new.identifier(ident, person, combo.source_no, combo.at)
            if ident.namespace in ("user_id", "email"):
                self.new.known.add(self.root_of[person])

    def _link(self, strong: Ident, weak: Ident, combo: Combo, out: Resolution) -> None:
        keep, other = self.owners[strong], self.owners[weak]
        stays, goes = self.clusters[keep], self.clusters[other]
        evidence = {
            "rule": "alias" if combo.alias_of in (strong.value, weak.value) else "seen together",
            "message_id": combo.message_id,
            "identifiers": [list(strong), list(weak)],
        }
        self.new.link(keep, other, evidence, clock.now())
        self.new.moved.update(dict.fromkeys(goes.parts, stays.root))
        stays.idents |= goes.idents
        stays.parts |= goes.parts
        out.linked.discard(goes.root)
        out.linked.add(stays.root)
        for part in goes.parts:
            self.clusters[part] = stays
            self.root_of[part] = stays.root
