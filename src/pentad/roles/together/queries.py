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


def latest(actor: Actor, what: str, record: Any) -> Draft | None:
    """What is kept of the actor there, thrown away and sent ones too."""
    return drafts_at(int(actor.id), what, record).first() if actor.kind == "user" else None


def draft_of(actor: Actor, what: str, record: Any) -> Draft | None:
    """What the actor typed there last and has neither sent nor thrown away."""
    if actor.kind != "user":
        return None
    return drafts_at(int(actor.id), what, record).filter(thrown=None).first()


def place_of(what: str, record: Any) -> Place:
    return Place(what, subjects.reference(record) if record is not None else "")
