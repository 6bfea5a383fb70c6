"""Screens of suppressed addresses, and of what a message to one customer would meet."""

import csv
import io

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods

from pentad.core.errors import Invalid, PentadError
from pentad.data.consent.queries import channels, main_purpose, purposes
from pentad.data.identity.queries import find_person
from pentad.data.profiles.lists import title
from pentad.intelligence.contact import actions, listing, queries
from pentad.intelligence.contact.listing import REASONS, SUPPRESSED
from pentad.intelligence.contact.models import Suppression
from pentad.intelligence.contact.shown import decided, gates_shown
from pentad.roles.access import signed_in
from pentad.roles.audit import looked_at
from pentad.roles.page import actor_of, in_readers_zone, modal_done
from pentad.roles.views.screen import show_list

HOME = "/settings/contact/suppressed/"
MOST_BYTES = 4 << 20
BY_HAND = (Suppression.MANUAL, Suppression.IMPORT, Suppression.HARD, Suppression.INVALID, Suppression.COMPLAINT)
"""Reasons that somebody may give."""


@require_GET
@signed_in("contact.view")
@in_readers_zone
def suppressed(request: HttpRequest) -> HttpResponse:
    """The list; searched by a whole address, since only digests of addresses are kept."""
    return show_list(request, SUPPRESSED)


@require_http_methods(["GET", "POST"])
@signed_in("contact.edit")
def add(request: HttpRequest) -> HttpResponse:
    """The dialog that suppresses one address or a list of them, and what it sends."""
    context = {
        "channels": [one for one in channels() if one.declared],
        "reasons": [(name, REASONS[name][0]) for name in BY_HAND],
        "most": actions.MOST_AT_ONCE,
        "given": request.POST,
    }
    if request.method == "GET":
        return render(request, "contact/_add.html", context)
    try:
        found = actions.suppress_many(
            actor=actor_of(request), channel=request.POST.get("channel", ""), addresses=_addresses(request),
            reason=request.POST.get("reason", "") or Suppression.MANUAL, source=request.POST.get("source", "").strip(),
        )  # fmt: skip
    except PentadError as error:
        context["fault"] = f"{error.message} {error.fix}".strip()
        return render(request, "contact/_add.html", context, status=422)
    known = f" {found.known:,} were before." if found.known else ""
    messages.success(request, f"{found.new:,} suppressed.{known}")
    return modal_done(HOME)


def _addresses(request: HttpRequest) -> list[str]:
    """Those that were typed, one a line, and the first column of a file. Raises Invalid without any."""
    told = request.POST.get("addresses", "")
    file = request.FILES.get("file")
    if file is not None:
        if (file.size or 0) > MOST_BYTES:
            raise Invalid("The file is larger than 4 MB.", code="file_too_large", field="file", fix="Send it in parts.")
        told += "\n" + file.read().decode("utf-8-sig", "replace")
    rows = csv.reader(io.StringIO(told.replace("\0", "")))
    found = [one for row in rows if row and (one := row[0].strip()) and any(sign in one for sign in "@0123456789")]
    if not found:
        raise Invalid(
            "There is no address.", code="bad_address", field="addresses",
            fix="Write one a line, or choose a file with addresses in its first column.",
        )  # fmt: skip
    return list(dict.fromkeys(found))


@require_http_methods(["GET", "POST"])
@signed_in("contact.view")
@in_readers_zone
def one(request: HttpRequest, id: str) -> HttpResponse:
    """The dialog of a suppressed address: why, since when, and lifting it."""
    row = queries.find_suppression(id)
    listing.prepare([row])
    may_edit = actor_of(request).may("contact.edit")
    context = {"row": row, "may_edit": may_edit, "reason": REASONS[row.reason], "state": listing.standing(row)}
    if request.method == "GET":
        return render(request, "contact/_one.html", context)
    why = request.POST.get("why", "")
    try:
        actions.unsuppress(actor=actor_of(request), row=row, why=why)
    except PentadError as error:
        told = context | {"why": why, "fault": f"{error.message} {error.fix}".strip()}
        return render(request, "contact/_one.html", told, status=403 if error.status == 403 else 422)
    messages.success(request, "The address may be written to again.")
    return modal_done(HOME)


@require_GET
@signed_in("people.view")
@in_readers_zone
def check(request: HttpRequest, person_id: str) -> HttpResponse:
    """What a message to a customer would meet now, by each channel; with what went to them of late."""
    person = find_person(person_id)
    purpose = request.GET.get("purpose", "") or main_purpose()
    transactional = purpose == "transactional:"
    found = queries.checked(person, "" if transactional else purpose, transactional=transactional)
    looked_at(actor_of(request), f"person:{person.id}", "contact check")
    context = {
        "person": person,
        "title": title(person),
        "purpose": purpose,
        "purposes": [one for one in purposes() if one.declared],
        "checked": [(one.channel, one.verdict, gates_shown(one.verdict.gates), decided(one.verdict)) for one in found],
        "contacts": queries.contacts_of(person, 5),
    }
    return render(request, "contact/_check.html", context)
