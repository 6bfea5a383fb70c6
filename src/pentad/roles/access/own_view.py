"""Nobody widens their own view: not by what administration changes, and not by looking through others' eyes."""

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from django.db.models import Q

from pentad.core import clock
from pentad.core.actor import Actor
from pentad.core.errors import Denied
from pentad.roles.access.comparing import more_in
from pentad.roles.access.giving import ADMINISTRATION
from pentad.roles.access.manage.queries import all_rights
from pentad.roles.access.models import User
from pentad.roles.access.queries import actor_named, actor_of
from pentad.roles.access.rights import Policy
from pentad.roles.access.rights_models import Share
from pentad.roles.access.seeing import kinds, user_of


def beyond(other: Any, own: Any) -> str:
    """What somebody with the other policy sees or may do beyond somebody with the own one, in words; "" for nothing."""
    if not isinstance(own, Policy) or own.boundless:
        return ""
    if not isinstance(other, Policy):
        return "do everything"
    more = more_in(other, own, all_rights(), [kind.name for kind in kinds()])
    return more or ("see what is shared with others" if _shared_with(other, own) - _shared_with(own, own) else "")


def require_no_more(actor: Actor, other: Any) -> None:
    """Raise Denied when somebody with this policy sees or may do more than the actor."""
    if more := beyond(other, actor.policy):
        raise _denied(f"That would let {actor.name} {more}.")


@contextmanager
def never_wider(actor: Actor, right: str) -> Iterator[None]:
    """Around every action: raise Denied, so that it is undone, when a change of administration has widened the view of
    who made it, unless they may do and see everything anyway.
    """
    if not right.startswith(ADMINISTRATION) or not isinstance(actor.policy, Policy) or actor.policy.boundless:
        yield
        return
    before = _whose(actor)
    yield
    for ref, policy in _whose(actor).items():
        if ref in before and (more := beyond(policy, before[ref])):
            raise _denied(f"Nobody widens their own view: this would let {actor.name} {more}.")


def _whose(actor: Actor) -> dict[str, Policy]:
    """The actor's policy of now, and of a program its owner's; without the list of a program, which bounds what it does
    and not what it would open to who holds its secret.
    """
    held: dict[str, Any] = {}
    with suppress(Denied):  # it may just have ended itself
        held[actor.ref] = actor_named(actor.ref).policy
    owner = user_of(actor)
    user = User.objects.filter(pk=owner).first() if owner is not None else None
    if user is not None:
        held[f"user:{user.pk}"] = actor_of(user).policy
    return {
        ref: dataclasses.replace(policy, only=(), only_for=None)
        for ref, policy in held.items()
        if isinstance(policy, Policy)
    }


def _shared_with(other: Policy, own: Policy) -> set[tuple[str, int, bool]]:
    """(kind, record, whether it may be changed) of what is shared with somebody, of kinds of which one's own right does
    not reach every record.
    """
    bounded = [kind.name for kind in kinds() if not own.reach(kind.view).everything]
    if not bounded or other.user is None:
        return set()
    rows = Share.objects.filter(Q(until=None) | Q(until__gt=clock.now()), kind__in=bounded)
    rows = rows.filter(Q(user_id=other.user) | Q(team_id__in=sorted(other.teams)))
    return set(rows.values_list("kind", "record", "change"))


def _denied(message: str) -> Denied:
    return Denied(message, code="more_than_own", fix="Ask an administrator.", right="*")
