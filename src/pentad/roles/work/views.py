"""Screens of tasks: the list, one task, its dialogs, and the part other pages show."""

import json
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pentad.core import clock
from pentad.core.errors import Invalid, PentadError
from pentad.roles.access import signed_in
from pentad.roles.notices import subjects
from pentad.roles.notices.queries import named
from pentad.roles.page import actor_of, in_readers_zone, toast
from pentad.roles.together import conflicts
from pentad.roles.together.rules import version, versions
from pentad.roles.together.views import sent
from pentad.roles.views import plans
from pentad.roles.views.queries import opening_view
from pentad.roles.views.screen import show_list
from pentad.roles.views.state import ASKED, ListState
from pentad.roles.work import actions, bulk_actions, queries, rules
from pentad.roles.work.models import Task
from pentad.roles.work.task_list import TASKS

MOST_CHANGED = 500


@require_GET
@signed_in("tasks.view")
@in_readers_zone
def task_list(request: HttpRequest) -> HttpResponse:
    """The list; opened without a wish, one's own open tasks."""
    wishes = any(key in request.GET for key in (*ASKED, "part"))
    if not wishes and opening_view(actor_of(request), TASKS.name) is None:
        return HttpResponseRedirect("/tasks/?view=own-0")
    return show_list(request, TASKS)


@require_GET
@signed_in("tasks.view")
@in_readers_zone
def task_page(request: HttpRequest, task_id: str) -> HttpResponse:
    """One task."""
    (task,) = queries.prepare([queries.find_task(task_id)])
    context = {"task": task, "may_edit": actor_of(request).may("tasks.edit")}
    return render(request, "work/task.html", context)


@require_http_methods(["GET", "POST"])
@signed_in("tasks.edit")
@in_readers_zone
def new_task(request: HttpRequest) -> HttpResponse:
    """The dialog that adds a task, about the page it was opened on, and what it sends."""
    if request.method == "GET":
        path = "/" + request.headers.get("HX-Current-URL", "").split("://", 1)[-1].partition("/")[2]
        about = subjects.find(request.GET["about"]) if request.GET.get("about") else subjects.of_path(path)
        if isinstance(about, Task):
            about = actions.about_of(about)
        return render(request, "work/_form.html", _form(request, about, None, {}))
    reference = request.POST.get("about", "")
    about = subjects.find(reference) if reference else None
    try:
        row = actions.create_task(actor=actor_of(request), about=about, **_given(request))
    except PentadError as error:
        context = _form(request, about, None, request.POST.dict(), error)
        return render(request, "work/_form.html", context, status=422)
    sent(request)
    told = {"text": "Task added.", "tone": "green", "link": f"/tasks/{row.id}/", "linkText": "Open"}
    return _done(request, told)


@require_http_methods(["GET", "POST"])
@signed_in("tasks.edit")
@in_readers_zone
def edit_task(request: HttpRequest, task_id: str) -> HttpResponse:
    """The dialog that says a task anew, and what it sends."""
    row = queries.find_task(task_id)
    if request.method == "GET":
        return render(request, "work/_form.html", _form(request, actions.about_of(row), row, _shown(row)))
    seen, given = conflicts.seen_in(request), dict[str, Any]()
    try:
        given = _given(request, row)
        mine = actions.task_values(**given)
        left = {name: version(mine[name]) for name in conflicts.keeps_theirs(request, mine)}
        actions.change_task(actor=actor_of(request), row=row, **given, seen={**seen, **left})
    except PentadError as error:
        context = _form(request, actions.about_of(row), row, request.POST.dict(), error)
        if conflicts.is_conflict(error):
            context |= _asked(request, error, given) | {"seen": conflicts.seen_text(conflicts.seen_after(error, seen))}
        return render(request, "work/_form.html", context, status=422)
    sent(request)
    return HttpResponse(status=204, headers={"HX-Refresh": "true"})


def _shown(row: Task) -> dict[str, Any]:
    """A task as its form shows it."""
    local = row.due.astimezone(timezone.get_current_timezone()) if row.due and not row.due_day else None
    day = row.due_day or (local.date() if local else None)
    return {
        "title": row.title, "why": row.why, "day": day.isoformat() if day else "",
        "time": f"{local:%H:%M}" if local else "", "assignee": str(row.owner_id or ""),
        "remind": "1" if row.remind_at or not row.due else "",
        "seen": conflicts.seen_text(versions(actions.values_of(row))),
    }  # fmt: skip


