"""What one does with selected customers: export, set a trait, merge two, erase."""

import csv
import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from pentad.core import clock
from pentad.core.action import check
from pentad.core.actor import Actor, acting_as
from pentad.core.errors import Invalid
from pentad.data.identity.models import Person
from pentad.data.ingest.page import actor_of, modal_done
from pentad.data.privacy.actions import erase_person
from pentad.data.profiles import actions
from pentad.data.profiles.entering import entered_value, entering, typed_text
from pentad.data.profiles.lists import PEOPLE, load_people
from pentad.data.profiles.owner_views import chosen_owner, owners
from pentad.data.profiles.person_views import TYPED, previewed
from pentad.roles.access import seeing, signed_in
from pentad.roles.access.manage.actions import assign
from pentad.roles.access.rights_models import Team
from pentad.roles.audit import told_by
from pentad.roles.views import counts, plans
from pentad.roles.views.state import ListState

CHUNK = 500
MOST_CHANGED = 1_000
"""At most so many customers are changed or erased in one go, so that the page answers."""


def selected(request: HttpRequest) -> "QuerySet[Person]":
    """The chosen customers: those ticked, or everybody the list holds. Raises Invalid when there is none."""
    given: QueryDict = request.POST if request.method == "POST" else request.GET
    if given.get("all") == "1":
        return plans.plan(PEOPLE, ListState.parse(given.get("state", ""))).rows
    ids = given.getlist("id")
    if not ids:
        raise Invalid("No customer is selected.", code="nothing_selected", fix="Tick some rows first.")
    return Person.seen.filter(id__in=ids, root=None)


def _few(request: HttpRequest) -> list[Person]:
    people = list(selected(request)[: MOST_CHANGED + 1])
    if len(people) > MOST_CHANGED:
        raise Invalid(
            f"More than {MOST_CHANGED:,} customers are selected.",
            code="too_many",
            fix="Narrow the list, then do it in parts.",
        )
    return people


def _hidden(request: HttpRequest) -> list[tuple[str, str]]:
    """The selection, carried through a dialog."""
    given: QueryDict = request.POST if request.method == "POST" else request.GET
    if given.get("all") == "1":
        return [("all", "1"), ("state", given.get("state", ""))]
    return [("id", one) for one in given.getlist("id")]


