"""Verbs on roles, teams, owners, shares and elevations."""

from contextlib import suppress
from datetime import datetime, timedelta

from pentad.core import clock
from pentad.core.action import action, note
from pentad.core.actor import Actor
from pentad.core.errors import Conflict, Denied, Invalid
from pentad.roles.access import builtin
from pentad.roles.access.giving import (
    never_clearer,
    require_changeable,
    require_may_give,
    require_may_rule,
    require_other,
)
from pentad.roles.access.manage.queries import is_right
from pentad.roles.access.manage.shares import Kept, end_shares
from pentad.roles.access.models import ApiKey, User
from pentad.roles.access.naming import field_meant, kind_of_name
from pentad.roles.access.policy import below
from pentad.roles.access.purposes import actions as purposes
from pentad.roles.access.rights import CLASSES, Level, Scope
from pentad.roles.access.rights_models import (
    Elevation,
    FieldClass,
    FieldRule,
    Grant,
    Role,
    Share,
    Team,
    TeamMember,
)
from pentad.roles.access.seeing import Owned, kind_of, kinds, may

LONGEST_ELEVATION = timedelta(days=7)


# -- roles -------------------------------------------------------------------------------------------


@action("admin.rights")
def save_role(*, actor: Actor, name: str, label: str, note_text: str = "", like: str = "") -> Role:
    """Make a role, with the grants of another one to begin with or without any.

    name: small letters, digits and "-"; it stays. Raises Invalid, and Conflict for one that is there already.
    """
    label = _text(label, 80, "A role")
    if not name or not all(c.isascii() and (c.islower() or c.isdecimal() or c == "-") for c in name) or len(name) > 40:
        raise Invalid(
            f"“{name[:60]}” cannot be a role's name.",
            code="bad_role_name",
            fix="Use small letters, digits and “-”, at most 40.",
        )
    if Role.objects.filter(name=name).exists():
        raise Conflict(f"There is a role “{name}” already.", code="role_exists")
    require_may_rule(actor, name, Grant.objects.filter(role_id=like, deny=False).values_list("right", "scope"))
    role = Role.objects.create(name=name, label=label, note=note_text.strip()[:300])
    with never_clearer(actor, name):
        if like:
            _copy(like, role)
        purposes.copy(actor, like, role)
    note(f"role:{name}", like=like)
    return role


def _copy(like: str, role: Role) -> None:
    for grant in Grant.objects.filter(role_id=like):
        Grant.objects.create(role=role, right=grant.right, scope=grant.scope, deny=grant.deny)
    for rule in FieldRule.objects.filter(role_id=like):
        FieldRule.objects.create(role=role, kind=rule.kind, target=rule.target, level=rule.level, deny=rule.deny)


@action("admin.rights")
def remove_role(*, actor: Actor, role: Role) -> None:
    """Remove a role that nobody holds. Raises Conflict while colleagues, keys or elevations do."""
    require_changeable(role)
    held = User.objects.filter(role=role.name).count() + ApiKey.objects.filter(role=role.name, revoked=None).count()
    if held:
        raise Conflict(
            f"{held} colleagues or keys hold the role “{role.label}”.",
            code="role_in_use",
            fix="Give them another role first.",
        )
    note(f"role:{role.name}")
    role.delete()


@action("admin.rights")
def put_role_back(*, actor: Actor, role: Role) -> None:
    """Give a role that came with the product its first grants again. Raises Invalid for others."""
    if role.name not in builtin.ROLES:
        raise Invalid(f"“{role.label}” did not come with Pentad.", code="not_built_in")
    require_may_rule(actor, role.name, builtin.ROLES[role.name].grants.items())
    with never_clearer(actor, role.name):
        builtin.put_back(Role, Grant, FieldRule, role.name)
        purposes.put_back(actor, role.name)
    note(f"role:{role.name}")


@action("admin.rights")
def set_grant(*, actor: Actor, role: Role, right: str, scope: str, deny: bool = False) -> None:
    """Allow or deny a role a right for a scope; "none" takes the grant away. Raises Invalid, Conflict for the administrator's."""
    require_changeable(role)
    if scope not in {one.name.lower() for one in Scope}:
        raise Invalid(f"“{scope}” is no scope.", code="bad_scope", fix="own, team, all, or none.")
    _text(right, 80, "A right")
    if scope == "none":  # taking away a denial gives what it denied
        require_may_rule(actor, role.name, [(right, "all")] if deny else [])
        with never_clearer(actor, role.name):
            Grant.objects.filter(role=role, right=right, deny=deny).delete()
    else:
        _check_right(right, deny)
        require_may_rule(actor, role.name, [] if deny else [(right, scope)])
        with never_clearer(actor, role.name):
            Grant.objects.update_or_create(role=role, right=right, deny=deny, defaults={"scope": scope})
    note(f"role:{role.name}", grant=right, scope=scope, deny=deny)


