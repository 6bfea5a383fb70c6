"""What a record is shared with ends with its owner's time, and comes back when that is taken back."""

from datetime import datetime
from typing import Any

from pentad.core import clock
from pentad.roles.access.models import User
from pentad.roles.access.rights_models import Share, Team

Kept = dict[str, Any]
"""A share that ended, as it is kept with the change that ended it."""


def end_shares(kind: str, record: int) -> list[Kept]:
    """End all shares of a record, in the action under way; returns what they were."""
    rows = Share.objects.filter(kind=kind, record=record)
    kept = [
        {
            "id": one.id, "user": one.user_id, "team": one.team_id, "change": one.change, "by": one.by,
            "until": _text(one.until), "created": _text(one.created),
        }
        for one in rows.order_by("created")
    ]  # fmt: skip
    if kept:
        rows.delete()
    return kept


def open_again(kind: str, record: int, kept: list[Kept]) -> None:
    """Share a record with whom it was shared, and with nobody else; but for colleagues and teams that are gone."""
    Share.objects.filter(kind=kind, record=record).delete()
    for one in kept:
        user = User.objects.filter(pk=one["user"]).first() if one["user"] is not None else None
        team = Team.objects.filter(pk=one["team"]).first() if one["team"] is not None else None
        if user is not None or team is not None:
            Share.objects.create(
                id=one["id"], kind=kind, record=record, user=user, team=team, change=one["change"], by=one["by"],
                until=_time(one["until"]), created=_time(one["created"]) or clock.now(),
            )  # fmt: skip


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
