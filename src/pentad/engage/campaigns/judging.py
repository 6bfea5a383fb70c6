"""Finding the variant that won by the figures of the goal."""

from django.db import transaction

from pentad.core import clock
from pentad.engage.campaigns import deciding, measuring
from pentad.engage.campaigns.models import Campaign
from pentad.intelligence.experiments import winning


def decide(campaign: Campaign) -> str:
    """Look at one test, and settle it when a variant has certainly won, or when its time is over. The winner, or ""."""
    plan, end = campaign.tree, deciding.end_of(campaign)
    over = clock.now() >= end
    found = measuring.decided_by(campaign, end)
    variant = winning.decide(found, at_end=over, otherwise="best") if found else None
    if variant not in plan.test.weights:
        variant = next(name for name, share in plan.test.weights.items() if share) if over else None
    if variant is None:
        return ""
    with transaction.atomic():
        row = Campaign.objects.select_for_update().get(pk=campaign.pk)
        if not row.winner and row.state == Campaign.RUNNING:
            deciding.settle(row, variant, "Pentad")
        return row.winner
