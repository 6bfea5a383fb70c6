"""The kinds of things that can be taken back. A feature registers its own, and says how.

    register(Undoable("people.trait", "Trait set", "people.edit", "tag", restore))

and, in its action, `actions.remember(...)`. What is undone by another road (a button of its own) it tells by `settle`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.db.models import Q

from pentad.core.actor import Actor
from pentad.roles.undo.models import Change, ChangedRecord

Restore = Callable[[Actor, Change, Sequence[ChangedRecord]], Sequence[ChangedRecord]]


@dataclass(frozen=True)
class Undoable:
    """right: what undoing needs, as the act did. restore: bring some of the records back; returns those that are left as
    they are, with `stays` set when they were changed again, without it when the actor may not change
    them: those wait for who may. page: where to go afterwards. job: does it all by itself, when named. ready: why it has
    to wait, in a sentence; "" when it has not. says: what was done, as far as the reader may know. veiled: the changes of
    which that is less than `what` tells.
    """

    name: str
    label: str
    right: str
    icon: str
    restore: Restore = lambda actor, change, records: ()
    page: Callable[[Change], str] = lambda change: ""
    job: str = ""
    ready: Callable[[Change], str] = lambda change: ""
    says: Callable[[Change], str] = lambda change: change.what
    veiled: Callable[[], Q] = lambda: Q(pk__in=())


_known: dict[str, Undoable] = {}


def register(kind: Undoable) -> None:
    _known[kind.name] = kind


def kinds() -> list[Undoable]:
    return sorted(_known.values(), key=lambda kind: kind.label)


def kind_named(name: str) -> Undoable:
    return _known[name]


def said(change: Change) -> str:
    return _known[change.kind].says(change)
