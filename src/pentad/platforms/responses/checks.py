"""What the doctor looks at: whether customers reach what messages lead to."""

from urllib.parse import urlsplit

from pentad.core.hookvalues import Problem
from pentad.platforms.channels.models import Destination
from pentad.platforms.responses.addresses import home

HERE = ("localhost", "127.0.0.1", "::1", None)


def problems() -> list[Problem]:
    """Messages that really leave, with links to this machine."""
    leaving = Destination.objects.filter(state=Destination.ON).exclude(adapter__in=("mailbox", "task"))
    if urlsplit(home()).hostname not in HERE or not leaving.exists():
        return []
    text = f"Links in messages begin with {home()}, which customers do not reach: neither links nor unsubscribing work."
    fix = "Say where they do: pentad setting set responses.address https://hello.example.com"
    return [Problem("messages", "error", text, fix)]
