"""The pages of destinations: which there are and how they do, the dialog that sets one up, and what is done with one."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pentad.core.errors import Invalid, PentadError
from pentad.core.hookvalues import ChannelAdapter
from pentad.data.consent.queries import channels as consent_channels
from pentad.platforms.channels import actions, forms, queries
from pentad.platforms.channels.health import health
from pentad.platforms.channels.hook_addresses import address_of, proof_of, renew_hook_address
from pentad.platforms.channels.models import Destination
from pentad.platforms.channels.registry import adapter_class, adapters, channels, find
from pentad.platforms.responses.addresses import home
from pentad.roles.access import signed_in
from pentad.roles.page import actor_of, in_readers_zone, modal_done, toast

HOME = "/settings/channels/"
LABELS = {"inapp": "In-app and web", "webhook": "Webhook", "task": "Task", "chat": "Chat"}


def page_of(row: Destination) -> str:
    return f"{HOME}{row.public_id}/"


def channel_labels() -> dict[str, str]:
    """What every channel that some adapter carries is called."""
    named = {one.name: one.label for one in consent_channels()}
    return {name: named.get(name) or LABELS.get(name, name) for name in channels()}


@require_GET
@signed_in("destinations.manage")
@in_readers_zone
def destinations(request: HttpRequest) -> HttpResponse:
    """Every channel with what carries it, and how that does."""
    rows = health(list(queries.destinations()))
    labels = channel_labels()
    known = {one.name: one for one in adapters()}
    groups = [
        {
            "name": name, "label": label,
            "rows": [{"health": one, "adapter": known.get(one.row.adapter)} for one in rows if one.row.channel == name],
        }
        for name, label in labels.items()
    ]  # fmt: skip
    context = {"groups": [one for one in groups if one["rows"]], "empty": [one for one in groups if not one["rows"]]}
    return render(request, "channels/list.html", context)


@require_http_methods(["GET", "POST"])
@signed_in("destinations.manage")
def new(request: HttpRequest) -> HttpResponse:
    """The dialog: first which service, then its settings."""
    channel, name = request.GET.get("channel", ""), request.GET.get("adapter", "")
    if not name:
        labels = channel_labels()
        choices = [(one, labels.get(one, one), adapters(one)) for one in labels if not channel or one == channel]
        return render(request, "channels/_choose.html", {"choices": choices})
    adapter = find(name)
    given = request.POST.dict() if request.method == "POST" else None
    try:
        if given is not None:
            row = actions.create_destination(
                actor=actor_of(request), channel=channel, adapter=name, settings=forms.settings_of(name, given),
                **forms.limits_of(given),
            )  # fmt: skip
            messages.success(request, f"{row.name} is set up.")
            return modal_done(page_of(row))
    except PentadError as error:
        return _form(request, adapter, channel, None, given, error)
    return _form(request, adapter, channel, None, None, None)


def _form(
    request: HttpRequest,
    adapter: ChannelAdapter,
    channel: str,
    row: Destination | None,
    given: dict[str, str] | None,
    error: PentadError | None,
) -> HttpResponse:
    usual = forms.limits_shown(row) | ({} if row is not None else {"name": adapter.label})
    context: dict[str, Any] = {
        "adapter": adapter, "channel": channel, "channel_label": channel_labels().get(channel, channel), "row": row,
        "fields": forms.shown(adapter.name, row, given), "given": usual | (given or {}),
        "advanced": bool(row is not None and (row.per_domain or row.warm_up or row.per_second)),
    }  # fmt: skip
    if error is None:
        return render(request, "channels/_form.html", context)
    fault = {"fault": f"{error.message} {error.fix}".strip(), "fault_of": error.data.get("field", "")}
    return render(request, "channels/_form.html", context | fault, status=422)


@require_GET
@signed_in("destinations.manage")
@in_readers_zone
def destination(request: HttpRequest, id: str) -> HttpResponse:
    """One of them: how it does, and how it is set up."""
    row = queries.find_destination(id)
    fields = forms.shown(row.adapter, row)
    context = {
        "row": row, "health": health([row])[0], "adapter": find(row.adapter), "fields": fields,
        "channel_label": channel_labels().get(row.channel, row.channel), "limits": forms.limits_shown(row),
        "dns": actions.dns_record(row), "signs": _has(row, "dkim_key"), "hook": address_of(row), **_website(row),
    }  # fmt: skip
    if context["hook"]:
        context["proof"] = proof_of(row)
    return render(request, "channels/destination.html", context)


def _website(row: Destination) -> dict[str, Any]:
    """What a website needs that shows messages of this destination, or lets browsers be pushed to."""
    if row.adapter not in ("inapp", "webpush"):
        return {}
    from pentad.platforms.web.keys import vapid_public

    push = row.adapter == "webpush"
    which = f'data-{"push" if push else "inapp"}="{row.public_id}"'
    return {
        "snippet": f'<script async src="{home()}/web/messages.js" {which}></script>', "home": home(), "pushes": push,
        "vapid": vapid_public(row) if push else "",
    }  # fmt: skip


def _has(row: Destination, name: str) -> bool:
    return any(one.name == name for one in adapter_class(row.adapter).fields)


@require_http_methods(["GET", "POST"])
@signed_in("destinations.manage")
def change(request: HttpRequest, id: str) -> HttpResponse:
    """The dialog of its settings. Secrets are not shown; one that is left empty stays."""
    row = queries.find_destination(id)
    adapter = find(row.adapter)
    if request.method == "GET":
        return _form(request, adapter, row.channel, row, None, None)
    given = request.POST.dict()
    try:
        actions.change_destination(
            actor=actor_of(request), row=row, settings=forms.settings_of(row.adapter, given), **forms.limits_of(given)
        )
    except PentadError as error:
        return _form(request, adapter, row.channel, row, given, error)
    messages.success(request, f"{row.name} is changed.")
    return modal_done(page_of(row))


# ── What is done with one ───────────────────────────────────────────────────────────────────────


def _check(request: HttpRequest, row: Destination) -> HttpResponse:
    """Speak with the service, without sending anything."""
    problem = actions.problem_of(row)
    answer = HttpResponse(status=204)
    return toast(answer, problem, tone="red") if problem else toast(answer, f"{row.name} answers as it should.")


def _off(request: HttpRequest, row: Destination) -> HttpResponse:
    actions.turn_off(actor=actor_of(request), row=row)
    messages.success(request, f"{row.name} is off: its messages wait.", extra_tags=f"{page_of(row)}on/")
    return modal_done(page_of(row))


def _on(request: HttpRequest, row: Destination) -> HttpResponse:
    actions.turn_on(actor=actor_of(request), row=row)
    messages.success(request, f"{row.name} is on.", extra_tags=f"{page_of(row)}off/")
    return modal_done(page_of(row))


def _default(request: HttpRequest, row: Destination) -> HttpResponse:
    actions.make_default(actor=actor_of(request), row=row)
    messages.success(request, f"{row.name} takes what names no destination.")
    return modal_done(page_of(row))


def _again(request: HttpRequest, row: Destination) -> HttpResponse:
    actions.try_again(actor=actor_of(request), row=row)
    messages.success(request, f"{row.name} is tried again.")
    return modal_done(page_of(row))


def _archive(request: HttpRequest, row: Destination) -> HttpResponse:
    try:
        actions.archive_destination(actor=actor_of(request), row=row)
    except PentadError as error:
        return toast(HttpResponse(status=204), f"{error.message} {error.fix}", tone="red")
    messages.success(request, f"{row.name} is archived.", extra_tags=f"{page_of(row)}on/")
    return modal_done(HOME)


def _dkim(request: HttpRequest, row: Destination) -> HttpResponse:
    if not _has(row, "dkim_key"):
        raise Invalid(f"{row.name} signs its mail itself.", code="no_dkim", fix="Follow what its provider asks for.")
    actions.make_dkim_key(actor=actor_of(request), row=row)
    messages.success(request, "The key is made. Put its record into your DNS.")
    return modal_done(page_of(row))


def _hook(request: HttpRequest, row: Destination) -> HttpResponse:
    renew_hook_address(actor=actor_of(request), row=row)
    messages.success(request, "The address is another one now. Tell the provider.")
    return modal_done(page_of(row))


def _vapid(request: HttpRequest, row: Destination) -> HttpResponse:
    from pentad.platforms.web.keys import make_vapid_key

    make_vapid_key(actor=actor_of(request), row=row)
    messages.success(request, "The key is made. Browsers subscribe with it from now on.")
    return modal_done(page_of(row))


VERBS: dict[str, Callable[[HttpRequest, Destination], HttpResponse]] = {
    "check": _check, "on": _on, "off": _off, "default": _default, "again": _again, "archive": _archive, "dkim": _dkim,
    "hook": _hook, "vapid": _vapid,
}  # fmt: skip


@require_POST
@signed_in("destinations.manage")
def act(request: HttpRequest, id: str, verb: str) -> HttpResponse:
    """Test, turn on or off, and whatever else a destination's page offers."""
    row = queries.find_destination(id)
    if verb not in VERBS:
        raise Invalid(f"There is no “{verb[:40]}”.", code="unknown_verb", fix=f"There are {', '.join(VERBS)}.")
    return VERBS[verb](request, row)
