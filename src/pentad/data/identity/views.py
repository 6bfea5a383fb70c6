"""Screens of identity: conflicts to review, what was decided, and the rules."""

import json
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from pentad.core.actor import Actor
from pentad.core.errors import Conflict as Clash
from pentad.core.errors import Invalid, NotFound, PentadError
from pentad.data.identity import actions, queries
from pentad.data.identity.models import BlockedValue, Conflict, MergeLink, Person
from pentad.data.identity.rules import DEFAULT_BLOCKED
from pentad.roles.access.gate import signed_in
from pentad.roles.audit import looked_at

SHOWN = 50


def _actor(request: HttpRequest) -> Actor:
    actor = request.actor  # type: ignore[attr-defined]
    assert isinstance(actor, Actor)
    return actor


def _said(response: HttpResponse, text: str, undo: str = "") -> HttpResponse:
    toast = {"text": text, "tone": "green", **({"undo": undo} if undo else {})}
    response["HX-Trigger"] = json.dumps({"toast": toast})
    return response


@require_GET
@signed_in("people.view")
def conflicts(request: HttpRequest) -> HttpResponse:
    """Conflicts that wait for a decision; with ?decided=1 those that were decided."""
    decided = request.GET.get("decided") == "1"
    waiting = queries.open_conflicts()
    rows = queries.shown_conflicts((_decided() if decided else waiting)[:SHOWN])
    context = {
        "conflicts": rows, "labels": _labels([p for c in rows for p in (c.person, c.other) if p]), "shown": SHOWN,
        "open_count": waiting.count(), "decided": decided, "tab": "decided" if decided else "conflicts",
        "may_merge": _actor(request).may("people.merge"),
    }  # fmt: skip
    return render(request, "identity/conflicts.html", context)


def _labels(people: list[Person]) -> dict[int, str]:
    """Root number → what to call a customer: name, address, else the first thing known of them."""
    roots = Person.seen.in_bulk({p.root_id or p.no for p in people})
    nameless = [root for root in roots.values() if not (root.name or root.email)]
    known = queries.identifiers_of_many(nameless)
    return {
        no: root.name or root.email or next((i["value"] for i in known.get(no, [])), "Anonymous visitor")
        for no, root in roots.items()
    }


def _decided() -> Any:
    rows = queries.seen_conflicts().exclude(status=Conflict.OPEN)
    return rows.select_related("person__root", "other__root").order_by("-last_at", "-id")


def _find(id: str) -> Conflict:
    found = queries.seen_conflicts().select_related("person__root", "other__root").filter(id=id).first()
    if found is None or found.other is None:
        raise NotFound("There is no such conflict.", code="conflict_not_found", fix="Reload the list.")
    return found


@require_GET
@signed_in("people.view")
def compare(request: HttpRequest, id: str) -> HttpResponse:
    """Both customers side by side, and what a merge would make of them."""
    conflict = _find(id)
    assert conflict.other is not None
    preview = queries.preview_merge(queries.find_person(conflict.other.id), queries.find_person(conflict.person.id))
    for one in (preview.keep, preview.other):
        looked_at(_actor(request), f"person:{one.id}", "compare")
    keep_parts = set(queries.part_numbers(preview.keep))
    labels = _labels([preview.keep, preview.other])
    context = {
        "conflict": conflict, "keep_label": labels[preview.keep.no], "other_label": labels[preview.other.no], "preview": preview,
        "keep_identifiers": [i for i in preview.identifiers if i.person_no in keep_parts],
        "other_identifiers": [i for i in preview.identifiers if i.person_no not in keep_parts],
    }  # fmt: skip
    return render(request, "identity/_compare.html", context)


@require_POST
@signed_in("people.merge")
def decide(request: HttpRequest, id: str, merge: bool) -> HttpResponse:
    """Merge, or keep apart. The toast takes it back."""
    conflict = actions.decide_conflict(actor=_actor(request), conflict=_find(id), merge=merge)
    text = "Merged into one customer." if merge else "Kept apart. Pentad will not merge them by itself."
    response = HttpResponse()
    if not queries.open_conflicts().exists():
        response["HX-Refresh"] = "true"
    return _said(response, text, undo=f"/identity/conflicts/{conflict.id}/undo/")


