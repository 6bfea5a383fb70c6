"""Pages on which administrators look after purposes, and say what roles and fields are for."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from pentad.core.errors import NotFound, PentadError
from pentad.roles.access.gate import signed_in
from pentad.roles.access.naming import field_meant, unheard_of
from pentad.roles.access.purposes import actions, queries
from pentad.roles.access.purposes.models import Purpose
from pentad.roles.page import actor_of


@require_http_methods(["GET", "POST"])
@signed_in("admin.rights")
def purpose_list(request: HttpRequest) -> HttpResponse:
    """Purposes, with the roles that work for them and the fields that are limited to them; a new one."""
    if request.method == "POST":
        asked = request.POST
        told = f"There is a purpose “{asked.get('label', '').strip()[:80]}” now."
        _try(
            request,
            told,
            lambda: actions.add_purpose(
                actor=actor_of(request), label=asked.get("label", ""), note_text=asked.get("note", "")
            ),
        )
        return redirect("settings_purposes")
    return render(request, "access/purposes.html", {"overview": queries.overview()})


@require_POST
@signed_in("admin.rights")
def purpose(request: HttpRequest, name: str) -> HttpResponse:
    """Rename a purpose, retire it or bring it back."""
    row = Purpose.objects.filter(name=name).first()
    if row is None:
        raise NotFound(f"There is no purpose “{name[:40]}”.", code="purpose_not_found", fix="Go back to the purposes.")
    asked, actor = request.POST, actor_of(request)
    if "retire" in asked:
        told = f"Nothing is used for “{row.label}” any more."
        _try(request, told, lambda: actions.retire_purpose(actor=actor, purpose=row))
    elif "restore" in asked:
        _try(request, f"“{row.label}” is in force again.", lambda: actions.restore_purpose(actor=actor, purpose=row))
    else:
        label, note_text = asked.get("label", ""), asked.get("note", "")
        _try(
            request,
            "The purpose is changed.",
            lambda: actions.change_purpose(actor=actor, purpose=row, label=label, note_text=note_text),
        )
    return redirect("settings_purposes")


@require_POST
@signed_in("admin.rights")
def of_field(request: HttpRequest) -> HttpResponse:
    """Say what a field may be used for."""
    kind, field = request.POST.get("kind", ""), request.POST.get("field", "").strip()
    chosen = request.POST.getlist("purpose")
    told = f"What {kind}.{field} may be used for is changed." if chosen else f"{kind}.{field} is not limited any more."
    done = _try(
        request,
        told,
        lambda: actions.set_field_purposes(actor=actor_of(request), kind=kind, field=field, purposes=chosen),
    )
    if done and chosen and (warning := unheard_of(kind, field_meant(kind, field))):
        messages.warning(request, warning)
    return redirect(f"{reverse('settings_review')}#fields-by-purpose")


def _try(request: HttpRequest, told: str, act: Callable[[], object]) -> bool:
    """Tell what became of it; whether it was done."""
    try:
        act()
    except PentadError as error:
        messages.error(request, f"{error.message} {error.fix}".strip())
        return False
    messages.success(request, told)
    return True
