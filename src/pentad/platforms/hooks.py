"""What this competency asks of the core."""

from typing import Any

from pentad.core import hooks
from pentad.core.actor import Actor
from pentad.core.hookvalues import AuditKind, ChannelAdapter, NavItem, Panel, Problem, ScheduleItem, TimelineEntry
from pentad.platforms.channels import checks
from pentad.platforms.responses import checks as reach
from pentad.platforms.responses import showing

HERE = "pentad.platforms.channels.adapters"
PROVIDERS = ("Postmark", "Mailgun", "SendGrid", "Brevo", "Resend")


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
        *(
            ChannelAdapter(name.lower(), name, ("email",), f"{HERE}.providers:{name}", "mail", "A provider’s web service.")
            for name in PROVIDERS
        ),
        ChannelAdapter(
            "ses", "Amazon SES", ("email",), f"{HERE}.ses:Ses", "mail", "Or what speaks as it does (API v2).",
        ),
        ChannelAdapter(
            "inapp", "Your website", ("inapp",), f"{HERE}.inapp:InApp", "monitor",
            "Shown by a small script on your pages to whom each message is for.",
        ),
        ChannelAdapter(
            "webpush", "Browsers (web push)", ("push",), f"{HERE}.webpush:WebPush", "bell",
            "Notifications to browsers whose users agreed; no account is needed.",
        ),
        ChannelAdapter(
            "http", "Web gateway", ("sms", "chat", "push", "webhook"), f"{HERE}.http:Http", "webhook",
            "Posts each message as JSON.",
        ),
        ChannelAdapter(
            "apprise", "SMS and chat services", ("sms", "chat"), f"{HERE}.notify:Apprise", "message-square",
            "Twilio, Vonage, Telegram, Slack and a hundred others, each by its apprise address.",
        ),
        ChannelAdapter(
            "task", "Task for a colleague", ("task",), f"{HERE}.task:ColleagueTask", "list-checks",
            "Each message becomes a task about the customer.",
        ),
    ]  # fmt: skip


@hooks.impl
def navigation(actor: Actor) -> list[NavItem]:
    return [
        NavItem("Mailbox", "/mailbox/", "inbox", right="mailbox.view", order=32),
        NavItem("Channels", "/settings/channels/", "send", "Administration", right="destinations.manage", order=918),
    ]


@hooks.impl
def timeline_entry(event: Any) -> TimelineEntry | None:
    return showing.timeline_entry(event)


@hooks.impl
def customer_panels(actor: Actor, person: Any) -> list[Panel]:
    return showing.panel(actor, person)


@hooks.impl
def doctor_checks() -> list[Problem]:
    return checks.problems() + reach.problems()


@hooks.impl
def audit_kinds() -> list[AuditKind]:
    return [
        AuditKind("destination", "Destination", "send", "/settings/channels/{}/", checks.destinations_named),
        AuditKind("delivery", "Message to a customer", "mail"),
    ]


@hooks.impl
def schedules() -> list[ScheduleItem]:
    return [
        ScheduleItem("forget what messages said", "channels.forget", 24 * 3600),
        ScheduleItem("forget what browsers were shown", "web.tidy", 24 * 3600),
    ]
