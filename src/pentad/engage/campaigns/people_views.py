"""Screens of whom a campaign chose: what became of each, and why."""

from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from pentad.core.action import check
from pentad.core.errors import Invalid
from pentad.core.secretbox import cover, uncover
from pentad.data.identity.models import Person
from pentad.data.identity.queries import find_person, part_numbers
from pentad.engage.campaigns import page, queries, why
from pentad.engage.campaigns.keys import ORIGIN, key_of
from pentad.engage.campaigns.models import Campaign, Recipient, Run
from pentad.intelligence.segments.access import everybody, seen_people
from pentad.intelligence.segments.moves import roots_of
from pentad.platforms.responses.queries import counted
from pentad.roles.access import signed_in
from pentad.roles.audit import looked_at
from pentad.roles.page import actor_of, in_readers_zone

PAGE = 50
PLACES = "places on pages of campaigns"
_NOT_YET = Q(state__in=(Recipient.CHOSEN, Recipient.WAITING))
_OF_ROWS = {
    "waiting": _NOT_YET & ~Q(run__state=Run.CANCELLED), "passed_over": _NOT_YET & Q(run__state=Run.CANCELLED),
    "skipped": Q(state=Recipient.SKIPPED), "held_out": Q(state=Recipient.HELD_OUT),
}  # fmt: skip
_OF_DELIVERIES = {
    "waiting": queries.OPEN, "told": (*queries.ARRIVED, "doubtful", "bounced"), "arrived": queries.ARRIVED,
    "bounced": ("bounced",), "failed": ("failed",), "doubtful": ("doubtful",), "held": ("held",),
    "passed_over": ("skipped", "expired", "cancelled"),
}  # fmt: skip


@require_GET
@signed_in("campaigns.view")
@in_readers_zone
def people(request: HttpRequest, id: str) -> HttpResponse:
    """Whom it chose, the latest first, with what became of each."""
    check(actor_of(request), "people.view")
    row = queries.find_campaign(id)
    which = request.GET.get("which", "")
    if which not in dict(page.FILTERS):
        raise Invalid(f"“{which[:40]}” is no choice.", code="bad_filter", fix="Choose one that is offered.")
    if which in page.DONE:
        check(actor_of(request), "messages.view")
    after = request.GET.get("after", "")
    found, following = page_of(row, which, after)
    shown = _with_people(found)
    if shown:
        looked_at(actor_of(request), f"campaign:{row.id}", "people", again=True, rows=len(shown))
    context: dict[str, Any] = page.context(request, row, "people") | {
        "rows": shown, "which": which, "choices": page.filters(actor_of(request)), "further": bool(after),
        "next": following,
    }  # fmt: skip
    return render(request, "campaigns/people.html", context)


def page_of(row: Campaign, which: str, after: str) -> tuple[list[Recipient], str]:
    """A page of rows, and the mark with which the next one is asked for; "" at the end."""
    found, place = _page(row, which, _number(row, after) if after else None)
    return found, cover(f"{PLACES} {row.no}", str(place)) if place is not None else ""


def _number(row: Campaign, after: str) -> int:
    try:
        return int(uncover(f"{PLACES} {row.no}", after))
    except ValueError:
        raise Invalid(
            f"{after[:60]!r} is no place here.", code="bad_cursor", fix="Go back to the first page."
        ) from None


def _page(campaign: Campaign, which: str, place: int | None) -> tuple[list[Recipient], int | None]:
    """A page of rows, and from where the next one goes on: those with a message first, below its number; then those
    without one, below a number that is negated.
    """
    found: list[Recipient] = []
    if (which in _OF_DELIVERIES or which in page.DONE) and (place is None or place > 0):
        found, following = _by_delivery(campaign, which, place)
        if following is not None or which not in _OF_ROWS:
            return found, following
        place = None
    rows = _seen(Recipient.objects.filter(run__campaign=campaign)).select_related("run").order_by("-id")
    rows = rows.filter(_OF_ROWS.get(which, Q()), **({"id__lt": -place} if place is not None else {}))
    size = max(0, PAGE - len(found))
    more = list(rows[: size + 1])
    return found + more[:size], -more[size].pk - 1 if len(more) > size else None


def _seen(rows: "QuerySet[Recipient]") -> "QuerySet[Recipient]":
    return rows if everybody() else rows.filter(person__in=seen_people().values("pk"))


def _by_delivery(campaign: Campaign, which: str, before: int | None) -> tuple[list[Recipient], int | None]:
    """The same by what became of their messages: those rows are asked for by their keys."""
    rows = queries.deliveries(campaign.id).order_by("-id")
    if which in page.DONE:
        rows = rows.filter(pk__in=counted(ORIGIN, campaign.id, which))
    else:
        rows = rows.filter(state__in=_OF_DELIVERIES[which])
    sent = list((rows.filter(id__lt=before) if before else rows).only("id", "key", "person_no", "run")[: PAGE + 1])
    people = {one.person_no for one in sent[:PAGE]}
    parts = set(Person.seen.filter(root_id__in=people).values_list("no", flat=True))
    rows_there = Recipient.objects.filter(
        run__campaign=campaign, run__id__in={one.run for one in sent}, person_id__in=people | parts
    )
    roots = roots_of(people | parts)
    found = dict[str, Recipient]()
    for row in _seen(rows_there).select_related("run"):
        for number in (row.person_id, roots.get(row.person_id, row.person_id)):
            found.setdefault(key_of(row.run.id, number, row.entry), row)
    kept = [found[one.key] for one in sent[:PAGE] if one.key in found]
    return kept, sent[PAGE - 1].pk if len(sent) > PAGE else None


def _with_people(rows: list[Recipient]) -> list[dict[str, Any]]:
    """Rows with the customers as they are now, and as the reader may see them."""
    roots = roots_of({row.person_id for row in rows})
    people = {one.no: one for one in Person.seen.filter(no__in=set(roots.values()))}
    return [
        {"person": person, "told": one}
        for one in why.told(rows)
        if (person := people.get(roots.get(one.recipient.person_id, 0))) is not None
    ]


@require_GET
@signed_in("campaigns.view")
@in_readers_zone
def person(request: HttpRequest, id: str, person_id: str) -> HttpResponse:
    """Why one customer was told or not: every gate in order, with the value seen."""
    check(actor_of(request), "people.view")
    row, somebody = queries.find_campaign(id), find_person(person_id)
    looked_at(actor_of(request), f"person:{somebody.id}", "campaign")
    rows = why.told(why.rows_of(row, somebody, part_numbers(somebody)))
    context = page.context(request, row, "people") | {
        "person": somebody,
        "rows": [{"told": one, "gates": why.gates(one, row)} for one in rows],
    }
    if not rows:
        context |= {"memberships": why.memberships(row, somebody), "meant": why.meant(row, somebody)}
    return render(request, "campaigns/person.html", context)
