"""Screens of customers and companies: lists, pages and the parts of pages."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods

from pentad.core import clock, hooks
from pentad.core.errors import Invalid, PentadError, Unavailable
from pentad.data.consent import page as consent
from pentad.data.fields.queries import visible
from pentad.data.identity.models import Person
from pentad.data.identity.queries import conflicts_of, identifiers, merge_history, part_numbers, shown_conflicts
from pentad.data.identity.rules import Ident
from pentad.data.ingest.models import Source
from pentad.data.ingest.page import actor_of, modal_done
from pentad.data.profiles import actions, events, page, queries
from pentad.data.profiles.company_list import COMPANIES, company_title
from pentad.data.profiles.company_views import timeline_context
from pentad.data.profiles.entering import required_controls, required_values
from pentad.data.profiles.lists import PEOPLE, title
from pentad.data.profiles.models import Company, Note
from pentad.data.profiles.owner_views import masked_fields
from pentad.roles.access import signed_in
from pentad.roles.access.seeing import may, sees_all
from pentad.roles.audit import looked_at
from pentad.roles.page import in_readers_zone
from pentad.roles.together.views import sent
from pentad.roles.views import counts, paging
from pentad.roles.views.screen import show_list
from pentad.roles.views.spec import ListSpec
from pentad.roles.views.state import ListState

RECENT_COOKIE = "recent"
MOST_RECENT = 8
TIMELINE_PAGE = 40
WEEKS = 12


@require_GET
@signed_in("people.view")
@in_readers_zone
def people(request: HttpRequest) -> HttpResponse:
    """The customers list."""
    return show_list(request, PEOPLE)


@require_GET
@signed_in("companies.view")
@in_readers_zone
def companies(request: HttpRequest) -> HttpResponse:
    """The companies list."""
    return show_list(request, COMPANIES)


@require_http_methods(["GET", "POST"])
@signed_in("people.create")
def new_person(request: HttpRequest) -> HttpResponse:
    """The dialog that adds a customer by hand, and what it sends."""
    if request.method == "GET":
        return render(request, "profiles/_new_person.html", {"given": {}, "controls": required_controls(request)})
    given = {name: request.POST.get(name, "").strip() for name in ("name", "email", "phone", "user_id")}
    idents = [
        Ident(name, given[name].lower() if name == "email" else given[name])
        for name in ("user_id", "email", "phone")
        if given[name]
    ]
    traits = required_values(request) | {name: given[name] for name in ("name", "email", "phone") if given[name]}
    try:
        made = actions.create_person(actor=actor_of(request), identifiers=idents, traits=traits)
    except PentadError as error:
        context = {"given": given, "fault": error.message, "fault_field": error.data.get("field", "")}
        context |= {"taken": error.data.get("person"), "controls": required_controls(request)}
        return render(request, "profiles/_new_person.html", context, status=422)
    sent(request)
    counts.forget_counts()
    return modal_done(f"/people/{made.id}/")


@require_GET
@signed_in("people.view")
def person(request: HttpRequest, person_id: str) -> HttpResponse:
    """A customer's page."""
    root = queries.find_person(person_id)
    response = render(request, "profiles/person.html", _person_context(request, root))
    looked_at(actor_of(request), f"person:{root.id}")
    recent = [root.id, *(one for one in _recent_ids(request) if one != root.id)][:MOST_RECENT]
    response.set_cookie(
        RECENT_COOKIE, ".".join(recent), max_age=30 * 86_400, httponly=True, samesite="Lax", secure=request.is_secure()
    )
    return response


def _recent_ids(request: HttpRequest) -> list[str]:
    return [one for one in request.COOKIES.get(RECENT_COOKIE, "").split(".") if one][:MOST_RECENT]


def _person_context(request: HttpRequest, root: Person) -> dict[str, Any]:
    actor = actor_of(request)
    kind = request.GET.get("kind", "")
    facts, merges = queries.trait_explanations(root), merge_history(root)
    fields, idents = visible("people"), identifiers(root)
    return {
        "person": root,
        "title": title(root),
        "facts": page.key_facts(facts, fields),
        "more_facts": page.other_facts(facts, fields),
        "trait_url": f"/people/{root.id}/trait/",
        "identities": page.identity_groups(idents),
        **consent.person_context(actor, root, {one.namespace for one in idents}),
        "merges": merges,
        "merged": next((link for link in merges if link.id == request.GET.get("merged") and link.undone is None), None),
        "companies": list(queries.companies_of(root)[:20]),
        "conflicts": shown_conflicts(conflicts_of(root)[:10]),
        "may_edit": may(actor, "people.edit", root),
        "may_merge": may(actor, "people.merge", root),
        "may_assign": may(actor, "people.assign", root),
        "may_erase": may(actor, "people.erase", root),
        "may_reveal": may(actor, "people.reveal", root) and masked_fields(root),
        "may_audit": actor.may("audit.view"),
        "place": list_place(request, PEOPLE, root),
        "panels": hooks.customer_panels(actor, root),
        "sources": list(Source.objects.order_by("name").only("no", "name")),
        **_timeline_context(request, root, kind, None),
    }


