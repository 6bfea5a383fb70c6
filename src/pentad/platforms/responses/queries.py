"""Reads of what became of messages: of one customer, and counted over a campaign."""

import time
from collections import OrderedDict, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db import connection
from django.db.models import Count, Q, QuerySet

from pentad.data.identity.models import Person
from pentad.data.identity.queries import part_numbers
from pentad.platforms.channels.models import Attempt, Delivery
from pentad.platforms.responses.models import BOUNCE, CLICK, COMPLAINT, OPEN, REPLY, UNSUBSCRIBE, Response
from pentad.platforms.responses.rules import TRAP

PAGE = 25


@dataclass(slots=True)
class Counts:
    """How many deliveries were opened, clicked …: each counts once. human_…: by a person, as far as can be told."""

    opened: int = 0
    human_opened: int = 0
    clicked: int = 0
    human_clicked: int = 0
    unsubscribed: int = 0
    complained: int = 0
    bounced: int = 0
    replied: int = 0


@dataclass(frozen=True, slots=True)
class Figures:
    """Of all, by variant, and how many deliveries each link was followed from: (link, human) → deliveries."""

    total: Counts
    variants: dict[str, Counts] = field(default_factory=dict)
    links: dict[tuple[int, bool], int] = field(default_factory=dict)


_NAMES = {
    OPEN: "opened", CLICK: "clicked", UNSUBSCRIBE: "unsubscribed", COMPLAINT: "complained", BOUNCE: "bounced",
    REPLY: "replied",
}  # fmt: skip


WORTH = 0.2
"""Seconds; what is counted sooner is counted anew each time."""
MOST_REMEMBERED = 200
REMEMBERED = 10
"""Figures are shown again for so many times as long as it took to count them: half a million responses take 0.7 s."""
_counted: OrderedDict[tuple[str, ...], tuple[float, Figures]] = OrderedDict()


def figures(origin_kind: str, origin_id: str, run: str = "") -> Figures:
    """What became of the deliveries of a campaign, or of one of its runs. Of a large one some seconds old."""
    key, started = (connection.alias, origin_kind, origin_id, run), time.monotonic()
    until, found = _counted.get(key, (0.0, None))
    if found is None or until < started:
        found = _figures(origin_kind, origin_id, run)
        now = time.monotonic()
        _counted[key] = now + REMEMBERED * (now - started if now - started > WORTH else 0.0), found
        while len(_counted) > MOST_REMEMBERED:
            _counted.popitem(last=False)
    return found


def _figures(origin_kind: str, origin_id: str, run: str) -> Figures:
    of = Response.objects.filter(origin_kind=origin_kind, origin_id=origin_id, **({"run": run} if run else {}))
    found, by_variant = Counts(), dict[str, Counts]()
    # Without the hidden link, which has no number: who followed it opened nothing.
    rows = of.exclude(kind=CLICK, link=None).order_by().values_list("variant", "kind")
    everybody = Count("delivery_no", distinct=True)
    human = Count("delivery_no", distinct=True, filter=Q(human=True))
    for variant, kind, number, people in rows.annotate(n=everybody, people=human):
        if kind not in _NAMES:
            continue
        for counts in (found, by_variant.setdefault(variant, Counts())):
            setattr(counts, _NAMES[kind], getattr(counts, _NAMES[kind]) + number)
            if kind in (OPEN, CLICK):
                name = f"human_{_NAMES[kind]}"
                setattr(counts, name, getattr(counts, name) + people)
    clicks = of.filter(kind=CLICK, link__isnull=False, human__isnull=False).order_by()
    links = clicks.values_list("link", "human").annotate(n=everybody)
    return Figures(found, by_variant, {(link, of_person): number for link, of_person, number in links})


_KINDS = {name: kind for kind, name in _NAMES.items()}


def counted(origin_kind: str, origin_id: str, name: str) -> "QuerySet[Response, int]":
    """Numbers of the deliveries that a figure of a campaign counts, by its name; of opened and clicked, by people."""
    rows = Response.objects.filter(origin_kind=origin_kind, origin_id=origin_id, kind=_KINDS[name])
    if name in ("opened", "clicked"):
        rows = rows.filter(human=True)
    return rows.exclude(kind=CLICK, link=None).order_by().values_list("delivery_no", flat=True)


@dataclass(frozen=True, slots=True)
class Written:
    """A delivery with what became of it, in order of time."""

    delivery: Delivery
    responses: list[Response]
    attempts: list[Attempt]

    @property
    def opened(self) -> bool:
        return self._human(OPEN) or self.clicked

    @property
    def clicked(self) -> bool:
        return self._human(CLICK)

    @property
    def unsubscribed(self) -> bool:
        return any(one.kind == UNSUBSCRIBE for one in self.responses)

    @property
    def complained(self) -> bool:
        return any(one.kind == COMPLAINT for one in self.responses)

    def _human(self, kind: str) -> bool:
        return any(one.kind == kind and one.human for one in self.responses)


def messages_of(person: Person, *, before: int | None = None, limit: int = PAGE) -> list[Written]:
    """What was written, or is to be written, to a customer with all parts: the latest first, below the number `before`."""
    of = Delivery.objects.filter(person_no__in=part_numbers(person)).exclude(origin_kind="test")
    if before is not None:
        of = of.filter(pk__lt=before)
    return _with_responses(list(of.defer("payload").order_by("-pk")[:limit]))


def _with_responses(rows: Sequence[Delivery]) -> list[Written]:
    numbers = [row.pk for row in rows]
    responses: dict[int, list[Response]] = defaultdict(list)
    for response in Response.objects.filter(delivery_no__in=numbers).order_by("at", "pk"):
        if TRAP not in response.signs:
            responses[response.delivery_no].append(response)
    attempts: dict[int, list[Attempt]] = defaultdict(list)
    for attempt in Attempt.objects.filter(delivery_id__in=numbers).order_by("number"):
        attempts[attempt.delivery_id].append(attempt)
    return [Written(row, responses[row.pk], attempts[row.pk]) for row in rows]
