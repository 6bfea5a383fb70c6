"""What campaigns call their messages in the channels' queue, and when they go there."""

from datetime import timedelta

from pentad.engage.campaigns.models import Campaign, Recipient

ORIGIN = "campaign"
AHEAD = timedelta(minutes=5)
"""How long before they are due messages are composed: late, so that they say what is true; early, so that they are there."""


def key_of(run_id: str, person_no: int, entry: str = "") -> str:
    """The one key of one message: however often it is handed over, it is sent once."""
    return f"{ORIGIN}:{run_id}:{person_no}" + (f":{entry}" if entry else "")


def turn_of(campaign: Campaign) -> tuple[str, ...]:
    """States of those whose turn it may be: who waits for the winner of a test, once there is one."""
    return (Recipient.CHOSEN, Recipient.WAITING) if campaign.winner else (Recipient.CHOSEN,)
