"""How many changes an agent may make on a day. Tries count too: one that runs in circles is what the limit is for."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db.models import F, Q

from pentad.core import clock
from pentad.core.actor import Actor
from pentad.core.errors import RateLimited
from pentad.roles.access.agents.models import Agent
from pentad.roles.access.seeing import Owned
from pentad.roles.notices.actions import notify
from pentad.roles.notices.kinds import DAILY, define
from pentad.roles.undo.models import Change

NOTICE = define("agent", "Agents I answer for", "sparkles", DAILY)


def spend(actor: Actor, values: Iterable[Any]) -> None:
    """Count an action of an agent before it is done (core.action.LIMITS): a list of records counts each, and taking a change
    back each record that it changed.

    Raises RateLimited, with the seconds until midnight (UTC), when the limit is reached; the owner hears of the first.
    """
    if actor.kind != "agent":
        return
    today, many = clock.now().date(), max(1, sum(_records(value) for value in values))
    row = Agent.objects.filter(pk=actor.id)
    row.filter(Q(day=None) | Q(day__lt=today)).update(day=today, changes=0, told=False)
    # One statement that asks and counts, so that two calls at once cannot both have the last one.
    within = row.filter(day=today, changes__lte=F("daily_changes") - many, daily_changes__gte=many)
    if not within.update(changes=F("changes") + many):
        _tell_owner(actor, today)
        raise RateLimited(
            f"{actor.name} has no {'change' if many == 1 else f'{many} changes'} left for today.",
            code="agent_limit",
            fix="Try again after midnight (UTC), or ask its owner for a higher limit.",
            retry_after=_until_midnight(),
        )


def _records(value: Any) -> int:
    if isinstance(value, Change):
        return value.left()
    return sum(isinstance(one, Owned) for one in value) if isinstance(value, list | tuple) else 0


def _tell_owner(actor: Actor, today: date) -> None:
    if Agent.objects.filter(pk=actor.id, day=today, told=False).update(told=True):
        agent = Agent.objects.select_related("key").get(pk=actor.id)
        notify(
            user_ids=[agent.key.owner_id] if agent.key.owner_id else [],
            kind=NOTICE,
            parts=[f"{agent.key.name} was refused: it may make {agent.daily_changes:,} changes a day"],
            why="You answer for this agent.",
            subject_url="/account/apps/",
        )


def _until_midnight() -> int:
    now = clock.now()
    midnight = datetime.combine(now.date() + timedelta(days=1), time(), UTC)
    return int((midnight - now).total_seconds()) + 1
