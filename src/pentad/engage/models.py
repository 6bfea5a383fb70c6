"""Django looks here for the competency's models; each feature keeps its own."""

from pentad.engage.campaigns.models import Approval, Campaign, CampaignVersion, Recipient, Run

__all__ = ["Approval", "Campaign", "CampaignVersion", "Recipient", "Run"]
