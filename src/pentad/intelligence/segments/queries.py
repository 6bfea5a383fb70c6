"""Reads of segments: which there are, who is in them, who was, and what uses them."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from pentad.core import clock
from pentad.core.actor import reader
from pentad.core.errors import Invalid, NotFound, Unavailable
from pentad.core.models import Job
from pentad.data.identity.models import Person
from pentad.intelligence.segments.access import everybody, may_ask, require_fields, seen_people
from pentad.intelligence.segments.definition import Definition
from pentad.intelligence.segments.models import Segment, SegmentMember, SegmentMove, SegmentVersion
from pentad.intelligence.segments.reading import moment, read
from pentad.intelligence.segments.rules import segments_named
from pentad.roles.access.seeing import user_of
from pentad.roles.views.models import SavedView

LATE = timedelta(seconds=10)
"""A segment that is further behind than this says so."""


def segments(state: str | None = None) -> "QuerySet[Segment]":
    """Those that were not deleted, of one state or all, by name."""
    rows = Segment.objects.filter(deleted=None, **({"state": state} if state else {}))
    return rows.order_by("name", "no")


def find_segment(id: str) -> Segment:
    """Raises NotFound."""
    found = Segment.objects.filter(id=id, deleted=None).first()
    if found is None:
        raise NotFound(f"There is no segment with the id {id[:80]!r}.", code="segment_not_found", fix="List them.")
    return found


def named(name: str) -> Segment | None:
    """The one of that name that is in use; capital and small letters are one."""
    found = segments().exclude(state=Segment.ARCHIVED).filter(name__iexact=name).first()
    if found is None and not name.isascii():  # SQLite folds ASCII letters alone
        rows = segments().exclude(state=Segment.ARCHIVED)
        found = next((one for one in rows if one.name.casefold() == name.casefold()), None)
    return found


def definition_of(id: str) -> Definition:
    """What a saved segment asks. Raises Invalid, so that a definition that names it says what is wrong."""
    text = Segment.objects.filter(id=id, deleted=None).values_list("definition", flat=True).first()
    if text is None:
        raise Invalid(f"There is no segment with the id {id[:80]!r}.", code="unknown_segment", fix="List them.")
    return read(text)


def readable(segment: Segment) -> bool:
    """Whether the reader sees in full what the segment asks; else its name is all there is to see."""
    return may_ask(reader(), segment.tree, definition_of)


def require_readable(segment: Segment) -> None:
    """Raises Denied."""
    require_fields(reader(), segment.tree, definition_of)


# -- who is in it, and who was ---------------------------------------------------------------------------


def members(segment: Segment) -> "QuerySet[SegmentMember]":
    """Those the reader may see, by number."""
    rows = SegmentMember.objects.filter(segment=segment).order_by("person_id")
    return rows if everybody() else rows.filter(person__in=seen_people().values("pk"))


def size(segment: Segment) -> int:
    """How many members the reader may see."""
    return segment.size if everybody() else members(segment).count()


def is_new(segment: Segment) -> bool:
    """It was not there yesterday: what it began with is no change since then."""
    return segment.created > clock.now() - timedelta(days=1)


def member_people(segment: Segment) -> "QuerySet[Person]":
    """The same as customers."""
    rows = SegmentMember.objects.filter(segment=segment)
    return seen_people().filter(pk__in=rows.values("person_id")).order_by("no")


def was_in(segment: Segment, on: str) -> "QuerySet[Person]":
    """Who was in it on a day, at any time of it in the segment's time zone; or at a moment. Customers as they are now.

    Raises Invalid for a time before the segment was made, and for one that is still to come.
    """
    first, last = span(on, segment.tree.time_zone)
    if last < segment.created:
        day = segment.created.astimezone(ZoneInfo(segment.tree.time_zone)).date()
        raise Invalid(
            f"The segment was made on {day}: who was in it before is not known.",
            code="before_segment",
            fix="Choose a later day.",
        )
    if first > clock.now():
        raise Invalid(f"{on} is still to come.", code="day_to_come", fix="Choose today or an earlier day.")
    moves = SegmentMove.objects.filter(segment=segment)
    after = moves.filter(person=OuterRef("person_id"), at__lte=first).filter(
        Q(at__gt=OuterRef("at")) | Q(at=OuterRef("at"), id__gt=OuterRef("id"))
    )
    in_then = Q(at__lte=first) & ~Exists(after)
    found = moves.filter(entered=True).filter(in_then | Q(at__gt=first, at__lte=last))
    roots = found.order_by().values_list(Coalesce(F("person__root_id"), F("person_id")), flat=True)
    return seen_people().filter(pk__in=roots).order_by("no")


def span(on: str, time_zone: str) -> tuple[datetime, datetime]:
    """The first and the last instant that a day, or a moment, stands for. Raises Invalid."""
    zone, at = ZoneInfo(time_zone), moment(on)
    try:
        if isinstance(at, datetime):
            told = (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)
            return told, told
        return _midnight(at, zone), _midnight(at + timedelta(days=1), zone) - timedelta(microseconds=1)
    except OverflowError:  # the first and the last day there are
        raise Invalid(f"Nobody was in anything on {on}.", code="definition", fix="Choose another day.") from None


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)


def moves(segment: Segment, before: int | None = None) -> "QuerySet[SegmentMove]":
    """Who entered and left, latest first, as far as the reader may see them; before: the key of the last one read."""
    return seen_moves(
        SegmentMove.objects.filter(segment=segment, **({"id__lt": before} if before else {})).order_by("-id")
    )


def seen_moves(rows: "QuerySet[SegmentMove]") -> "QuerySet[SegmentMove]":
    """Those of customers whom the reader may see by now."""
    if everybody():
        return rows
    return rows.alias(now=Coalesce(F("person__root_id"), F("person_id"))).filter(now__in=seen_people().values("pk"))


def last_moved(rows: Collection[Segment]) -> dict[int, datetime | None]:
    """When somebody whom the reader may see last entered or left these, by number. Others' would tell that they are there."""
    if everybody():
        return {row.pk: row.moved for row in rows}
    moved = seen_moves(SegmentMove.objects.filter(segment__in=[row.pk for row in rows])).order_by()
    return dict(moved.values_list("segment_id").annotate(last=Max("at")))


