"""Reads of consent: what may be agreed to, and what a customer said, with how we know."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pentad.core.errors import Denied, Invalid, NotFound
from pentad.data.consent.models import ConsentChannel, ConsentPurpose, ConsentStatement
from pentad.data.consent.rules import (
    EVERY,
    MOST_SEEN,
    USUAL_CHANNELS,
    Channel,
    Counted,
    Purpose,
    counting,
    effective,
)
from pentad.data.consent.standing import standing_of
from pentad.data.identity.models import Person
from pentad.data.identity.queries import part_numbers, parts_of_many
from pentad.data.ingest.models import Source
from pentad.roles.access.rights import Level
from pentad.roles.access.seeing import level

FIELD = "consents"
"""What rights call a customer's consent."""


def sees_consents() -> bool:
    """Whether the reader may know what customers agree to."""
    return level("people", FIELD) >= Level.SEE


def require_consents() -> None:
    """Raise Denied unless the reader may."""
    if not sees_consents():
        raise Denied("What customers agree to is hidden from you.", fix="Ask an administrator for a role that sees it.")


def purposes() -> list[Purpose]:
    """The declared ones in the order in which they were declared, then those that messages name. Not the archived."""
    rows = ConsentPurpose.objects.filter(archived=None)
    first = [row.plain for row in rows.exclude(declared=None).order_by("declared", "name")]
    return first + [row.plain for row in rows.filter(declared=None).order_by("name")]


def main_purpose() -> str:
    """The purpose of which is spoken when none is named: the one that was declared first; "" without any."""
    return next((one.name for one in purposes() if one.declared), "")


def channels() -> list[Channel]:
    """The usual ones, as the team wants them, then its own, then those that messages name. Not the archived."""
    rows = {row.name: row for row in ConsentChannel.objects.order_by("declared", "name")}
    usual = [rows.pop(one.name).plain if _told(rows, one) else one for one in USUAL_CHANNELS if not _away(rows, one)]
    for one in USUAL_CHANNELS:
        rows.pop(one.name, None)
    others = [row.plain for row in rows.values() if row.archived is None]
    return usual + sorted(others, key=lambda one: not one.declared)


def _told(rows: dict[str, ConsentChannel], one: Channel) -> bool:
    return one.name in rows and rows[one.name].declared is not None


def _away(rows: dict[str, ConsentChannel], one: Channel) -> bool:
    return one.name in rows and rows[one.name].archived is not None


def crowded() -> list[str]:
    """Of what, purposes or channels, as many undeclared ones were noted as are, so that further ones are not listed."""
    models = {"purposes": ConsentPurpose, "channels": ConsentChannel}
    return [what for what, model in models.items() if model._default_manager.filter(declared=None).count() >= MOST_SEEN]


def find_purpose(name: str) -> ConsentPurpose:
    """Raises NotFound."""
    if (row := ConsentPurpose.objects.filter(name=name).first()) is None:
        raise NotFound(f"There is no purpose “{name[:60]}”.", code="purpose_not_found", fix="See the list of purposes.")
    return row


def require_purpose(name: str) -> None:
    """Raise Invalid, with those there are, for a name that is no purpose's: nobody said anything of a misspelt one. One in
    the archive may still be asked about.
    """
    if not ConsentPurpose.objects.filter(name=name).exists():
        known = ", ".join(one.name for one in purposes())
        raise Invalid(
            f"There is no purpose “{name[:60]}”.", code="unknown_purpose", field="purpose",
            fix=f"One of {known}." if known else "Declare one first, in the settings of consent.",
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Statement:
    """What was said, when, and how we know. counts: it is the one that holds."""

    purpose: str
    channel: str
    state: str
    at: datetime
    until: datetime
    decided: bool
    source: str
    message_id: str
    last_message_id: str
    text_version: str
    evidence: str
    author: str
    counts: bool


def standing(person: Person) -> dict[str, dict[str, str]]:
    """Purpose → channel ("" for every one) → granted or denied, of the customer with all parts. Empty for who may not know."""
    return counting(_counted(_rows(person))) if sees_consents() else {}


def standing_of_many(people: Sequence[Person]) -> dict[int, dict[str, dict[str, str]]]:
    """Number of the root → the same. Empty for who may not know."""
    if not sees_consents():
        return {}
    return standing_of(parts_of_many(people))


def history(person: Person) -> list[Statement]:
    """Every statement of the customer, the latest first. Empty for who may not know."""
    if not sees_consents():
        return []
    rows = _rows(person)
    held = counting(_counted(rows))
    names = dict(Source.objects.values_list("no", "name"))
    found, settled = [], set[tuple[str, str]]()
    for row in rows:
        key = (row.purpose, row.channel)
        counts = key not in settled and held.get(row.purpose, {}).get(row.channel) == row.state
        settled.add(key)
        found.append(_statement(row, names.get(row.source_no, ""), counts))
    return found


def _rows(person: Person) -> list[ConsentStatement]:
    """The latest choice first; of two at the same moment the one that denies, as it counts."""
    rows = ConsentStatement.objects.filter(person_id__in=part_numbers(person))
    return list(rows.order_by("-at", "state", "purpose", "channel"))


def _counted(rows: Sequence[ConsentStatement]) -> list[Counted]:
    return [Counted(row.purpose, row.channel, row.state, row.at) for row in rows]


def _statement(row: ConsentStatement, source: str, counts: bool) -> Statement:
    return Statement(
        row.purpose, row.channel, row.state, row.at, row.until, row.decided, source, row.message_id,
        row.last_message_id, row.text_version, row.evidence, row.author_name, counts,
    )  # fmt: skip


def state_of(person: Person, purpose: str, channel: str = EVERY) -> str:
    """granted, denied or unknown, whoever asks: for what acts on it."""
    return effective(counting(_counted(_rows(person))).get(purpose, {}), channel)
