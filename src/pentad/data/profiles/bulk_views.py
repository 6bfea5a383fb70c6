"""What one does with selected customers: export, set a trait, merge two, erase."""

from collections.abc import Sequence
from typing import Any, TypeVar

from django.contrib import messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from pentad.core import clock
from pentad.core.action import check
from pentad.core.errors import Invalid
from pentad.data.fields.queries import meant
from pentad.data.identity.models import Person
from pentad.data.ingest.page import actor_of, modal_done
from pentad.data.privacy.actions import erase_person
from pentad.data.profiles import actions, bulk
from pentad.data.profiles.company_list import COMPANIES
from pentad.data.profiles.entering import entered_value, entering, typed_text
from pentad.data.profiles.exporting import csv_of
from pentad.data.profiles.lists import PEOPLE
from pentad.data.profiles.models import Company
from pentad.data.profiles.owner_views import chosen, chosen_owner, owners
from pentad.data.profiles.page import trait_called
from pentad.data.profiles.person_views import TYPED, previewed
from pentad.roles.access import seeing, signed_in
from pentad.roles.access.rights_models import Team
from pentad.roles.access.seeing import Owned
from pentad.roles.audit import told_by
from pentad.roles.undo.owners import assign_many, whose
from pentad.roles.views import counts, plans
from pentad.roles.views.state import ListState

M = TypeVar("M", bound=Model)
MOST_CHANGED = 1_000
"""At most so many customers are changed or erased in one go, so that the page answers."""


def selected(request: HttpRequest) -> "QuerySet[Person]":
    """The chosen customers: those ticked, or everybody the list holds. Raises Invalid when there is none."""
    given: QueryDict = request.POST if request.method == "POST" else request.GET
    if given.get("all") == "1":
        return plans.plan(PEOPLE, ListState.parse(given.get("state", ""))).rows
    return Person.seen.filter(id__in=_ticked(given, "customer"), root=None)


def _selected_companies(request: HttpRequest) -> "QuerySet[Company]":
    given: QueryDict = request.POST if request.method == "POST" else request.GET
    if given.get("all") == "1":
        return plans.plan(COMPANIES, ListState.parse(given.get("state", ""))).rows
    return Company.seen.filter(id__in=_ticked(given, "company"))


def _ticked(given: QueryDict, one: str) -> list[str]:
    ids = given.getlist("id")
    if not ids:
        raise Invalid(f"No {one} is selected.", code="nothing_selected", fix="Tick some rows first.")
    return ids


def _few(request: HttpRequest) -> list[Person]:
    return _at_most(selected(request), "customers")


def _at_most(rows: "QuerySet[M]", many: str) -> list[M]:
    found = list(rows[: MOST_CHANGED + 1])
    if len(found) > MOST_CHANGED:
        raise Invalid(
            f"More than {MOST_CHANGED:,} {many} are selected.",
            code="too_many",
            fix="Narrow the list, then do it in parts.",
        )
    return found


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
    columns = [column for column in PEOPLE.shown_columns(state.columns) if column.plain]
    lines = csv_of(actor_of(request), rows, columns)
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_http_methods(["GET", "POST"])
@signed_in("people.edit")
def bulk_trait(request: HttpRequest) -> HttpResponse:
    """State a trait of every chosen customer in the team's name."""
    check(actor_of(request), "people.bulk")
    return _trait_of_all(request, _few(request), "people", "customer", "customers")


@require_http_methods(["GET", "POST"])
@signed_in("companies.edit")
def bulk_company_trait(request: HttpRequest) -> HttpResponse:
    """State a trait of every chosen company in the team's name."""
    check(actor_of(request), "companies.bulk")
    companies = _at_most(_selected_companies(request), "companies")
    return _trait_of_all(request, companies, "companies", "company", "companies")


