"""What notices, tasks and followers are about: any kind of record that rights speak of, by its number.

A feature registers its kind once, as it does with `access.seeing`. Titles are never kept: they are asked for when they
are shown, so that they follow the reader's rights and go with the record.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any

from pentad.core.actor import acting_as
from pentad.core.errors import NotFound
from pentad.roles.access.models import User
from pentad.roles.access.queries import actor_of
from pentad.roles.access.seeing import Owned, kind_of

Whole = Callable[[Collection[int]], dict[int, int]]


@dataclass(frozen=True)
class Subject:
    """How a kind of record is shown and found.

    path: what stands before the public id in its address, such as "/people/".
    whole: number → number of the record it is shown as now (a merged part's root). parts: the other way.
    event: the argument of `core.outbox.emit` that takes such a record; "" when the ledger knows none.
    """

    model: type[Owned]
    path: str
    icon: str
    title: Callable[[Any], str]
    whole: Whole = lambda numbers: {number: number for number in numbers}
    parts: Callable[[Any], list[int]] = lambda row: [row.pk]
    event: str = ""

    @property
    def kind(self) -> str:
        return kind_of(self.model).name

    def url(self, row: Any) -> str:
        return f"{self.path}{row.id}/"


_known: dict[str, Subject] = {}
_leaving: list[Callable[[str, Collection[int]], None]] = []


def register(subject: Subject) -> None:
    _known[subject.kind] = subject


def subjects() -> list[Subject]:
    return list(_known.values())


def subject_of(row: Owned) -> Subject:
    return _known[kind_of(type(row)).name]


def seen(kind: str, numbers: Collection[int]) -> dict[int, Any]:
    """Number → the record as the reader may see it. What is gone or hidden is left out."""
    subject = _known.get(kind)
    if subject is None or not numbers:
        return {}
    whole = subject.whole(numbers)
    manager: Any = subject.model.seen  # type: ignore[attr-defined]
    rows = {row.pk: row for row in manager.filter(pk__in=set(whole.values()))}
    return {number: rows[now] for number, now in whole.items() if now in rows}


def whole_record(kind: str, number: int) -> Any:
    """The record a number belongs to now, whoever asks; None when it is gone. For actions."""
    subject = _known.get(kind)
    if subject is None:
        return None
    return subject.model._default_manager.filter(pk=subject.whole([number]).get(number)).first()


def find(text: str) -> Any:
    """The record that "people:0191…" (kind and public id) names, as the reader may see it. Raises NotFound."""
    kind, _, public = text.partition(":")
    subject = _known.get(kind)
    everything: Any = subject.model._default_manager if subject else None
    number = everything.filter(id=public).values_list("pk", flat=True).first() if subject else None
    found = seen(kind, [number]).get(number) if number is not None else None
    if found is None:
        raise NotFound("There is no such record.", code="subject_not_found", fix="Search for it again.")
    return found


def reference(row: Any) -> str:
    """The way back from `find`."""
    return f"{subject_of(row).kind}:{row.id}"


def of_path(path: str) -> Any:
    """The record whose page lies at this path, as the reader may see it; None for other pages."""
    for subject in _known.values():
        if path.startswith(subject.path):
            public = path[len(subject.path) :].partition("/")[0]
            try:
                return find(f"{subject.kind}:{public}") if public else None
            except NotFound:
                return None
    return None


def who_may_see(row: Owned | None, users: Iterable[User], most: int | None = None) -> list[User]:
    """Those of the colleagues whose rights reach the record, in the order given, at most so many."""
    found: list[User] = []
    for user in users:
        if most is not None and len(found) >= most:
            break
        if user.is_active and (row is None or _sees(user, row)):
            found.append(user)
    return found


def _sees(user: User, row: Owned) -> bool:
    with acting_as(actor_of(user)):
        return row.pk in seen(subject_of(row).kind, [row.pk])


def when_gone(forget: Callable[[str, Collection[int]], None]) -> Callable[[str, Collection[int]], None]:
    """Register what forgets all that is kept about records (kind, numbers) that are erased."""
    _leaving.append(forget)
    return forget


def forget(kind: str, numbers: Collection[int]) -> None:
    """The records are erased: in their transaction, nothing about them stays."""
    for one in _leaving:
        one(kind, numbers)
