"""/api/v1: merge two people and take a merge back."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema

from pentad.core.action import check
from pentad.core.actor import Actor
from pentad.core.errors import NotFound
from pentad.data.identity import actions
from pentad.data.identity.models import MergeLink
from pentad.data.identity.queries import find_person, person_seen, shown_evidence

router = Router(tags=["identity"])


class MergeIn(Schema):
    other: str


class MergeOut(Schema):
    id: str
    keep: str
    other: str
    evidence: dict[str, Any]
    created: datetime
    undone: datetime | None


def _actor(request: HttpRequest) -> Actor:
    actor = request.actor  # type: ignore[attr-defined]
    assert isinstance(actor, Actor)
    return actor


def _out(link: MergeLink) -> dict[str, Any]:
    return {
        "id": link.id, "keep": link.keep.id, "other": link.other.id, "evidence": shown_evidence(link.evidence),
        "created": link.created, "undone": link.undone,
    }  # fmt: skip


@router.post("/people/{id}/merge", response=MergeOut, summary="Merge another person into this one")
def merge(request: HttpRequest, id: str, body: MergeIn) -> dict[str, Any]:
    check(_actor(request), "people.merge")
    return _out(actions.merge_people(actor=_actor(request), keep=find_person(id), other=find_person(body.other)))


@router.post("/merges/{id}/undo", response=MergeOut, summary="Take a merge back")
def undo(request: HttpRequest, id: str) -> dict[str, Any]:
    check(_actor(request), "people.merge")
    link = MergeLink.objects.select_related("keep").filter(id=id).first()
    if link is None or person_seen(link.keep.id) is None:
        raise NotFound(f"There is no merge with the id {id!r}.", code="merge_not_found")
    return _out(actions.undo_merge(actor=_actor(request), link=link))