def _asked(request: HttpRequest, error: PentadError, given: dict[str, Any]) -> dict[str, Any]:
    """What the form asks about fields that somebody else has changed meanwhile."""
    mine = actions.task_values(**given)
    words = {name: queries.in_words(name, value) for name, value in mine.items()}
    return {"questions": conflicts.questions(error, words, queries.in_words, actor_of(request).name), "fault": ""}


def _form(
    request: HttpRequest, about: Any, row: Task | None, given: dict[str, Any], error: PentadError | None = None
) -> dict[str, Any]:
    subject = subjects.subject_of(about) if about is not None else None
    actor = actor_of(request)
    return {
        "task": row, "given": given or {"remind": "1"}, "fault": error.message if error else "",
        "fault_field": error.data.get("field", "") if error else "",
        "about": {"title": subject.title(about), "reference": subjects.reference(about)} if subject else None,
        "assignees": named("", about, 200) if actor.may("tasks.assign") else [],
        "me": given.get("assignee") or actor.id, "seen": given.get("seen", ""), "draft_about": row or about,
    }  # fmt: skip


def _given(request: HttpRequest, row: Task | None = None) -> dict[str, Any]:
    given = request.POST
    try:
        due = rules.parse(given.get("day", ""), given.get("time", ""), timezone.get_current_timezone(), clock.now())
    except (ValueError, OverflowError):
        raise Invalid(
            "The day or the time is none.", code="bad_due", field="day", fix="Write 2026-03-02 and 14:30."
        ) from None
    assignee = queries.colleague(given.get("assignee", ""))
    if assignee is None:
        assignee = row.owner if row is not None else queries.colleague(actor_of(request).id)
    return {
        "title": given.get("title", ""), "why": given.get("why", ""), "due": due, "assignee": assignee,
        "remind": given.get("remind") == "1",
    }  # fmt: skip


def _done(request: HttpRequest, told: dict[str, str]) -> HttpResponse:
    """Close the dialog; the list of tasks is shown anew, parts on other pages fetch themselves again."""
    here = "/" + request.headers.get("HX-Current-URL", "").split("://", 1)[-1].partition("/")[2]
    if here.startswith("/tasks/"):
        messages.success(request, told["text"])
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    trigger = {"close-modal": "", "tasks-changed": "", "toast": told}
    return HttpResponse(status=204, headers={"HX-Trigger": json.dumps(trigger)})


@require_POST
@signed_in("tasks.edit")
def finish(request: HttpRequest, task_id: str) -> HttpResponse:
    """Done; the answer is empty, so that its row goes."""
    row = actions.finish_task(actor=actor_of(request), row=queries.find_task(task_id))
    return _after(request, "Done.", f"/tasks/{row.id}/reopen/")


@require_POST
@signed_in("tasks.edit")
def reopen(request: HttpRequest, task_id: str) -> HttpResponse:
    row = actions.reopen_task(actor=actor_of(request), row=queries.find_task(task_id))
    return _after(request, "Open again.", f"/tasks/{row.id}/done/")


@require_POST
@signed_in("tasks.edit")
def delete(request: HttpRequest, task_id: str) -> HttpResponse:
    """Take a task away, with a toast that brings it back."""
    change = actions.delete_task(actor=actor_of(request), row=queries.find_task(task_id))
    messages.success(request, "Task deleted.", extra_tags=f"/changes/{change.id}/undo/")
    return HttpResponse(status=204, headers={"HX-Redirect": "/tasks/"})


def _after(request: HttpRequest, text: str, undo: str) -> HttpResponse:
    if "page" in request.GET:
        messages.success(request, text, extra_tags=undo)
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    return toast(HttpResponse(""), text, undo=undo)


@require_http_methods(["GET", "POST"])
@signed_in("tasks.edit")
@in_readers_zone
def later(request: HttpRequest, task_id: str) -> HttpResponse:
    """Put a task off: the dialog with its choices, and what it sends."""
    row = queries.find_task(task_id)
    if request.method == "GET":
        return _ask_when(request, [], 1)
    before = f"at={row.due.isoformat() if row.due else ''}&day={row.due_day or ''}".replace("+", "%2B")
    actions.put_off(actor=actor_of(request), row=row, due=_chosen(request))
    messages.success(request, "Put off.", extra_tags=f"/tasks/{row.id}/due/?{before}")
    return HttpResponse(status=204, headers={"HX-Refresh": "true"})


