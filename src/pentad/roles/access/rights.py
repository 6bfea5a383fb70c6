"""What a policy answers: how far a right reaches, what one may see of a field, and why. Pure.

A grant allows or denies a right (or all that a pattern such as "people.*" covers) for a scope: one's own records,
those of one's teams, or all. What is allowed is everything some grant allows, less everything any grant denies.
A field rule says how much of a field a role sees; the field's own rule counts before one for its sensitivity class.
A field that may be used for some purposes only is hidden from who works for none of them, whatever the rules say.
Capital and small letters make no other field: what is said of “budget” holds for “Budget”.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum


class Scope(IntEnum):
    """Whose records: each holds the ones before it."""

    NONE = 0
    OWN = 1
    TEAM = 2
    ALL = 3


class Level(IntEnum):
    """How much of a field: each holds the ones before it."""

    HIDDEN = 0
    MASKED = 1
    SEE = 2
    CHANGE = 3


TWINS = {"name": "trait:name", "email": "trait:email", "phone": "trait:phone"}
TWINS |= {trait: name for name, trait in TWINS.items()}
"""Fields that are traits too."""
MADE_OF = {
    ("people", "name"): ("trait:firstName", "trait:lastName", "trait:first_name", "trait:last_name", "trait:username"),
}
"""Fields that are put together from other traits, where their twin is not stated: no more is seen of them than of each."""

REMEMBERED = 500
"""Rights whose reach a policy remembers; there are fewer, but somebody may ask about made-up ones."""

CLASSES = ("public", "internal", "personal", "sensitive")
"""Sensitivity of a field, rising."""


@dataclass(frozen=True, slots=True)
class Grant:
    """role: whose grant it is, by the role's name. right: a name, "people.*" or "*"."""

    role: str
    right: str
    scope: Scope = Scope.ALL
    deny: bool = False

    def covers(self, right: str) -> bool:
        if self.right in ("*", right):
            return True
        return self.right.endswith(".*") and right.startswith(self.right[:-1])


