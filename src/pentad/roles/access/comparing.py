"""Whether one policy lets see or do what another does not. Pure."""

from collections.abc import Collection, Iterator

from pentad.roles.access.rights import CLASSES, PERSONAL, SENSITIVE, TWINS, Policy, Reach, Scope

PLAIN = "trait:\x00"
"""A field of which no rule speaks by its name."""


def more_in(other: Policy, own: Policy, rights: Collection[str], kinds: Collection[str]) -> str:
    """What the other policy lets see or do beyond one's own, in words; "" when there is nothing.

    rights: every right there is; kinds: of which records they may be about. What is shared record by record is not
    compared: that stands in rows.
    """
    if own.boundless:
        return ""
    asked = {*rights, *(grant.right for grant in other.grants if not grant.deny)}
    beyond = (right for right in sorted(asked) if not _reaches(own, own.reach(right), other, other.reach(right)))
    if (right := next(beyond, None)) is not None:
        return f"use “{right}” with what one’s own right does not reach"
    if own.works_for is not None and (other.works_for is None or other.works_for - own.works_for):
        return "work for other purposes"
    seen = [kind for kind in sorted(kinds) if other.may(f"{kind}.view")]
    clearer = (
        name for kind in seen for name in _fields(own, other, kind) if other.level(kind, name) > own.level(kind, name)
    )
    if (name := next(clearer, None)) is not None:
        return "see more of fields" if name == PLAIN else f"see more of {name}"
    return ""


def clearer_in(other: Policy, before: Policy, own: Policy, kinds: Collection[str]) -> str:
    """Of which field the other policy shows more than it did before, and more than one's own does; "" of none."""
    for kind in sorted(kinds):
        opened = other.may(f"{kind}.view") and not before.may(f"{kind}.view")
        for name in sorted({*_fields(own, other, kind), *_fields(own, before, kind)}):
            given = other.level(kind, name)
            if given > own.level(kind, name) and (opened or given > before.level(kind, name)):
                return "see more of fields" if name == PLAIN else f"see more of {name}"
    return ""


def _reaches(own: Policy, mine: Reach, other: Policy, theirs: Reach) -> bool:
    if theirs.nothing or mine.everything:
        return True
    return _holds(own, mine.allow, other, theirs.allow) and _holds(other, theirs.deny, own, mine.deny)


def _holds(one: Policy, wide: Scope, other: Policy, narrow: Scope) -> bool:
    """Whether the records in this scope of the one are all that are in that scope of the other, or more."""
    if narrow == Scope.NONE or wide == Scope.ALL:
        return True
    if narrow == Scope.OWN:
        same = other.user is None or other.user == one.user
        return (wide >= Scope.OWN and same) or (wide == Scope.TEAM and other.user in one.mates)
    return narrow == wide == Scope.TEAM and other.teams <= one.teams and other.mates <= one.mates


def _fields(own: Policy, other: Policy, kind: str) -> Iterator[str]:
    """Every field of which a rule of either speaks, one of each class there is, and one that nobody names."""
    names = {PLAIN, *PERSONAL, *SENSITIVE, *TWINS}
    for policy in (own, other):
        names |= {name for of, name in (*policy.classes, *policy.limits) if of == kind}
        names |= {rule.target for rule in policy.fields}
    yield from sorted(name for name in names if name != "*" and name not in {f"class:{one}" for one in CLASSES})
