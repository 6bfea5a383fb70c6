"""What is granted to whom at this moment, read from the rows: in one statement, because each request asks."""

from collections.abc import Sequence

from django.db import connection

from pentad.core import clock
from pentad.roles.access.purposes import queries as purposes
from pentad.roles.access.purposes.models import FieldPurpose, Purpose, RolePurpose
from pentad.roles.access.rights import FieldRule, Grant, Level, Policy, Scope
from pentad.roles.access.rights_models import Elevation, FieldClass, Role, Team, TeamMember
from pentad.roles.access.rights_models import FieldRule as FieldRuleRow
from pentad.roles.access.rights_models import Grant as GrantRow

_TABLES = {
    model.__name__: model._meta.db_table
    for model in (
        Elevation,
        FieldClass,
        FieldPurpose,
        FieldRuleRow,
        GrantRow,
        Purpose,
        Role,
        RolePurpose,
        Team,
        TeamMember,
    )
}
_ROWS = """
WITH RECURSIVE
    held(role) AS (
        SELECT name FROM {Role} WHERE name = %(role)s
        UNION SELECT role_id FROM {Elevation}
        WHERE user_id = %(elevated)s AND until > %(now)s AND (ended IS NULL OR ended > %(now)s)
    ),
    mine(team) AS (
        SELECT team_id FROM {TeamMember} WHERE user_id = %(user)s
        UNION SELECT id FROM {Team} JOIN mine ON parent_id = team
    )
SELECT 'role', role, '', '', '', '' FROM held
UNION ALL SELECT 'grant', role_id, "right", scope, CASE WHEN deny THEN 'deny' ELSE '' END, ''
    FROM {Grant} WHERE role_id IN (SELECT role FROM held)
UNION ALL SELECT 'field', role_id, kind, target, level, CASE WHEN deny THEN 'deny' ELSE '' END
    FROM {FieldRule} WHERE role_id IN (SELECT role FROM held)
UNION ALL SELECT 'class', kind, field, sensitivity, '', '' FROM {FieldClass}
UNION ALL SELECT 'team', CAST(team AS TEXT), '', '', '', '' FROM mine
UNION ALL SELECT 'mate', CAST(user_id AS TEXT), '', '', '', ''
    FROM {TeamMember} WHERE team_id IN (SELECT team FROM mine)
UNION ALL SELECT 'purpose', role_id, purpose_id, CASE WHEN retired IS NULL THEN '' ELSE 'retired' END, '', ''
    FROM {RolePurpose} JOIN {Purpose} ON name = purpose_id WHERE role_id IN (SELECT role FROM held)
UNION ALL SELECT 'limit', kind, field, purpose_id, CASE WHEN retired IS NULL THEN '' ELSE 'retired' END, ''
    FROM {FieldPurpose} JOIN {Purpose} ON name = purpose_id
""".format_map(_TABLES)
"""What a row is about, and five texts of it. A circle of teams, which actions refuse, would end too."""
_ABOUT = ("role", "grant", "field", "class", "team", "mate", "purpose", "limit")


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
    found = _rows(role, user, elevated)
    mates = frozenset(int(mate) for mate, *_ in found["mate"])
    return Policy(
        roles=tuple(name for name, *_ in found["role"]),
        grants=(
            *(Grant(name, right, Scope[scope.upper()], bool(deny)) for name, right, scope, deny, _ in found["grant"]),
            *(Grant("everybody", right) for right in always),
        ),
        fields=tuple(
            FieldRule(name, kind, target, Level[level.upper()], bool(deny))
            for name, kind, target, level, deny in found["field"]
        ),
        classes={(kind, name): said for kind, name, said, *_ in found["class"]},
        user=user,
        teams=frozenset(int(team) for team, *_ in found["team"]),
        mates=mates | ({user} if user is not None else frozenset()),
        only=tuple(only),
        purposes=purposes.gathered((name, purpose, retired) for name, purpose, retired, *_ in found["purpose"]),
        limits=purposes.gathered(
            ((kind, name), purpose, retired) for kind, name, purpose, retired, _ in found["limit"]
        ),
        only_for=frozenset(only_for) if only_for else None,
    )


def _rows(role: str, user: int | None, elevated: bool) -> dict[str, list[tuple[str, ...]]]:
    """What the rows are about → their texts."""
    asked = {
        "role": role,
        "user": user,
        "elevated": user if elevated else None,
        "now": connection.ops.adapt_datetimefield_value(clock.now()),
    }
    found: dict[str, list[tuple[str, ...]]] = {about: [] for about in _ABOUT}
    with connection.cursor() as cursor:
        cursor.execute(_ROWS, asked)
        for about, *texts in cursor.fetchall():
            found[about].append(tuple(texts))
    return found


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
