"""Reads of campaigns: which there are, how far they are, what became of each message, and what is planned."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Count, QuerySet

from pentad.content.messages.models import Message
from pentad.content.messages.queries import Use as MessageUse
from pentad.content.messages.queries import register_user as register_message_user
from pentad.core.errors import NotFound
from pentad.engage.campaigns import audience
from pentad.engage.campaigns.keys import ORIGIN
from pentad.engage.campaigns.models import Approval, Campaign, Recipient, Run
from pentad.engage.campaigns.plan import Audience, segments_of
from pentad.intelligence.segments.models import Segment, SegmentMove
from pentad.intelligence.segments.queries import Use, register_user
from pentad.platforms.channels.models import Delivery
from pentad.platforms.channels.queries import counts as delivery_counts
from pentad.platforms.channels.queries import of_origin
from pentad.roles.views import plans

OPEN = ("queued", "sending", "held", "paused")
"""States of deliveries that may still go."""
ARRIVED = ("sent", "delivered")


def campaigns() -> "QuerySet[Campaign]":
    """By name; those put away too."""
    return Campaign.objects.order_by("name", "no")


def find_campaign(id: str) -> Campaign:
    """Raises NotFound."""
    found = Campaign.objects.filter(id=id).first()
    if found is None:
        raise NotFound(f"There is no campaign with the id {id[:80]!r}.", code="campaign_not_found", fix="List them.")
    return found


def find_run(campaign: Campaign, id: str) -> Run:
    """Raises NotFound."""
    found = campaign.runs.filter(id=id).first()
    if found is None:
        raise NotFound(f"The campaign has no run with the id {id[:80]!r}.", code="run_not_found", fix="List its runs.")
    return found


def under_way() -> list[Run]:
    """Runs of campaigns that are running, that are not done."""
    rows = Run.objects.filter(state__in=Run.UNDER_WAY, campaign__state=Campaign.RUNNING)
    return list(rows.select_related("campaign").order_by("no"))


def begun(campaign: Campaign) -> datetime | None:
    """When its first run began."""
    return Run.objects.filter(campaign=campaign).order_by("no").values_list("at", flat=True).first()


def any_entered(ids: Collection[str], after: int) -> bool:
    numbers = Segment.objects.filter(id__in=ids).values_list("no", flat=True)
    return SegmentMove.objects.filter(segment_id__in=list(numbers), entered=True, id__gt=after).exists()


def deliveries(campaign_id: str, run_id: str = "") -> "QuerySet[Delivery]":
    return of_origin(ORIGIN, campaign_id, run_id)


def open_deliveries(campaign_id: str, run_id: str) -> bool:
    """Whether messages of a run wait, are held or are being sent."""
    return deliveries(campaign_id, run_id).filter(state__in=OPEN).exists()


# -- how far it is ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Progress:
    """Customers by what became of them. The figures in the first line add up to `chosen`."""

    waiting: int = 0
    held_out: int = 0
    skipped: int = 0
    queued: int = 0
    held: int = 0
    arrived: int = 0
    bounced: int = 0
    failed: int = 0
    doubtful: int = 0
    passed_over: int = 0

    @property
    def chosen(self) -> int:
        return sum(getattr(self, name) for name in self.__slots__)

    @property
    def told(self) -> int:
        """To whom something left, or may have left."""
        return self.arrived + self.bounced + self.doubtful

    @property
    def left(self) -> int:
        """Still to come."""
        return self.waiting + self.queued + self.held

    @property
    def percent(self) -> int:
        """Never 100 while anything is to come."""
        total = self.chosen
        return 0 if not total else (100 if not self.left else min(99, 100 * (total - self.left) // total))


_OF_DELIVERY = {
    "queued": "queued", "sending": "queued", "paused": "queued", "held": "held", "sent": "arrived",
    "delivered": "arrived", "bounced": "bounced", "failed": "failed", "doubtful": "doubtful", "skipped": "passed_over",
    "expired": "passed_over", "cancelled": "passed_over",
}  # fmt: skip
_OF_RECIPIENT = {Recipient.HELD_OUT: "held_out", Recipient.SKIPPED: "skipped"}


def progress(campaign: Campaign, run: Run | None = None) -> Progress:
    """Of all its runs, or of one."""
    rows = Recipient.objects.filter(run=run) if run else Recipient.objects.filter(run__campaign=campaign)
    grouped = rows.values_list("state", "run__state").annotate(number=Count("id")).order_by()
    return _progress(grouped, delivery_counts(ORIGIN, campaign.id, run.id if run else "").items())


def _progress(rows: Iterable[tuple[str, str, int]], sent: Iterable[tuple[str, int]]) -> Progress:
    counts = dict.fromkeys(Progress.__slots__, 0)
    for state, over, number in rows:
        if state != Recipient.QUEUED:  # those are told of by their deliveries
            place = _OF_RECIPIENT.get(state, "passed_over" if over == Run.CANCELLED else "waiting")
            counts[place] += number
    for state, number in sent:
        counts[_OF_DELIVERY[state]] += number
    return Progress(**counts)


def progress_of_many(rows: Sequence[Campaign]) -> dict[int, Progress]:
    """The same of each of these that has started, by number: two statements for all."""
    begun = {row.pk: row.id for row in rows if row.started is not None}
    own, sent = defaultdict[int, list[tuple[str, str, int]]](list), defaultdict[str, list[tuple[str, int]]](list)
    of_rows = Recipient.objects.filter(run__campaign__in=begun).values_list("run__campaign", "state", "run__state")
    for number, state, over, count in of_rows.annotate(count=Count("id")).order_by():
        own[number].append((state, over, count))
    of_sent = Delivery.objects.filter(origin_kind=ORIGIN, origin_id__in=begun.values()).values_list(
        "origin_id", "state"
    )
    for id, state, count in of_sent.annotate(count=Count("id")).order_by():
        sent[id].append((state, count))
    return {number: _progress(own[number], sent[id]) for number, id in begun.items()}


# -- approvals -------------------------------------------------------------------------------------------


def approval_of(campaign: Campaign) -> Approval | None:
    """What was asked last about the version there is now."""
    rows = Approval.objects.filter(campaign=campaign, version=campaign.version).exclude(state=Approval.WITHDRAWN)
    return rows.order_by("-asked").first()


ASKABLE = (Campaign.DRAFT, Campaign.PAUSED)
"""States of campaigns that wait for approval: before they start, or because they have grown since."""


def is_held(campaign: Campaign) -> bool:
    """Whether it stands still because it has grown and is not approved: asked for, or turned down."""
    asked = approval_of(campaign) if campaign.state == Campaign.PAUSED else None
    return asked is not None and asked.state != Approval.APPROVED


def approvals_waiting() -> "QuerySet[Approval]":
    """Asked and not answered yet, of what can still start or go on; the oldest first."""
    rows = Approval.objects.filter(state=Approval.ASKED, campaign__state__in=ASKABLE, campaign__archived=None)
    return rows.select_related("campaign").order_by("asked")


# -- what is planned -------------------------------------------------------------------------------------


def running() -> "QuerySet[Campaign]":
    """Live now: scheduled, running or paused."""
    states = (Campaign.SCHEDULED, Campaign.RUNNING, Campaign.PAUSED)
    return Campaign.objects.filter(state__in=states, archived=None).order_by("next_at", "-started", "no")


@dataclass(frozen=True, slots=True)
class Load:
    """How many customers get how many messages of campaigns in some days."""

    customers: int
    messages: int
    many: int


MANY = 2
LOAD_SECONDS = 0.5


def load(begin: datetime, end: datetime, planned: Sequence[Audience] = ()) -> Load | None:
    """By what was sent, what waits for its time or in the queue, and who is meant now by what is `planned`. What the
    contact policy held back for good, or could not be sent, is no load. many: customers who get more than two.

    None when counting takes too long to wait for.
    """
    waiting = Recipient.objects.filter(due_at__gte=begin, due_at__lt=end, run__state__in=Run.UNDER_WAY)
    waiting = waiting.filter(state__in=(Recipient.CHOSEN, Recipient.WAITING))
    sent = Delivery.objects.filter(origin_kind=ORIGIN, sent_at__gte=begin, sent_at__lt=end)
    rows = (waiting.order_by().values_list("person_id"), sent.values_list("person_no"), _queued(begin, end))
    asked = [_sql(one) for one in (*rows, *map(audience.everybody_of, planned))]
    each = " UNION ALL ".join(sql for sql, _ in asked if sql)
    if not each:
        return Load(0, 0, 0)
    try:
        with plans.within(LOAD_SECONDS), connection.cursor() as cursor:
            cursor.execute(
                f"WITH told(no) AS ({each}) SELECT count(*), sum(n), sum(CASE WHEN n > {MANY} THEN 1 ELSE 0 END)"
                " FROM (SELECT count(*) AS n FROM told GROUP BY no) AS each_one",
                [one for _, params in asked for one in params],
            )
            customers, messages, many = cursor.fetchone()
    except plans.TooSlow:
        return None
    return Load(customers, messages or 0, many or 0)


def _queued(begin: datetime, end: datetime) -> "QuerySet[Any, Any]":
    """Who stands in the queue. By runs, of which few are under way, so that an index holds just these."""
    runs = list(Run.objects.filter(state__in=Run.UNDER_WAY).values_list("id", "campaign__id"))
    rows = Delivery.objects.filter(
        origin_kind=ORIGIN, origin_id__in={id for _, id in runs}, run__in=[run for run, _ in runs], state__in=OPEN,
        sent_at=None, due_at__gte=begin, due_at__lt=end,
    )  # fmt: skip
    return rows.values_list("person_no")


def _sql(rows: "QuerySet[Any, Any]") -> tuple[str, tuple[Any, ...]]:
    """A query as it is sent; nothing for one that is known to find nobody."""
    try:
        sql, params = rows.query.sql_with_params()
    except EmptyResultSet:
        return "", ()
    return sql, tuple(params)


@register_message_user
def _campaigns_saying(message: Message) -> list[MessageUse]:
    """Campaigns that can still run keep a message from being put away."""
    rows = Campaign.objects.exclude(state__in=Campaign.OVER).filter(archived=None, plan__contains=message.id)
    return [MessageUse("campaign", one.id, one.name) for one in rows.order_by("name")]


@register_user
def _campaigns_using(segment: Segment) -> list[Use]:
    """Campaigns that can still run keep a segment from being archived."""
    rows = Campaign.objects.exclude(state__in=Campaign.OVER).filter(archived=None, plan__contains=segment.id)
    return [Use("campaign", one.id, one.name) for one in rows.order_by("name") if segment.id in segments_of(one.tree)]
