"""What this competency asks of the core."""

from pentad.core import hooks
from pentad.core.hookvalues import ChannelAdapter

HERE = "pentad.platforms.channels.adapters"


@hooks.impl
def channel_adapters() -> list[ChannelAdapter]:
    everything = ("email", "sms", "push", "chat", "inapp", "webhook")
    return [
        ChannelAdapter(
            "mailbox", "Built-in mailbox", everything, f"{HERE}.mailbox:Mailbox", "inbox",
            "Messages arrive on a page of Pentad instead of with customers.",
        ),
        ChannelAdapter(
            "smtp", "Mail server (SMTP)", ("email",), f"{HERE}.smtp:Smtp", "mail", "Any server that takes mail from you.",
        ),
        ChannelAdapter(
            "http", "Web gateway", ("sms", "chat", "push", "webhook"), f"{HERE}.http:Http", "webhook",
            "Posts each message as JSON.",
        ),
        ChannelAdapter(
            "task", "Task for a colleague", ("task",), f"{HERE}.task:ColleagueTask", "list-checks",
            "Each message becomes a task about the customer.",
        ),
    ]  # fmt: skip
