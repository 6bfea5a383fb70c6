"""Reads of drafts: one's own, about what one may see."""

from typing import Any

from django.db.models import QuerySet

from pentad.core.actor import Actor
from pentad.roles.notices import subjects
from pentad.roles.together.models import Draft
from pentad.roles.together.rules import Place


def drafts_at(user: int, what: str, record: Any) -> "QuerySet[Draft]":
    """One's drafts at a place, the latest first: of a merged customer, those about any part."""
    if record is None:
        rows = Draft.objects.filter(user_id=user, what=what, about_kind="", about_no=0)
    else:
        subject = subjects.subject_of(record)
        rows = Draft.objects.filter(
            user_id=user, what=what, about_kind=subject.kind, about_no__in=subject.parts(record)
        )
    return rows.order_by("-at", "-id")


def draft_of(actor: Actor, what: str, record: Any) -> tuple[Draft | None, str]:
    """What the actor typed there last and has neither sent nor thrown away; and the mark of the last that is known of there,
    sent and thrown away ones too.
    """
    if actor.kind != "user":
        return None, ""
    rows = list(drafts_at(int(actor.id), what, record))
    kept = next((row for row in rows if row.thrown is None), None)
    last = kept or next(iter(rows), None)
    return kept, last.mark if last else ""


def place_of(what: str, record: Any) -> Place:
    return Place(what, subjects.reference(record) if record is not None else "")
