"""Verbs on consent: what a customer says outside of messages, and what may be agreed to at all."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from pentad.core import clock, jobs
from pentad.core.action import action, note
from pentad.core.actor import Actor
from pentad.core.errors import Conflict, Denied, Invalid
from pentad.core.outbox import emit
from pentad.data.consent.models import ConsentChannel, ConsentPurpose, ConsentStatement
from pentad.data.consent.queries import FIELD, channels, purposes, state_of
from pentad.data.consent.rules import CHANGED, DENIED, EVERY, MOST_NAME, STATES, USUAL_CHANNELS
from pentad.data.identity.models import Person
from pentad.data.ingest.own import own_source
from pentad.data.profiles.touched import touch
from pentad.roles.access.rights import Level
from pentad.roles.access.seeing import level_for

CATCH_UP = "consent.catch_up"
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)


@action("people.consent")
def record_consent(
    *,
    actor: Actor,
    person: Person,
    purpose: str,
    state: str,
    channel: str = EVERY,
    at: datetime | None = None,
    text_version: str = "",
    evidence: str = "",
) -> ConsentStatement:
    """Record what a customer said of a declared purpose: on the telephone, on paper, to another system.

    state: granted, denied, or unknown, which takes back what was recorded by mistake. channel: "" for every one.
    at: when it was said, now if not given. evidence: how it is known. Raises Invalid, and Denied for who does not see
    what customers agree to.
    """
    if level_for(actor, "people", FIELD) < Level.CHANGE:
        raise Denied(
            f"{actor.name} may not change what customers agree to.",
            fix="Ask an administrator for a role that may.",
            right="people.consent",
        )
    _declared(purpose, channel, state)
    return _record(actor, person, purpose, state, channel, _moment(at), text_version, evidence)


@action("people.consent")
def withdraw_consent(
    *, actor: Actor, person: Person, purpose: str, channel: str = EVERY, evidence: str = ""
) -> ConsentStatement | None:
    """Record a customer's own “no”, which counts whether the purpose and channel are declared, archived or neither. None
    where it was said before.
    """
    if state_of(person, purpose, channel) == DENIED:
        return None
    return _record(actor, person, purpose, DENIED, channel, clock.now(), "", evidence)


def _record(
    actor: Actor, person: Person, purpose: str, state: str, channel: str, at: datetime, version: str, evidence: str
) -> ConsentStatement:
    root = Person.objects.select_for_update(of=("self",)).get(no=person.root_id or person.no)
    before = state_of(root, purpose, channel)
    row = _keep(actor, root, purpose, channel, state, at, version, evidence)
    if (now := state_of(root, purpose, channel)) != before:
        said = {"purpose": purpose, "channel": channel, "state": now}
        emit("track", CHANGED, person=root, properties={"consent": said})
    touch([root.no])
    # Not what was said: audit lines outlive an erasure.
    note(subject=f"person:{root.id}", purpose=purpose, **({"channel": channel} if channel else {}))
    return row


def _keep(
    actor: Actor, root: Person, purpose: str, channel: str, state: str, at: datetime, version: str, evidence: str
) -> ConsentStatement:
    """The next free microsecond, so that a correction of the same day stands beside what it corrects, and counts."""
    source = own_source().no
    taken = ConsentStatement.objects.filter(person=root, purpose=purpose, channel=channel, source_no=source)
    times = set(taken.filter(at__gte=at, at__lt=at + timedelta(seconds=1)).values_list("at", flat=True))
    while at in times:
        at += timedelta(microseconds=1)
    row = ConsentStatement(
        person=root, purpose=purpose, channel=channel, source_no=source, state=state, at=at, until=at
    )
    row.decided, row.author, row.author_name = True, actor.ref, actor.name
    row.text_version = _text(version, "text_version", "The version of the text", 120)
    row.evidence = _text(evidence, "evidence", "The evidence", 300)
    row.save()
    return row


def _declared(purpose: str, channel: str, state: str) -> None:
    known = [one.name for one in purposes() if one.declared]
    if purpose not in known:
        raise Invalid(
            f"“{purpose[:60]}” is no declared purpose of consent.", code="unknown_purpose", field="purpose",
            fix=f"One of {', '.join(known)}." if known else "Declare it first, in the settings of consent.",
        )  # fmt: skip
    reached = [one.name for one in channels() if one.declared]
    if channel not in (EVERY, *reached):
        raise Invalid(
            f"“{channel[:60]}” is no declared channel.", code="unknown_channel", field="channel",
            fix=f"One of {', '.join(reached)}, or none for every channel.",
        )  # fmt: skip
    if state not in STATES:
        raise Invalid(
            f"“{state[:20]}” is no answer.", code="bad_consent_state", field="state", fix=f"One of {', '.join(STATES)}."
        )


def _moment(at: datetime | None) -> datetime:
    now = clock.now()
    if at is None:
        return now
    moment = at if at.tzinfo else at.replace(tzinfo=UTC)
    if not EARLIEST <= moment <= now:
        raise Invalid(
            f"{moment:%Y-%m-%d %H:%M} is not a moment up to now.", code="bad_consent_time", field="at",
            fix="Say when the customer said so.",
        )  # fmt: skip
    return moment


@action("consent.edit")
def declare_purpose(
    *, actor: Actor, name: str, label: str = "", description: str = "", opt_out: bool = False, **tracking: bool
) -> ConsentPurpose:
    """Declare something customers may agree to, new or seen in messages. Raises Invalid, and Conflict when it is
    declared already. What messages said of it before is kept by a job.

    tracking: track_opens, track_clicks; whether these are counted of its messages.
    """
    name = _name(name or "_".join(label.lower().split()), "A purpose")
    row = ConsentPurpose.objects.filter(name=name).first() or ConsentPurpose(name=name)
    if row.declared is not None:
        raise Conflict(
            f"The purpose “{name}” is declared{' and in the archive' if row.archived else ''}.",
            code="purpose_taken", field="name", fix="Restore that one." if row.archived else "Change that one.",
        )  # fmt: skip
    row.declared = clock.now()
    jobs.enqueue(CATCH_UP, {"purpose": name}, key=f"{CATCH_UP}:purpose:{name}")
    return _purpose(row, label or name, description, opt_out, **tracking)


@action("consent.edit")
def change_purpose(
    *,
    actor: Actor,
    row: ConsentPurpose,
    label: str,
    description: str = "",
    opt_out: bool = False,
    **tracking: bool,
) -> ConsentPurpose:
    """Change what a purpose is called, what it says, whether who said nothing may be reached, and of what is not left out
    of `tracking` (track_opens, track_clicks) whether it is counted. Its name stays.
    """
    return _purpose(row, label, description, opt_out, **tracking)


def _purpose(
    row: ConsentPurpose,
    label: str,
    description: str,
    opt_out: bool,
    *,
    track_opens: bool | None = None,
    track_clicks: bool | None = None,
) -> ConsentPurpose:
    row.label = _text(label, "label", "The label", 80, least=1)
    row.description = _text(description, "description", "The description", 300)
    row.opt_out = opt_out
    row.track_opens = row.track_opens if track_opens is None else track_opens
    row.track_clicks = row.track_clicks if track_clicks is None else track_clicks
    row.save()
    note(
        subject=f"consent_purpose:{row.name}", opt_out=opt_out, track_opens=row.track_opens,
        track_clicks=row.track_clicks,
    )  # fmt: skip
    return row


@action("consent.edit")
def archive_purpose(*, actor: Actor, row: ConsentPurpose) -> ConsentPurpose:
    """Put a purpose into the archive: nobody is asked about it any more. What customers said of it stays."""
    row.archived = row.archived or clock.now()
    row.save(update_fields=["archived"])
    note(subject=f"consent_purpose:{row.name}")
    return row


@action("consent.edit")
def restore_purpose(*, actor: Actor, row: ConsentPurpose) -> ConsentPurpose:
    """Take a purpose out of the archive."""
    row.archived = None
    row.save(update_fields=["archived"])
    note(subject=f"consent_purpose:{row.name}")
    return row


@action("consent.edit")
def save_channel(*, actor: Actor, name: str, label: str = "", addresses: Sequence[str] = ()) -> ConsentChannel:
    """Say what a channel is called and which identifiers and traits are addresses there. Raises Invalid."""
    name = _name(name or "_".join(label.lower().split()), "A channel")
    row = ConsentChannel.objects.filter(name=name).first() or ConsentChannel(name=name)
    row.label = _text(label or name, "label", "The label", 80, least=1)
    row.addresses = [_address(one) for one in dict.fromkeys(addresses)]
    if row.declared is None and name not in {one.name for one in USUAL_CHANNELS}:
        jobs.enqueue(CATCH_UP, {"channel": name}, key=f"{CATCH_UP}:channel:{name}")
    row.declared, row.archived = row.declared or clock.now(), None
    row.save()
    note(subject=f"consent_channel:{name}", addresses=row.addresses)
    return row


@action("consent.edit")
def archive_channel(*, actor: Actor, name: str) -> ConsentChannel:
    """Put a channel away: it is not offered any more. What customers said of it stays."""
    usual = next((one for one in USUAL_CHANNELS if one.name == name), None)
    row = ConsentChannel.objects.filter(name=name).first()
    if row is None:
        if usual is None:
            raise Invalid(
                f"There is no channel “{name[:60]}”.", code="unknown_channel", fix="See the list of channels."
            )
        row = ConsentChannel(name=name, label=usual.label, addresses=list(usual.addresses), declared=clock.now())
    row.archived = row.archived or clock.now()
    row.save()
    note(subject=f"consent_channel:{name}")
    return row


def _address(given: str) -> str:
    kind, _, name = given.strip().partition(":")
    if kind not in ("identifier", "trait") or not name.strip() or len(name) > 120:
        raise Invalid(
            f"“{given[:60]}” is no address.", code="bad_address", field="addresses",
            fix="Write identifier:NAMESPACE or trait:NAME.",
        )  # fmt: skip
    return f"{kind}:{name.strip()}"


def _name(given: str, what: str) -> str:
    name = given.strip()
    if not 0 < len(name) <= MOST_NAME or not name.isprintable():
        raise Invalid(
            f"{what} needs a name of 1 to {MOST_NAME} characters.", code="bad_consent_name", field="name",
            fix="Take the name that your messages use.",
        )  # fmt: skip
    return name


def _text(given: str, field: str, what: str, most: int, *, least: int = 0) -> str:
    text = " ".join(given.replace("\0", " ").split())
    if not least <= len(text) <= most:
        raise Invalid(
            f"{what} has {len(text)} characters; it must have {least} to {most}.", code="bad_consent_text", field=field,
            fix="Shorten it.",
        )  # fmt: skip
    return text
