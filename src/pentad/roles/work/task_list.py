"""The list of tasks, declared."""

from datetime import date, timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.html import format_html

from pentad.core import clock
from pentad.core.actor import reader
from pentad.core.errors import Invalid
from pentad.roles.access import seeing
from pentad.roles.access.models import User
from pentad.roles.access.rights import Policy
from pentad.roles.notices import subjects
from pentad.roles.views import cells
from pentad.roles.views.spec import BulkAction, Column, Condition, Empty, Field, ListSpec, Operator, Sort, register
from pentad.roles.work import task_shapes
from pentad.roles.work.models import Task
from pentad.roles.work.queries import prepare
from pentad.roles.work.rules import YEARS, end_of


def _tick(task: Any) -> str:
    """A button that calls the task done, or opens it again; the row leaves the list."""
    verb, icon, label = ("reopen", "circle-check", "Open again") if task.done else ("done", "circle", "Done")
    return format_html(
        '<button type="button" class="btn" data-variant="ghost" data-size="icon-sm" hx-post="/tasks/{}/{}/"'
        ' hx-target="closest [data-row]" hx-swap="delete" hx-push-url="false" aria-label="{}: {}" title="{}">{}</button>',
        task.id, verb, label, task.title, label, cells.icon(icon, "size-4"),
    )  # fmt: skip


def _title(task: Any) -> str:
    css = "truncate line-through text-muted-foreground" if task.done else "truncate"
    return format_html('<span class="{}">{}</span>', css, task.title)


def _due(task: Any) -> str:
    if not task.when:
        return cells.NOTHING
    return cells.tag(task.when, "red", True) if task.overdue else format_html("{}", task.when)


def _about(task: Any) -> str:
    if task.record is None:
        return cells.NOTHING
    return format_html('<span class="truncate">{}</span>', task.record["title"])


def _who(task: Any) -> str:
    if task.owner is None:
        return cells.NOTHING
    name = str(task.owner)
    return format_html('<span class="flex items-center gap-2">{}{}</span>', cells.avatar(name, task.owner.ref), name)


def _load(rows: Any) -> None:
    prepare(rows)


def _search(text: str) -> Condition:
    where = Q(id=text)
    for name in ("title", "why"):
        if seeing.sees("tasks", name):
            where |= Q(**{f"{name}__icontains": text})
    return Condition(where)


def _state(operator: str, value: str) -> Condition:
    return Condition(Q(done=None) if value == "open" else Q(done__isnull=False))


def _owner(operator: str, value: str) -> Condition:
    policy = reader().policy
    own, mates = (policy.user, policy.mates) if isinstance(policy, Policy) else (None, frozenset[int]())
    if operator == "me":
        return Condition(Q(owner_id=own) if own is not None else Q(pk__in=[]))
    if operator == "team":
        return Condition(Q(owner_id__in=sorted(mates)))
    if operator == "none":
        return Condition(Q(owner=None))
    return Condition(Q(owner_id__in=[int(one) for one in value.split("|") if one.isdecimal() and len(one) < 10]))


def _when(operator: str, value: str) -> Condition:
    zone, now = timezone.get_current_timezone(), clock.now()
    tonight = end_of(now.astimezone(zone).date(), zone)
    if operator == "over":
        return Condition(Q(place__lte=now))
    if operator == "none":
        return Condition(Q(due=None))
    if operator == "in":
        return Condition(task_shapes.when(value))
    if operator == "on":
        return Condition(task_shapes.on(_day(value)))
    if operator == "today":
        return Condition(Q(place__gt=tonight - timedelta(days=1), place__lte=tonight))
    if not (value.isdecimal() and 0 < len(value) < 5):
        raise Invalid(f"“{value}” is not a number of days.", code="bad_filter", fix="Type digits, such as 7.")
    return Condition(Q(place__lte=tonight + timedelta(days=int(value))))


def _day(value: str) -> date:
    try:
        day = date.fromisoformat(value)
        if day.year not in YEARS:  # beyond, the day before or after may be no day any more
            raise ValueError(value)
        return day
    except ValueError:
        raise Invalid(f"“{value}” is not a day.", code="bad_filter", fix="Write it as 2026-11-21.") from None


def _kind(operator: str, value: str) -> Condition:
    if operator == "none":
        return Condition(Q(about_no=None))
    return Condition(Q(about_kind__in=value.split("|")))


