"""Verbs on segments. Whoever saves one sees in full what it asks for; everybody is asked by a job."""

from collections.abc import Callable

from pentad.core import clock, jobs
from pentad.core.action import action, note
from pentad.core.actor import Actor
from pentad.core.errors import Conflict, Invalid
from pentad.core.models import Job
from pentad.intelligence.segments import figures, rules
from pentad.intelligence.segments.access import require_fields
from pentad.intelligence.segments.definition import Definition
from pentad.intelligence.segments.models import Segment, SegmentVersion
from pentad.intelligence.segments.queries import definition_of, jobs_of, named, segments, uses
from pentad.intelligence.segments.reading import check, write
from pentad.roles.access.seeing import acts_for
from pentad.roles.undo.actions import hold, remember, settle

DELETED = "segments.deleted"
FILL = "segments.fill"
SAVED = (
    "name", "description", "definition", "state", "version", "changed", "changed_by", "failure", "failed", "deleted",
)  # fmt: skip
"""What these verbs write of a segment; jobs write the rest."""


@action("segments.edit")
def create_segment(
    *, actor: Actor, name: str, definition: Definition, description: str = "", draft: bool = False
) -> Segment:
    """Save segments, change them, and take them out of use."""
    _check(actor, definition, definition_of)
    segment = Segment.objects.create(
        name=_name(name), description=_words(description), definition=write(definition),
        state=Segment.DRAFT if draft else Segment.LIVE, changed_by=actor.name,
    )  # fmt: skip
    _keep_version(segment, actor)
    fill_later(segment)
    note(f"segment:{segment.id}", state=segment.state)
    return segment


@action("segments.edit")
def change_segment(
    *, actor: Actor, segment: Segment, name: str | None = None, description: str | None = None,
    definition: Definition | None = None, draft: bool | None = None, seen: int | None = None,
) -> Segment:  # fmt: skip
    """Change what is given. seen: the version that was read before; Conflict when it is another by now."""
    segment = _locked(segment, actor)
    if seen is not None and seen != segment.version:
        raise Conflict(
            f"{segment.changed_by} changed this segment meanwhile.", code="changed_meanwhile",
            fix="Read it again, then change it.", version=segment.version,
        )  # fmt: skip
    if segment.state == Segment.ARCHIVED:
        raise Conflict("This segment is in the archive.", code="segment_archived", fix="Restore it first.")
    before = segment.definition, segment.state
    if name is not None:
        segment.name = _name(name, segment)
    if description is not None:
        segment.description = _words(description)
    if definition is not None:
        _check(actor, definition, lambda id: definition if id == segment.id else definition_of(id), segment)
        segment.definition = write(definition)
    if draft is not None:
        if draft:
            _require_unused(segment)
        segment.state = Segment.DRAFT if draft else Segment.LIVE
    if segment.definition != before[0]:
        segment.version += 1
        _keep_version(segment, actor)
    _save(segment, actor, ask=(segment.definition, segment.state) != before)
    note(f"segment:{segment.id}", version=segment.version, state=segment.state)
    return segment


@action("segments.edit")
def archive_segment(*, actor: Actor, segment: Segment) -> Segment:
    """Put a segment into the archive: everybody leaves it, its history stays. Raises Conflict while others use it."""
    segment = _locked(segment, actor)
    _require_unused(segment)
    segment.state = Segment.ARCHIVED
    _save(segment, actor)
    note(f"segment:{segment.id}")
    return segment


@action("segments.edit")
def restore_segment(*, actor: Actor, segment: Segment) -> Segment:
    """Take a segment out of the archive; everybody is asked anew."""
    segment = _locked(segment, actor)
    if segment.state == Segment.ARCHIVED:
        _check(actor, segment.tree, definition_of, segment)
        segment.name = _name(segment.name, segment)
        segment.state = Segment.LIVE
        _save(segment, actor)
    note(f"segment:{segment.id}")
    return segment


@action("segments.edit")
def delete_segment(*, actor: Actor, segment: Segment) -> None:
    """Delete a segment with its history; for 30 days that can be undone. Raises Conflict while others use it."""
    segment = _locked(segment, actor)
    _require_unused(segment)
    segment.deleted = clock.now()
    _save(segment, actor)
    note(f"segment:{segment.id}")
    remember(actor=actor, kind=DELETED, ref=segment.id, what=f"Segment “{segment.name}” deleted", count=1)


@action("segments.edit")
def undelete_segment(*, actor: Actor, segment: Segment) -> Segment:
    """Bring a deleted segment back; twice does it once."""
    hold(kind=DELETED, ref=segment.id)
    segment = _locked(segment, actor)
    if segment.deleted is not None:
        segment.name = _name(segment.name, segment)
        segment.deleted = None
        _save(segment, actor)
    settle(actor=actor, kind=DELETED, ref=segment.id)
    note(f"segment:{segment.id}")
    return segment


@action("segments.edit")
def refresh_segment(*, actor: Actor, segment: Segment) -> Job | None:
    """Ask everybody again. None for a segment that is not kept up."""
    require_fields(actor, segment.tree, definition_of)
    note(f"segment:{segment.id}")
    return fill_again(segment) if segment.kept_up else None


