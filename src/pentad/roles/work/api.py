"""/api/v1/tasks: list, add, finish, reopen."""

from datetime import UTC, date, datetime
from typing import Any, Literal

from django.http import HttpRequest
from ninja import Field, Router, Schema, Status

from pentad.core.action import check
from pentad.core.actor import Actor
from pentad.core.errors import Invalid
from pentad.roles.access.models import User
from pentad.roles.access.seeing import veil
from pentad.roles.notices import subjects
from pentad.roles.together.rules import version
from pentad.roles.views.paging import beyond, checked_limit
from pentad.roles.work import actions, queries, rules
from pentad.roles.work.models import Task

router = Router(tags=["tasks"])
MAX_PAGE = 200


class TaskOut(Schema):
    id: str
    title: str
    why: str
    about: str | None
    due: datetime | None
    due_day: date | None
    assignee: str | None
    done: datetime | None
    done_by: str
    made_by: str
    created: datetime


class TasksOut(Schema):
    results: list[TaskOut]
    next: str | None = None


class TaskIn(Schema):
    title: str = Field(max_length=200)
    why: str = Field("", max_length=300)
    about: str | None = Field(None, max_length=80, description="Such as people:ID or companies:ID")
    due: datetime | None = None
    due_day: date | None = Field(None, description="A day without a time, in UTC")
    assignee: str | None = Field(None, max_length=254, description="A colleague's e-mail address")


class TaskSeen(Schema):
    title: str | None = None
    why: str | None = None
    due: datetime | None = None
    due_day: date | None = None
    assignee: str | None = None


class TaskChange(TaskSeen):
    title: str = Field("", max_length=200)
    why: str = Field("", max_length=300)
    seen: TaskSeen | None = Field(
        None, description="What was read before: a field that is another by now, and not this, is not changed"
    )


def _actor(request: HttpRequest) -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor


def _out(rows: list[Task]) -> list[dict[str, Any]]:
    queries.prepare(rows, UTC)
    return [
        {
            "id": row.id, "title": row.title, "why": row.why, "about": _about(row), "due": row.due,
            "due_day": row.due_day, "assignee": row.owner.email if row.owner else None, "done": row.done,
            "done_by": row.done_by, "made_by": row.made_by, "created": row.created,
        }
        for row in rows
    ]  # fmt: skip


def _answer(row: Task) -> dict[str, Any]:
    """A task as an action gave it back: whole, until it is veiled."""
    veil([row])
    return _out([row])[0]


def _about(row: Task) -> str | None:
    record: dict[str, str] | None = row.record  # type: ignore[attr-defined]  # by `prepare`
    return record["ref"] if record else None


@router.get("/tasks", response=TasksOut, summary="Tasks, the first due first")
def list_tasks(
    request: HttpRequest,
    state: Literal["open", "done", "all"] = "open",
    about: str | None = None,
    limit: int = 50,
    after: str | None = None,
) -> dict[str, Any]:
    """Those that the key may see; `about` such as `people:ID`. Page on with `after`, the last answer’s `next`."""
    check(_actor(request), "tasks.view")
    checked_limit(limit, MAX_PAGE)
    rows = Task.seen.select_related("owner").order_by("place", "no")
    if state != "all":
        rows = rows.filter(done__isnull=state == "open")
    if about is not None:
        record = subjects.find(about)
        subject = subjects.subject_of(record)
        rows = rows.filter(about_kind=subject.kind, about_no__in=subject.parts(record))
    if after is not None:
        last = queries.find_task(after)
        rows = rows.filter(beyond("place", False, last.place, last.no))
    found = list(rows[: limit + 1])
    return {"results": _out(found[:limit]), "next": found[limit - 1].id if len(found) > limit else None}


@router.post("/tasks", response={201: TaskOut}, summary="Add a task")
def add_task(request: HttpRequest, body: TaskIn) -> Status[dict[str, Any]]:
    """Reminds as a task added on the screen does. Nobody’s, unless `assignee` says whose."""
    row = actions.create_task(
        actor=_actor(request), title=body.title, why=body.why, due=_due(body), assignee=_colleague(body.assignee),
        about=subjects.find(body.about) if body.about else None,
    )  # fmt: skip
    return Status(201, _answer(row))


@router.get("/tasks/{id}", response=TaskOut, summary="One task")
def get_task(request: HttpRequest, id: str) -> dict[str, Any]:
    check(_actor(request), "tasks.view")
    return _out([queries.find_task(id)])[0]


@router.patch("/tasks/{id}", response=TaskOut, summary="Change fields of a task")
def change_task(request: HttpRequest, id: str, body: TaskChange) -> dict[str, Any]:
    """Those that are given. With `seen`, 409 `changed_meanwhile` tells who changed which of them to what."""
    check(_actor(request), "tasks.edit")
    row = queries.find_task(id)
    given = {
        "title": body.title if "title" in body.model_fields_set else row.title,
        "why": body.why if "why" in body.model_fields_set else row.why,
        "due": _due(body) if {"due", "due_day"} & body.model_fields_set else actions.due_of(row),
        "assignee": _colleague(body.assignee) if "assignee" in body.model_fields_set else row.owner,
        "remind": actions.values_of(row)["remind"],
    }
    mine = actions.task_values(**given)
    asked = _named(body)
    seen = {name: version(value) for name, value in mine.items() if name not in asked}  # is left as it is
    if body.seen is not None:
        before = actions.task_values(
            body.seen.title or "", body.seen.why or "", _due(body.seen), _colleague(body.seen.assignee), True
        )
        seen |= {name: version(before[name]) for name in asked & _named(body.seen)}
    changed = actions.change_task(actor=_actor(request), row=row, **given, seen=seen)
    return _answer(changed)


@router.post("/tasks/{id}/done", response=TaskOut, summary="Call a task done")
def finish_task(request: HttpRequest, id: str) -> dict[str, Any]:
    return _answer(actions.finish_task(actor=_actor(request), row=queries.find_task(id)))


@router.post("/tasks/{id}/reopen", response=TaskOut, summary="Take that back")
def reopen_task(request: HttpRequest, id: str) -> dict[str, Any]:
    return _answer(actions.reopen_task(actor=_actor(request), row=queries.find_task(id)))


def _named(body: TaskSeen) -> set[str]:
    """The fields a body speaks of, by the names under which tasks are compared."""
    return {"due" if name == "due_day" else name for name in body.model_fields_set} - {"seen"}


def _due(body: TaskIn | TaskSeen) -> rules.Due | None:
    said = body.due_day or body.due
    if said is not None and said.year not in rules.YEARS:
        raise Invalid(
            f"A task cannot be due on {said.isoformat()}.", code="bad_due", fix="Give a day between 1970 and 2200."
        )
    if body.due_day is not None:
        return rules.due(body.due_day, None, UTC)
    if body.due is not None:
        moment = body.due if body.due.tzinfo else body.due.replace(tzinfo=UTC)
        return rules.Due(moment, None, moment)
    return None


def _colleague(email: str | None) -> User | None:
    if not email:
        return None
    found = User.objects.filter(email__iexact=email, is_active=True).first()
    if found is None:
        raise Invalid(
            f"Nobody here has the address {email}.", code="unknown_colleague", fix="See the list of colleagues."
        )
    return found
