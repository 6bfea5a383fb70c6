"""Verbs of the contact policy: the policy itself, and addresses that are not written to."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from pentad.core import clock
from pentad.core.action import action, note
from pentad.core.actor import Actor
from pentad.core.errors import Invalid
from pentad.core.outbox import emit
from pentad.data.identity.rules import Ident
from pentad.data.identity.store import chunks, owners
from pentad.intelligence.contact import policy as policies
from pentad.intelligence.contact.addresses import digester, plain
from pentad.intelligence.contact.events import LIFTED, SUPPRESSED
from pentad.intelligence.contact.models import ContactPolicy, Suppression
from pentad.intelligence.contact.policies import latest
from pentad.intelligence.contact.policy import Policy
from pentad.intelligence.contact.rules import UNREACHABLE

MOST_AT_ONCE = 20_000
"""Addresses suppressed in one go."""


@action("contact.edit")
def save_policy(*, actor: Actor, policy: Policy) -> ContactPolicy:
    """Let another contact policy hold from now on. Raises Invalid. The same once more makes no new version."""
    text = policies.write(policies.checked(policy))
    before = latest()
    if before is not None and before.definition == text:
        return before
    row = ContactPolicy.objects.create(definition=text, by=actor.name, author=actor.ref)
    note(subject=f"contact_policy:{row.number}", caps=len(policy.caps), quiet=len(policy.quiet), holdout=policy.holdout)
    return row


class Suppressing(NamedTuple):
    """What became of addresses: suppressed now, suppressed before, and of no use."""

    new: int
    known: int
    empty: int = 0


@action("contact.edit")
def suppress(
    *,
    actor: Actor,
    channel: str,
    address: str,
    reason: str = Suppression.MANUAL,
    source: str = "",
    until: datetime | None = None,
) -> Suppression:
    """Stop writing to an address. channel: "" for every one. until: None for good. What is suppressed for good stays so,
    and one that outlasts another takes its place; a hard bounce takes the place of any other reason. Raises Invalid.
    """
    _check(channel, reason, source)
    if not plain(address):
        raise Invalid("There is no address.", code="bad_address", field="address", fix="Write the whole address.")
    digest = digester()(address)
    row = Suppression.objects.select_for_update().filter(digest=digest, channel=channel, lifted=None).first()
    told = reason, source, until
    if row is None:
        whose = _whose([address])
        row = Suppression(channel=channel, digest=digest, reason=reason, source=source, until=until)
        row.person_id = whose.get(address)
        row.save()
        _tell(SUPPRESSED, row)
    elif _stronger(row, reason, until):
        row.reason, row.source, row.until = told
        row.at = clock.now()
        row.save(update_fields=["reason", "source", "until", "at"])
    note(subject=f"suppression:{row.id}", channel=channel, reason=reason)
    return row


def _stronger(row: Suppression, reason: str, until: datetime | None) -> bool:
    if row.until is not None and row.until <= clock.now():
        return True
    if row.reason in UNREACHABLE and row.until is None:
        return False
    return reason in UNREACHABLE or (row.until is not None and (until is None or until > row.until))


@action("contact.edit")
def suppress_many(
    *, actor: Actor, channel: str, addresses: Sequence[str], reason: str = Suppression.IMPORT, source: str = ""
) -> Suppressing:
    """Stop writing to many addresses for good, such as a list kept elsewhere. Those suppressed before stay as they are; what
    would have ended does not any more. Raises Invalid for more than MOST_AT_ONCE.
    """
    _check(channel, reason, source)
    if len(addresses) > MOST_AT_ONCE:
        raise Invalid(
            f"{len(addresses):,} addresses are too many at once.", code="too_many_addresses", field="addresses",
            fix=f"{MOST_AT_ONCE:,} at most; send the others afterwards.",
        )  # fmt: skip
    if not any(map(plain, addresses)):
        raise Invalid("There is no address.", code="bad_address", field="addresses", fix="Write whole addresses.")
    digest = digester()
    wanted = {digest(one): one for one in addresses if plain(one)}
    held = _held(wanted, channel)
    for some in chunks(held):
        ending = Suppression.objects.filter(digest__in=some, channel=channel, lifted=None).exclude(until=None)
        ending.update(reason=reason, source=source, until=None, at=clock.now())
    new = [of for of in wanted if of not in held]
    whose = _whose([wanted[of] for of in new])
    rows = [
        Suppression(channel=channel, digest=of, reason=reason, source=source, person_id=whose.get(wanted[of]))
        for of in new
    ]
    Suppression.objects.bulk_create(rows, batch_size=100)
    note(subject="suppressions", channel=channel, reason=reason, new=len(new))
    empty = sum(not plain(one) for one in addresses)
    return Suppressing(len(new), len(addresses) - empty - len(new), empty)


def _held(digests: Mapping[str, str], channel: str) -> set[str]:
    """Those that are suppressed now; what has ended makes room."""
    found: set[str] = set()
    for some in chunks(digests):
        rows = Suppression.objects.filter(digest__in=some, channel=channel, lifted=None)
        rows.filter(until__lte=clock.now()).update(lifted=clock.now(), lifted_why="It had ended.")
        found.update(rows.values_list("digest", flat=True))
    return found


@action("contact.edit")
def unsuppress(*, actor: Actor, row: Suppression, why: str) -> Suppression:
    """Write to an address again, for a reason that is kept. Raises Invalid without one."""
    why = " ".join(why.replace("\0", " ").split())
    if not 3 <= len(why) <= 300:
        raise Invalid(
            "Lifting a suppression needs a reason of 3 to 300 characters.", code="reason_needed", field="why",
            fix="Say how you know that the address may be written to again.",
        )  # fmt: skip
    if row.lifted is None:
        row.lifted, row.lifted_by, row.lifted_why = clock.now(), actor.name, why
        row.save(update_fields=["lifted", "lifted_by", "lifted_why"])
        _tell(LIFTED, row)
    note(subject=f"suppression:{row.id}", channel=row.channel)
    return row


def _tell(event: str, row: Suppression) -> None:
    """On the customer's timeline, where the address is somebody's."""
    if row.person is not None:
        emit("track", event, person=row.person, properties={"channel": row.channel, "reason": row.reason})


def _check(channel: str, reason: str, source: str) -> None:
    if len(channel) > 60 or not channel.isprintable():
        raise Invalid("A channel has a name of at most 60 characters.", code="unknown_channel", field="channel",
                      fix="Choose a declared one.")  # fmt: skip
    if reason not in Suppression.REASONS:
        raise Invalid(
            f"“{reason[:20]}” is no reason to suppress an address.", code="bad_suppression", field="reason",
            fix=f"One of {', '.join(Suppression.REASONS)}.",
        )  # fmt: skip
    if len(source) > 120:
        raise Invalid("The source has more than 120 characters.", code="bad_suppression", field="source",
                      fix="Shorten it.")  # fmt: skip


def _whose(addresses: Iterable[str]) -> dict[str, int]:
    """Address → number of the customer it identifies."""
    wanted: dict[Ident, str] = {}
    for one in addresses:
        namespace = "email" if "@" in one else "phone"
        wanted |= {Ident(namespace, one.strip()): one, Ident(namespace, plain(one)): one}
    found, roots = owners(wanted.keys())
    return {wanted[ident]: roots[part] for ident, part in found.items()}
