"""Giving records to a colleague or a team, one or many at once, and taking that back, with what was shared. For every
kind that has owners.
"""

from collections.abc import Collection, Sequence
from typing import Any

from django.db import transaction
from django.db.models import prefetch_related_objects

from pentad.core.action import action, note
from pentad.core.actor import Actor
from pentad.core.errors import Denied
from pentad.core.outbox import emit
from pentad.roles.access.manage.actions import assign
from pentad.roles.access.manage.shares import open_again
from pentad.roles.access.models import User
from pentad.roles.access.rights import Policy
from pentad.roles.access.rights_models import Team
from pentad.roles.access.seeing import Kind, Owned, kind_of, models_of_kinds, reach_of
from pentad.roles.notices import subjects
from pentad.roles.undo import actions
from pentad.roles.undo.kinds import Undoable, register
from pentad.roles.undo.models import Change, ChangedRecord

BOTH = ("owner", "team")


def give(*, actor: Actor, record: Owned, owner: User | None, team: Team | None, keep_shares: bool = False) -> Change:
    """Give one record to a colleague and a team, or to nobody; whose it was, and what was shared, is kept for 30 days.

    Needs “assign” of the record's kind to reach it. Another owner ends its shares, unless `keep_shares`.
    """
    with transaction.atomic():
        kept = _given(actor, record, {"owner": owner, "team": team}, keep_shares)
        return _remember(actor, kind_of(type(record)), [kept], whose(owner, team))


def assign_many(
    *,
    actor: Actor,
    records: Sequence[Owned],
    owner: User | None,
    team: Team | None,
    only: Collection[str] = BOTH,
    keep_shares: bool = False,
) -> Change:
    """The same for records of one kind. only: which of owner and team to change; the other one stays each record's own.

    Needs “bulk” and “assign” of their kind to reach each of them. Raises Denied, and then nothing is changed.
    """
    kind = kind_of(type(records[0]))
    new = {name: one for name, one in (("owner", owner), ("team", team)) if name in only}

    @action(f"{kind.name}.bulk", listed=False)
    def assign_records(*, actor: Actor, records: list[Owned]) -> Change:
        """Change many records at once."""
        prefetch_related_objects(records, *(name for name in BOTH if name not in new))
        kept = [_given(actor, record, new, keep_shares) for record in records]
        change = _remember(actor, kind, kept, whose(owner, team, only), "Owner" if "owner" in only else "Team")
        note(f"change:{change.id}", records=len(records))
        return change

    return assign_records(actor=actor, records=list(records))


def whose(owner: User | None, team: Team | None, only: Collection[str] = BOTH) -> str:
    """To whom records were given, in a word."""
    if "owner" not in only:
        return team.name if team else "none"
    return str(owner) if owner else team.name if team else "nobody"


def _given(actor: Actor, record: Owned, new: dict[str, Any], keep_shares: bool) -> ChangedRecord:
    """What a record was and is, of what changes. Without "shares", those it had went on."""
    before = _held(record, new)
    owner, team = (new[name] if name in new else getattr(record, name) for name in BOTH)
    ended = assign(actor=actor, record=record, owner=owner, team=team, keep_shares=keep_shares)
    if ended is not None:
        before["shares"] = ended
    after = _held(record, new)
    return ChangedRecord(kind=kind_of(type(record)).name, no=record.pk, before=before, after=after)


def _held(record: Owned, names: Collection[str]) -> dict[str, Any]:
    return {name: getattr(record, f"{name}_id") for name in names}


def _remember(actor: Actor, kind: Kind, kept: list[ChangedRecord], whom: str, changed: str = "Owner") -> Change:
    many = kind.one if len(kept) == 1 else kind.many.lower()
    what = f"{changed} of {len(kept):,} {many} set to {whom}"
    if ended := sum(len(one.before.get("shares", ())) for one in kept):
        what += ", a share ended" if ended == 1 else f", {ended:,} shares ended"
    return actions.remember(actor=actor, kind=f"{kind.name}.owner", what=what, records=kept)


def undoable(kind_name: str, label: str) -> None:
    """Let changes of owners of a kind be taken back."""
    register(Undoable(f"{kind_name}.owner", label, f"{kind_name}.assign", "user-round", _restore))


def _restore(actor: Actor, change: Change, records: Sequence[ChangedRecord]) -> list[ChangedRecord]:
    left = []
    for kept in records:
        row = _row(kept.kind, kept.no)
        if row is None or _held(row, kept.after) != kept.after:
            kept.stays = True
            left.append(kept)
            continue
        was = _held(row, BOTH) | kept.before  # what the change left alone stays as it is now
        owner = User.objects.filter(pk=was["owner"]).first()
        team = Team.objects.filter(pk=was["team"]).first()
        try:
            _give_back(actor, row, owner, team, change)
            if "shares" in kept.before:
                open_again(kept.kind, kept.no, kept.before["shares"])
        except Denied:
            left.append(kept)
    return left


def _give_back(actor: Actor, row: Owned, owner: User | None, team: Team | None, change: Change) -> None:
    """The right must reach the record as it was: who gave it away by mistake may reach it no more as it is."""
    kind = kind_of(type(row))
    reach, policy = reach_of(actor, f"{kind.name}.assign"), actor.policy
    near = policy.near(owner.pk if owner else None, team.pk if team else None) if isinstance(policy, Policy) else None
    if not (reach.everything if near is None else reach.holds(near)):
        raise Denied(f"{actor.name} may not give this {kind.one} back.", right=f"{kind.name}.assign")
    type(row)._base_manager.filter(pk=row.pk).update(owner=owner, team=team)
    subject = subjects.subject_of(row)
    if subject.event:
        about: dict[str, Any] = {subject.event: row}
        emit("track", "Change undone", properties={"change_id": change.id, "what": "owner"}, **about)


def _row(kind: str, number: int) -> Owned | None:
    model: Any = next((one for one in models_of_kinds() if kind_of(one).name == kind), None)
    found: Owned | None = model._base_manager.filter(pk=number).first() if model else None
    return found
