"""/api/v1/people/…/preferences: how often a customer wants what, and until when nothing."""

from datetime import datetime
from typing import Any, Literal

from django.http import HttpRequest
from ninja import Field, Router, Schema

from pentad.core.action import check
from pentad.data.consent import preference_actions as actions
from pentad.data.consent import queries
from pentad.data.consent.preferences import preferences_of
from pentad.data.identity.models import Person
from pentad.data.identity.queries import find_person
from pentad.roles.audit import looked_at
from pentad.roles.page import actor_of

router = Router(tags=["consent"])
Frequency = Literal["all", "weekly", "monthly"]


class PreferenceOut(Schema):
    purpose: str = Field(description="Empty: every purpose")
    channel: str = Field(description="Empty: every channel")
    frequency: Frequency
    paused_until: datetime | None
    unwatched: bool = Field(description="Opens and clicks are not to be kept")


class PreferencesOut(Schema):
    results: list[PreferenceOut]


class PreferenceIn(Schema):
    purpose: str = Field("", max_length=60, description="Empty: every purpose")
    channel: str = Field("", max_length=60, description="Empty: every channel")
    frequency: Frequency | None = Field(None, description="Stays if left out")
    paused_until: datetime | None = Field(None, description="null ends a pause; it stays if left out")
    unwatched: bool | None = Field(None, description="Stays if left out")


@router.get("/people/{id}/preferences", response=PreferencesOut, summary="How often a person wants messages")
def list_preferences(request: HttpRequest, id: str) -> dict[str, Any]:
    """What was said of it; whether at all is among the consents."""
    check(actor_of(request), "people.view")
    person = find_person(id)
    queries.require_consents()
    looked_at(actor_of(request), f"person:{person.id}", "api preferences")
    return _told(person)


@router.put("/people/{id}/preferences", response=PreferencesOut, summary="Change how often a person wants messages")
def set_preference(request: HttpRequest, id: str, body: PreferenceIn) -> dict[str, Any]:
    """Of a purpose by a channel; what is left out stays."""
    check(actor_of(request), "people.consent")
    person = find_person(id)
    given = body.dict(exclude_unset=True)
    resume = "paused_until" in given and given["paused_until"] is None
    actions.set_preference(actor=actor_of(request), person=person, resume=resume, **given)
    return _told(person)


def _told(person: Person) -> dict[str, Any]:
    held = sorted(preferences_of(person).items())
    return {
        "results": [
            {"purpose": purpose, "channel": channel, "frequency": one.frequency, "paused_until": one.paused_until,
             "unwatched": one.unwatched}
            for (purpose, channel), one in held
        ]
    }  # fmt: skip
