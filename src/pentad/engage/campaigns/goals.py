"""What one begins a campaign for, and whom it would mean: segments proposed by what was really seen."""

from dataclasses import dataclass

from django.db import transaction

from pentad.core.action import check
from pentad.core.actor import Actor
from pentad.core.errors import Invalid
from pentad.engage.campaigns import actions
from pentad.engage.campaigns.models import Campaign
from pentad.engage.campaigns.plan import Audience, Plan, Trigger, When
from pentad.intelligence.segments.actions import create_segment
from pentad.intelligence.segments.ideas import Idea, find_idea, ideas
from pentad.intelligence.segments.models import Segment
from pentad.intelligence.segments.queries import named
from pentad.intelligence.segments.reading import write

DAY = 24 * 60


@dataclass(frozen=True, slots=True)
class Goal:
    """whom: keys of proposed segments, the fittest first. triggered: each is told after entering, so many minutes later."""

    key: str
    name: str
    text: str
    icon: str
    whom: tuple[str, ...]
    triggered: bool = False
    delay_minutes: int = 0


GOALS = (
    Goal("winback", "Win back", "Customers who bought and did not return", "history", ("lapsed", "once-gone", "gone")),
    Goal("welcome", "Welcome", "Whoever signed up, step by step", "user-plus", ("new-sign-ups", "new"), True),
    Goal("remind", "Remind", "A cart that was left behind", "shopping-cart", ("cart-left", "looking"), True, 60),
    Goal("ask", "Ask", "How it was, after a first order", "message-square", ("new-buyers",), True, 7 * DAY),
)


def find_goal(key: str) -> Goal | None:
    return next((one for one in GOALS if one.key == key), None)


def may_begin(actor: Actor) -> bool:
    """Whether the actor may make the segment that belongs to it."""
    return actor.may("people.view") and actor.may("segments.edit")


def whom(goal: Goal, time_zone: str) -> list[Idea]:
    """Segments that fit the goal and that somebody meets, with how many."""
    found = {one.key: one for one in ideas(time_zone)}
    return [found[key] for key in goal.whom if key in found]


@transaction.atomic
def begin(*, actor: Actor, name: str, description: str, goal: Goal, idea: str, time_zone: str) -> Campaign:
    """A draft for the goal, with the proposed segment; the segment is made where there is none like it."""
    check(actor, "people.view")
    chosen = find_idea(idea, time_zone) if idea in goal.whom else None
    if chosen is None:
        raise Invalid("There is nobody for this any more.", code="idea_gone", fix="Choose others.")
    segment = _segment(actor, chosen)
    if goal.triggered:
        when = When("trigger", zone=time_zone, trigger=Trigger(segment=segment.id, delay_minutes=goal.delay_minutes))
        plan = Plan(when=when)
    else:
        plan = Plan(audience=Audience((segment.id,)), when=When(zone=time_zone))
    return actions.create_campaign(actor=actor, name=name, description=description, plan=plan)


def _segment(actor: Actor, idea: Idea) -> Segment:
    """The live one that asks just this under its name, else a new one."""
    for number in range(1, 10):
        name = idea.name if number == 1 else f"{idea.name[:115]} ({number})"
        there = named(name)
        if there is None:
            return create_segment(actor=actor, name=name, definition=idea.definition)
        if there.state == Segment.LIVE and there.definition == write(idea.definition):
            return there
    raise Invalid(f"There are many segments called “{idea.name}”.", code="idea_taken", fix="Choose one of them.")
