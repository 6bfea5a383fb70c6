"""What customers choose: which purposes by which channels, how often, and a pause. By themselves or by a colleague."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from pentad.core import clock
from pentad.core.action import action, note
from pentad.core.actor import Actor
from pentad.core.errors import Denied, Invalid
from pentad.core.outbox import emit
from pentad.data.consent.actions import record_consent, withdraw_consent
from pentad.data.consent.models import Preference
from pentad.data.consent.preferences import preferences_of
from pentad.data.consent.queries import FIELD, channels, purposes, state_of
from pentad.data.consent.rules import DENIED, EVERY, GRANTED, Purpose
from pentad.data.consent.rules_preferences import ALL, FREQUENCIES, PREFERENCES_CHANGED, Wish, wish
from pentad.data.identity.models import Person
from pentad.roles.access.rights import Level
from pentad.roles.access.seeing import level_for

NONE = "none"
"""A choice: not at all."""
CHOICES = (*FREQUENCIES, NONE)
LONGEST_PAUSE = timedelta(days=366)


@action("people.consent")
def set_preference(
    *,
    actor: Actor,
    person: Person,
    purpose: str = "",
    channel: str = EVERY,
    frequency: str | None = None,
    paused_until: datetime | None = None,
    resume: bool = False,
    unwatched: bool | None = None,
) -> Wish:
    """Say how often a customer wants messages of a purpose by a channel ("" for all), or until when none.

    What is not given stays; resume: the pause ends. Raises Invalid, and Denied for who may not change what customers
    agree to.
    """
    if level_for(actor, "people", FIELD) < Level.CHANGE:
        raise Denied(
            f"{actor.name} may not change what customers agree to.",
            fix="Ask an administrator for a role that may.",
            right="people.consent",
        )
    _check(purpose, channel, frequency, paused_until)
    root = Person.objects.select_for_update(of=("self",)).get(no=person.root_id or person.no)
    held = preferences_of(root).get((purpose, channel), Wish())
    now = Wish(
        held.frequency if frequency is None else frequency,
        None if resume else paused_until or held.paused_until,
        held.unwatched if unwatched is None else unwatched,
    )
    if now != held:
        values = {"frequency": now.frequency, "paused_until": now.paused_until, "unwatched": now.unwatched}
        kept = values | {"at": clock.now(), "author": actor.ref}
        Preference.objects.update_or_create(person=root, purpose=purpose, channel=channel, defaults=kept)
        until = now.paused_until.isoformat() if now.paused_until else None
        said = {"purpose": purpose, "channel": channel, **values, "paused_until": until}
        emit("track", PREFERENCES_CHANGED, person=root, properties={"consent": said})
    note(subject=f"person:{root.id}", purpose=purpose, channel=channel)
    return now


def _check(purpose: str, channel: str, frequency: str | None, paused_until: datetime | None) -> None:
    if purpose and purpose not in {one.name for one in purposes()}:
        raise Invalid(f"“{purpose[:60]}” is no purpose.", code="unknown_purpose", field="purpose", fix="See the list.")
    if channel and channel not in {one.name for one in channels()}:
        raise Invalid(f"“{channel[:60]}” is no channel.", code="unknown_channel", field="channel", fix="See the list.")
    if frequency is not None and frequency not in FREQUENCIES:
        raise Invalid(
            f"“{frequency[:20]}” is no frequency.", code="bad_frequency", field="frequency",
            fix=f"One of {', '.join(FREQUENCIES)}.",
        )  # fmt: skip
    if paused_until is not None and not clock.now() < paused_until <= clock.now() + LONGEST_PAUSE:
        raise Invalid(
            f"A pause cannot end on {paused_until:%Y-%m-%d}.", code="bad_pause", field="paused_until",
            fix=f"Choose a day of the next {LONGEST_PAUSE.days}.",
        )  # fmt: skip


@action("people.consent")
def choose(
    *, actor: Actor, person: Person, choices: Mapping[tuple[str, str], str], evidence: str = ""
) -> list[tuple[str, str]]:
    """Keep what a customer chose: (purpose, channel) → all, weekly, monthly or none. Only what differs from what holds is
    recorded; returns which that is.
    """
    changed = []
    known = {one.name: one for one in purposes() if one.declared}
    for (purpose, channel), choice in choices.items():
        if choice not in CHOICES:
            raise Invalid(
                f"“{choice[:20]}” is no choice.", code="bad_frequency", field="frequency",
                fix=f"One of {', '.join(CHOICES)}.",
            )  # fmt: skip
        if purpose in known and chosen(person, known[purpose], channel) != choice:
            _choose(actor, person, purpose, channel, choice, evidence)
            changed.append((purpose, channel))
    note(subject=f"person:{person.id}", changed=len(changed))
    return changed


def _choose(actor: Actor, person: Person, purpose: str, channel: str, choice: str, evidence: str) -> None:
    if choice == NONE:
        withdraw_consent(actor=actor, person=person, purpose=purpose, channel=channel, evidence=evidence)
        return
    if state_of(person, purpose, channel) != GRANTED:
        record_consent(
            actor=actor, person=person, purpose=purpose, channel=channel, state=GRANTED, evidence=evidence
        )  # fmt: skip
    set_preference(actor=actor, person=person, purpose=purpose, channel=channel, frequency=choice)


def chosen(person: Person, purpose: Purpose, channel: str) -> str:
    """What holds at present, as a choice."""
    state = state_of(person, purpose.name, channel)
    if state == GRANTED or (purpose.opt_out and state != DENIED):
        return wish(preferences_of(person), purpose.name, channel).frequency or ALL
    return NONE