@action("admin.rights")
def set_field_rule(*, actor: Actor, role: Role, kind: str, target: str, level: str, deny: bool = False) -> None:
    """Say how much of a field (or of a sensitivity class, "class:personal") a role sees; "" takes the rule away."""
    require_changeable(role)
    require_may_rule(actor, role.name)
    _text(target, 140, "A field")
    rows = FieldRule.objects.filter(role=role, kind=kind, target=target, deny=deny)
    if level and level not in {one.name.lower() for one in Level}:
        raise Invalid(f"“{level}” is no level.", code="bad_level", fix="hidden, masked, see or change.")
    with never_clearer(actor, role.name):
        if level:
            target, said = _target(kind, target), {"level": level}
            FieldRule.objects.update_or_create(role=role, kind=kind, target=target, deny=deny, defaults=said)
        else:
            rows.delete()
    note(f"role:{role.name}", field=f"{kind}.{target}", level=level, deny=deny)


@action("admin.rights")
def set_field_class(*, actor: Actor, kind: str, field: str, sensitivity: str) -> None:
    """Class a field as public, internal, personal or sensitive; "" leaves it to its name again. Raises Invalid for what is
    no field.
    """
    given = FieldClass.objects.filter(kind=kind, field=field)
    if sensitivity or not given.exists():  # what was classed once may be left again, whatever it is called
        field = field_meant(kind, field)
    if not sensitivity:
        FieldClass.objects.filter(kind=kind, field=field).delete()
    elif sensitivity in CLASSES:
        FieldClass.objects.update_or_create(kind=kind, field=field, defaults={"sensitivity": sensitivity})
    else:
        raise Invalid(f"“{sensitivity}” is no class.", code="bad_class", fix=f"One of {', '.join(CLASSES)}.")
    note(f"field:{kind}.{field}", sensitivity=sensitivity)


def _check_right(right: str, deny: bool) -> None:
    """Raise Invalid for a right that there is not, and for a denial of many: the form shows each right's own."""
    if not is_right(right):
        raise Invalid(
            f"There is no right “{right}”.", code="unknown_right", fix="The reference lists them.", field="right"
        )
    if deny and "*" in right:
        raise Invalid(
            f"“{right}” cannot be denied: rights are denied one by one.",
            code="bad_denial",
            fix="Deny each right that should not be had, or take the grant away.",
            field="right",
        )


def _target(kind: str, target: str) -> str:
    """What a rule is about: a class of fields, any field, or a field of the kind, or of some kind. Raises Invalid."""
    known = [one.name for one in kinds()] if kind == "*" else [kind_of_name(kind).name]
    prefix, _, sensitivity = target.partition(":")
    if prefix == "class":
        if sensitivity not in CLASSES:
            raise Invalid(f"“{sensitivity}” is no class.", code="bad_class", fix=f"One of {', '.join(CLASSES)}.")
        return target
    if target == "*":
        return target
    *others, last = known
    for name in others:
        with suppress(Invalid):
            return field_meant(name, target)
    return field_meant(last, target)


# -- teams -------------------------------------------------------------------------------------------


@action("admin.rights")
def save_team(*, actor: Actor, name: str, parent: Team | None = None, team: Team | None = None) -> Team:
    """Make a team, rename or move it. Raises Conflict for a name that is taken and for a circle."""
    name = _text(name, 120, "A team")
    if Team.objects.filter(name=name).exclude(pk=team.pk if team and team.pk else 0).exists():
        raise Conflict(f"There is a team “{name}” already.", code="team_exists", field="name")
    if team is not None and parent is not None and parent.pk in below({team.pk}):
        raise Conflict(f"“{parent.name}” is below “{team.name}”.", code="team_circle", fix="Choose another team above.")
    team = team or Team()
    team.name, team.parent = name, parent
    team.save()
    note(f"team:{team.pk}")
    return team


@action("admin.rights")
def remove_team(*, actor: Actor, team: Team) -> None:
    """Remove a team; its records belong to no team then. Raises Conflict while teams are below it."""
    if Team.objects.filter(parent=team).exists():
        raise Conflict(f"There are teams below “{team.name}”.", code="team_not_empty", fix="Move or remove them first.")
    note(f"team:{team.pk}")
    team.delete()


@action("admin.rights")
def set_member(*, actor: Actor, team: Team, user: User, member: bool) -> None:
    """Take a colleague into a team, or out of it."""
    if member:
        TeamMember.objects.get_or_create(team=team, user=user)
    else:
        TeamMember.objects.filter(team=team, user=user).delete()
    note(f"team:{team.pk}", user=f"user:{user.pk}", member=member)


