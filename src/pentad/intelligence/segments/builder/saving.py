"""Saving what the builder's page holds: checked, compared with what is saved, and in the end kept."""

from dataclasses import dataclass

from django.http import QueryDict

from pentad.core.actor import Actor, reader
from pentad.core.errors import Conflict, Invalid, PentadError
from pentad.data.profiles.lists import title
from pentad.intelligence.segments import actions, engine
from pentad.intelligence.segments.definition import Definition
from pentad.intelligence.segments.models import Segment
from pentad.intelligence.segments.queries import Use
from pentad.intelligence.segments.reading import write
from pentad.roles.audit import looked_at

MOST_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Given:
    """The fields beside the rules. seen: the version that was read; confirmed: the difference was shown."""

    name: str
    description: str
    state: str
    seen: int | None
    confirmed: bool

    @property
    def draft(self) -> bool:
        return self.state == Segment.DRAFT


def given(posted: QueryDict) -> Given:
    seen = posted.get("seen", "")
    return Given(
        posted.get("name", ""), posted.get("description", ""), "draft" if posted.get("state") == "draft" else "live",
        int(seen) if seen.isdecimal() and len(seen) < 10 else None, posted.get("confirmed") == "1",
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Change:
    """What saving would change: ids and names of some who enter and leave."""

    size: int
    enter: int
    leave: int
    entering: list[tuple[str, str]]
    leaving: list[tuple[str, str]]
    used_by: list[Use]


def require_seen(asked: Given) -> None:
    """Raises Invalid when it is not said which version was changed: what it changes could not be shown first."""
    if asked.seen is None:
        raise Invalid(
            "The page did not say which version of the segment it shows.", code="segment_unseen",
            fix="Open it again, then change it.",
        )  # fmt: skip


def wants_a_look(segment: Segment, definition: Definition, asked: Given) -> bool:
    """Whether saving changes who is in it, so that the difference is shown first."""
    return not asked.confirmed and segment.state == Segment.LIVE and not asked.draft and not same(segment, definition)


def same(segment: Segment, definition: Definition) -> bool:
    return write(definition) == write(segment.tree)


def change_of(segment: Segment, definition: Definition) -> Change:
    """Raises Denied for what the reader may not ask, Invalid for what cannot be."""
    found = engine.difference(segment, definition, MOST_SHOWN)
    entering, leaving = ([(one.id, title(one)) for one in people] for people in (found.entering, found.leaving))
    for people in filter(None, (found.entering, found.leaving)):
        looked_at(
            reader(), f"segment:{segment.id}", "difference", again=True, rows=len(people), first=people[0].id,
            last=people[-1].id,
        )  # fmt: skip
    return Change(found.size, found.enter, found.leave, entering, leaving, found.used_by)


def create(actor: Actor, definition: Definition, asked: Given) -> Segment:
    return actions.create_segment(
        actor=actor, name=asked.name, definition=definition, description=asked.description, draft=asked.draft
    )


def keep(actor: Actor, segment: Segment, definition: Definition, asked: Given) -> Segment:
    """As a new version when it asks something else. Raises Conflict when somebody else saved meanwhile."""
    return actions.change_segment(
        actor=actor, segment=segment, name=asked.name, description=asked.description,
        definition=None if same(segment, definition) else definition,
        draft=None if asked.draft == (segment.state == Segment.DRAFT) else asked.draft, seen=asked.seen,
    )  # fmt: skip


def told(error: PentadError) -> tuple[str, str]:
    """What was wrong, and the name of the field that it is about."""
    field = {"segment_taken": "name", "bad_segment_name": "name", "bad_segment_description": "description"}
    return f"{error.message} {error.fix}".strip(), field.get(error.code, "")


def overtaken(error: PentadError) -> bool:
    return isinstance(error, Conflict) and error.code == "changed_meanwhile"
