"""The rows of the campaign that is over, made of the events that tell of it: who was chosen, what each got, what they did."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from django.db import models, transaction

from pentad import ledger
from pentad.content.messages.actions import create_message, publish_message
from pentad.content.messages.models import Message
from pentad.core import clock
from pentad.core.actor import SYSTEM
from pentad.core.models import Setting
from pentad.data.identity.models import Person
from pentad.demo import questions, winback
from pentad.engage.campaigns import plan as plans
from pentad.engage.campaigns.keys import ORIGIN, key_of
from pentad.engage.campaigns.models import Campaign, CampaignVersion, Recipient, Run
from pentad.intelligence.experiments.arms import HOLDOUT
from pentad.intelligence.segments.definition import EventMatch
from pentad.intelligence.segments.queries import named
from pentad.intelligence.segments.text import parse
from pentad.ledger.sql import literal
from pentad.platforms.channels.models import BOUNCED, DELIVERED, Attempt, Delivery
from pentad.platforms.responses.models import CLICK, OPEN, UNSUBSCRIBE, Response

MARK = "demo.campaigns"
"""Name of the row that remembers that they were made, so that what is deleted stays away."""
AUDIENCE = "Quiet for three weeks"
NADIA = "Nadia Karim"
ROWS = 2_000
"""Written in one statement."""
_KINDS = {"Message Opened": OPEN, "Link Clicked": CLICK, "Unsubscribed": UNSUBSCRIBE}
_WORDS = {
    "A": (
        "A fresh bag is waiting, {{ customer.first_name | default: 'friend of good coffee' }}",
        "It has been a while. What came out of the roaster this week would suit you.",
        "See what is fresh",
    ),
    "B": (
        "Ten per cent off your next bag, {{ customer.first_name | default: 'friend of good coffee' }}",
        "It has been a while. Use KESTREL10 within two weeks, and the next bag costs a tenth less.",
        "Choose a bag",
    ),
}
"""Subject, text and button of each letter."""


def look_back() -> bool:
    """Make the campaign, once. False when that was done before, or nothing tells of it."""
    if Setting.objects.filter(name=MARK).exists() or not (told := _told()):
        return False
    if named(AUDIENCE) is None:
        definition = parse(
            'consent to "newsletter" is granted and last "Order Completed" was between 21 and 300 days ago'
        )
        questions.save(AUDIENCE, "They ordered before, may be written to, and have not come back since.", definition)
    with transaction.atomic():
        Setting.objects.create(name=MARK, value=True)
        message = _message()
        run = _campaign(message, min(row["ts"] for row in told).replace(tzinfo=clock.now().tzinfo))
        _people(run, message, told)
    return True


def _told() -> list[dict[str, Any]]:
    """person, name, ts and arm of every event that tells of it."""
    names = ", ".join(literal(name) for name in ("Campaign Entered", "Message Sent", "Message Bounced", *_KINDS))
    arm = "coalesce(json_extract_string(props, '$.arm'), json_extract_string(props, '$.variant'))"
    return ledger.current().rows(
        f"SELECT root_no AS person, name, ts, {arm} AS arm FROM events WHERE type = 'track' AND name IN ({names})"
        f" AND json_extract_string(props, '$.campaign_id') = {literal(winback.ID)} ORDER BY ts, seq"
    )


def _message() -> Message:
    content = {"variants": {arm: {"email": {"en": _letter(*words)}} for arm, words in _WORDS.items()}}
    message = create_message(
        actor=SYSTEM, name=winback.NAME, purpose="newsletter", content=content,
        description="For those who ordered before and have not come back.",
    )  # fmt: skip
    publish_message(actor=SYSTEM, message=message)
    message.refresh_from_db()
    return message


def _letter(subject: str, text: str, button: str) -> dict[str, str]:
    mjml = (
        "<mjml><mj-body><mj-section><mj-column>"
        "<mj-text font-size='20px'>Hello {{ customer.first_name | default: 'there' }},</mj-text>"
        f"<mj-text>{text}</mj-text>"
        f"<mj-button href='https://kestrel.example/coffee'>{button}</mj-button>"
        "<mj-text font-size='13px'><a href='{{ links.view }}'>Read it in the browser</a> ·"
        " <a href='{{ links.preferences }}'>What we may write</a> ·"
        " <a href='{{ links.unsubscribe }}'>Unsubscribe</a></mj-text>"
        "</mj-column></mj-section></mj-body></mjml>"
    )
    return {"subject": subject, "preheader": text, "mjml": mjml}


def _campaign(message: Message, at: datetime) -> Run:
    segment = named(AUDIENCE)
    shares = {arm: round(share) for arm, share in winback.WEIGHTS.items() if arm != HOLDOUT}
    plan = plans.write(
        plans.Plan(
            plans.Audience(include=(segment.id,) if segment else (), everybody=segment is None),
            plans.Content(message.id),
            plans.When("at", f"{at:%Y-%m-%d}", f"{at:%H:%M}"),
            plans.Test(shares, holdout=winback.WEIGHTS[HOLDOUT]),
            plans.Goal(EventMatch(("Order Completed",)), winback.DAYS),
        )
    )
    written, ended = at - timedelta(days=2), at + timedelta(hours=1)
    row = Campaign.objects.create(
        id=winback.ID, name=winback.NAME, description="Two letters to who has been quiet, and a fifth gets none.", plan=plan,
        start="at", state=Campaign.FINISHED, created=written, changed=written, changed_by=NADIA, changed_ref="demo",
        started=at, started_by=NADIA, ended=ended,
    )  # fmt: skip
    CampaignVersion.objects.create(campaign=row, number=1, plan=plan, at=written, by=NADIA)
    return Run.objects.create(
        id=winback.RUN, campaign=row, key=at.isoformat(timespec="minutes"), state=Run.DONE, at=at, day=at.date(),
        created=at, ended=ended,
    )  # fmt: skip


def _people(run: Run, message: Message, told: list[dict[str, Any]]) -> None:
    """A row for everybody who was chosen; for who got a letter that, and what they did with it."""
    there = set(Person.objects.filter(root=None).values_list("pk", flat=True))
    by_name: dict[str, dict[int, tuple[datetime, str]]] = {}
    for row in told:
        if row["person"] in there:
            at = row["ts"].replace(tzinfo=run.at.tzinfo)
            by_name.setdefault(row["name"], {}).setdefault(row["person"], (at, row["arm"]))
    chosen, sent = by_name.get("Campaign Entered", {}), by_name.get("Message Sent", {})
    sent = {no: one for no, one in sent.items() if no in chosen and chosen[no][1] == one[1]}
    _write(
        Recipient(
            run=run, person_id=no, arm=arm, due_at=None if arm == HOLDOUT else at,
            state=Recipient.HELD_OUT if arm == HOLDOUT else Recipient.QUEUED,
        )
        for no, (at, arm) in chosen.items() if arm == HOLDOUT or no in sent
    )  # fmt: skip
    about = {
        "channel": "email",
        "purpose": message.purpose,
        "origin_kind": ORIGIN,
        "origin_id": winback.ID,
        "run": run.id,
    }
    bounced = by_name.get("Message Bounced", {})
    _write(_delivery(run, message, no, at, arm, about, no in bounced) for no, (at, arm) in sent.items())
    rows = Delivery.objects.filter(origin_kind=ORIGIN, origin_id=winback.ID).values_list("person_no", "id", "sent_at")
    numbers = {no: (id, at or run.at) for no, id, at in rows}
    _write(
        Attempt(delivery_id=id, number=1, key=str(id), at=at, ended=at, outcome=Attempt.ACCEPTED, status="250")
        for id, at in numbers.values()
    )
    _write(
        Response(
            delivery_no=numbers[no][0], person_no=no, kind=kind, at=at, link=0 if kind == CLICK else None,
            human=True, confidence=0.97, variant=arm, **about,
        )
        for name, kind in _KINDS.items() for no, (at, arm) in by_name.get(name, {}).items() if no in numbers
    )  # fmt: skip
    run.chosen = Recipient.objects.filter(run=run).count()
    run.save(update_fields=["chosen"])


def _delivery(
    run: Run, message: Message, no: int, at: datetime, arm: str, about: dict[str, str], bounced: bool
) -> Delivery:
    return Delivery(
        key=key_of(run.id, no), person_no=no, variant=arm, language="en", version_id=message.published_id, payload=b"",
        state=BOUNCED if bounced else DELIVERED, reason="mailbox_full" if bounced else "", attempts=1, priority=50,
        due_at=at, created=at - timedelta(minutes=5), sent_at=at, done_at=at + timedelta(seconds=5), **about,
    )  # fmt: skip


def _write(rows: Iterable[models.Model]) -> None:
    left = iter(rows)
    while some := list(islice(left, ROWS)):
        type(some[0])._default_manager.bulk_create(some)
