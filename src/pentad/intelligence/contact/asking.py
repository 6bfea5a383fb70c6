"""What is asked of the contact policy, what it answers, and what is known of who it is about. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from pentad.data.consent.rules_preferences import Held

SUPPRESSION, ADDRESS, CONSENT, PREFERENCE = "suppression", "address", "consent", "preference"
HOLDOUT, QUIET, CAP, PRIORITY = "holdout", "quiet_hours", "cap", "priority"
GATES = (SUPPRESSION, ADDRESS, CONSENT, PREFERENCE, HOLDOUT, QUIET, CAP, PRIORITY)
"""In their order."""


class Rival(NamedTuple):
    """Another message that waits for the same customer."""

    key: str
    priority: int
    due: datetime
    channel: str = ""
    purpose: str = ""


class Ask(NamedTuple):
    """A message about to be sent. key: of its delivery. address: where to, as it stands now. zone: an IANA name, "" to
    have it looked up. rivals: what else waits for the customer. country: of telephone numbers without one.
    """

    key: str
    person_no: int
    channel: str
    purpose: str = ""
    transactional: bool = False
    priority: int = 0
    address: str = ""
    zone: str = ""
    rivals: tuple[Rival, ...] = ()
    country: str = ""


class Gate(NamedTuple):
    """seen: the value it looked at, in words. until: when it opens, if it is closed and ever does."""

    name: str
    passed: bool
    seen: str
    reason: str = ""
    until: datetime | None = None


class Verdict(NamedTuple):
    """gate and reason: of the gate that decides, "" when all are passed. until: when to ask again; None when it is sent,
    and when there is no point in asking again.
    """

    key: str
    send: bool
    gate: str
    reason: str
    until: datetime | None
    gates: tuple[Gate, ...]


class Contact(NamedTuple):
    """A message that reached the customer, or was just promised to."""

    at: datetime
    channel: str
    purpose: str
    key: str = ""


@dataclass(slots=True)
class Known:
    """What is known of a customer. consents: purpose → channel → state."""

    here: bool = True
    zone: str = ""
    consents: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    wishes: Held = field(default_factory=dict)
    contacts: list[Contact] = field(default_factory=list)
    held_out: bool = False


NOBODY = Known(here=False)


class Suppressed(NamedTuple):
    """Why an address is not written to, and until when (None: for good)."""

    reason: str
    until: datetime | None = None