@require_http_methods(["GET", "POST"])
@signed_in("people.export")
def export(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """A CSV file of the chosen customers with the columns the list shows, streamed."""
    given: QueryDict = request.POST if request.method == "POST" else request.GET
    state = ListState.parse(given.get("state", ""))
    rows = selected(request)
    if (condition := seeing.within(actor_of(request), "people.export", "people")) is not None:
        rows = rows.filter(condition)  # seeing a customer is not yet taking them away
    whole = given.get("all") == "1"
    filters = told_by(state) if whole else ["chosen rows"]
    actions.export_people(actor=actor_of(request), rows=rows.count(), filters=filters)
    name = f"customers-{clock.now():%Y-%m-%d-%H%M}.csv"
    response = StreamingHttpResponse(_csv(actor_of(request), rows, state), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


class _Line:
    """A file that hands back what is written."""

    def write(self, text: str) -> str:
        return text


def _csv(reader: Actor, rows: "QuerySet[Person]", state: ListState) -> Iterator[str]:
    """Lines of the file. Whoever reads is named for each chunk: the request has ended when they are asked for."""
    columns = [column for column in PEOPLE.shown_columns(state.columns) if column.plain]
    writer = csv.writer(_Line())
    yield "\ufeff" + writer.writerow(["id", *(_cell(column.label) for column in columns)])
    last = 0
    while True:
        with acting_as(reader):
            chunk = list(rows.filter(pk__gt=last).order_by("pk")[:CHUNK])
            load_people(chunk)
            lines = [[one.id, *(_cell(column.plain(one)) for column in columns if column.plain)] for one in chunk]
        if not chunk:
            return
        for line in lines:
            yield writer.writerow(line)
        last = chunk[-1].pk


def _cell(value: Any) -> str:
    """Text that a spreadsheet does not take for a formula."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    text = (
        value
        if isinstance(value, str)
        else str(value)
        if isinstance(value, int | float)
        else json.dumps(value, ensure_ascii=False)
    )
    return f"'{text}" if isinstance(value, str) and text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


@require_http_methods(["GET", "POST"])
@signed_in("people.edit")
def bulk_trait(request: HttpRequest) -> HttpResponse:
    """State a trait of every chosen customer in the team's name."""
    check(actor_of(request), "people.bulk")
    people = _few(request)
    if request.method == "GET":
        name = request.GET.get("name", "").strip()
        context = {"count": len(people), "hidden": _hidden(request), "name": name}
        context |= entering(request, "people", name, None)
        if request.GET.get("part") == "control" and context["control"] is None:
            return HttpResponse(status=204)  # nothing better to enter it with than the text there is
        return render(request, "profiles/_bulk_trait.html", context)
    name = request.POST.get("name", "").strip()
    value = entered_value(request, "people", name)
    try:
        for person in people:
            actions.set_trait(actor=actor_of(request), person=person, name=name, value=value)
    except Invalid as error:
        context = {"count": len(people), "hidden": _hidden(request), "name": name, "value": typed_text(value)}
        context |= {"fault": error.message, **entering(request, "people", name, value, fault=error.message)}
        return render(request, "profiles/_bulk_trait.html", context, status=422)
    messages.success(request, f"{name} set for {len(people):,} customers.")
    return _back(request)


@require_http_methods(["GET", "POST"])
@signed_in("people.assign")
def bulk_owner(request: HttpRequest) -> HttpResponse:
    """Give every chosen customer an owner and a team."""
    check(actor_of(request), "people.bulk")
    people = _few(request)
    if request.method == "GET":
        context = {
            "count": len(people),
            "hidden": _hidden(request),
            "users": owners(),
            "teams": Team.objects.order_by("name"),
        }
        return render(request, "profiles/_bulk_owner.html", context)
    owner, team = chosen_owner(request.POST)
    for person in people:
        assign(actor=actor_of(request), record=person, owner=owner, team=team)
    messages.success(request, f"{len(people):,} customers belong to {owner or team or 'nobody'} now.")
    return _back(request)


@require_http_methods(["GET"])
@signed_in("people.merge")
def bulk_merge(request: HttpRequest) -> HttpResponse:
    """The preview of merging the two chosen customers; the one known longer is kept."""
    people = sorted(selected(request)[:3], key=lambda one: (not one.known, one.first_seen or clock.now()))
    if len(people) != 2:
        raise Invalid("A merge joins two customers.", code="not_two", fix="Tick exactly two rows.")
    return previewed(request, people[0], people[1])


@require_http_methods(["GET", "POST"])
@signed_in("people.erase")
def bulk_erase(request: HttpRequest) -> HttpResponse:
    """Erase the chosen customers after a typed confirmation."""
    check(actor_of(request), "people.bulk")
    people = _few(request)
    if request.method == "GET":
        context = {
            "people": people[:10],
            "count": len(people),
            "hidden": _hidden(request),
            "action": request.path,
            "typed": TYPED,
        }
        return render(request, "profiles/_erase.html", context)
    if request.POST.get("typed") != TYPED:
        raise Invalid(f"The word {TYPED} was not typed.", code="not_confirmed", fix="Nothing was erased.")
    for person in people:
        erase_person(actor=actor_of(request), person=person)
    counts.forget_counts()
    messages.success(request, f"{len(people):,} customers erased. Files are being rewritten without them; see Jobs.")
    return _back(request)


def _back(request: HttpRequest) -> HttpResponse:
    """To the list as it was."""
    here = request.headers.get("HX-Current-URL", "")
    path = "/" + here.split("://", 1)[-1].partition("/")[2] if here else "/people/"
    return modal_done(path if path.startswith("/people/") else "/people/")