@dataclass(frozen=True, slots=True)
class FieldRule:
    """target: a field's name, "class:" and a sensitivity class, or "*". deny: a ceiling whatever other roles say."""

    role: str
    kind: str
    target: str
    level: Level
    deny: bool = False


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a right reaches: the records within `allow` that are not within `deny`."""

    allow: Scope
    deny: Scope = Scope.NONE

    @property
    def nothing(self) -> bool:
        return self.allow <= self.deny

    @property
    def everything(self) -> bool:
        return self.allow == Scope.ALL and self.deny == Scope.NONE

    def holds(self, near: Scope) -> bool:
        """near: the smallest scope that the record lies in."""
        return self.deny < near <= self.allow


NO_REACH = Reach(Scope.NONE)


@dataclass(frozen=True, slots=True)
class Policy:
    """All that is granted to one colleague or program at one moment.

    user: the colleague's number; a program's owner; None for a program without one.
    teams: the teams one belongs to and all below them; mates: everybody in those, oneself too.
    only: for a program, the rights it may use of what is granted ("people.view", "people.*"); all when empty.
    classes: the sensitivity of (kind, field), where somebody has said it.
    purposes: role → what it works for; a role that is not there works for every purpose.
    limits: (kind, field) → what it may be used for; a field that is not there, for every purpose.
    only_for: for a program, the purposes it may use of its role's; None: all of them.
    """

    roles: tuple[str, ...] = ()
    grants: tuple[Grant, ...] = ()
    fields: tuple[FieldRule, ...] = ()
    classes: Mapping[tuple[str, str], str] = field(default_factory=dict)
    user: int | None = None
    teams: frozenset[int] = frozenset()
    mates: frozenset[int] = frozenset()
    only: tuple[str, ...] = ()
    purposes: Mapping[str, frozenset[str]] = field(default_factory=dict)
    limits: Mapping[tuple[str, str], frozenset[str]] = field(default_factory=dict)
    only_for: frozenset[str] | None = None
    _classes: dict[tuple[str, str], str] = field(init=False, repr=False, compare=False)
    _limits: dict[tuple[str, str], list[frozenset[str]]] = field(init=False, repr=False, compare=False)
    _reaches: dict[str, Reach] = field(init=False, repr=False, compare=False)
    """What was answered: a page asks some forty times for the same few rights, each of them among all grants."""

    def __post_init__(self) -> None:
        classes, limits = dict[tuple[str, str], str](), dict[tuple[str, str], list[frozenset[str]]]()
        for (kind, name), said in self.classes.items():
            key = kind, name.casefold()
            classes[key] = max(said, classes.get(key, said), key=_strictness)
        for (kind, name), purposes in sorted(self.limits.items(), key=lambda one: one[0]):
            limits.setdefault((kind, name.casefold()), []).append(purposes)
        object.__setattr__(self, "_classes", classes)
        object.__setattr__(self, "_limits", limits)
        object.__setattr__(self, "_reaches", {})

    def may(self, right: str) -> bool:
        """Whether the right reaches any record at all."""
        return not self.reach(right).nothing

    def reach(self, right: str) -> Reach:
        found = self._reaches.get(right)
        if found is None:
            found = self._reach(right)
            if len(self._reaches) < REMEMBERED:
                self._reaches[right] = found
        return found

    def _reach(self, right: str) -> Reach:
        if self.only and not any(Grant("", one).covers(right) for one in self.only):
            return NO_REACH
        about = [grant for grant in self.grants if grant.covers(right)]
        return Reach(_widest(g for g in about if not g.deny), _widest(g for g in about if g.deny))

    def holds(self, right: str, scope: Scope) -> bool:
        """Whether one has all of a right, or of all that a pattern covers, for this scope: nothing of it is denied."""
        denied = any(grant.covers(right) or Grant("", right).covers(grant.right) for grant in self.grants if grant.deny)
        return not denied and self.reach(right).allow >= scope

    @property
    def boundless(self) -> bool:
        """Whether one may do and see everything, as administrators may: only then may one's own view grow by one's own
        doing. A role that may do everything and is held with another one is enough, where nothing is denied.
        """
        denied = any(grant.deny for grant in self.grants) or any(rule.deny for rule in self.fields)
        if self.only or self.only_for is not None or denied:
            return False
        bound = {*self.purposes, *(rule.role for rule in self.fields)}
        return any(
            grant.right == "*" and grant.scope == Scope.ALL and grant.role not in bound
            for grant in self.grants
            if grant.role in self.roles
        )

    def near(self, owner: int | None, team: int | None) -> Scope:
        """The smallest scope that a record of this owner and team lies in."""
        if owner is not None and owner == self.user:
            return Scope.OWN
        return Scope.TEAM if owner in self.mates or team in self.teams else Scope.ALL

    def sensitivity(self, kind: str, name: str) -> str:
        return self._classes.get((kind, name.casefold())) or usual_class(name)

    @property
    def works_for(self) -> frozenset[str] | None:
        """The purposes of all roles held, less those a program is not for. None: every purpose."""
        if any(role not in self.purposes for role in self.roles):
            return self.only_for
        held = frozenset[str]().union(*(self.purposes[role] for role in self.roles))
        return held if self.only_for is None else held & self.only_for

    def may_use(self, kind: str, name: str) -> bool:
        """Whether the field may be used for something that one works for."""
        limits = self.limits_of(kind, name)
        if not limits:
            return True
        held = self.works_for
        return all(limit if held is None else limit & held for limit in limits)

    def limits_of(self, kind: str, name: str) -> list[frozenset[str]]:
        """What the field may be used for: one set where it is limited, two where its twin is too, none for anything."""
        return [limit for one in sorted(_names(name)) for limit in self._limits.get((kind, one), ())]

    @property
    def sees_every_field(self) -> bool:
        """Whether nothing of any field is held back."""
        return not self.fields and all(self.may_use(kind, name) for kind, name in self.limits)

    def level(self, kind: str, name: str) -> Level:
        """The most any role allows, below every ceiling; nothing of what may not be used for one's purposes. Of what is
        made of others, no more than of each of them.
        """
        return min(self._level(kind, one) for one in (name, *MADE_OF.get((kind, name.casefold()), ())))

    def _level(self, kind: str, name: str) -> Level:
        if not self.may_use(kind, name):
            return Level.HIDDEN
        rules = [rule for rule in self.fields if rule.kind in (kind, "*")]
        allowed = max((self._level_of(role, rules, kind, name) for role in self.roles), default=Level.HIDDEN)
        ceilings = [rule.level for rule in rules if rule.deny and self._about(rule, kind, name)]
        return min([allowed, *ceilings])

    def _level_of(self, role: str, rules: list[FieldRule], kind: str, name: str) -> Level:
        own = [rule for rule in rules if rule.role == role and not rule.deny]
        for targets in self.targets(kind, name):
            said = [rule.level for rule in own if rule.target.casefold() in targets]
            if said:
                return min(said)
        return Level.CHANGE

    def _about(self, rule: FieldRule, kind: str, name: str) -> bool:
        return any(rule.target.casefold() in targets for targets in self.targets(kind, name))

    def targets(self, kind: str, name: str) -> tuple[set[str], set[str], set[str]]:
        """What a rule may call the field, in small letters, the narrowest first. What stands as a field and as a trait
        is one thing.
        """
        names = _names(name)
        return names, {f"class:{self.sensitivity(kind, one)}" for one in names}, {"*"}


def _names(name: str) -> set[str]:
    """A field's name in small letters, and its twin's."""
    small = name.casefold()
    return {small, TWINS.get(small, small)}


def _strictness(said: str) -> int:
    return CLASSES.index(said) if said in CLASSES else len(CLASSES)


def _widest(grants: Iterable[Grant]) -> Scope:
    return max((grant.scope for grant in grants), default=Scope.NONE)


def masked(text: str) -> str:
    """A text of which only beginnings are left: “Keiko Yılmaz” reads “K••• Y•••”, an address “k•••@l•••”."""
    if "@" in text:
        name, _, host = text.partition("@")
        return f"{name[:1]}•••@{host[:1]}•••"
    return " ".join(f"{word[:1]}•••" for word in text.split()[:4])


# -- as it is when nobody has changed it ----------------------------------------------------------

PERSONAL = frozenset(
    {
        "name", "email", "phone", "identifiers", "trait:email", "trait:phone", "trait:name", "trait:firstName",
        "trait:lastName", "trait:first_name", "trait:last_name", "trait:address", "trait:birthday", "trait:username",
        "trait:avatar", "trait:ip",
    }
)  # fmt: skip
SENSITIVE = frozenset({"trait:health", "trait:religion", "trait:iban", "trait:national_id", "trait:salary"})
_PERSONAL, _SENSITIVE = (frozenset(map(str.casefold, names)) for names in (PERSONAL, SENSITIVE))


def usual_class(name: str) -> str:
    """The sensitivity of a field by its name, until somebody says otherwise."""
    small = name.casefold()
    return "personal" if small in _PERSONAL else "sensitive" if small in _SENSITIVE else "internal"
