"""What this competency asks of the core."""

from collections.abc import Collection
from typing import Any
from urllib.parse import quote

from pentad.core import hooks
from pentad.core.actor import Actor
from pentad.core.hookvalues import AuditKind, NavItem, PaletteItem, TimelineEntry
from pentad.engage.campaigns.models import Campaign

ENTERED = "Campaign Entered"


def _campaigns_named(ids: Collection[str]) -> dict[str, str]:
    return dict(Campaign.objects.filter(id__in=ids).values_list("id", "name"))


@hooks.impl
def navigation(actor: Actor) -> list[NavItem]:
    return [
        NavItem(
            "Marketing", "/marketing/", "megaphone", key="k", right="campaigns.view", order=30, also=("/campaigns/",)
        )
    ]


@hooks.impl
def palette(actor: Actor, query: str) -> list[PaletteItem]:
    """Campaigns by words of their name; those in the archive come last."""
    if len(query) < 2:
        return []
    rows = sorted(
        Campaign.objects.filter(name__icontains=query).order_by("-changed")[:20], key=lambda one: bool(one.archived)
    )
    return [
        PaletteItem(one.name, f"/campaigns/{one.id}/", "megaphone", "Campaigns", one.state, right="campaigns.view")
        for one in rows[:5]
    ]


@hooks.impl
def timeline_entry(event: Any) -> TimelineEntry | None:
    """Being chosen by a campaign, in words."""
    if event.type != "track" or event.name != ENTERED or not isinstance(event.properties, dict):
        return None
    id, arm = str(event.properties.get("campaign_id", "")), str(event.properties.get("arm", ""))[:20]
    name = Campaign.objects.filter(id=id).values_list("name", flat=True).first()
    title = f"Chosen by the campaign “{name}”" if name else "Chosen by a campaign"
    if arm == "holdout":
        title = title.replace("Chosen by", "Held out of")
    return TimelineEntry(title, f"Arm {arm}" if arm and arm != "holdout" else "", "megaphone", "",
                         f"/campaigns/{quote(id, safe='')}/" if name else "")  # fmt: skip


@hooks.impl
def audit_kinds() -> list[AuditKind]:
    return [AuditKind("campaign", "Campaign", "megaphone", "/campaigns/{}/", _campaigns_named)]