def since(segment: Segment, numbers: Collection[int]) -> dict[int, datetime]:
    """Since when these are in it."""
    rows = SegmentMember.objects.filter(segment=segment, person_id__in=numbers)
    return dict(rows.values_list("person_id", "since"))


def memberships(person: Person) -> list[SegmentMember]:
    """The segments a customer is in now that the reader may read, by name."""
    rows = SegmentMember.objects.filter(person_id=person.root_id or person.no).select_related("segment")
    return [one for one in rows.order_by("segment__name") if readable(one.segment)]


def versions(segment: Segment) -> "QuerySet[SegmentVersion]":
    return segment.versions.order_by("-number")


# -- what uses it ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Use:
    """Something that would be answered otherwise, or not at all, without the segment."""

    kind: str
    id: str
    name: str


Users = Callable[[Segment], Sequence[Use]]
_users: list[Users] = []


def register_user(users: Users) -> Users:
    """Let a feature say what of its own uses a segment: such things keep it from being archived."""
    _users.append(users)
    return users


@register_user
def _segments_using(segment: Segment) -> list[Use]:
    rows = segments().exclude(state=Segment.ARCHIVED).filter(definition__contains=segment.id).exclude(pk=segment.pk)
    return [Use("segment", one.id, one.name) for one in rows if segment.id in segments_named(one.tree)]


def uses(segment: Segment) -> list[Use]:
    """What needs it: other segments, and what features register."""
    return [use for users in _users for use in users(segment)]


def views_using(segment: Segment) -> list[Use]:
    """Saved views that filter by it, of everyone's and of the reader's own. They do not keep it from being archived."""
    return views_filtering().get(str(segment.no), [])


def views_filtering() -> dict[str, list[Use]]:
    """The same of all segments, by number."""
    own = Q(owner=user_of(reader()), owner__isnull=False)
    found = dict[str, list[Use]]()
    for view in SavedView.objects.filter(Q(owner=None, team=None) | own, list="people"):
        filters = view.state.get("filters") or ()
        for number in {one for name, _, value in filters if name == "segment" for one in str(value).split("|")}:
            found.setdefault(number, []).append(Use("view", view.id, view.name))
    return found


# -- how fresh it is -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Freshness:
    """correct_as_of: everything that was accepted until then counts; None: nobody was asked yet. job: id of the one that
    asks everybody now.
    """

    correct_as_of: datetime | None
    late: bool
    failure: str
    job: str = ""
    progress: float | None = None


UNTOLD = Freshness(None, False, "")
"""What those are told of it who may not read the segment."""


def freshness(segment: Segment, known: datetime | None = None, under_way: Mapping[str, Job] | None = None) -> Freshness:
    """What the page says of how true the membership is. known: `correct_until`, and under_way: `all_jobs`, asked once for
    many.
    """
    filling = job_of(segment) if under_way is None else under_way.get(segment.id)
    about = (filling.public_id, filling.progress) if filling else ("", None)
    if not segment.kept_up:
        return Freshness(None, False, "", *about)
    until = known or correct_until()
    if segment.filled is None or segment.failure:
        late = until - (segment.failed or segment.changed) > LATE
        return Freshness(segment.filled, late, segment.failure, *about)
    until = min(until, segment.filled) if filling else until
    return Freshness(until, clock.now() - until > LATE, "", *about)


def correct_until() -> datetime:
    """Everything until then has reached segments: what was accepted and stated, and what time alone changes."""
    from pentad import ledger  # here and not above: most commands need no engine, which takes long to load
    from pentad.data.profiles.mirror import correct_as_of
    from pentad.intelligence.segments.table import next_due

    until = correct_as_of()
    try:
        due = next_due(ledger.current())
    except Unavailable:  # another process has it, or none
        return until
    return until if due is None else min(until, due.replace(tzinfo=UTC))


def behind() -> datetime | None:
    """Since when what was accepted waits to be counted, where that is longer than it should be: data is being loaded."""
    from pentad.data.profiles.mirror import correct_as_of

    until = correct_as_of()
    return until if clock.now() - until > LATE else None


def job_of(segment: Segment) -> Job | None:
    """The job that asks everybody, or is about to."""
    return jobs_of(segment).order_by("-id").first()


def all_jobs() -> dict[str, Job]:
    """The same of all segments, by id."""
    rows = Job.objects.filter(key__startswith="segments.fill:", status__in=[Job.WAITING, Job.RUNNING]).order_by("id")
    return {(job.key or "").split(":")[1]: job for job in rows}


def jobs_of(segment: Segment) -> "QuerySet[Job]":
    return Job.objects.filter(key__startswith=f"segments.fill:{segment.id}", status__in=[Job.WAITING, Job.RUNNING])