@action("segments.edit")
def stop_filling(*, actor: Actor, segment: Segment) -> Segment:
    """Stop asking everybody. A segment whose members are not known by then becomes a draft: else it would be asked again
    by itself. Raises Conflict when others use it.
    """
    segment = _locked(segment, actor)
    waiting = list(jobs_of(segment))
    for job in waiting:
        jobs.cancel(job)
    unknown = any(job.key != _again(segment) for job in waiting) or segment.filled is None
    if waiting and unknown and segment.kept_up:
        _require_unused(segment)
        segment.state = Segment.DRAFT
        _save(segment, actor)
    note(f"segment:{segment.id}", stopped=len(waiting), state=segment.state)
    return segment


@action("segments.export")
def export_segment(*, actor: Actor, segment: Segment, rows: int, format: str) -> None:
    """Take the members of a segment out of Pentad as a file; it is streamed after this has been noted."""
    note(f"segment:{segment.id}", rows=rows, format=format, purposes=acts_for(actor))


def fill_later(segment: Segment) -> Job:
    """Have everybody asked by a job, in the transaction under way, and for each segment that asks for its members. A job
    for an earlier definition may be at work: these are others, and it gives way to them.
    """
    at = clock.now_us()
    for id in _asking_for(segment.id):
        jobs.enqueue(FILL, {"segment": id}, key=f"{FILL}:{id}:{at}", priority=10)
    return jobs.enqueue(FILL, {"segment": segment.id}, key=f"{FILL}:{segment.id}:{at}", priority=10)


def _asking_for(id: str) -> set[str]:
    """Live segments that ask for the members of this one, themselves or through others."""
    named = {one.id: rules.segments_named(one.tree) for one in segments(Segment.LIVE)}
    found, waiting = set[str](), [id]
    while waiting:
        asked = waiting.pop()
        new = {other for other, names in named.items() if asked in names} - found
        found |= new
        waiting += new
    return found - {id}


def fill_again(segment: Segment) -> Job:
    """Have everybody asked once more, for a definition that is as it was."""
    return jobs.enqueue(FILL, {"segment": segment.id}, key=_again(segment), priority=10)


def _again(segment: Segment) -> str:
    """The key of the job that asks everybody once more."""
    return f"{FILL}:{segment.id}:again"


def _locked(segment: Segment, actor: Actor) -> Segment:
    """As it is now. Raises Denied for one that asks for what the actor does not see in full."""
    row = Segment.objects.select_for_update().get(pk=segment.pk)
    require_fields(actor, row.tree, definition_of)
    return row


def _save(segment: Segment, actor: Actor, ask: bool = True) -> None:
    segment.changed, segment.changed_by = clock.now(), actor.name
    if ask:
        segment.failure, segment.failed = "", None
        fill_later(segment)
    segment.save(update_fields=SAVED)


def _keep_version(segment: Segment, actor: Actor) -> None:
    SegmentVersion.objects.create(segment=segment, number=segment.version, definition=segment.definition, by=actor.name)


def _check(
    actor: Actor, definition: Definition, others: Callable[[str], Definition], segment: Segment | None = None
) -> None:
    """Raises Invalid for what cannot be asked, Denied for what this actor may not ask."""
    from pentad.intelligence.segments import compile as compiler  # loads the engine's library

    check(definition)
    if path := rules.circle(segment.id if segment else "", definition, others, figures.made_of):
        names = dict(Segment.objects.filter(id__in=path).values_list("id", "name"))
        shown = " → ".join(f"“{names.get(id, 'the new one')}”" for id in path)
        raise Invalid(
            f"The segment asks for itself: {shown}.", code="segment_cycle",
            fix="Leave one of them out; of events of entering and leaving say by segment_id whose.",
        )  # fmt: skip
    require_fields(actor, definition, others)
    compiler.compiled(definition, others)


def _require_unused(segment: Segment) -> None:
    found = uses(segment)
    if found:
        shown = ", ".join(f"“{one.name}”" for one in found[:5]) + (" …" if len(found) > 5 else "")
        raise Conflict(
            f"The segment is used by {shown}.", code="segment_used", fix="Change those first.",
            used_by=[one.name for one in found],
        )  # fmt: skip


def _name(given: str, segment: Segment | None = None) -> str:
    name = " ".join(given.replace("\0", " ").split())
    if not name:
        raise Invalid("Give the segment a name.", code="bad_segment_name")
    if len(name) > 120:
        raise Invalid(
            f"A segment's name has at most 120 characters; this one has {len(name)}.", code="bad_segment_name"
        )
    other = named(name)
    if other is not None and (segment is None or other.pk != segment.pk):
        raise Conflict(f"There is a segment “{other.name}”.", code="segment_taken", fix="Take another name.")
    return name


def _words(given: str) -> str:
    text = given.replace("\0", " ").strip()
    if len(text) > 1000:
        raise Invalid(
            f"The description has {len(text):,} characters; 1,000 are allowed.", code="bad_segment_description"
        )
    return text
