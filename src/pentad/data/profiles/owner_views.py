"""Whose a customer or company is, who else may see it, and a masked field shown for a reason."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods

from pentad.core.action import action, note
from pentad.core.actor import Actor
from pentad.core.errors import Denied, Invalid
from pentad.data.identity.models import Person
from pentad.data.ingest.page import actor_of, modal_done
from pentad.data.profiles import queries
from pentad.data.profiles.kinds import veiled_inside
from pentad.data.profiles.lists import title
from pentad.roles.access import signed_in
from pentad.roles.access.manage import actions
from pentad.roles.access.models import User
from pentad.roles.access.rights import Level
from pentad.roles.access.rights_models import Share, Team
from pentad.roles.access.rules import row_number
from pentad.roles.access.seeing import acts_for, kind_of, level, levels, may
from pentad.roles.undo.models import Change
from pentad.roles.undo.owners import give
from pentad.roles.views import counts


@require_http_methods(["GET", "POST"])
@signed_in("people.view")
def person_owner(request: HttpRequest, person_id: str) -> HttpResponse:
    """Owner, team and shares of a customer."""
    root = queries.find_person(person_id)
    return _owner(request, root, f"/people/{root.id}/", title(root))


@require_http_methods(["GET", "POST"])
@signed_in("companies.view")
def company_owner(request: HttpRequest, company_id: str) -> HttpResponse:
    """Owner, team and shares of a company."""
    company = queries.find_company(company_id)
    return _owner(request, company, f"/companies/{company.id}/", company.name or company.group_id)


def _owner(request: HttpRequest, record: Any, url: str, name: str) -> HttpResponse:
    actor, kind = actor_of(request), kind_of(type(record))
    if request.method == "POST":
        if request.POST.get("unshare"):
            told, undo = _stop(actor, record, request.POST["unshare"]), ""
        else:
            given = _change(actor, record, request.POST)
            told, undo = "owner and sharing are changed", f"/changes/{given.id}/undo/" if given else ""
        counts.forget_counts()
        messages.success(request, f"{name}: {told}.", extra_tags=undo)
        return modal_done(url if may(actor, kind.view, record) else f"/{kind.name}/")
    context = {
        "record": record,
        "name": name,
        "url": f"{url}owner/",
        "users": owners(),
        "teams": Team.objects.order_by("name"),
        "shares": Share.objects.filter(kind=kind.name, record=record.pk).select_related("user", "team"),
        "may_assign": may(actor, f"{kind.name}.assign", record),
        "may_share": may(actor, f"{kind.name}.share", record),
    }
    return render(request, "profiles/_owner.html", context)


def owners() -> "QuerySet[User]":
    """Who may own a record."""
    return User.objects.filter(is_active=True).order_by("name")


KEEP = "keep"
"""What a form sends to leave the owner, or the team, as it is."""


def chosen(asked: Any) -> list[str]:
    """Which of owner and team a form says something about."""
    return [name for name in ("owner", "team") if asked.get(name, KEEP) != KEEP]


def chosen_owner(asked: Any) -> tuple[User | None, Team | None]:
    """Owner and team that a form names; None for nobody. What names no row is not found: it must not take the owner away."""
    owner, team = (asked.get(name, "") for name in ("owner", "team"))
    return (
        None if owner in ("", KEEP) else get_object_or_404(User, pk=row_number(owner)),
        None if team in ("", KEEP) else get_object_or_404(Team, pk=row_number(team)),
    )


def _stop(actor: Actor, record: Any, share_id: str) -> str:
    """End one share and nothing else, whatever stands in the rest of the form. Answers what to say of it."""
    found = get_object_or_404(Share, pk=share_id, record=record.pk, kind=kind_of(type(record)).name)
    whom = found.user or (found.team.name if found.team else "anybody")
    actions.unshare(actor=actor, record=record, share=found)
    return f"no longer shared with {whom}"


def _change(actor: Actor, record: Any, asked: Any) -> Change | None:
    """What the form asks for. Answers the change of owner, which can be taken back."""
    given = None
    if "owner" in asked:
        owner, team = chosen_owner(asked)
        if (owner.pk if owner else None, team.pk if team else None) != (record.owner_id, record.team_id):
            keep = asked.get("keep_shares") == "1"
            given = give(actor=actor, record=record, owner=owner, team=team, keep_shares=keep)
    whom, _, number = asked.get("share", "").partition(":")
    if whom == "user":
        user = get_object_or_404(User, pk=row_number(number))
        actions.share(actor=actor, record=record, user=user, change=asked.get("change") == "1")
    elif whom == "team":
        team = get_object_or_404(Team, pk=row_number(number))
        actions.share(actor=actor, record=record, team=team, change=asked.get("change") == "1")
    return given


@action("people.reveal")
def reveal(*, actor: Actor, person: Person, field: str, reason: str) -> str:
    """Show a masked field of a customer, for a reason that stays in the audit log. Raises Invalid, Denied."""
    if len(reason.strip()) < 5:
        raise Invalid("Say why you need to see it.", code="reason_missing", fix="A few words, such as “caller asked”.")
    if level("people", field) == Level.HIDDEN:
        raise Denied("This field is hidden from you, not masked.", right="people.reveal")
    note(f"person:{person.id}", field=field, reason=reason.strip()[:300], purposes=acts_for(actor))
    row = Person.objects.get(pk=person.pk)
    own = {"name": row.name, "email": row.email, "phone": row.phone}
    value = row.traits.get(field[6:]) if field.startswith("trait:") else own.get(field)
    value = veiled_inside(value, levels("people", actor))  # what else stands in it is asked for by its own name
    return "" if value is None else str(value)


@require_http_methods(["GET", "POST"])
@signed_in("people.reveal")
def reveal_field(request: HttpRequest, person_id: str) -> HttpResponse:
    """Ask for the reason, then show the field."""
    root = queries.find_person(person_id)
    context: dict[str, Any] = {"person": root, "fields": masked_fields(root)}
    if request.method == "POST":
        field = request.POST.get("field", "")
        context["value"] = reveal(
            actor=actor_of(request), person=root, field=field, reason=request.POST.get("reason", "")
        )
        context["field"] = dict(context["fields"]).get(field, field)
    return render(request, "profiles/_reveal.html", context)


def masked_fields(person: Person) -> list[tuple[str, str]]:
    """(field, label) of what the reader sees masked of this customer."""
    named = [("name", "Name"), ("email", "E-mail address"), ("phone", "Telephone")]
    traits = [(f"trait:{name}", name) for name in person.traits]
    return [(field, label) for field, label in (*named, *traits) if level("people", field) == Level.MASKED]
