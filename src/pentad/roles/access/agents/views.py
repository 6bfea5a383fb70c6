"""Pages on which administrators look after agents."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from pentad.core.errors import PentadError
from pentad.roles.access.actions import revoke_key
from pentad.roles.access.agents import actions, queries
from pentad.roles.access.agents.models import Agent
from pentad.roles.access.gate import signed_in
from pentad.roles.access.listing import ListField, areas, owner_field
from pentad.roles.access.models import User


class PlainNumberField(forms.IntegerField):
    """Of the digits 0 to 9: int and Django take those of every script."""

    def to_python(self, value: Any) -> int | None:
        if not str(value).isascii():
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        number: int | None = super().to_python(value)
        return number


class AgentForm(forms.Form):
    name = forms.CharField(max_length=120, label="Name", help_text="It stands beside all that the agent does")
    owner = owner_field("Who answers for it; it may never do more")
    daily_changes = PlainNumberField(
        label="Changes a day", min_value=0, max_value=actions.MOST_CHANGES, initial=actions.USUAL_LIMIT,
        help_text="With more it is refused until midnight (UTC), and its owner is told; 0 lets it only read",
    )  # fmt: skip
    rights = ListField(label="All it may do")

    def said(self) -> dict[str, Any]:
        """The keyword arguments of the action."""
        return {**self.cleaned_data, "owner": User.objects.get(pk=self.cleaned_data["owner"])}


@signed_in("admin.keys")
@require_http_methods(["GET"])
def agent_list(request: HttpRequest) -> HttpResponse:
    rows = [(agent, queries.made_today(agent)) for agent in queries.agents()]
    return render(request, "access/agents/list.html", {"rows": rows})


@never_cache  # may show a token
@signed_in("admin.keys")
@require_http_methods(["GET", "POST"])
def new_agent(request: HttpRequest) -> HttpResponse:
    """Make an agent. Its token is shown in the answer, this once."""
    form = AgentForm(request.POST or None, initial={"owner": request.user.pk})
    if request.method == "POST" and form.is_valid():
        try:
            agent, token = actions.add_agent(actor=request.actor, **form.said())  # type: ignore[attr-defined]
        except PentadError as error:
            _say(form, error)
        else:
            return _page(request, agent, token=token)
    context = {"form": form, "areas": areas(request.POST.getlist("rights") if form.is_bound else [])}
    return render(request, "access/agents/new.html", context, status=422 if form.errors else 200)


@never_cache
@signed_in("admin.keys")
@require_http_methods(["GET", "POST"])
def agent_page(request: HttpRequest, key_id: str) -> HttpResponse:
    """One agent; by POST, said anew or revoked."""
    agent, actor = queries.find_agent(key_id), request.actor  # type: ignore[attr-defined]
    if request.method == "GET":
        return _page(request, agent)
    if "revoke" in request.POST:
        revoke_key(actor=actor, key=agent.key)
        messages.success(request, f"“{agent.key.name}” is revoked: it is refused from now on.")
        return redirect("settings_agents")
    form = AgentForm(request.POST)
    if form.is_valid():
        try:
            actions.change_agent(actor=actor, agent=agent, **form.said())
        except PentadError as error:
            _say(form, error)
        else:
            messages.success(request, f"“{agent.key.name}” is saved.")
            return redirect("settings_agent", agent.pk)
    return _page(request, queries.find_agent(key_id), form=form)


def _say(form: AgentForm, error: PentadError) -> None:
    field = error.data.get("field")
    form.add_error(field if field in form.fields else None, f"{error.message} {error.fix}".strip())


def _page(request: HttpRequest, agent: Agent, *, form: AgentForm | None = None, token: str = "") -> HttpResponse:
    key = agent.key
    if form is None:
        form = AgentForm(initial={"name": key.name, "owner": key.owner_id, "daily_changes": agent.daily_changes})
    chosen = request.POST.getlist("rights") if form.is_bound else key.rights
    context = {
        "agent": agent, "key": key, "form": form, "areas": areas(chosen), "token": token,
        "made": queries.made_today(agent),
    }  # fmt: skip
    return render(request, "access/agents/agent.html", context, status=422 if form.errors else 200)