@require_POST
@signed_in("tasks.edit")
@in_readers_zone
def put_back(request: HttpRequest, task_id: str) -> HttpResponse:
    """The undoing of `later`: due as before."""
    row, zone = queries.find_task(task_id), timezone.get_current_timezone()
    at, day = request.GET.get("at", ""), request.GET.get("day", "")
    try:
        moment = datetime.fromisoformat(at) if at else None
        if moment is not None and moment.year not in rules.YEARS:
            raise ValueError(at)
        due = rules.parse(day, "", zone, clock.now()) if day else None
    except (ValueError, OverflowError):
        raise Invalid("The day or the time is none.", code="bad_due", fix="Write 2026-03-02 and 14:30.") from None
    if due is None and moment is not None:
        due = rules.Due(moment if moment.tzinfo else moment.replace(tzinfo=zone), None, moment)
    actions.put_off(actor=actor_of(request), row=row, due=due)
    return HttpResponse(status=204)


def _later() -> list[tuple[str, str, rules.Due]]:
    return rules.later(clock.now(), timezone.get_current_timezone())


def _ask_when(request: HttpRequest, hidden: list[tuple[str, str]], count: int) -> HttpResponse:
    context = {"url": request.path, "choices": _later(), "hidden": hidden, "count": count}
    return render(request, "work/_later.html", context | {"tomorrow": timezone.localdate() + timedelta(days=1)})


def _chosen(request: HttpRequest) -> rules.Due:
    """One of the times offered, or a day of one's own."""
    wanted, zone = request.POST.get("to", ""), timezone.get_current_timezone()
    if wanted == "day":
        try:
            found = rules.parse(request.POST.get("day", ""), "", zone, clock.now())
        except (ValueError, OverflowError):
            found = None
    else:
        found = next((due for name, _, due in _later() if name == wanted), None)
    if found is None:
        raise Invalid(
            f"“{wanted[:40]}” is no time to put a task off to.",
            code="bad_due",
            fix="Choose one of the times, or a day.",
        )
    return found


@require_GET
@signed_in("tasks.view")
@in_readers_zone
def about(request: HttpRequest, reference: str) -> HttpResponse:
    """The open tasks about a record, for its page."""
    record = subjects.find(reference)
    context = {"tasks": queries.tasks_about(record), "reference": reference}
    return render(request, "work/_about.html", context | {"may_edit": actor_of(request).may("tasks.edit")})


# -- several at once ---------------------------------------------------------------------------------


def _selected(request: HttpRequest) -> list[Task]:
    given = request.POST if request.method == "POST" else request.GET
    if given.get("all") == "1":
        rows = plans.plan(TASKS, ListState.parse(given.get("state", ""))).rows
    else:
        rows = Task.seen.filter(id__in=given.getlist("id"))
    found = list(rows.order_by("place", "no")[: MOST_CHANGED + 1])
    if not found:
        raise Invalid("No task is selected.", code="nothing_selected", fix="Tick some rows first.")
    if len(found) > MOST_CHANGED:
        raise Invalid(f"More than {MOST_CHANGED} tasks are selected.", code="too_many", fix="Narrow the list first.")
    return found


@require_POST
@signed_in("tasks.edit")
@in_readers_zone
def bulk_done(request: HttpRequest) -> HttpResponse:
    """Call the chosen tasks done."""
    change = bulk_actions.finish_tasks(actor=actor_of(request), rows=_selected(request))
    messages.success(request, f"{change.what}.", extra_tags=f"/changes/{change.id}/undo/")
    state = ListState.parse(request.POST.get("state", ""))
    return HttpResponseRedirect(f"/tasks/?{state.query() or 'f='}")  # without a wish, one's own open tasks would open


@require_http_methods(["GET", "POST"])
@signed_in("tasks.edit")
@in_readers_zone
def bulk_later(request: HttpRequest) -> HttpResponse:
    """Put the chosen tasks off."""
    rows = _selected(request)
    if request.method == "GET":
        hidden = [("id", row.id) for row in rows]
        return _ask_when(request, hidden, len(rows))
    change = bulk_actions.put_off_tasks(actor=actor_of(request), rows=rows, due=_chosen(request))
    messages.success(request, f"{change.what}.", extra_tags=f"/changes/{change.id}/undo/")
    return HttpResponse(status=204, headers={"HX-Refresh": "true"})
