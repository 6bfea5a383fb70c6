"""Which agents there are, and with what rights they act."""

from django.db.models import F, QuerySet

from pentad.core import clock
from pentad.core.actor import Actor
from pentad.core.errors import NotFound
from pentad.roles.access.agents.models import Agent
from pentad.roles.access.models import ApiKey, User
from pentad.roles.access.programs import narrowed

NAME_LENGTH = 200


def actor_of_agent(key: ApiKey) -> Actor | None:
    """Its owner's rights, as far as its list goes; None for a key that is no agent's."""
    if key.role or key.owner is None or not Agent.objects.filter(pk=key.pk).exists():
        return None
    name = f"{key.name}, agent of {key.owner}"[:NAME_LENGTH]
    return Actor("agent", key.id, name, policy=narrowed(key.owner, key.rights))


def agents() -> "QuerySet[Agent]":
    """In force first, newest first."""
    rows = Agent.objects.select_related("key__owner")
    return rows.order_by(F("key__revoked").desc(nulls_first=True), "-key__created")


def agents_of(user: User) -> "QuerySet[Agent]":
    """Those in force that a colleague answers for."""
    return agents().filter(key__owner=user, key__revoked=None)


def find_agent(id: str) -> Agent:
    """Raises NotFound."""
    found = Agent.objects.select_related("key__owner").filter(pk=id).first()
    if found is None:
        raise NotFound("There is no such agent.", code="agent_not_found", fix="See the list of agents.")
    return found


def made_today(agent: Agent) -> int:
    """Changes on this day (UTC)."""
    return agent.changes if agent.day == clock.now().date() else 0
