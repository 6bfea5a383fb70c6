"""Programs that act here, for the review and for explanations: API keys, agents, and apps by who let them in."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.urls import reverse

from pentad.core import clock
from pentad.core.errors import Denied
from pentad.roles.access.agents.queries import agents
from pentad.roles.access.apps.models import App, Consent
from pentad.roles.access.apps.queries import apps
from pentad.roles.access.manage.queries import Finding
from pentad.roles.access.models import ApiKey, User
from pentad.roles.access.queries import actor_named, role_labels
from pentad.roles.access.rights import Policy

UNUSED = timedelta(days=90)
MOST = 200


@dataclass(frozen=True, slots=True)
class Program:
    """ref: what it is called as an actor; "" for an app that nobody let in. whose: its owner, or who let it in.

    may: what it may use at most, each right by its name; a key without a list may use its whole role.
    """

    ref: str
    kind: str
    name: str
    whose: User | None
    may: str
    created: datetime
    last_used: datetime | None


def programs() -> list[Program]:
    """Those in force, by kind and name."""
    found = [*_agents(), *_apps(), *_keys()]
    return sorted(found, key=lambda one: (one.kind, one.name.casefold()))[:MOST]


def _agents() -> Iterator[Program]:
    for one in agents().filter(key__revoked=None)[:MOST]:
        key = one.key
        may = f"{', '.join(key.rights)}; {one.daily_changes:,} changes a day"
        yield Program(f"agent:{key.pk}", "Agent", key.name, key.owner, may, key.created, key.last_used)


def _apps() -> Iterator[Program]:
    for app in apps().filter(revoked=None)[:MOST]:
        ref, owner = f"app:{app.id}" if app.by_itself else "", app.client.owner
        yield Program(ref, "App", app.name, owner, ", ".join(app.rights), app.created, app.last_used)
    rows = Consent.objects.filter(app__revoked=None).select_related("app__client", "user").order_by("-created")
    for one in rows[:MOST]:
        may = ", ".join(sorted(set(one.rights) & set(one.app.rights)))
        yield Program(
            f"app:{one.app_id}:{one.user_id}", "App let in", one.app.name, one.user, may, one.created, one.last_used
        )


def _keys() -> Iterator[Program]:
    labels = role_labels()
    for key in ApiKey.objects.filter(revoked=None, agent=None).select_related("owner")[:MOST]:
        may = labels.get(key.role, key.role) + (f": {', '.join(key.rights)}" if key.rights else "")
        yield Program(f"key:{key.pk}", "API key", key.name, key.owner, may, key.created, key.last_used)


def findings() -> list[Finding]:
    """What should be looked at; what keys alone have is with the review's own."""
    found, now, give = list[Finding](), clock.now(), "Give it another owner, or revoke it."
    for one in agents().filter(key__revoked=None)[:MOST]:
        if one.key.owner is None or not one.key.owner.is_active:
            page = reverse("settings_agent", args=[one.pk])
            found.append(Finding(f"Nobody answers for the agent “{one.key.name}”.", give, page))
    for app in App.objects.filter(revoked=None).select_related("client__owner")[:MOST]:
        page = reverse("settings_app", args=[app.id])
        if app.client.owner is None or not app.client.owner.is_active:
            found.append(Finding(f"Nobody answers for the app “{app.name}”.", give, page))
        if (app.last_used or app.created) < now - UNUSED:
            found.append(Finding(f"The app “{app.name}” was not used for 90 days.", "Revoke it.", page))
    return found


def program_of(ref: str) -> tuple[str, Policy] | None:
    """What a program is called and what it is granted; None when there is none of this ref any more."""
    if not ref.startswith(("key:", "agent:", "app:")):
        return None
    try:
        actor = actor_named(ref)
    except Denied:
        return None
    return (actor.name, actor.policy) if isinstance(actor.policy, Policy) else None
