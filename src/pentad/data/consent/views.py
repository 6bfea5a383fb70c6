"""The settings of consent, and the dialog that records what a customer said."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pentad import ledger
from pentad.core import clock
from pentad.core.errors import Invalid, PentadError, Unavailable
from pentad.data.consent import actions, page, queries
from pentad.data.consent.models import ConsentChannel, ConsentPurpose
from pentad.data.consent.reaching import reach, said_of
from pentad.data.consent.rules import MOST_SEEN, STATES
from pentad.data.identity.queries import find_person
from pentad.data.profiles.lists import title
from pentad.data.profiles.vocabulary import namespaces, trait_names
from pentad.roles.access import signed_in
from pentad.roles.access.seeing import sees_all
from pentad.roles.page import actor_of, in_readers_zone, modal_done, zone_of

HOME = "/settings/consent/"


@require_GET
@signed_in("consent.edit")
def settings(request: HttpRequest) -> HttpResponse:
    """Purposes with what customers said of them, and channels with how many can be reached."""
    shown = queries.purposes()
    chosen = request.GET.get("purpose", "") or queries.main_purpose()
    context: dict[str, Any] = {
        "declared": [one for one in shown if one.declared],
        "seen": [one for one in shown if not one.declared],
        "archived": list(ConsentPurpose.objects.exclude(archived=None).order_by("name")),
        "channels": [(one, page.ICONS.get(one.name, "megaphone")) for one in queries.channels()],
        "archived_channels": list(ConsentChannel.objects.exclude(archived=None).order_by("name")),
        "crowded": " and ".join(queries.crowded()),
        "most": MOST_SEEN,
        "chosen": next((one for one in shown if one.name == chosen), None),
    }
    try:
        context |= {"said": said_of(), "reach": {one.name: one for one in reach(purpose=chosen)} if chosen else {}}
        ledger.current()
    except Unavailable as error:
        context |= {"unavailable": error.message}
    return render(request, "consent/settings.html", context | {"sees_all": sees_all("people")})


FLAGS = ("opt_out", "track_opens", "track_clicks")


@require_http_methods(["GET", "POST"])
@signed_in("consent.edit")
def purpose(request: HttpRequest) -> HttpResponse:
    """The dialog that declares or changes a purpose, and what it sends. It is named by `name`."""
    name = request.GET.get("name", "")
    row = ConsentPurpose.objects.filter(name=name).first() if name else None
    if request.method == "GET":
        given: dict[str, Any] = {"name": name, "label": row.label if row else name}
        given |= {name: getattr(row or ConsentPurpose(), name) for name in FLAGS}
        given |= {"description": row.description} if row else {}
        return render(request, "consent/_purpose.html", {"row": row, "given": given})
    given = {key: request.POST.get(key, "") for key in ("name", "label", "description")}
    said: dict[str, Any] = {"label": given["label"], "description": given["description"]}
    said |= {name: name in request.POST for name in FLAGS}
    try:
        if row is not None and row.declared is not None:
            actions.change_purpose(actor=actor_of(request), row=row, **said)
        else:
            row = actions.declare_purpose(actor=actor_of(request), name=name or given["name"], **said)
    except PentadError as error:
        context = {"row": row, "given": given | said, "fault": error.message}
        return render(request, "consent/_purpose.html", context, status=422)
    messages.success(request, f"“{row.label}” is saved.")
    return modal_done(HOME)


@require_POST
@signed_in("consent.edit")
def archive_purpose(request: HttpRequest) -> HttpResponse:
    """Into the archive, or out of it with `restore`; a toast takes it back."""
    row, restore = queries.find_purpose(request.GET.get("name", "")), "restore" in request.GET
    if restore:
        actions.restore_purpose(actor=actor_of(request), row=row)
        messages.success(request, f"“{row.plain.label}” is asked about again.")
    else:
        actions.archive_purpose(actor=actor_of(request), row=row)
        back = f"{HOME}purpose/archive/?{urlencode({'restore': 1, 'name': row.name})}"
        text = f"“{row.plain.label}” is in the archive. What customers said of it stays."
        messages.success(request, text, extra_tags=back)
    return modal_done(HOME)


@require_http_methods(["GET", "POST"])
@signed_in("consent.edit")
def channel(request: HttpRequest) -> HttpResponse:
    """The dialog that declares or changes a channel, and what it sends. It is named by `name`."""
    name = request.GET.get("name", "")
    row = next((one for one in queries.channels() if one.name == name), None) if name else None
    known = [f"identifier:{one}" for one in namespaces()] + [f"trait:{one}" for one in trait_names()]
    if request.method == "GET":
        given = {
            "name": name,
            "label": row.label if row else name,
            "addresses": "\n".join(row.addresses) if row else "",
        }
        return render(request, "consent/_channel.html", {"row": row, "given": given, "known": known})
    given = {key: request.POST.get(key, "") for key in ("name", "label", "addresses")}
    addresses = [one for one in given["addresses"].split() if one]
    try:
        made = actions.save_channel(
            actor=actor_of(request), name=name or given["name"], label=given["label"], addresses=addresses
        )
    except PentadError as error:
        context = {"row": row, "given": given, "known": known, "fault": f"{error.message} {error.fix}"}
        return render(request, "consent/_channel.html", context, status=422)
    messages.success(request, f"“{made.label}” is saved.")
    return modal_done(HOME)


@require_POST
@signed_in("consent.edit")
def archive_channel(request: HttpRequest) -> HttpResponse:
    """Put a channel away, or take it back with `restore`."""
    name = request.GET.get("name", "")
    if "restore" in request.GET:
        row = ConsentChannel.objects.filter(name=name).first()
        if row is None:
            raise Invalid(f"There is no channel “{name[:60]}”.", code="unknown_channel", fix="See the list.")
        row = actions.save_channel(actor=actor_of(request), name=name, label=row.label, addresses=row.addresses)
        messages.success(request, f"“{row.label}” is a channel again.")
    else:
        row = actions.archive_channel(actor=actor_of(request), name=name)
        back = f"{HOME}channel/archive/?{urlencode({'restore': 1, 'name': row.name})}"
        text = f"“{row.label}” is put away. What customers said of it stays."
        messages.success(request, text, extra_tags=back)
    return modal_done(HOME)


@require_http_methods(["GET", "POST"])
@signed_in("people.consent")
@in_readers_zone
def record(request: HttpRequest, person_id: str) -> HttpResponse:
    """The dialog that records what a customer said, and what it sends."""
    person = find_person(person_id)
    queries.require_consents()
    names = ("purpose", "channel", "state", "on", "text_version", "evidence")
    asked = request.POST if request.method == "POST" else request.GET
    given = {name: asked.get(name, "") for name in names}
    context = {
        "person": person, "title": title(person), "given": given, "states": [(one, page.WORDS[one]) for one in STATES],
        "purposes": [one for one in queries.purposes() if one.declared],
        "channels": [one for one in queries.channels() if one.declared],
        "today": clock.now().astimezone(zone_of(request)).date().isoformat(),
        "may_declare": actor_of(request).may("consent.edit"),
    }  # fmt: skip
    if request.method == "GET":
        return render(request, "consent/_record.html", context)
    try:
        actions.record_consent(
            actor=actor_of(request), person=person, purpose=given["purpose"], state=given["state"],
            channel=given["channel"], at=_on(request, given["on"]), text_version=given["text_version"],
            evidence=given["evidence"],
        )  # fmt: skip
    except PentadError as error:
        fault = f"{error.message} {error.fix}".strip()
        return render(request, "consent/_record.html", context | {"fault": fault}, status=422)
    messages.success(request, "Recorded.")
    return modal_done(f"/people/{person.id}/")


def _on(request: HttpRequest, day: str) -> datetime | None:
    """A day before today: its end, as nobody knows the hour. Today, and no day at all: now."""
    if not day:
        return None
    zone, now = zone_of(request), clock.now()
    try:
        start = datetime.fromisoformat(day).replace(tzinfo=zone)
        end = start + timedelta(days=1, microseconds=-1_000_000)
    except (ValueError, OverflowError):
        raise Invalid(f"“{day[:20]}” is no day.", code="bad_consent_time", field="at", fix="Choose one.") from None
    return None if start <= now <= end else end
