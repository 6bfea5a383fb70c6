"""Tasks as groups, as a board, as a calendar and as a queue, and how they are moved: by the actions of their page."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone

from pentad.core import clock
from pentad.core.actor import Actor, reader
from pentad.core.errors import Invalid
from pentad.roles.access.models import User
from pentad.roles.access.rights import Policy
from pentad.roles.access.seeing import reach_of
from pentad.roles.notices import subjects
from pentad.roles.views.layouts import MOST_BUCKETS, Bucket, DateField, Grouping, Move, Queue, RowAction
from pentad.roles.views.state import Filter
from pentad.roles.work import actions, rules
from pentad.roles.work.models import Task

WHENS = (
    Bucket("past", "Overdue", "in", "past", "red", drop=False),
    Bucket("today", "Today", "in", "today", "orange"),
    Bucket("tomorrow", "Tomorrow", "in", "tomorrow", "blue"),
    Bucket("week", "Next 7 days", "in", "week", "violet"),
    Bucket("later", "Later", "in", "later", drop=False),
    Bucket("none", "No due day", "in", "none", "none"),
    Bucket("done", "Done", "in", "done", "green"),
)
"""Every task is in exactly one."""
STATES = (Bucket("open", "Open", "is", "open", "blue"), Bucket("done", "Done", "is", "done", "green"))
DAYS_AWAY = {"today": 0, "tomorrow": 1, "week": 7}


def today() -> date:
    return clock.now().astimezone(timezone.get_current_timezone()).date()


def when(bucket: str) -> Q:
    """The tasks of one of `WHENS`. Raises Invalid."""
    zone, day = timezone.get_current_timezone(), today()
    ends = {away: rules.end_of(day + timedelta(days=away), zone) for away in (0, 1, 7)}
    found = {
        "past": Q(place__lte=clock.now()),
        "today": Q(place__gt=clock.now(), place__lte=ends[0]),
        "tomorrow": Q(place__gt=ends[0], place__lte=ends[1]),
        "week": Q(place__gt=ends[1], place__lte=ends[7]),
        "later": Q(place__gt=ends[7], due__isnull=False),
        "none": Q(due=None),
    }.get(bucket)
    if bucket == "done":
        return Q(done__isnull=False)
    if found is None:
        raise Invalid(f"“{bucket[:40]}” is no time a task is due.", code="bad_filter", fix="Choose one of the list.")
    return found & Q(done=None)


def on(day: date) -> Q:
    """Due on a day: said so, or at a time of that day here."""
    zone = timezone.get_current_timezone()
    start, end = rules.end_of(day - timedelta(days=1), zone), rules.end_of(day, zone)
    near = Q(place__gte=start - timedelta(days=1), place__lte=end + timedelta(days=1))  # walks the index
    return near & (Q(due_day=day) | Q(due_day=None, place__gte=start, place__lt=end))


# -- moving ------------------------------------------------------------------------------------------


def move_due(actor: Actor, row: Any, to: str) -> str:
    """Due at another time, done, or open again. "on:2026-11-24" keeps the time of day, "day:" is the day alone."""
    before = _said(row)
    done, _, wanted = to.rpartition(",")
    if wanted == "done" or done == "done":
        if wanted != "done" and wanted != _said(row).rpartition(",")[2]:
            row = actions.put_off(actor=actor, row=row, due=_due(row, wanted))
        actions.finish_task(actor=actor, row=row)
        return before
    due = _due(row, wanted)
    if row.done is not None:
        row = actions.reopen_task(actor=actor, row=row)
    actions.put_off(actor=actor, row=row, due=due)
    return before


def _said(row: Any) -> str:
    """What brings a task back to where it is."""
    said = f"day:{row.due_day}" if row.due_day else f"at:{row.due.isoformat()}" if row.due else "none"
    return f"done,{said}" if row.done else said


def _due(row: Any, to: str) -> rules.Due | None:
    """Raises Invalid for what is no time."""
    zone = timezone.get_current_timezone()
    kind, _, said = to.partition(":")
    try:
        if to == "none":
            return None
        if to in DAYS_AWAY:
            return rules.due(today() + timedelta(days=DAYS_AWAY[to]), None, zone)
        if kind == "at":
            at = datetime.fromisoformat(said)
            if at.year not in rules.YEARS:
                raise ValueError(said)
            return rules.Due(at, None, at) if at.tzinfo else rules.Due(at.replace(tzinfo=zone), None, at)
        time = row.due.astimezone(zone).time() if kind == "on" and row.due and not row.due_day else None
        if kind in ("on", "day") and (day := rules.parse(said, "", zone, clock.now())):
            return rules.due(day.day, time, zone) if day.day else None
    except (ValueError, OverflowError):
        pass
    raise Invalid(f"“{to[:40]}” is no time a task is due.", code="bad_due", fix="Choose one of the days.")


def move_state(actor: Actor, row: Any, to: str) -> str:
    if to not in ("open", "done"):
        raise Invalid(f"“{to[:40]}” is no state of a task.", code="bad_state", fix="Choose open or done.")
    before = "done" if row.done else "open"
    verb = actions.finish_task if to == "done" else actions.reopen_task
    verb(actor=actor, row=row)
    return before


def move_owner(actor: Actor, row: Any, to: str) -> str:
    """Give a task to somebody else."""
    user = User.objects.filter(pk=int(to), is_active=True).first() if to.isdecimal() and len(to) < 10 else None
    if user is None and to != "nobody":
        raise Invalid("There is no such colleague.", code="no_colleague", fix="Choose one of the list.")
    whole = Task.objects.get(pk=row.pk)  # the row was read as far as the reader may see it
    due = rules.Due(whole.due, whole.due_day, whole.remind_at or whole.due) if whole.due else None
    actions.change_task(
        actor=actor, row=whole, title=whole.title, why=whole.why, due=due, assignee=user,
        remind=whole.remind_at is not None and whole.reminded is None,
    )  # fmt: skip
    return str(row.owner_id) if row.owner_id is not None else "nobody"


# -- groups ------------------------------------------------------------------------------------------


def _owners() -> Sequence[Bucket]:
    """Oneself first, then those in one's teams, then everybody whose tasks one sees; nobody last."""
    policy = reader().policy
    own, mates = (policy.user, policy.mates) if isinstance(policy, Policy) else (None, frozenset[int]())
    held = set(Task.seen.order_by().values_list("owner_id", flat=True).distinct()[: MOST_BUCKETS * 2])
    users = User.objects.filter(Q(pk__in=held) | Q(pk__in=mates, is_active=True)).order_by("name", "pk")
    found = sorted(users[: MOST_BUCKETS * 2], key=lambda user: (user.pk != own, user.pk not in mates))
    reach = reach_of(reader(), "tasks.assign")

    def may_give(user: User) -> bool:
        near = policy.near(user.pk, None) if isinstance(policy, Policy) else None
        return user.is_active and (user.pk == own or (reach.everything if near is None else reach.holds(near)))

    return [
        *(
            Bucket(str(user.pk), str(user), "is", str(user.pk), drop=may_give(user))
            for user in found[: MOST_BUCKETS - 1]
        ),
        Bucket("nobody", "Nobody", "none", tone="none", drop=False),
    ]


