"""Campaigns run by hand: customers, segments and messages as rows, the timer's turns, the jobs they ask for, the senders."""

from collections.abc import Iterable
from typing import Any

import msgspec
from django.db import transaction

from pentad.content.messages import actions as messages
from pentad.content.messages.models import Message
from pentad.core import clock
from pentad.core.actor import SYSTEM, Actor
from pentad.core.jobs import run_here
from pentad.core.models import Job
from pentad.data.identity.models import Person
from pentad.data.profiles.models import PersonTrait
from pentad.engage.campaigns import actions, starting, turns
from pentad.engage.campaigns.models import Campaign, Recipient, Run
from pentad.engage.campaigns.plan import Plan
from pentad.intelligence.segments.models import Segment, SegmentMember, SegmentMove
from pentad.platforms.channels.models import Destination, MailboxMessage
from pentad.platforms.channels.sending import turn as send
from tests.content.writing import content, mail, message, purpose
from tests.platforms.channels.people import agree, customer, destination

__all__ = [
    "Destination",
    "MailboxMessage",
    "Message",
    "Segment",
    "agree",
    "content",
    "customer",
    "destination",
    "mail",
    "message",
]

EVERYBODY = '{"where": {"kind": "all", "of": []}}'


def people(*names: str, **traits: Any) -> list[Person]:
    """Customers with an address who agreed to the newsletter."""
    found = []
    for name in names:
        row = customer(name, consents=False)
        agree(row)
        row.consents.update(purpose="newsletter")
        if traits:
            Person.objects.filter(pk=row.pk).update(traits={**row.traits, **traits})
            PersonTrait.objects.bulk_create(
                PersonTrait(person=row, name=key, source_no=1, value=value, text=str(value).lower(), at=clock.now(),
                            message_id=f"{name}-{key}")
                for key, value in traits.items()
            )  # fmt: skip
        found.append(row)
    return found


def segment(name: str, members: Iterable[Person] = ()) -> Segment:
    """A live one, filled, with these members."""
    row = Segment.objects.create(name=name, definition=EVERYBODY, filled=clock.now(), changed_by="test")
    for one in members:
        enter(row, one)
    return row


def enter(row: Segment, person: Person) -> None:
    SegmentMember.objects.create(segment=row, person=person, since=clock.now())
    SegmentMove.objects.create(segment=row, person=person, entered=True, at=clock.now())


def leave(row: Segment, person: Person) -> None:
    SegmentMember.objects.filter(segment=row, person=person).delete()
    SegmentMove.objects.create(segment=row, person=person, entered=False, at=clock.now())


def plan(**parts: dict[str, Any]) -> Plan:
    return msgspec.convert(parts, Plan)


def started(wanted: Plan, name: str = "Autumn") -> Campaign:
    row = actions.create_campaign(actor=SYSTEM, name=name, plan=wanted)
    if starting.transactional(wanted):
        starting.ask_approval(actor=SYSTEM, campaign=row)
        starting.decide_approval(actor=Actor("user", "bea", "Bea", frozenset({"*"})), campaign=row, approve=True)
    return starting.start_campaign(actor=SYSTEM, campaign=row)


def work() -> None:
    """A turn of the timer, and the jobs it asks for; once more, as a job leaves work behind."""
    for _ in range(2):
        turns.turn()
        for job in Job.objects.filter(kind__startswith="campaigns.", status=Job.WAITING).order_by("pk"):
            run_here(job.pk)
            job.refresh_from_db()
            assert job.status == Job.DONE, job.error


def sent(to: Destination | None = None) -> list[str]:
    """Let the senders work, and who got something until now, in order."""
    to = to or Destination.objects.get()
    while send(to, clock.now()):
        pass
    return [row.address.partition("@")[0] for row in MailboxMessage.objects.order_by("pk")]


def outcomes(campaign: Campaign) -> dict[str, tuple[str, str]]:
    """Name → state and reason of the rows of its runs."""
    rows = Recipient.objects.filter(run__campaign=campaign).select_related("person")
    return {row.person.name: (row.state, row.reason) for row in rows}


def state(campaign: Campaign) -> str:
    return Campaign.objects.values_list("state", flat=True).get(pk=campaign.pk)


def run_of(campaign: Campaign) -> Run:
    return Run.objects.get(campaign=campaign)


def plain_step() -> Any:
    return transaction.atomic()


def written(said: dict[str, Any], *, transactional: bool = False) -> Message:
    """A published message that says this."""
    row = messages.create_message(
        actor=SYSTEM, name="Said", purpose="" if transactional else purpose(), transactional=transactional, content=said
    )
    messages.publish_message(actor=SYSTEM, message=row)
    return Message.objects.get(pk=row.pk)
