"""What the editor offers to choose from, and the plan in lines for the last look."""

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest

from pentad.content.messages.models import Message
from pentad.content.messages.queries import published
from pentad.core import clock
from pentad.core.errors import PentadError
from pentad.data.consent.queries import purposes
from pentad.engage.campaigns import rules, wording
from pentad.engage.campaigns.models import Campaign
from pentad.engage.campaigns.plan import Plan, When
from pentad.intelligence.segments import queries as segment_queries
from pentad.intelligence.segments.catalogue.suggesting import suggest
from pentad.intelligence.segments.models import Segment
from pentad.roles.page import actor_of

PRIORITIES = ((25, "Low"), (50, "Usual"), (75, "High"), (100, "First of all"))
WEEKDAYS = ((0, "Mon"), (1, "Tue"), (2, "Wed"), (3, "Thu"), (4, "Fri"), (5, "Sat"), (6, "Sun"))
CHANNELS = {"email": "E-mail", "sms": "SMS", "push": "Web push", "chat": "Chat", "inapp": "In the app", "webhook": "Webhook",
            "task": "Task for a colleague"}  # fmt: skip
ICONS = {"email": "mail", "sms": "smartphone", "push": "bell", "chat": "message-square", "inapp": "monitor",
         "webhook": "webhook", "task": "list-checks"}  # fmt: skip
OCCASIONS = 5


@dataclass(frozen=True, slots=True)
class SegmentChoice:
    """size: None where the reader may not know it."""

    id: str
    name: str
    size: int | None
    included: bool
    excluded: bool
    triggers: bool


def segments(plan: Plan) -> list[SegmentChoice]:
    """Live ones, and those the plan names whatever became of them."""
    named = {*plan.audience.include, *plan.audience.exclude, plan.when.trigger.segment}
    rows = [one for one in segment_queries.segments() if one.state == Segment.LIVE or one.id in named]
    return [
        SegmentChoice(
            one.id, one.name, segment_queries.size(one) if segment_queries.readable(one) else None,
            one.id in plan.audience.include, one.id in plan.audience.exclude, one.id == plan.when.trigger.segment,
        )
        for one in rows
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class MessageChoice:
    """A published message by one of its channels. value: as the form sends it."""

    value: str
    id: str
    name: str
    purpose: str
    """Its label."""

    transactional: bool
    channel: str
    icon: str
    variants: int
    changed: datetime


def messages() -> list[MessageChoice]:
    rows = Message.objects.filter(state=Message.PUBLISHED, deleted=None).order_by("-changed")[:100]
    labels = {one.name: one.label for one in purposes()}
    found = list[MessageChoice]()
    for row in rows:
        try:
            one = published(row.id)
        except PentadError:
            continue
        found += [
            MessageChoice(
                f"{row.id}:{channel}", row.id, row.name, labels.get(one.purpose, one.purpose), one.transactional,
                CHANNELS.get(channel, channel), ICONS.get(channel, "send"), len(one.variants), row.changed,
            )
            for channel in one.channels
        ]  # fmt: skip
    return found


def events(request: HttpRequest) -> list[str]:
    """Names of events that were seen, the likeliest first."""
    if not actor_of(request).may("people.view"):
        return []
    return [str(one.value) for one in suggest("event")]


def properties(request: HttpRequest, event: str) -> list[str]:
    """Numbers that the event carries."""
    if not event or not actor_of(request).may("people.view"):
        return []
    return [str(one.value) for one in suggest("property", events=[event]) if one.type == "number"]


def occasions(when: When) -> list[datetime]:
    """The next times of a recurring campaign."""
    found, now = list[datetime](), clock.now()
    if when.start == "every" and when.date and (when.unit != "week" or when.days):
        for day in rules.days(when, rules.local_day(now, when.zone)):
            found.append(rules.moment(day, when))
            if len(found) == OCCASIONS:
                break
    return found


def lines(campaign: Campaign, plan: Plan) -> list[tuple[str, str, str]]:
    """The whole plan: step, label and what it says."""
    named = dict(Segment.objects.filter(id__in=[*plan.audience.include, *plan.audience.exclude, plan.when.trigger.segment])
                 .values_list("id", "name"))  # fmt: skip
    whom = (
        "Every customer" if plan.audience.everybody else ", ".join(named.get(id, "?") for id in plan.audience.include)
    )
    whom = whom or ("Whoever sets it off" if plan.when.start == "trigger" else "Nobody yet")
    if plan.audience.exclude:
        whom += ", without " + ", ".join(named.get(id, "?") for id in plan.audience.exclude)
    told = (
        ""
        if plan.when.start == "trigger"
        else ("; as they are then" if not plan.audience.live else "; whoever enters meanwhile too")
    )
    return [
        ("audience", "Audience", whom + told),
        ("message", "Message", _message(plan)),
        ("when", "When", _when(plan, named)),
        ("test", "Test", wording.test(plan)),
        ("goal", "Goal", wording.goal(plan)),
    ]


def _message(plan: Plan) -> str:
    try:
        name = published(plan.content.message).name
    except PentadError:
        return "None yet"
    return f"{name}, by {CHANNELS.get(plan.content.channel, plan.content.channel)}"


def _when(plan: Plan, named: dict[str, str]) -> str:
    said = wording.start(plan.when)
    if plan.when.start == "trigger" and plan.when.trigger.on == "segment":
        said = said.replace("a segment", f"“{named.get(plan.when.trigger.segment, '?')}”")
    parts = [said, wording.again(plan.when) if plan.when.start == "trigger" else wording.FOLLOWS[plan.when.follows]]
    if days := wording.weekdays(plan.when):
        parts.append(days)
    if plan.when.per_hour:
        parts.append(f"at most {plan.when.per_hour:,} an hour")
    return "; ".join(parts)