def _kinds() -> Sequence[Bucket]:
    kinds = [one for one in subjects.subjects() if one.kind != "tasks"]
    return [
        *(Bucket(one.kind, one.kind.capitalize(), value=one.kind) for one in kinds),
        Bucket("", "Nothing", "none", tone="none"),
    ]


GROUPINGS = (
    Grouping("due", "Due", "calendar", lambda: WHENS, Move("tasks.edit", move_due)),
    Grouping("state", "State", "circle-dot", lambda: STATES, Move("tasks.edit", move_state)),
    Grouping(
        "owner", "Assignee", "user-round", _owners,
        Move("tasks.edit", move_owner, lambda: reader().may("tasks.assign")),
    ),
    Grouping("about", "About", "users", _kinds, board=False),
)  # fmt: skip
DATES = (DateField("due", "Due", column="place", none="none", move=Move("tasks.edit", move_due)),)


def _reason(task: Any) -> str:
    if task.why:
        return str(task.why)
    if task.made_by and task.made_by != str(task.owner or ""):
        return f"{task.made_by} gave it to {task.owner}." if task.owner else f"{task.made_by} added it for nobody yet."
    return f"About {task.record['title']}." if task.record else "You set it yourself."


QUEUE = Queue(
    waiting=Filter("state", "is", "open"),
    due=lambda task: task.due,
    reason=_reason,
    actions=(
        RowAction("done", "Done", "check", "]", "tasks.edit", lambda task: f"/tasks/{task.id}/done/"),
        RowAction("later", "Put off", "clock", "[", "tasks.edit", lambda task: f"/tasks/{task.id}/later/", dialog=True),
    ),
)
