"""Verbs of drafts. What one does with one's own needs no right and leaves no audit line: it concerns nobody else."""

import contextlib
import json
from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any

from django.db import transaction

from pentad.core import clock
from pentad.core.actor import SYSTEM, Actor, acting_as
from pentad.core.errors import Invalid, NotFound, TooLarge
from pentad.roles.notices import subjects
from pentad.roles.notices.actions import own_number
from pentad.roles.together import queries, rules
from pentad.roles.together.models import Draft
from pentad.roles.together.rules import Place
from pentad.roles.undo.actions import tells

MOST_DRAFTS = 100
"""Of one colleague; beyond it the oldest go."""

MOST_FIELDS = 30
MOST_BYTES = 500_000
"""Of one draft, as it travels: the longest mail that the gate lets pass, whatever its letters."""
NO_TEXT = ("seen", "name")
"""Fields that only say what is written about, in a draft about a record."""

KEPT = timedelta(days=90)
THROWN_KEPT = timedelta(days=1)


def find_place(text: str) -> tuple[Place, Any]:
    """A place and the record it is about, as the reader may see it. Raises Invalid, NotFound."""
    found = rules.place(text)
    if found is None:
        raise Invalid(f"{text[:80]!r} is no place for a draft.", code="bad_place", fix="Such as note@people:0191….")
    return found, subjects.find(found.about) if found.about else None


@transaction.atomic
def keep(*, actor: Actor, what: str, record: Any, fields: Mapping[str, Any], mark: str = "") -> Draft | None:
    """Keep what somebody has typed; without any text there is no draft. What was typed before what is kept, or before it was
    sent, changes nothing, however late it arrives (mark: see rules.overtaken). Raises Invalid, TooLarge.
    """
    user = own_number(actor)
    fields = _checked(fields)
    mark = mark if rules.MARK.fullmatch(mark) else ""
    number = _held(record) if record is not None else 0
    for row in queries.drafts_at(user, what, record).select_for_update():
        if rules.overtaken(mark, row.mark):
            return row if row.thrown is None else None
    if not any(text.strip() for name, text in fields.items() if record is None or name not in NO_TEXT):
        _let_go(user, what, record, mark)
        return None
    queries.drafts_at(user, what, record).exclude(about_no=number).delete()  # of parts of a merged customer
    row, _ = Draft.objects.update_or_create(
        user_id=user, what=what, about_kind=_kind(record), about_no=number,
        defaults={"fields": fields, "at": clock.now(), "thrown": None, "mark": mark},
    )  # fmt: skip
    kept = Draft.objects.filter(user_id=user, thrown=None).order_by("-at", "-id").values_list("pk", flat=True)
    Draft.objects.filter(pk__in=list(kept[MOST_DRAFTS:])).delete()
    return row


def throw_away(*, actor: Actor, what: str, record: Any) -> None:
    """Throw a draft away; for a day it can be brought back."""
    queries.drafts_at(own_number(actor), what, record).filter(thrown=None).update(thrown=clock.now())


def bring_back(*, actor: Actor, what: str, record: Any) -> Draft:
    """Take that back. Raises NotFound when there is nothing to bring back."""
    row = queries.drafts_at(own_number(actor), what, record).exclude(thrown=None).first()
    if row is None or not row.fields:
        raise NotFound("This draft is not there any more.", code="draft_not_found", fix="Nothing to bring back.")
    row.thrown = None
    row.save(update_fields=["thrown"])
    return row


@transaction.atomic
def sent(*, actor: Actor, place: str, mark: str = "") -> None:
    """What was typed there has been sent: its draft goes, whether one may still see the record or has just given it away. What
    the same browser has kept since then stays: it was typed while the form was on its way.
    """
    if actor.kind != "user" or not place:
        return
    with contextlib.suppress(NotFound, Invalid), acting_as(SYSTEM):
        found, record = find_place(place)
        rows = queries.drafts_at(int(actor.id), found.what, record).select_for_update()
        if not any(rules.overtaken(mark, row.mark) for row in rows):
            _let_go(int(actor.id), found.what, record, mark)


def sweep() -> int:
    """Let go of drafts that nobody has touched for long and of those thrown away; returns how many."""
    now = clock.now()
    old, _ = Draft.objects.filter(at__lt=now - KEPT).delete()
    thrown, _ = Draft.objects.filter(thrown__lt=now - THROWN_KEPT).delete()
    return old + thrown


def _let_go(user: int, what: str, record: Any, mark: str) -> None:
    """No draft any more. With a mark, that is remembered for a day: what was typed before may still be on its way."""
    rows = queries.drafts_at(user, what, record)
    if not rules.MARK.fullmatch(mark):
        rows.delete()
        return
    number = record.pk if record is not None else 0
    rows.exclude(about_no=number).delete()
    now = clock.now()
    Draft.objects.update_or_create(
        user_id=user, what=what, about_kind=_kind(record), about_no=number,
        defaults={"fields": {}, "at": now, "thrown": now, "mark": mark},
    )  # fmt: skip


def _kind(record: Any) -> str:
    return subjects.subject_of(record).kind if record is not None else ""


def _checked(fields: Mapping[str, Any]) -> dict[str, str]:
    """Texts as a database can keep them."""
    if len(fields) > MOST_FIELDS or not all(isinstance(text, str) and len(name) <= 80 for name, text in fields.items()):
        raise Invalid(f"A draft has at most {MOST_FIELDS} fields, all of them texts.", code="bad_draft")
    size = len(json.dumps(fields, ensure_ascii=False).encode(errors="replace"))
    if size > MOST_BYTES:
        raise TooLarge(f"A draft has at most {MOST_BYTES:,} bytes; this one has {size:,}.", code="draft_too_long")
    return {_plain(name): _plain(text) for name, text in fields.items()}


def _plain(text: str) -> str:
    """Without what no column takes: null characters and halves of a character."""
    return text.replace("\0", "").encode(errors="replace").decode()


def _held(record: Any) -> int:
    """The number of the record, which is there until this transaction ends: nothing is kept about what is erased."""
    rows = subjects.subject_of(record).model._default_manager.select_for_update(no_key=True)
    if not rows.filter(pk=record.pk).exists():
        raise NotFound("There is no such record.", code="subject_not_found", fix="Search for it again.")
    return int(record.pk)


def forget_texts(values: Collection[str]) -> None:
    """Forget drafts, about whatever they are, in which one of these values of an erased customer stands."""
    found = [row.pk for row in Draft.objects.iterator() if tells(row.fields, values)]
    Draft.objects.filter(pk__in=found).delete()


@subjects.when_gone
def _forget(kind: str, numbers: Collection[int]) -> None:
    Draft.objects.filter(about_kind=kind, about_no__in=numbers).delete()
