"""The contact policy's page and its dialogs."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pentad.core import clock
from pentad.core.errors import Invalid, PentadError
from pentad.data.consent.queries import channels, purposes
from pentad.data.profiles.vocabulary import trait_names
from pentad.intelligence.contact import editing, queries
from pentad.intelligence.contact.actions import save_policy
from pentad.intelligence.contact.policies import in_force
from pentad.intelligence.contact.policy import EVERY_DAY, MOST_HOLDOUT, USUAL, Cap, Policy, Quiet
from pentad.intelligence.contact.shown import DAYS, caps_shown, quiet_shown
from pentad.intelligence.segments.zone_names import zone_names
from pentad.roles.access import signed_in
from pentad.roles.page import actor_of, in_readers_zone, modal_done

HOME = "/settings/contact/"
LINES = ("caps", "quiet")


@require_GET
@signed_in("contact.view")
@in_readers_zone
def policy(request: HttpRequest) -> HttpResponse:
    """What holds, in words, and what held before."""
    now_in_force = in_force()
    context = {
        "policy": now_in_force,
        "version": editing.version(),
        "caps": caps_shown(now_in_force),
        "quiet": quiet_shown(now_in_force),
        "versions": queries.versions(),
        "may_edit": actor_of(request).may("contact.edit"),
    }
    return render(request, "contact/policy.html", context)


@require_GET
@signed_in("contact.view")
def pressure(request: HttpRequest) -> HttpResponse:
    """How often customers were written to of late: asked for once the page stands."""
    return render(request, "contact/_pressure.html", {"pressure": queries.pressure(clock.now())})


def _place(request: HttpRequest) -> int | None:
    given = request.GET.get("at", "")
    return editing.whole(given, "at", "the number of a line") if given else None


def _seen(request: HttpRequest) -> int:
    return editing.whole(request.POST.get("version", ""), "version", "the version that was seen")


def _known() -> dict[str, Any]:
    return {
        "channels": [one for one in channels() if one.declared],
        "purposes": [one for one in purposes() if one.declared],
        "version": editing.version(),
    }


def _line_dialog(request: HttpRequest, what: str, template: str, line: Any, make: Any) -> HttpResponse:
    """The dialog that adds or changes a line, and what it sends."""
    place = _place(request)
    lines = getattr(in_force(), what)
    if place is not None and not 0 <= place < len(lines):
        raise Invalid("There is no such line.", code="bad_contact_policy", field="at", fix="Look at the policy again.")
    context = _known() | {"at": place, "days": DAYS}
    if request.method == "GET":
        return render(request, template, context | {"given": line(lines[place] if place is not None else None)})
    given = request.POST.dict() | {"days": request.POST.getlist("days")}
    try:
        editing.put_line(actor=actor_of(request), what=what, at=place, line=make(given), seen=_seen(request))
    except PentadError as error:
        context |= {"given": given, "version": given.get("version", "")}
        return render(request, template, context | _fault(error), status=422)
    _saved(request, "The limit is saved." if what == "caps" else "The quiet hours are saved.")
    return modal_done(HOME)


def _fault(error: PentadError) -> dict[str, Any]:
    return {"fault": f"{error.message} {error.fix}".strip(), "fault_of": error.data.get("field", "")}


def _saved(request: HttpRequest, text: str) -> None:
    """With a way back to the version before."""
    number = editing.version()
    before = next((one.number for one in queries.versions() if one.number < number), 0)
    messages.success(request, text, extra_tags=f"{HOME}restore/?number={before}")


@require_http_methods(["GET", "POST"])
@signed_in("contact.edit")
def limit(request: HttpRequest) -> HttpResponse:
    """The dialog of a limit."""
    return _line_dialog(request, "caps", "contact/_limit.html", _of_cap, editing.cap_of)


def _of_cap(cap: Cap | None) -> dict[str, Any]:
    if cap is None:
        return {"most": 1, "within": 1, "unit": "days", "channel": "", "purpose": ""}
    days = cap.within_hours % 24 == 0
    return {
        "most": cap.most, "within": cap.within_hours // 24 if days else cap.within_hours,
        "unit": "days" if days else "hours", "channel": cap.channel, "purpose": cap.purpose,
    }  # fmt: skip


@require_http_methods(["GET", "POST"])
@signed_in("contact.edit")
def quiet(request: HttpRequest) -> HttpResponse:
    """The dialog of quiet hours."""
    return _line_dialog(
        request, "quiet", "contact/_quiet.html", _of_quiet, lambda given: editing.quiet_of(given, given["days"])
    )


def _of_quiet(quiet: Quiet | None) -> dict[str, Any]:
    quiet = quiet or Quiet("21:00", "08:00", "", EVERY_DAY)
    return {
        "start": quiet.start, "end": quiet.end, "channel": quiet.channel, "days": [str(day) for day in quiet.days],
    }  # fmt: skip


@require_POST
@signed_in("contact.edit")
def remove(request: HttpRequest) -> HttpResponse:
    """Take a limit or quiet hours away; a toast brings them back."""
    what, place = request.GET.get("what", ""), _place(request)
    if what not in LINES or place is None:
        raise Invalid("There is no such line.", code="bad_contact_policy", field="at", fix="Look at the policy again.")
    seen = editing.whole(request.GET.get("version", ""), "version", "the version that was seen")
    editing.remove_line(actor=actor_of(request), what=what, at=place, seen=seen)
    _saved(request, "The limit is gone." if what == "caps" else "The quiet hours are gone.")
    return modal_done(HOME)


@require_http_methods(["GET", "POST"])
@signed_in("contact.edit")
def rest(request: HttpRequest) -> HttpResponse:
    """The dialog of the holdout, the usual zone, the look ahead and who is alike."""
    now_in_force = in_force()
    context: dict[str, Any] = _known() | {"zones": zone_names(), "traits": trait_names(), "most": f"{MOST_HOLDOUT:g}"}
    if request.method == "GET":
        return render(request, "contact/_rest.html", context | {"given": _of_rest(now_in_force)})
    given = request.POST.dict()
    try:
        changed = editing.rest_of(editing.seen_policy(_seen(request)), given)
        save_policy(actor=actor_of(request), policy=changed)
    except PentadError as error:
        context |= {"given": given, "version": given.get("version", "")}
        return render(request, "contact/_rest.html", context | _fault(error), status=422)
    _saved(request, "The contact policy is saved.")
    return modal_done(HOME)


def _of_rest(policy: Policy) -> dict[str, Any]:
    return {
        "holdout": f"{policy.holdout:g}", "salt": policy.salt, "zone": policy.zone,
        "priority_hours": policy.priority_hours, "alike": ", ".join(policy.alike),
    }  # fmt: skip


@require_POST
@signed_in("contact.edit")
def restore(request: HttpRequest) -> HttpResponse:
    """Let an earlier version hold again; 0 is the usual one."""
    number = editing.whole(request.GET.get("number", ""), "number", "the number of a version")
    save_policy(actor=actor_of(request), policy=queries.find_version(number).plain if number else USUAL)
    _saved(request, f"Version {number} holds again." if number else "The usual policy holds again.")
    return modal_done(HOME)
