"""What is granted to whom at this moment, read from the rows: a handful of small queries a request."""

from collections.abc import Sequence

from django.db.models import Q

from pentad.core import clock
from pentad.roles.access.purposes import queries as purposes
from pentad.roles.access.rights import FieldRule, Grant, Level, Policy, Scope
from pentad.roles.access.rights_models import Elevation, FieldClass, Role, Team, TeamMember
from pentad.roles.access.rights_models import FieldRule as FieldRuleRow
from pentad.roles.access.rights_models import Grant as GrantRow


def policy_for(
    role: str,
    user: int | None,
    *always: str,
    elevated: bool = True,
    only: Sequence[str] = (),
    only_for: Sequence[str] = (),
) -> Policy:
    """The policy of a role held by a colleague (or a program of theirs), with what they were elevated to.

    always: rights that everybody has, whatever the role. elevated: not for programs, which hold their own role alone.
    only: the rights of those that a program may use; all when empty. only_for: the same of purposes.
    """
    roles = [role, *_elevated(user)] if user is not None and elevated else [role]
    grants = GrantRow.objects.filter(role__in=roles).values_list("role_id", "right", "scope", "deny")
    fields = FieldRuleRow.objects.filter(role__in=roles).values_list("role_id", "kind", "target", "level", "deny")
    teams = teams_of(user) if user is not None else frozenset()
    return Policy(
        roles=tuple(Role.objects.filter(name__in=roles).values_list("name", flat=True)),
        grants=(
            *(Grant(name, right, Scope[scope.upper()], deny) for name, right, scope, deny in grants),
            *(Grant("everybody", right) for right in always),
        ),
        fields=tuple(
            FieldRule(name, kind, target, Level[level.upper()], deny) for name, kind, target, level, deny in fields
        ),
        classes={
            (kind, name): said for kind, name, said in FieldClass.objects.values_list("kind", "field", "sensitivity")
        },
        user=user,
        teams=teams,
        mates=_mates(teams) | ({user} if user is not None else frozenset()),
        only=tuple(only),
        purposes=purposes.of_roles(roles),
        limits=purposes.of_fields(),
        only_for=frozenset(only_for) if only_for else None,
    )


def _elevated(user: int) -> list[str]:
    now = clock.now()
    held = Elevation.objects.filter(Q(ended=None) | Q(ended__gt=now), user_id=user, until__gt=now)
    return list(held.values_list("role_id", flat=True))


def teams_of(user: int) -> frozenset[int]:
    """The teams a colleague belongs to, and all below them."""
    own = set(TeamMember.objects.filter(user_id=user).values_list("team_id", flat=True))
    return below(own) if own else frozenset()


def below(teams: set[int]) -> frozenset[int]:
    """These teams and all below them. A circle, which actions refuse, would end here too."""
    children: dict[int | None, list[int]] = {}
    for number, parent in Team.objects.values_list("pk", "parent_id"):
        children.setdefault(parent, []).append(number)
    found, waiting = set(teams), list(teams)
    while waiting:
        for child in children.get(waiting.pop(), []):
            if child not in found:
                found.add(child)
                waiting.append(child)
    return frozenset(found)


def _mates(teams: frozenset[int]) -> frozenset[int]:
    if not teams:
        return frozenset()
    return frozenset(TeamMember.objects.filter(team_id__in=teams).values_list("user_id", flat=True))
