"""What the colleagues of Kestrel Coffee have on their desks: customers of their own, tasks about the cast, and notes that
tell one another.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from pentad.core import clock
from pentad.core.actor import Actor
from pentad.core.models import Setting
from pentad.data.identity.models import Identifier, Person
from pentad.data.profiles.note_actions import add_note
from pentad.demo.cast import Member
from pentad.demo.story import AMARA, ELIF, INES, JORG, KEIKO, MEI, PRIYA, SVEN, THEO
from pentad.demo.story_others import NEWCOMER, REGULARS
from pentad.roles.access.manage.actions import assign
from pentad.roles.access.models import User
from pentad.roles.access.queries import actor_of
from pentad.roles.work import rules
from pentad.roles.work.actions import create_task, finish_task

MARK = "demo.desk"
"""Name of the row that remembers that the desks were filled, so that what is deleted stays away."""
NADIA, TOM, LEA, OMAR = (f"{name}@kestrel.example" for name in ("nadia", "tom", "lea", "omar"))
LI_WEI = REGULARS[2][0]


@dataclass(frozen=True, slots=True)
class Job:
    """A task. days: until it is due, below zero when it was."""

    about: Member
    title: str
    why: str
    days: int
    owner: str
    done: bool = False


TASKS: tuple[Job, ...] = (
    Job(PRIYA, "Answer about the invoices", "She asks for one a quarter; the office of Lumen Health waits", -1, TOM),
    Job(LI_WEI, "Ring about the parcels", "Four chats in two months, each rated one or two stars", 0, NADIA),
    Job(KEIKO, "Offer the Christmas Box with the next delivery", "She looked at it twice this week", 0, NADIA),
    Job(INES, "Find out whether both accounts are hers", "Same name and town; one letter of the address differs", 1, NADIA),
    Job(SVEN, "Ask why he stopped ordering", "He cancelled after too many mistakes and has not come back since", 2, TOM),
    Job(PRIYA, "Visit the office at Lumen Health", "It has grown to 165 people: is one Falcon Office enough?", 4, NADIA),
    Job(NEWCOMER, "Send a word of welcome", "His first order came through the gifts campaign", 1, LEA),
    Job(ELIF, "Ask how the two share the tablet", "Both sign in on it and nobody signs out", 6, OMAR),
    Job(KEIKO, "Ask whether the new seal holds", "Her machine leaked; a new portafilter seal was sent", -3, OMAR, True),
    Job(JORG, "Put the address in the CRM right", "He moved to Leipzig; the export still says Dresden", -2, TOM, True),
    Job(AMARA, "Thank her for her second order", "She came by the letter about decaf and stayed", -1, NADIA, True),
)  # fmt: skip
NOTES: tuple[tuple[str, Member, str], ...] = (
    (TOM, PRIYA, "She would like one invoice a quarter. @Nadia Karim, may we do that?"),
    (OMAR, KEIKO, "Rang her: the new seal holds and the machine is tight. She was pleased. @Nadia Karim @Tom Reyes"),
    (NADIA, THEO, "Two accounts with the same address. @Tom Reyes, please ask him which one he uses."),
    (LEA, MEI, "Her phone was without a network for two days, so some brews came late. Nothing is wrong."),
)

HERS: tuple[Member, ...] = (NEWCOMER, MEI, AMARA, JORG)
"""Customers who belong to Lea: as a sales rep she sees no others."""


def lay_out() -> bool:
    """Give the colleagues their tasks and notes, once. False while somebody of the cast is still to be loaded."""
    if Setting.objects.filter(name=MARK).exists():
        return True
    wanted = {who.user_id for who in (*(job.about for job in TASKS), *(who for _, who, _ in NOTES), *HERS)}
    found = Identifier.objects.filter(namespace="user_id", value__in=wanted).select_related("person__root")
    people = {one.value: one.person.root or one.person for one in found}
    users = {user.email: user for user in User.objects.filter(email__in=(NADIA, TOM, LEA, OMAR))}
    if wanted - set(people):
        return False
    with transaction.atomic():
        Setting.objects.create(name=MARK, value=True)
        if len(users) == 4:  # somebody who runs the demo may have taken a colleague away
            _write(people, users)
    return True


def _write(people: dict[str, Person], users: dict[str, User]) -> None:
    actors = {email: actor_of(user) for email, user in users.items()}
    for member in HERS:
        assign(actor=actors[NADIA], record=people[member.user_id], owner=users[LEA], team=None)
    for job in TASKS:
        _task(job, people[job.about.user_id], users, actors)
    for author, who, text in NOTES:
        add_note(actor=actors[author], person=people[who.user_id], text=text)


def _task(job: Job, about: Person, users: dict[str, User], actors: dict[str, Actor]) -> None:
    """Given by Nadia, who may give tasks to everybody; her own come from herself."""
    zone = timezone.get_current_timezone()
    day = clock.now().astimezone(zone).date() + timedelta(days=job.days)
    row = create_task(
        actor=actors[NADIA], title=job.title, why=job.why, due=rules.due(day, None, zone), assignee=users[job.owner],
        about=about, remind=job.days > 0,
    )  # fmt: skip
    if job.done:
        finish_task(actor=actors[job.owner], row=row)
