"""What a program may do that acts for a colleague: never more than the colleague, and of that only what is listed.

Apps (access.apps) and agents (access.agents) stand on it. A list names each right by itself, so that a right which a
later version brings is in no list until somebody puts it there.
"""

from collections.abc import Collection

from pentad.core.actor import Actor
from pentad.core.errors import Invalid
from pentad.roles.access.giving import ADMINISTRATION, require_may_act_as
from pentad.roles.access.models import User
from pentad.roles.access.policy import policy_for
from pentad.roles.access.rights import Grant, Policy
from pentad.roles.access.rules import OWN_NOTICES

ONE_BY_ONE_AREAS = (*ADMINISTRATION, "settings.")
ONE_BY_ONE_VERBS = ("bulk", "export", "erase", "prune")
NO_RIGHT = "none"
"""In place of an empty list, which a policy takes for no limit at all."""


def narrowed(user: User, rights: Collection[str]) -> Policy:
    """The colleague's own rights of this moment, without what they were elevated to, as far as the list goes."""
    return policy_for(user.role, user.pk, OWN_NOTICES, elevated=False, only=sorted(rights) or [NO_RIGHT])


def one_by_one(right: str) -> bool:
    """Whether no pattern stands for it: who lists it must have meant it."""
    return right.startswith(ONE_BY_ONE_AREAS) or right.rpartition(".")[2] in ONE_BY_ONE_VERBS


def looking_first(right: str) -> tuple[str, bool, str]:
    """The order in which rights are shown: by area, seeing before all that changes something."""
    return right.partition(".")[0], not right.endswith(".view"), right


def spelled_out(asked: Collection[str], known: Collection[str]) -> list[str]:
    """Each right of a list by its name; “people.*” and “*” stand for what need not be named one by one.

    Raises Invalid for a right there is not, and for a pattern that stands for nothing.
    """
    found: set[str] = set()
    for one in asked:
        fits = [one] if one in known else _behind(one, known)
        if not fits:
            raise Invalid(
                f"“{one[:80]}” is no right that a list may hold.",
                code="not_for_a_list",
                fix="The reference lists them. Bulk, export, erasure and administration are named one by one.",
                field="rights",
            )
        found.update(fits)
    return sorted(found)


def _behind(pattern: str, known: Collection[str]) -> list[str]:
    if not pattern.endswith("*"):
        return []
    return [right for right in known if Grant("", pattern).covers(right) and not one_by_one(right)]


def require_may_entrust(actor: Actor, owner: User, rights: Collection[str]) -> None:
    """Raise Denied when a program that acts as the owner could do what the actor, who holds its secret, may not, and
    Invalid for what the owner may not do either: it would be added unseen when the owner gets another role.
    """
    if not owner.is_active:
        raise Invalid(f"The account of {owner} is closed.", code="owner_closed", fix="Choose another.", field="owner")
    held = narrowed(owner, rights)
    lacking = [right for right in sorted(rights) if not held.may(right)]
    if lacking:
        raise Invalid(
            f"{owner} may not do all of this: {', '.join(lacking)}.",
            code="owner_may_not",
            fix="Leave that out of the list, or choose another owner.",
            field="rights",
        )
    require_may_act_as(actor, owner, sorted(rights))
