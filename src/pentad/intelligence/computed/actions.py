"""Verbs on computed traits. Whoever saves one sees in full what it is made of; values are worked out by a job."""

import re

from pentad.core import clock, jobs
from pentad.core.action import action, note
from pentad.core.actor import Actor
from pentad.core.errors import Conflict, Invalid
from pentad.core.models import Job
from pentad.data.identity.queries import says_who
from pentad.data.profiles.computed import others_stating
from pentad.intelligence.computed.definition import Computed, asked, check, write
from pentad.intelligence.computed.models import ComputedTrait, ComputedVersion
from pentad.intelligence.computed.queries import FILL, jobs_of
from pentad.intelligence.segments import figures, rules
from pentad.intelligence.segments.access import require_fields
from pentad.intelligence.segments.definition import Definition
from pentad.intelligence.segments.models import Segment
from pentad.intelligence.segments.queries import definition_of, segments

_NAME = re.compile(r"[^\W\d][\w-]{0,59}")


@action("segments.edit")
def create_trait(*, actor: Actor, name: str, computed: Computed, description: str = "") -> ComputedTrait:
    """Save computed traits, change them, and take them out of use."""
    name = name.strip()
    _check_name(name)
    _check(actor, name, computed)
    row = ComputedTrait.objects.create(
        name=name, description=_words(description), definition=write(computed), changed_by=actor.name
    )
    _keep_version(row, actor)
    fill_later(row)
    note(f"computed:{row.id}", name=name)
    return row


@action("segments.edit")
def change_trait(
    *, actor: Actor, trait: ComputedTrait, description: str | None = None, computed: Computed | None = None,
    seen: int | None = None,
) -> ComputedTrait:  # fmt: skip
    """Change what is given. seen: the version that was read before; Conflict when it is another by now."""
    row = _locked(trait, actor)
    if seen is not None and seen != row.version:
        raise Conflict(
            f"{row.changed_by} changed this computed trait meanwhile.", code="changed_meanwhile",
            fix="Read it again, then change it.", version=row.version,
        )  # fmt: skip
    if not row.live:
        raise Conflict("This computed trait is in the archive.", code="computed_archived", fix="Restore it first.")
    if description is not None:
        row.description = _words(description)
    if computed is not None:
        _check(actor, row.name, computed)
        if (text := write(computed)) != row.definition:
            row.definition, row.version = text, row.version + 1
            _keep_version(row, actor)
            _fill_anew(row)
    _save(row, actor)
    note(f"computed:{row.id}", version=row.version)
    return row


@action("segments.edit")
def archive_trait(*, actor: Actor, trait: ComputedTrait) -> ComputedTrait:
    """Put a computed trait into the archive: its values go, its versions stay."""
    row = _locked(trait, actor)
    if row.live:
        row.state = ComputedTrait.ARCHIVED
        _fill_anew(row)
        _save(row, actor)
    note(f"computed:{row.id}")
    return row


@action("segments.edit")
def restore_trait(*, actor: Actor, trait: ComputedTrait) -> ComputedTrait:
    """Take a computed trait out of the archive; it is worked out for everybody anew."""
    row = _locked(trait, actor)
    if not row.live:
        _check_name(row.name)
        _check_circle(row.name, row.computed)
        row.state = ComputedTrait.LIVE
        _fill_anew(row)
        _save(row, actor)
    note(f"computed:{row.id}")
    return row


@action("segments.edit")
def refresh_trait(*, actor: Actor, trait: ComputedTrait) -> Job | None:
    """Work it out for everybody again. None for one in the archive."""
    require_fields(actor, asked(trait.computed), definition_of)
    note(f"computed:{trait.id}")
    return fill_again(trait) if trait.live else None


@action("segments.edit")
def stop_filling(*, actor: Actor, trait: ComputedTrait) -> ComputedTrait:
    """Stop working it out for everybody. One that not everybody has by then is not kept up until it is asked for again."""
    row = _locked(trait, actor)
    waiting = list(jobs_of(row))
    for job in waiting:
        jobs.cancel(job)
    if waiting and row.live:
        stopped(row)
    note(f"computed:{row.id}", stopped=len(waiting))
    return row


