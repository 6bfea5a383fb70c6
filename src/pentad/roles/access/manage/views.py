"""Pages on which administrators look after rights."""

import json
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from pentad.core.errors import NotFound, PentadError
from pentad.roles.access import builtin
from pentad.roles.access.gate import signed_in
from pentad.roles.access.manage import actions, explain, finding, programs, queries, role_form
from pentad.roles.access.models import User
from pentad.roles.access.naming import field_meant, unheard_of
from pentad.roles.access.policy import policy_for
from pentad.roles.access.purposes import queries as purposes
from pentad.roles.access.queries import roles_least_first
from pentad.roles.access.rights import CLASSES, Policy
from pentad.roles.access.rights_models import Elevation, FieldClass, Role, Team
from pentad.roles.access.rules import ADMIN, OWN_ACCOUNT, row_number
from pentad.roles.access.seeing import kind_of, kinds


@require_http_methods(["GET", "POST"])
@signed_in("admin.rights")
def role_list(request: HttpRequest) -> HttpResponse:
    """Roles, how many hold each; a new one, like one there is."""
    if request.method == "POST":
        asked = request.POST
        name = "-".join(asked.get("label", "").lower().split())
        try:
            role = actions.save_role(
                actor=request.actor,  # type: ignore[attr-defined]
                name="".join(c for c in name if c.isascii() and (c.isalnum() or c == "-")),
                label=asked.get("label", ""),
                note_text=asked.get("note", ""),
                like=asked.get("like", ""),
            )
        except PentadError as error:
            messages.error(request, f"{error.message} {error.fix}".strip())
            return redirect("settings_roles")
        return redirect("settings_role", role.name)
    held = queries.holders()
    rows = [(role, held.get(role.name, 0), role.grants.count()) for role in queries.roles()]
    return render(request, "access/roles.html", {"rows": rows})


@require_http_methods(["GET", "POST"])
@signed_in("admin.rights")
def role_page(request: HttpRequest, name: str) -> HttpResponse:
    """The matrix of a role: a scope for each right, a level for each field."""
    role = Role.objects.filter(name=name).first()
    if role is None:
        raise NotFound(f"There is no role “{name[:40]}”.", code="role_not_found", fix="Go back to the roles.")
    if request.method == "POST":
        return _change_role(request, role)
    return _show_role(request, role, role_form.standing(role))


def _show_role(
    request: HttpRequest, role: Role, seen: dict[str, str], wished: dict[str, str] | None = None, fault: str = ""
) -> HttpResponse:
    context = {
        "role": role,
        "fixed": role.name == ADMIN,
        "built_in": role.name in builtin.ROLES,
        "levels": role_form.LEVELS,
        "reach": list(role_form.REACH.items()),
        "yes": [("all", "yes")],
        "denied": [("all", "denied")],
        "seen": json.dumps(seen),
        "fault": fault,
        "holders": User.objects.filter(role=role.name, is_active=True).order_by("name"),
        **role_form.rows(role, {**seen, **(wished or {})}),
    }
    return render(request, "access/role.html", context, status=422 if fault else 200)


def _change_role(request: HttpRequest, role: Role) -> HttpResponse:
    """Remove it, put it back, or save what was chosen in the form, which comes back when that is refused."""
    asked, actor = request.POST, request.actor  # type: ignore[attr-defined]
    seen, changes = role_form.wishes(asked, role_form.standing(role))
    try:
        if "remove" in asked:
            actions.remove_role(actor=actor, role=role)
            messages.success(request, f"The role “{role.label}” is removed.")
            return redirect("settings_roles")
        if "back" in asked:
            actions.put_role_back(actor=actor, role=role)
            messages.success(request, f"“{role.label}” is as it came.")
        else:
            if changes:
                role_form.change_role(actor=actor, role=role, changes=changes)
            messages.success(request, role_form.told(role, changes))
    except PentadError as error:
        fault = f"{error.message} {error.fix}".strip()
        if changes:
            return _show_role(request, role, seen, changes, f"Nothing is saved. {fault}")
        messages.error(request, fault)
    return redirect("settings_role", role.name)


@require_http_methods(["GET", "POST"])
@signed_in("admin.rights")
def team_list(request: HttpRequest) -> HttpResponse:
    """Teams with their members, each below the one it belongs to."""
    if request.method == "POST":
        try:
            _change_team(request)
        except PentadError as error:
            messages.error(request, f"{error.message} {error.fix}".strip())
        return redirect("settings_teams")
    return render(request, "access/teams.html", {"teams": _teams()})


def _teams() -> list[dict[str, Any]]:
    """Each team with whom it can take in and below which others it can stand: neither itself nor one below it."""
    teams, users = queries.teams(), list(User.objects.filter(is_active=True).order_by("name"))
    found = []
    for depth, team, members in teams:
        under = {team.pk}
        for _, one, _ in teams:  # what is below comes after what it is below of
            if one.parent_id in under:
                under.add(one.pk)
        others = [(level, one) for level, one, _ in teams if one.pk not in under]
        free = [user for user in users if user not in members]
        found.append({"depth": range(depth), "team": team, "members": members, "free": free, "others": others,
                      "empty": len(under) == 1})  # fmt: skip
    return found


