"""Verbs on agents. Their keys are revoked like any other (access.actions.revoke_key)."""

from collections.abc import Collection

from pentad.core.action import action, note
from pentad.core.actor import Actor
from pentad.core.errors import Conflict, Invalid
from pentad.roles.access import rules
from pentad.roles.access.agents.models import Agent
from pentad.roles.access.manage.queries import all_rights
from pentad.roles.access.models import ApiKey, User
from pentad.roles.access.programs import require_may_entrust, spelled_out

USUAL_LIMIT, MOST_CHANGES = 200, 1_000_000


@action("admin.keys")
def add_agent(
    *, actor: Actor, name: str, owner: User, rights: Collection[str], daily_changes: int = USUAL_LIMIT
) -> tuple[Agent, str]:
    """Make an API key for an agent. The token is returned this once; only its hash is kept.

    owner: who answers for it; it may never do more. rights: all it may do, each by its name.
    daily_changes: how many changes it may make on a day (UTC). Raises Invalid, saying what does not fit.
    """
    only = _list(actor, owner, rights)
    token = rules.new_token()
    key = ApiKey.objects.create(
        name=_name(name), owner=owner, rights=only, prefix=rules.shown_prefix(token), digest=rules.digest(token)
    )
    agent = Agent.objects.create(key=key, daily_changes=_limit(daily_changes))
    note(f"agent:{key.id}", owner=f"user:{owner.pk}", only=only, daily_changes=daily_changes)
    return agent, token


@action("admin.keys")
def change_agent(
    *, actor: Actor, agent: Agent, name: str, owner: User, rights: Collection[str], daily_changes: int
) -> Agent:
    """Say anew what an agent may do, how often, and who answers for it. Raises Conflict when it is revoked."""
    key = agent.key
    if key.revoked is not None:
        raise Conflict(f"The agent “{key.name}” is revoked.", code="agent_revoked", fix="Make another one.")
    key.name, key.owner, key.rights = _name(name), owner, _list(actor, owner, rights)
    key.save(update_fields=["name", "owner", "rights"])
    agent.daily_changes = _limit(daily_changes)
    agent.save(update_fields=["daily_changes"])
    note(f"agent:{key.id}", owner=f"user:{owner.pk}", only=key.rights, daily_changes=daily_changes)
    return agent


def _list(actor: Actor, owner: User, rights: Collection[str]) -> list[str]:
    only = spelled_out(rights, all_rights())
    if not only:
        raise Invalid("An agent needs a list of what it may do.", code="empty_list", field="rights")
    require_may_entrust(actor, owner, only)
    return only


def _name(name: str) -> str:
    if not 0 < len(name.strip()) <= 120:
        raise Invalid("An agent needs a name of at most 120 characters.", code="bad_name", field="name")
    return name.strip()


def _limit(changes: int) -> int:
    if not 0 <= changes <= MOST_CHANGES:
        raise Invalid(
            f"{changes:,} changes a day is out of range.",
            code="bad_limit",
            fix=f"From 0, which lets it only read, to {MOST_CHANGES:,}.",
            field="daily_changes",
        )
    return changes
