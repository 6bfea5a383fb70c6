"""A campaign's goal as experiments measure it."""

from datetime import datetime, timedelta

from pentad.core import clock
from pentad.core.actor import SYSTEM, acting_as
from pentad.engage.campaigns import queries, rules
from pentad.engage.campaigns.models import Campaign
from pentad.engage.campaigns.plan import Plan
from pentad.intelligence.experiments import definition, measuring
from pentad.intelligence.experiments.results import Results

ENTERING = timedelta(hours=1)
"""How long choosing may take that everybody's goal counts."""


def measurement(plan: Plan) -> definition.Measurement | None:
    """What is measured; None without a goal."""
    wanted = plan.goal
    if not wanted.event.names:
        return None
    usual = definition.standard(wanted.event.names, "", wanted.within_days)
    converted = definition.Goal(wanted.event, within_days=wanted.within_days)
    if not wanted.property:
        return definition.Measurement(converted, (), usual.guards)
    total = definition.Goal(wanted.event, "sum", wanted.property, wanted.within_days)
    return definition.Measurement(total, (converted,), usual.guards)


def results(campaign: Campaign) -> Results | None:
    """What it changed so far, as far as the reader may see; None without a goal."""
    plan = campaign.tree
    if (wanted := measurement(plan)) is None:
        return None
    return measuring.results(campaign.id, wanted, _weights(plan), ends=_ends(campaign, plan))


def decided_by(campaign: Campaign, ends: datetime) -> Results | None:
    """The same of everybody, for the test that ends at a moment which was fixed when it began."""
    plan = campaign.tree
    if (wanted := measurement(plan)) is None:
        return None
    with acting_as(SYSTEM):
        return measuring.measured(campaign.id, wanted, _weights(plan), ends=ends, now=min(clock.now(), ends), points=2)


def _weights(plan: Plan) -> dict[str, float]:
    first = next(iter(plan.test.weights), "A")
    return rules.arms(plan.test, (first,))


def _ends(campaign: Campaign, plan: Plan) -> datetime | None:
    """When the last of them has had the time for the goal, fixed at the beginning; None for a campaign that goes on."""
    if plan.when.start in ("every", "trigger") or plan.audience.live or (at := queries.begun(campaign)) is None:
        return None
    return at + ENTERING + timedelta(days=plan.goal.within_days)
