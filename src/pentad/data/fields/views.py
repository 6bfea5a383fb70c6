"""The page on which custom fields are declared, with its dialogs."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pentad.core.errors import PentadError
from pentad.data.fields import actions, queries
from pentad.data.fields.breaking import broken_by_archive, broken_by_change
from pentad.data.fields.kinds import FieldKind, kind_named, kinds
from pentad.data.fields.models import CustomField
from pentad.data.fields.rules import LISTS, TYPES, Declared, checked_choices, checked_name, wanted
from pentad.roles.access import signed_in
from pentad.roles.access.rights import CLASSES, Level
from pentad.roles.access.seeing import level
from pentad.roles.page import actor_of, modal_done

HOME = "/settings/fields/"
TEXTS = ("label", "name", "type", "help", "sensitivity")
FLAGS = ("required", "key_fact")


@require_GET
@signed_in("fields.edit")
def field_list(request: HttpRequest) -> HttpResponse:
    """The fields of a kind, each with how many records have a value and how many of those do not fit."""
    archived = request.GET.get("archived") == "1"
    kind = kind_named(request.GET.get("kind") or kinds()[0].name)
    classes = queries.sensitivities(kind.name)
    fields = list(queries.fields_of(kind.name, archived=archived))
    rows = [
        {
            "field": one,
            "usage": queries.usage(one.declared),
            "wanted": wanted(one.declared) if one.type in LISTS else "",
            "sensitivity": classes.get(one.name, ""),
        }
        for one in fields
    ]
    context = {
        "kind": kind,
        "kinds": kinds(),
        "rows": rows,
        "archived": archived,
        "archive_count": queries.fields_of(kind.name, archived=True).count(),
    }
    return render(request, "fields/fields.html", context)


@require_http_methods(["GET", "POST"])
@signed_in("fields.edit")
def new_field(request: HttpRequest) -> HttpResponse:
    """The dialog that declares a field, and what it sends."""
    asked = request.POST if request.method == "POST" else request.GET
    kind = kind_named(asked.get("kind") or kinds()[0].name)
    if request.method == "GET":
        given = {"kind": kind.name, "type": "text", "name": asked.get("name", "")}
        return _form(request, kind, given, action=f"{HOME}new/")
    given = _given(request.POST) | {"kind": kind.name}
    try:
        if (shown := _preview(request, kind, given, None, action=f"{HOME}new/")) is not None:
            return shown
        made = actions.add_field(actor=actor_of(request), kind=kind.name, **_said(given), name=given["name"])
    except PentadError as error:
        return _form(request, kind, given, action=f"{HOME}new/", error=error)
    messages.success(request, f"“{made.label}” is a field of {kind.many.lower()} now.")
    return modal_done(f"{HOME}?kind={kind.name}")


@require_http_methods(["GET", "POST"])
@signed_in("fields.edit")
def change_field(request: HttpRequest, field_id: str) -> HttpResponse:
    """The dialog that changes a field. A change of what fits shows first what that means for the values there are."""
    field = queries.find_field(field_id)
    kind, action = kind_named(field.kind), f"{HOME}{field.id}/change/"
    if request.method == "GET":
        given = {name: getattr(field, name) for name in ("label", "name", "type", "help", *FLAGS)}
        given |= {"choices": "\n".join(field.choices), "sensitivity": queries.sensitivity(kind.name, field.name)}
        return _form(request, kind, given, action=action, field=field)
    given = _given(request.POST) | {"name": field.name}
    try:
        if (shown := _preview(request, kind, given, field, action=action)) is not None:
            return shown
        actions.change_field(actor=actor_of(request), field=field, **_said(given))
    except PentadError as error:
        return _form(request, kind, given, action=action, field=field, error=error)
    messages.success(request, f"“{field.label}” is changed.")
    return modal_done(f"{HOME}?kind={kind.name}")


@require_http_methods(["GET", "POST"])
@signed_in("fields.edit")
def archive_field(request: HttpRequest, field_id: str) -> HttpResponse:
    """What archiving means for the values there are; then into the archive, with a toast that undoes it."""
    field = queries.find_field(field_id)
    kind = kind_named(field.kind)
    if request.method == "GET":
        context = {
            "usage": queries.usage(field.declared),
            "broken": broken_by_archive(actor_of(request), field.declared),
        }
        return render(request, "fields/_archive.html", {"field": field, "kind": kind, **context})
    actions.archive_field(actor=actor_of(request), field=field)
    messages.success(
        request, f"“{field.label}” is in the archive. Its values stay.", extra_tags=f"{HOME}{field.id}/restore/"
    )
    return modal_done(f"{HOME}?kind={kind.name}")


@require_POST
@signed_in("fields.edit")
def restore_field(request: HttpRequest, field_id: str) -> HttpResponse:
    """Out of the archive."""
    field = actions.restore_field(actor=actor_of(request), field=queries.find_field(field_id))
    messages.success(request, f"“{field.label}” is a field of {kind_named(field.kind).many.lower()} again.")
    home = f"{HOME}?kind={field.kind}"
    return modal_done(home) if request.headers.get("HX-Request") else redirect(home)


def _given(form: QueryDict) -> dict[str, Any]:
    given: dict[str, Any] = {name: form.get(name, "").strip() for name in TEXTS}
    return given | {name: form.get(name) == "1" for name in FLAGS} | {"choices": form.get("choices", "")}


def _said(given: dict[str, Any]) -> dict[str, Any]:
    """The form as an action takes it."""
    said = {name: given[name] for name in ("label", "type", "help", "sensitivity", *FLAGS)}
    return said | {"choices": given["choices"].splitlines()}


def _form(
    request: HttpRequest,
    kind: FieldKind,
    given: dict[str, Any],
    *,
    action: str,
    field: CustomField | None = None,
    error: PentadError | None = None,
) -> HttpResponse:
    context = {
        "kind": kind,
        "given": given,
        "action": action,
        "field": field,
        "fault": f"{error.message} {error.fix}".strip() if error else "",
        "fault_field": error.data.get("field", "") if error else "",
        "types": TYPES.items(),
        "sensitivities": CLASSES,
        "may_class": actor_of(request).may("admin.rights"),
        "usage": queries.usage(field.declared) if field else None,
        "traits": _undeclared(kind) if field is None else (),
    }
    return render(request, "fields/_form.html", context, status=422 if error else 200)


def _undeclared(kind: FieldKind) -> list[str]:
    """Names of traits without a field, to choose from: those the reader may know."""
    taken = set(CustomField.objects.filter(kind=kind.name).values_list("name", flat=True))
    return [name for name in kind.traits() if name not in taken and level(kind.name, f"trait:{name}") > Level.HIDDEN]


def _preview(
    request: HttpRequest, kind: FieldKind, given: dict[str, Any], field: CustomField | None, *, action: str
) -> HttpResponse | None:
    """What a declaration would mean for the values and the saved views there are, to be confirmed; None when there is
    nothing to tell.
    """
    if request.POST.get("confirmed") == "1" or given["type"] not in TYPES:
        return None
    choices = checked_choices(given["type"], given["choices"].splitlines())
    if field is not None and (field.type, field.choices) == (given["type"], choices):
        return None
    name = checked_name(given["name"], given["label"])
    planned = Declared(kind.name, name, given["label"], given["type"], tuple(choices))
    found = queries.usage(planned, examples=True)
    broken = broken_by_change(actor_of(request), planned, field.declared if field else None)
    if not (broken.names or broken.others) and (found is None or not found.records):
        return None
    context = {
        "kind": kind, "given": given, "action": action, "field": field, "usage": found, "wanted": wanted(planned), "broken": broken,
        "hidden": [(name, "1" if value is True else value) for name, value in given.items() if value],
        "listed": f"{kind.url}?f=trait:{name}~any~",
    }  # fmt: skip
    return render(request, "fields/_preview.html", context)