def _change_team(request: HttpRequest) -> None:
    asked, actor = request.POST, request.actor  # type: ignore[attr-defined]
    team = get_object_or_404(Team, pk=row_number(asked["team"])) if asked.get("team") else None
    if team is None or "name" in asked:
        parent = get_object_or_404(Team, pk=row_number(asked["parent"])) if asked.get("parent") else None
        saved = actions.save_team(actor=actor, name=asked.get("name", ""), parent=parent, team=team)
        told = f"“{saved.name}” is changed." if team else f"There is a team “{saved.name}” now."
    elif "remove" in asked:
        actions.remove_team(actor=actor, team=team)
        told = f"The team “{team.name}” is removed."
    elif asked.get("user"):
        user = get_object_or_404(User, pk=row_number(asked["user"]))
        joins = asked.get("member") == "1"
        actions.set_member(actor=actor, team=team, user=user, member=joins)
        told = f"{user} is {'in' if joins else 'no more in'} “{team.name}”."
    else:
        told = "Nothing was changed."
    messages.success(request, told)


@signed_in("admin.rights")
def explain_page(request: HttpRequest) -> HttpResponse:
    """Why somebody may or may not do something with a record, or see a field of it."""
    asked = request.GET
    user = User.objects.filter(pk=row_number(asked.get("user", ""))).first()
    record, offered = (
        finding.record_called(asked["record"], typing="part" in asked) if asked.get("record") else (None, [])
    )
    context = {
        "users": User.objects.order_by("-is_active", "name"),
        "rights": queries.all_rights(),
        "kinds": kinds(),
        "programs": [one for one in programs.programs() if one.ref],
        "roles": roles_least_first(),
        "may_elevate": request.actor.may("admin.elevate"),  # type: ignore[attr-defined]
        "asked": asked,
        "user": user,
        "record": record,
        "record_name": finding.named(record) if record is not None else "",
        "offered": [(one, _with(asked, record=one.ref)) for one in offered],
        "unknown": bool(asked.get("record")) and record is None,
    }
    if asked.get("part") == "found":
        return render(request, "access/_explain_found.html", context)
    if user is not None and asked.get("right") and not context["unknown"]:
        _explain(context, user, policy_for(user.role, user.pk, OWN_ACCOUNT))
    elif asked.get("right") and not context["unknown"] and (found := programs.program_of(asked.get("user", ""))):
        _explain(context, *found)
    return render(request, "access/explain.html", context)


def _explain(context: dict[str, Any], who: User | str, policy: Policy) -> None:
    asked, record, field = context["asked"], context["record"], context["asked"].get("field", "").strip()
    context["told"] = explain.explain(who, policy, asked["right"], record)
    if not field:
        return
    if record is None:
        context["field_fault"] = "A field is one of a record: say of which customer or company."
        return
    kind = kind_of(type(record))
    name = finding.field_called(kind, field)
    if finding.is_field(kind, name):
        context["field"] = explain.explain_field(who, policy, kind, name, record)
    else:
        known = ", ".join(label for _, label in [*kind.fields, *kind.own_fields()])
        context["field_fault"] = (
            f"{kind.many} have no field “{field}”. They have {known}, and the traits stated of them."
        )


def _with(asked: QueryDict, **changed: str) -> str:
    """The address of this page with something said otherwise."""
    query = asked.copy()
    query.pop("part", None)
    for name, value in changed.items():
        query[name] = value
    return f"?{query.urlencode()}"


@signed_in("admin.rights")
def review_page(request: HttpRequest) -> HttpResponse:
    """Who can see what, and what is unused."""
    classes, review = FieldClass.objects.order_by("kind", "field"), queries.review()
    review.findings += programs.findings()
    context = {
        "review": review,
        "shares": finding.of_shares(review.shares),
        "programs": programs.programs(),
        "classes": classes,
        "sensitivities": CLASSES,
        "kinds": kinds(),
        "purposes": purposes.choices(()),
    }
    return render(request, "access/review.html", context)


@require_POST
@signed_in("admin.rights")
def class_field(request: HttpRequest) -> HttpResponse:
    """Say how sensitive a field is."""
    asked = request.POST
    kind, field = asked.get("kind", ""), asked.get("field", "")
    try:
        actions.set_field_class(
            actor=request.actor,  # type: ignore[attr-defined]
            kind=kind,
            field=field,
            sensitivity=asked.get("sensitivity", ""),
        )
        if asked.get("sensitivity") and (warning := unheard_of(kind, field_meant(kind, field))):
            messages.warning(request, warning)
    except PentadError as error:
        messages.error(request, f"{error.message} {error.fix}".strip())
    return redirect("settings_review")


@require_POST
@signed_in("admin.elevate")
def elevate(request: HttpRequest, user_id: int) -> HttpResponse:
    """Give a colleague another role for a while, or end that."""
    asked, actor = request.POST, request.actor  # type: ignore[attr-defined]
    user = get_object_or_404(User, pk=user_id)
    try:
        if asked.get("end"):
            actions.end_elevation(actor=actor, elevation=get_object_or_404(Elevation, pk=asked["end"], user=user))
            messages.success(request, f"{user} has the own role alone again.")
        else:
            role = get_object_or_404(Role, name=asked.get("role", ""))
            hours = float(asked.get("hours") or 0) if asked.get("hours", "").replace(".", "", 1).isdecimal() else 0.0
            actions.elevate(actor=actor, user=user, role=role, reason=asked.get("reason", ""), hours=hours)
            messages.success(request, f"{user} is also {role.label} for {hours:g} hours.")
    except PentadError as error:
        messages.error(request, f"{error.message} {error.fix}".strip())
    return redirect("settings_review")