@require_POST
@signed_in("people.merge")
def undo(request: HttpRequest, id: str) -> HttpResponse:
    """Take a decision back, whichever it was."""
    conflict = _find(id)
    if conflict.status == Conflict.KEPT:
        actions.reopen_conflict(actor=_actor(request), conflict=conflict)
    else:
        actions.undo_merge(actor=_actor(request), link=_link_of(conflict))
    return (
        redirect("/identity/")
        if not request.headers.get("HX-Request")
        else HttpResponse(headers={"HX-Redirect": "/identity/"})
    )


def _link_of(conflict: Conflict) -> MergeLink:
    link = MergeLink.objects.filter(evidence__conflict=conflict.id, undone=None).first()
    if link is None:
        raise Clash("This merge was undone before.", code="already_undone", fix="Nothing to do.")
    return link


@require_GET
@signed_in("people.view")
def rules(request: HttpRequest) -> HttpResponse:
    """Priorities, limits and blocked values."""
    return render(request, "identity/rules.html", _rules_context(request))


def _rules_context(request: HttpRequest) -> dict[str, Any]:
    return {
        "view": queries.rules_view(), "tab": "rules", "open_count": queries.open_conflicts().count(),
        "stock": sorted(DEFAULT_BLOCKED), "may_edit": _actor(request).may("identity.edit"),
    }  # fmt: skip


@require_POST
@signed_in("identity.edit")
def save_rule(request: HttpRequest) -> HttpResponse:
    """One row of the rules table, or a new one."""
    posted = request.POST
    context: dict[str, Any] = {}
    try:
        numbers = {name: _whole(name, posted.get(name, "")) for name in ("priority", "limit")}
        actions.save_rule(actor=_actor(request), namespace=posted.get("namespace", ""), **numbers)
    except PentadError as error:
        context = _passed(error)
    response = render(
        request, "identity/_rules.html", _rules_context(request) | context, status=422 if context else 200
    )
    return response if context else _said(response, f"Saved the rule of {posted.get('namespace', '').strip()}.")


def _passed(error: PentadError) -> dict[str, Any]:
    """An error the form can show; others go their usual way."""
    if error.status >= 500 or error.status in (401, 403):
        raise error
    return {"error": error}


def _whole(name: str, text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise Invalid(f"The {name} “{text[:20]}” is no whole number.", code="not_a_number") from None


@require_POST
@signed_in("identity.edit")
def reset_rule(request: HttpRequest, namespace: str) -> HttpResponse:
    """Back to the default."""
    actions.reset_rule(actor=_actor(request), namespace=namespace)
    return _said(
        render(request, "identity/_rules.html", _rules_context(request)), f"{namespace} follows the default again."
    )


@require_POST
@signed_in("identity.edit")
def block(request: HttpRequest) -> HttpResponse:
    """Let a value identify nobody. From the form, or (as the undo of `unblock`) from the address."""
    asked = request.POST if "value" in request.POST else request.GET
    context: dict[str, Any] = {}
    try:
        actions.block_value(actor=_actor(request), value=asked.get("value", ""), namespace=asked.get("namespace", ""))
    except PentadError as error:
        context = {"block_error": _passed(error)["error"]}
    response = render(
        request, "identity/_blocked.html", _rules_context(request) | context, status=422 if context else 200
    )
    return response if context else _said(response, "This value identifies nobody from now on.")


@require_POST
@signed_in("identity.edit")
def unblock(request: HttpRequest, no: int) -> HttpResponse:
    """Let a value identify people again."""
    row = BlockedValue.objects.filter(pk=no).first()
    if row is None:
        raise NotFound("This value is not blocked any more.", fix="Reload the page.")
    again = "/identity/blocked/?" + urlencode({"namespace": row.namespace, "value": row.value})
    actions.unblock_value(actor=_actor(request), blocked=row)
    return _said(
        render(request, "identity/_blocked.html", _rules_context(request)),
        "The value may identify people again.",
        undo=again,
    )