def _trait_of_all(request: HttpRequest, rows: Sequence[Owned], kind: str, one: str, many: str) -> HttpResponse:
    """The dialog that states a trait of many, and what it sends."""
    words = _counted(rows, one, many)
    context: dict[str, Any] = {"words": words, "hidden": _hidden(request), "action": request.path}
    if request.method == "GET":
        name = meant(kind, request.GET.get("name", ""))
        context |= {"name": name, **entering(request, kind, name, None)}
        if request.GET.get("part") == "control" and context["control"] is None:
            return HttpResponse(status=204)  # nothing better to enter it with than the text there is
        return render(request, "profiles/_bulk_trait.html", context)
    if not rows:
        raise Invalid(f"No {one} is selected.", code="nothing_selected", fix="Tick some rows first.")
    name = meant(kind, request.POST.get("name", ""))
    value = entered_value(request, kind, name)
    try:
        change = bulk.set_trait_of_all(actor=actor_of(request), records=rows, name=name, value=value)
    except Invalid as error:
        context |= {"name": name, "value": typed_text(value), "fault": error.message}
        context |= entering(request, kind, name, value, fault=error.message)
        return render(request, "profiles/_bulk_trait.html", context, status=422)
    counts.forget_counts()
    told = f"{trait_called(kind, name)} set for {words}."
    if lost := bulk.outranked_among(rows, name):
        told += f" For {lost:,} a source that goes first says something else, which stays: see its priority."
    messages.success(request, told, extra_tags=f"/changes/{change.id}/undo/")
    return _back(request, f"/{kind}/")


def _counted(rows: Sequence[Owned], one: str, many: str) -> str:
    return f"1 {one}" if len(rows) == 1 else f"{len(rows):,} {many}"


@require_http_methods(["GET", "POST"])
@signed_in("people.assign")
def bulk_owner(request: HttpRequest) -> HttpResponse:
    """Give every chosen customer an owner, a team or both."""
    check(actor_of(request), "people.bulk")
    people = _few(request)
    return _owner_of_all(request, people, "customer", "customers", "/people/")


@require_http_methods(["GET", "POST"])
@signed_in("companies.assign")
def bulk_company_owner(request: HttpRequest) -> HttpResponse:
    """Give every chosen company an owner, a team or both."""
    check(actor_of(request), "companies.bulk")
    companies = _at_most(_selected_companies(request), "companies")
    return _owner_of_all(request, companies, "company", "companies", "/companies/")


def _owner_of_all(request: HttpRequest, rows: Sequence[Owned], one: str, many: str, url: str) -> HttpResponse:
    """The dialog that gives records to somebody, and what it sends."""
    words = _counted(rows, one, many)
    if request.method == "GET":
        context = {
            "words": words, "hidden": _hidden(request), "action": request.path, "users": owners(),
            "teams": Team.objects.order_by("name"),
        }  # fmt: skip
        return render(request, "profiles/_bulk_owner.html", context)
    if not rows:
        raise Invalid(f"No {one} is selected.", code="nothing_selected", fix="Tick some rows first.")
    only = chosen(request.POST)
    if not only:
        raise Invalid("Nothing is chosen.", code="nothing_chosen", fix="Choose an owner, a team or both.")
    owner, team = chosen_owner(request.POST)
    change = assign_many(
        actor=actor_of(request),
        records=rows,
        owner=owner,
        team=team,
        only=only,
        keep_shares=request.POST.get("keep_shares") == "1",
    )
    counts.forget_counts()
    told = f"{'Team' if only == ['team'] else 'Owner'} of {words} set to {whose(owner, team, only)}."
    messages.success(request, told, extra_tags=f"/changes/{change.id}/undo/")
    return _back(request, url)


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


def _back(request: HttpRequest, url: str = "/people/") -> HttpResponse:
    """To the list as it was."""
    here = request.headers.get("HX-Current-URL", "")
    path = "/" + here.split("://", 1)[-1].partition("/")[2] if here else url
    return modal_done(path if path.startswith(url) else url)