def stopped(row: ComputedTrait) -> None:
    """Say of one that not everybody has that somebody stopped it."""
    rows = ComputedTrait.objects.filter(pk=row.pk, definition=row.definition, state=ComputedTrait.LIVE, filled=None)
    rows.update(failure="Somebody stopped working it out, so not everybody has it. Work it out again.")


def fill_later(row: ComputedTrait) -> Job:
    """Have it worked out by a job, in the transaction under way. One for an earlier definition gives way to it."""
    return jobs.enqueue(FILL, {"trait": row.id}, key=f"{FILL}:{row.id}:{clock.now_us()}", priority=10)


def fill_again(row: ComputedTrait) -> Job:
    """Once more, for one that is as it was."""
    return jobs.enqueue(FILL, {"trait": row.id}, key=f"{FILL}:{row.id}:again", priority=10)


def _locked(trait: ComputedTrait, actor: Actor) -> ComputedTrait:
    row = ComputedTrait.objects.select_for_update().get(pk=trait.pk)
    require_fields(actor, asked(row.computed), definition_of)
    return row


def _fill_anew(row: ComputedTrait) -> None:
    row.filled, row.failure, row.failed = None, "", None
    fill_later(row)


def _save(row: ComputedTrait, actor: Actor) -> None:
    row.changed, row.changed_by = clock.now(), actor.name
    row.save()


def _keep_version(row: ComputedTrait, actor: Actor) -> None:
    ComputedVersion.objects.create(trait=row, number=row.version, definition=row.definition, by=actor.name)


def _check(actor: Actor, name: str, computed: Computed) -> None:
    """Raises Invalid for what cannot be computed, Denied for what this actor may not ask."""
    from pentad.intelligence.segments import compile as compiler  # loads the engine's library

    check(computed)
    require_fields(actor, asked(computed), definition_of)
    compiler.compiled(asked(computed), definition_of)
    _check_circle(name, computed)


def _check_circle(name: str, computed: Computed) -> None:
    """Raises Invalid for one that follows who enters and leaves a segment that asks for it: both would change without end."""
    definition = asked(computed)
    if rules.segments_told(definition) == []:
        return

    def made_of(trait: str) -> Definition | None:
        return definition if trait == name else figures.made_of(trait)

    for one in segments().exclude(state=Segment.ARCHIVED):
        if name in rules.traits_named(one.tree) and rules.circle(one.id, one.tree, definition_of, made_of):
            raise Invalid(
                f"The segment “{one.name}” asks for “{name}”, and that for who enters and leaves it.",
                code="segment_cycle", fix="Leave one of them out; say by segment_id whose entering and leaving is meant.",
            )  # fmt: skip


def _check_name(name: str) -> None:
    """Raises Invalid, or Conflict for a trait that something else fills."""
    if not name:
        raise Invalid("Give the computed trait a name.", code="bad_computed_name", fix="For example orders_90_days.")
    if not _NAME.fullmatch(name):
        raise Invalid(
            f"“{name[:80]}” cannot be the name of a computed trait.", code="bad_computed_name",
            fix="Take up to 60 letters, digits, - and _, a letter first; for example orders_90_days.",
        )  # fmt: skip
    if says_who(name):
        raise Conflict(f"“{name}” says who somebody is.", code="computed_taken", fix="Take another name.")
    live = ComputedTrait.objects.filter(state=ComputedTrait.LIVE).values_list("name", flat=True)
    if name.casefold() in {one.casefold() for one in live}:
        raise Conflict(f"There is a computed trait “{name}”.", code="computed_taken", fix="Take another name.")
    if others := others_stating(name):
        shown = ", ".join(others[:3]) + (" …" if len(others) > 3 else "")
        raise Conflict(
            f"The trait “{name}” is stated by {shown} already.", code="computed_taken",
            fix="Take another name: a computed trait would stand in the way of what they say.", sources=others,
        )  # fmt: skip


def _words(given: str) -> str:
    text = given.replace("\0", " ").strip()
    if len(text) > 1000:
        raise Invalid(
            f"The description has {len(text):,} characters; 1,000 are allowed.", code="bad_computed_description"
        )
    return text