# -- owners, shares, elevation ---------------------------------------------------------------------


def assign(
    *, actor: Actor, record: Owned, owner: User | None, team: Team | None, keep_shares: bool = False
) -> list[Kept] | None:
    """Give a record to a colleague and a team, or to nobody. Needs “assign” of the record's kind to reach it.

    Another owner ends what the one before shared, unless `keep_shares`. Returns the shares that ended; None when they
    stay. `roles.undo.owners.give` does the same so that it can be taken back.
    """
    kind = kind_of(type(record))

    @action(f"{kind.name}.assign", listed=False)
    def assign_record(*, actor: Actor, record: Owned) -> list[Kept] | None:
        """Give records to colleagues and teams."""
        changes = record.owner_id != (owner.pk if owner else None)
        ended = end_shares(kind.name, record.pk) if changes and not keep_shares else None
        record.owner, record.team = owner, team
        type(record)._base_manager.filter(pk=record.pk).update(owner=owner, team=team)
        note(
            _subject(record),
            owner=f"user:{owner.pk}" if owner else None,
            team=f"team:{team.pk}" if team else None,
            **({"shares_ended": len(ended)} if ended else {}),
        )
        return ended

    return assign_record(actor=actor, record=record)


def share(
    *,
    actor: Actor,
    record: Owned,
    user: User | None = None,
    team: Team | None = None,
    change: bool = False,
    until: datetime | None = None,
) -> Share:
    """Open one record to a colleague or a team. Nobody gives more than they have. Raises Invalid, Denied."""
    kind = kind_of(type(record))
    if (user is None) == (team is None):
        raise Invalid("A record is shared with one colleague or one team.", code="bad_share", fix="Choose one of them.")

    @action(f"{kind.name}.share", listed=False)
    def share_record(*, actor: Actor, record: Owned) -> Share:
        """Open single records to colleagues and teams."""
        for right in (kind.view, *([f"{kind.name}.edit"] if change else [])):
            if not may(actor, right, record):
                raise Denied("You cannot let others see or change what you may not.", right=right)
        found, _ = Share.objects.update_or_create(
            kind=kind.name,
            record=record.pk,
            user=user,
            team=team,
            defaults={"change": change, "until": until, "by": actor.ref},
        )
        note(_subject(record), shared_with=_whom(found), change=change)
        return found

    return share_record(actor=actor, record=record)


def unshare(*, actor: Actor, record: Owned, share: Share) -> None:
    """Take a share back."""
    kind = kind_of(type(record))

    @action(f"{kind.name}.share", listed=False)
    def unshare_record(*, actor: Actor, record: Owned) -> None:
        """Open single records to colleagues and teams."""
        note(_subject(record), shared_with=_whom(share))
        share.delete()

    unshare_record(actor=actor, record=record)


def _subject(record: Owned) -> str:
    """A record as the audit log calls it: "person:", "company:" and its public id."""
    return f"{type(record)._meta.model_name}:{getattr(record, 'id', record.pk)}"


def _whom(share: Share) -> str:
    return f"user:{share.user_id}" if share.user_id else f"team:{share.team_id}"


@action("admin.elevate")
def elevate(*, actor: Actor, user: User, role: Role, reason: str, hours: float) -> Elevation:
    """Give a colleague another role beside the own one for a while. Raises Invalid without a reason or beyond a week."""
    reason = _text(reason, 500, "A reason")
    if not 0 < hours <= LONGEST_ELEVATION / timedelta(hours=1):
        raise Invalid(f"{hours:g} hours is out of range.", code="bad_hours", fix="At most 168 hours, a week.")
    require_other(actor, user)
    require_may_give(actor, role.name)
    found = Elevation.objects.create(
        user=user, role=role, reason=reason, by=actor.ref, until=clock.now() + timedelta(hours=hours)
    )
    note(f"user:{user.pk}", role=role.name, hours=hours, reason=reason)
    return found


@action("admin.elevate")
def end_elevation(*, actor: Actor, elevation: Elevation) -> None:
    """End an elevation before its time."""
    if elevation.ended is None:
        elevation.ended = clock.now()
        elevation.save(update_fields=["ended"])
    note(f"user:{elevation.user_id}", role=elevation.role_id)


def _text(text: str, most: int, what: str) -> str:
    text = text.strip()
    if not text:
        raise Invalid(f"{what} needs some text.", code="text_missing")
    if len(text) > most:
        raise Invalid(f"{what} has {len(text)} characters; at most {most} fit.", code="text_too_long")
    return text
