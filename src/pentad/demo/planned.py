"""What Kestrel Coffee has planned: a reminder that follows who leaves the checkout, a weekly letter, and an offer that waits for
approval.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import msgspec
from django.db import transaction

from pentad.content.messages.actions import create_message, publish_message
from pentad.core import clock
from pentad.core.actor import SYSTEM, Actor
from pentad.core.models import Setting
from pentad.demo.desk import TOM
from pentad.engage.campaigns.actions import create_campaign
from pentad.engage.campaigns.plan import Audience, Content, Goal, Plan, Test, Trigger, When
from pentad.engage.campaigns.starting import ask_approval, start_campaign
from pentad.intelligence.segments.definition import EventMatch
from pentad.intelligence.segments.models import Segment
from pentad.intelligence.segments.queries import named
from pentad.platforms.channels.actions import create_destination
from pentad.platforms.channels.queries import default_destination
from pentad.roles.access.models import User
from pentad.roles.access.queries import actor_of

MARK = "demo.planned"
"""Name of the row that remembers that they were made, so that what is deleted stays away."""
THURSDAY, BERLIN = 3, "Europe/Berlin"
ORDERED = Goal(EventMatch(("Order Completed",)), 7)
"""How many order, not for how much: Kestrel sells in five currencies, and a sum converts nothing."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A campaign's name, its words, the segment it is for, and what its mail says."""

    name: str
    words: str
    segment: str
    subject: str
    text: str
    button: str


REMINDER = Letter(
    "You left something", "An hour after somebody leaves the checkout, once in two weeks.", "Left the checkout",
    "Your basket is still here", "You had something in your basket. It is kept for you until tomorrow.", "Back to the basket",
)  # fmt: skip
WEEKLY = Letter(
    "The roaster’s letter", "Every Thursday, at nine by each one’s own clock.", "Readers of the newsletter",
    "What came out of the roaster this week", "Three new coffees, and how to brew them.", "See what is fresh",
)  # fmt: skip
MACHINE = Letter(
    "Which machine suits you", "For those who looked at a machine and bought none.", "Looked at a machine, bought none",
    "Which machine suits you?", "Tell us how you drink your coffee, and we say which machine suits you.", "Find out",
)  # fmt: skip
LETTERS = (REMINDER, WEEKLY, MACHINE)


def look_ahead() -> bool:
    """Make them, once. False while it is not known yet who is in their segments."""
    if Setting.objects.filter(name=MARK).exists():
        return True
    segments = {one.segment: named(one.segment) for one in LETTERS}
    known = all(one is not None and one.kept_up and one.filled is not None for one in segments.values())
    if not known:
        return False
    tom = actor_of(User.objects.get(email=TOM))
    with transaction.atomic():
        Setting.objects.create(name=MARK, value=True)
        if default_destination("email") is None:
            create_destination(
                actor=SYSTEM, channel="email", adapter="mailbox", name="Mailbox of the demo", settings={}
            )
        for one, plan in zip(LETTERS, _plans(segments), strict=True):
            campaign = create_campaign(actor=tom, name=one.name, description=one.words, plan=_with(plan, one, tom))
            if one is MACHINE:
                ask_approval(actor=tom, campaign=campaign, words="Is the holdout of 20 % right for so few?")
            else:
                start_campaign(actor=tom, campaign=campaign)
    return True


def _plans(segments: dict[str, Segment | None]) -> tuple[Plan, Plan, Plan]:
    left, readers, looked = (one.id if one else "" for one in segments.values())
    today = clock.now().date()
    return (
        Plan(
            when=When("trigger", zone=BERLIN, trigger=Trigger("segment", left, delay_minutes=60, again_days=14)),
            test=Test(holdout=10), goal=ORDERED,
        ),
        Plan(
            audience=Audience((readers,), (looked,)), test=Test(holdout=5), goal=ORDERED,
            when=When("every", f"{_next(today, THURSDAY)}", "09:00", BERLIN, "local", days=(THURSDAY,), per_hour=20_000),
        ),
        Plan(
            audience=Audience((looked,)), test=Test(holdout=20), goal=ORDERED,
            when=When("at", f"{today + timedelta(days=6)}", "18:00", BERLIN, "best"),
        ),
    )  # fmt: skip


def _next(today: date, weekday: int) -> date:
    """The next such day of the week after today."""
    return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)


def _with(plan: Plan, letter: Letter, actor: Actor) -> Plan:
    """The plan with the letter's message, written and published."""
    mjml = (
        "<mjml><mj-body><mj-section><mj-column>"
        "<mj-text font-size='20px'>Hello {{ customer.first_name | default: 'there' }},</mj-text>"
        f"<mj-text>{letter.text}</mj-text><mj-button href='https://kestrel.example/coffee'>{letter.button}</mj-button>"
        "<mj-text font-size='13px'><a href='{{ links.view }}'>Read it in the browser</a> ·"
        " <a href='{{ links.unsubscribe }}'>Unsubscribe</a></mj-text>"
        "</mj-column></mj-section></mj-body></mjml>"
    )
    said = {"variants": {"A": {"email": {"en": {"subject": letter.subject, "preheader": letter.text, "mjml": mjml}}}}}
    message = create_message(
        actor=actor, name=letter.name, purpose="newsletter", description=letter.words, content=said
    )
    publish_message(actor=actor, message=message)
    return msgspec.structs.replace(plan, content=Content(message.id))