def list_place(request: HttpRequest, spec: ListSpec, row: Any) -> dict[str, Any]:
    """Where the row stands in the list it was opened from, with its neighbours, for the header."""
    listed, number = request.GET.get("list"), request.GET.get("n", "")
    if not (number.isdecimal() and len(number) < 10):
        return {"back": f"{spec.url}?{listed}" if listed else spec.url, "back_label": spec.title}
    state = ListState.parse(listed or "")
    try:
        before, after = paging.neighbours(spec, state, row)
    except PentadError:
        return {"back": spec.url, "back_label": spec.title}
    total = counts.known_count(spec, state)

    def url(neighbour: Any, step: int) -> str:
        if neighbour is None:
            return ""
        query = {"n": int(number) + step} | ({"list": listed} if listed else {})
        return f"{spec.row_url(neighbour)}?{urlencode(query)}"

    return {
        "back": f"{spec.url}?{listed}" if listed else spec.url,
        "back_label": spec.title,
        "number": int(number),
        "total": total,
        "previous": url(before, -1),
        "next": url(after, 1),
    }


def _timeline_context(request: HttpRequest, root: Person, kind: str, before: str | None) -> dict[str, Any]:
    if kind not in events.KINDS:
        raise Invalid(f"There is no timeline of “{kind[:40]}”.", code="bad_kind", fix="Choose one of the chips.")
    asked = events.KINDS[kind][1]
    given = request.GET.get("source", "")
    source = given if given.isdecimal() and len(given) < 10 else ""
    context: dict[str, Any] = {"person": root, "kind": kind, "kinds": events.KINDS, "source": source}
    try:
        rows, following = queries.timeline(
            root,
            limit=TIMELINE_PAGE,
            before=before,
            sources=[int(source)] if source else (),
            **asked,
        )
    except Unavailable as error:
        return context | {"days": [], "unavailable": error.message}
    ids = [str(row.properties.get("note_id")) for row in rows if row.name == "Note added"]
    # Of this customer alone: an event may be sent by anybody, and name the note of another one.
    known = (
        Note.objects.filter(id__in=ids, person_id__in=part_numbers(root)).prefetch_related("files")
        if ids
        else Note.objects.none()
    )
    notes = {note.id: note for note in known}
    return context | {"days": events.days(rows, notes), "following": following, "first_page": before is None}


@require_GET
@signed_in("people.view")
def timeline(request: HttpRequest, person_id: str) -> HttpResponse:
    """A page of the timeline, for chips and for reading on."""
    root = queries.find_person(person_id)
    before = request.GET.get("before") or None
    context = _timeline_context(request, root, request.GET.get("kind", ""), before) | {"narrowed": before is None}
    last = request.GET.get("day", "")
    looked_at(actor_of(request), f"person:{root.id}", "timeline")
    return render(
        request,
        "profiles/_timeline.html",
        context | {"last_day": last, "may_edit": may(actor_of(request), "people.edit", root)},
    )


@require_GET
@signed_in("people.view")
def figures(request: HttpRequest, person_id: str) -> HttpResponse:
    """Sums and activity, read from the whole history; fetched after the page stands."""
    root = queries.find_person(person_id)
    try:
        days, sums = queries.activity(root, days=WEEKS * 7), queries.totals(root)
    except Unavailable as error:
        return render(request, "profiles/_figures.html", {"unavailable": error.message, "person": root})
    context = {
        "person": root,
        "sums": sums,
        "weeks": page.weeks(days),
        "revenue": page.revenue(sums),
        "top": page.top(sums),
    }
    return render(request, "profiles/_figures.html", context)


@require_GET
@signed_in("people.view")
def peek(request: HttpRequest, person_id: str) -> HttpResponse:
    """The key facts and the latest events of a customer, beside a list."""
    root = queries.find_person(person_id)
    facts = [line for line in page.key_facts(queries.trait_explanations(root), visible("people")) if not line.empty]
    context = _timeline_context(request, root, "", None) | {"title": title(root), "facts": facts}
    context["days"] = context["days"][:3]
    looked_at(actor_of(request), f"person:{root.id}", "peek")
    return render(request, "profiles/_peek.html", context)


@require_GET
@signed_in("companies.view")
def company(request: HttpRequest, company_id: str) -> HttpResponse:
    """A company's page."""
    row: Company = queries.find_company(company_id)
    found = queries.people_of(row)
    members = list(found[:51])
    facts, fields = queries.company_trait_explanations(row), visible("companies")
    stated = {fact.name: fact for fact in facts}
    context = {
        "title": company_title(row),
        "company": row,
        "facts": page.key_facts(facts, fields, len(facts) + len(fields)),
        "more_facts": [page.field_line(one, stated.get(one.name)) for one in fields if not one.key_fact],
        "may_edit": may(actor_of(request), "companies.edit", row),
        "trait_url": f"/companies/{row.id}/trait/",
        "members": members[:50],
        **(timeline_context(row, None) if request.GET.get("show") == "timeline" else {}),
        "show": "timeline" if request.GET.get("show") == "timeline" else "",
        "more_members": len(members) > 50,
        "member_count": found.count(),
        "place": list_place(request, COMPANIES, row),
        # Sums over customers that the reader may not see would tell of them.
        "weeks": page.company_weeks(row, clock.now() - timedelta(days=WEEKS * 7)) if sees_all("people") else [],
        "sources": dict(Source.objects.values_list("no", "name")),
    }
    looked_at(actor_of(request), f"company:{row.id}")
    return render(request, "profiles/company.html", context)