STATES = (("open", "Open"), ("done", "Done"))
FIELDS = (
    Field("state", "State", (Operator("is", "is", "choice"),), _state, "circle-dot", "Task", lambda: STATES),
    Field(
        "due", "Due",
        (Operator("over", "is past", "none"), Operator("today", "is today", "none"),
         Operator("within", "is within", "days"), Operator("in", "is", "choice"), Operator("on", "is on", "date"),
         Operator("none", "is not set", "none")),
        _when, "calendar", "Task", lambda: [(one.key, one.label) for one in task_shapes.WHENS],
    ),
    Field(
        "owner", "Assignee",
        (Operator("me", "is me", "none"), Operator("team", "is in my team", "none"),
         Operator("is", "is one of", "choices"), Operator("none", "is nobody", "none")),
        _owner, "user-round", "Task",
        lambda: [(str(one.pk), str(one)) for one in User.objects.filter(is_active=True).order_by("name")],
    ),
    Field(
        "about", "About", (Operator("is", "is one of", "choices"), Operator("none", "is nothing", "none")), _kind, "users", "Task",
        lambda: [(one.kind, one.kind.capitalize()) for one in subjects.subjects() if one.kind != "tasks"],
    ),
)  # fmt: skip
OPEN = ["state", "is", "open"]
NEW = {"action": "New task", "dialog": "/tasks/new/", "right": "tasks.edit"}

TASKS = register(
    ListSpec(
        name="tasks", title="Tasks", one="task", many="tasks", icon="list-checks", url="/tasks/", right="tasks.view",
        base=lambda: Task.seen.select_related("owner"),
        given=True,
        open=lambda: False,  # “mine” is different for everybody, so no count may be shared
        row_url=lambda task: f"/tasks/{task.id}/", row_key=lambda task: task.id, label=lambda task: task.title,
        columns=(
            Column("done", "Done", _tick, "check", plain=lambda task: task.done, card=False),
            Column("title", "Task", _title, "list-checks", phone="title", plain=lambda task: task.title),
            Column("due", "Due", _due, "calendar", sort="due", phone="end", plain=lambda task: task.due),
            Column("about", "About", _about, "users", phone="sub",
                   plain=lambda task: task.record["title"] if task.record else ""),
            Column("why", "Why", lambda task: format_html('<span class="truncate">{}</span>', task.why) if task.why
                   else cells.NOTHING, "info", muted=True, plain=lambda task: task.why),
            Column("owner", "Assignee", _who, "user-round", plain=lambda task: str(task.owner or "")),
            Column("created", "Added", lambda task: cells.ago(task.created), "clock", sort="created", muted=True,
                   default=False, plain=lambda task: task.created),
        ),
        sorts=(
            Sort("due", "Due", "place", descending=False, index_descending=False,
                 words=("first due first", "last due first")),
            Sort("created", "Added", "created", words=("oldest first", "newest first")),
        ),
        search=_search, search_hint="Words of the task or its reason", fields=lambda: FIELDS, load=_load,
        empty=Empty(
            "No tasks yet", "A task says what is to be done, until when, and why. Press q to add one anywhere.", **NEW
        ),
        clear={
            "Mine": Empty("Nothing to do", "No open task is yours.", **NEW),
            "My team's": Empty("Nothing to do", "No open task is your team's.", **NEW),
            "Overdue": Empty("Nothing is overdue", "Every open task still has time.", **NEW),
            "Due today": Empty("Nothing is due today", "No open task ends today.", **NEW),
            "Done": Empty("Nothing is done yet", "Tasks that were finished appear here.", "/tasks/", "All tasks"),
            "My queue": Empty("Nothing to do", "No open task is yours.", **NEW),
        },
        bulk=(
            BulkAction("done", "Done", "/tasks/bulk/done/", "check", "tasks.edit", dialog=False),
            BulkAction("later", "Put off", "/tasks/bulk/later/", "clock", "tasks.edit", key="s"),
        ),
        views=(
            ("Mine", {"filters": [OPEN, ["owner", "me", ""]]}),
            ("My team's", {"filters": [OPEN, ["owner", "team", ""]]}),
            ("Overdue", {"filters": [OPEN, ["due", "over", ""]]}),
            ("Due today", {"filters": [OPEN, ["due", "today", ""]]}),
            ("Done", {"filters": [["state", "is", "done"]], "sort": "-due"}),
            ("My board", {"filters": [["owner", "me", ""]], "layout": "board", "group": "due"}),
            ("My queue", {"filters": [OPEN, ["owner", "me", ""]], "layout": "queue"}),
        ),
        template="work/tasks.html",
        groupings=lambda: task_shapes.GROUPINGS, dates=lambda: task_shapes.DATES, queue=task_shapes.QUEUE,
        cards=("title", "due", "about", "owner"),
    )
)  # fmt: skip
