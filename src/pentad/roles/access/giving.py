"""Nobody gives more than they have: who may give which role, to whom, and look after whose account."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from django.db.models import Q

from pentad.core import clock
from pentad.core.actor import Actor
from pentad.core.errors import Conflict, Denied
from pentad.roles.access.comparing import clearer_in, more_in
from pentad.roles.access.manage.queries import all_rights
from pentad.roles.access.models import User
from pentad.roles.access.policy import policy_for
from pentad.roles.access.purposes import queries as purposes
from pentad.roles.access.rights import Grant, Policy, Scope
from pentad.roles.access.rights_models import Elevation, Role
from pentad.roles.access.rights_models import Grant as GrantRow
from pentad.roles.access.rules import ADMIN, OWN_NOTICES
from pentad.roles.access.seeing import kinds, works_for

ADMINISTRATION = ("admin.", "scim.")


def require_may_give(actor: Actor, *roles: str) -> None:
    """Raise Denied when a role has rights of administration that the actor has not, or works for purposes that they do
    not work for: an account with them, or the link to its password, would be a way to them.
    """
    _require(actor, [row for row in _grants(roles) if row[0] == "*" or row[0].startswith(ADMINISTRATION)])
    require_purposes(actor, *(purposes.of_role(role) for role in roles))


def require_may_lend(actor: Actor, role: str, only: Sequence[str] = (), only_for: Sequence[str] = ()) -> None:
    """Raise Denied when a role (or, of its rights, the `only` ones, of its purposes the `only_for` ones) has anything
    that the actor has not: whoever makes a key holds its token.
    """
    require_purposes(actor, frozenset(only_for) if only_for else purposes.of_role(role))
    lent = _grants([role])
    _require(actor, [one for right in only for one in _within(lent, right)] if only else lent)
    if isinstance(actor.policy, Policy):
        lent_policy = policy_for(role, None, only=only, only_for=only_for)
        if more := more_in(lent_policy, actor.policy, all_rights(), [kind.name for kind in kinds()]):
            raise _denied(more, "*")


def require_may_act_as(actor: Actor, owner: User, rights: Sequence[str]) -> None:
    """Raise Denied when a program that acts as the owner could do by these rights what the actor, who holds its secret,
    may not.

    Somebody else's own records are not mine, their team need not be mine, and they may rise: for another colleague one
    gives only what one has for all records, every field and every purpose.
    """
    policy = actor.policy
    if not isinstance(policy, Policy) or actor.ref == f"user:{owner.pk}":
        return
    for right in rights:
        # Everybody has their own notices: who may read another's has every right.
        if not policy.reach("*" if right == OWN_NOTICES else right).everything:
            raise _denied(f"use “{right}” as {owner}", right)
    if works_for(actor) is not None or not policy.sees_every_field:
        raise _denied(f"see as {owner} what they may not see themselves", "*")


def require_purposes(actor: Actor, *given: purposes.Held) -> None:
    """Raise Denied unless the actor works for all of these purposes."""
    held = works_for(actor)
    if held is None:
        return
    for wanted in given:
        if wanted is None or wanted - held:
            which = "every purpose" if wanted is None else " and ".join(sorted(wanted - held))
            raise _denied(f"act for {which}", "*")


def require_other(actor: Actor, user: User) -> None:
    """Raise Denied for one's own account, but to administrators: others do not give themselves another role."""
    policy = actor.policy
    if isinstance(policy, Policy) and not policy.boundless and actor.ref == f"user:{user.pk}":
        raise Denied(
            "Nobody gives another role to themselves.", code="own_role", fix="Ask an administrator.", right="*"
        )


def require_changeable(role: Role) -> None:
    """Raise Conflict for the administrator's role."""
    if role.name == ADMIN:
        raise Conflict(
            "Administrators may do everything: this role cannot be changed.",
            code="administrator_role",
            fix="Make another role, and give that to those who should do less.",
        )


def require_may_rule(actor: Actor, role: str, grants: Iterable[tuple[str, str]] = ()) -> None:
    """Raise Denied when one would change the rules of a role of one's own, or give a role what one has not. Whoever
    has every right may do both.
    """
    policy = actor.policy
    if not isinstance(policy, Policy) or policy.boundless:
        return
    if role in policy.roles:
        raise Denied(
            "Nobody changes the rules of a role they hold.", code="own_role", fix="Ask an administrator.", right="*"
        )
    _require(actor, list(grants))


@contextmanager
def never_clearer(actor: Actor, role: str) -> Iterator[None]:
    """Around a change of a role's rules: raise Denied, so that it is undone, when the role shows more of a field than it
    did and more than the actor sees. Whoever has every right may do that.
    """
    own = actor.policy
    if not isinstance(own, Policy) or own.boundless:
        yield
        return
    before = policy_for(role, None)
    yield
    if more := clearer_in(policy_for(role, None), before, own, [kind.name for kind in kinds()]):
        raise _denied(more, "*")


def may_give(actor: Actor, role: str) -> bool:
    """Whether the actor may give a role."""
    try:
        require_may_give(actor, role)
    except Denied:
        return False
    return True


def require_may_look_after(actor: Actor, *users: User) -> None:
    """Raise Denied when a colleague has rights of administration that the actor has not."""
    require_may_give(actor, *roles_of(*users))


def roles_of(*users: User) -> list[str]:
    """The roles of these colleagues, and those of a while."""
    now = clock.now()
    held = Elevation.objects.filter(Q(ended=None) | Q(ended__gt=now), user__in=users, until__gt=now)
    return sorted({*(user.role for user in users), *held.values_list("role_id", flat=True)})


def _grants(roles: list[str] | tuple[str, ...]) -> list[tuple[str, str]]:
    return list(GrantRow.objects.filter(role__in=roles, deny=False).values_list("right", "scope"))


def _within(grants: list[tuple[str, str]], only: str) -> list[tuple[str, str]]:
    """What is left of the grants when one may use this right, or those of this pattern, alone."""
    wide = [(only, scope) for right, scope in grants if Grant("", right).covers(only)]
    return wide + [(right, scope) for right, scope in grants if Grant("", only).covers(right)]


def _require(actor: Actor, grants: list[tuple[str, str]]) -> None:
    if not isinstance(actor.policy, Policy):
        return
    for right, scope in grants:
        if not actor.policy.holds(right, Scope[scope.upper()]):
            raise _denied(f"use “{right}”", right)


def _denied(what: str, right: str) -> Denied:
    return Denied(
        f"Nobody gives more than they have: whoever gets this may {what}.",
        code="more_than_own",
        fix="Give less, or ask an administrator.",
        right=right,
    )
