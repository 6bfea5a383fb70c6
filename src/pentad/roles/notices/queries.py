"""Reads of notices: only of what the reader may see at this moment."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from pentad.core.actor import Actor
from pentad.roles.access.models import User
from pentad.roles.access.seeing import Owned, self_number, user_of
from pentad.roles.notices import subjects
from pentad.roles.notices.kinds import NEVER, NoticeKind, kind_named, kinds
from pentad.roles.notices.models import Follow, Notice, NoticeChoice

PAGE = 50
MOST_COUNTED = 99


@dataclass(frozen=True, slots=True)
class Shown:
    """A notice as it reads now, with the record it is about."""

    notice: Notice
    text: str
    url: str
    kind: NoticeKind
    about: str | None
    """The record, as `subjects.find` takes it."""


def shown(rows: Sequence[Notice]) -> list[Shown]:
    """Notices in words, without those about a record that the reader may not see any more or that is gone."""
    numbers: dict[str, set[int]] = {}
    for row in rows:
        if row.about_no is not None:
            numbers.setdefault(row.about_kind, set()).add(row.about_no)
    records = {kind: subjects.seen(kind, some) for kind, some in numbers.items()}
    made = []
    for row in rows:
        record = records[row.about_kind].get(row.about_no) if row.about_no is not None else None
        if record is not None or row.about_no is None:
            made.append(_shown(row, record))
    return made


def _shown(row: Notice, record: Any) -> Shown:
    subject = subjects.subject_of(record) if record is not None else None
    title = subject.title(record) if subject else ""
    url = row.url or (subject.url(record) if subject else "/notices/")
    text = "".join(title if part is None else part for part in row.parts)
    return Shown(row, text, url, kind_named(row.kind), subjects.reference(record) if subject else None)


def whose(actor: Actor) -> int | None:
    """The colleague whose notices are the actor's: one's own; a program's, those of whose it is; None for nobody's."""
    return self_number(actor) if actor.kind == "user" else user_of(actor)


def _of(actor: Actor) -> "QuerySet[Notice]":
    number = whose(actor)
    return Notice.objects.filter(user_id=number, in_app=True) if number is not None else Notice.objects.none()


def notices_of(
    actor: Actor, before: int | None = None, unread: bool = False, size: int = PAGE
) -> tuple[list[Shown], int | None]:
    """A page of one's notices, newest first, and the id to go on before; None at the end."""
    rows = _of(actor).filter(read=None) if unread else _of(actor)
    found = list((rows.filter(pk__lt=before) if before else rows).order_by("-id")[: size + 1])
    return shown(found[:size]), found[size - 1].pk if len(found) > size else None


def unread_count(actor: Actor) -> int:
    """How many notices one has not read; 99 stands for that many or more."""
    rows = _of(actor).filter(read=None).order_by("-id")
    return len(shown(list(rows[:MOST_COUNTED])))


def find_notice(actor: Actor, id: int) -> Shown | None:
    """One of one's own notices, if it may be shown."""
    number = self_number(actor)
    rows = Notice.objects.filter(user_id=number, pk=id) if number is not None else Notice.objects.none()
    return next(iter(shown(list(rows))), None)


@dataclass(frozen=True, slots=True)
class Choice:
    kind: NoticeKind
    in_app: bool
    mail: str


def choices_of(actor: Actor) -> list[Choice]:
    """How one is told of each kind of notice."""
    own = {one.kind: one for one in NoticeChoice.objects.filter(user_id=self_number(actor) or 0)}
    return [
        Choice(kind, own[kind.name].in_app if kind.name in own else True,
               own[kind.name].mail if kind.name in own else kind.mail or NEVER)
        for kind in kinds()
    ]  # fmt: skip


def follows(actor: Actor, record: Owned) -> bool:
    subject = subjects.subject_of(record)
    if (number := self_number(actor)) is None:
        return False
    rows = Follow.objects.filter(user_id=number, about_kind=subject.kind, about_no__in=subject.parts(record))
    return rows.exists()


def named(text: str, record: Owned | None, most: int = 8) -> list[User]:
    """Colleagues whose name or address begins with (or holds) the text and who may see the record, by name."""
    rows: Iterable[User] = User.objects.filter(is_active=True).order_by("name", "email")
    wanted = text.strip().casefold()
    near = [user for user in rows if wanted in user.name.casefold() or user.email.startswith(wanted)]
    near.sort(key=lambda user: not any(word.startswith(wanted) for word in user.name.casefold().split()))
    return subjects.who_may_see(record, near, most)
