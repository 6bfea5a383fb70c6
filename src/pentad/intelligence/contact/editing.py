"""What forms and programs change of the contact policy: one line, or the rest, on the version that they saw."""

from collections.abc import Mapping, Sequence

import msgspec

from pentad.core.actor import Actor
from pentad.core.errors import Conflict, Invalid
from pentad.intelligence.contact.actions import save_policy
from pentad.intelligence.contact.models import ContactPolicy
from pentad.intelligence.contact.policies import in_force, latest
from pentad.intelligence.contact.policy import Cap, Policy, Quiet

Line = Cap | Quiet


def version() -> int:
    """The number of the policy that holds; 0 for the usual one."""
    row = latest()
    return row.number if row is not None else 0


def seen_policy(seen: int | None) -> Policy:
    """The policy that holds. Raises Conflict when it is another one than was seen."""
    if seen is not None and seen != version():
        raise Conflict(
            "Somebody changed the contact policy meanwhile.", code="changed_meanwhile",
            fix="Look at it again, then make your change.",
        )  # fmt: skip
    return in_force()


def put_line(*, actor: Actor, what: str, at: int | None, line: Line, seen: int | None) -> ContactPolicy:
    """Add a limit (“caps”) or quiet hours (“quiet”), or put it in the place of another."""
    policy = seen_policy(seen)
    lines = _lines(policy, what)
    if at is None:
        lines.append(line)
    else:
        _check_place(lines, at)
        lines[at] = line
    return save_policy(actor=actor, policy=msgspec.structs.replace(policy, **{what: tuple(lines)}))


def remove_line(*, actor: Actor, what: str, at: int, seen: int | None) -> ContactPolicy:
    policy = seen_policy(seen)
    lines = _lines(policy, what)
    _check_place(lines, at)
    del lines[at]
    return save_policy(actor=actor, policy=msgspec.structs.replace(policy, **{what: tuple(lines)}))


def _lines(policy: Policy, what: str) -> list[Line]:
    return [*(policy.caps if what == "caps" else policy.quiet)]


def _check_place(lines: Sequence[Line], at: int) -> None:
    if not 0 <= at < len(lines):
        raise Invalid("There is no such line.", code="bad_contact_policy", field="at", fix="Look at the policy again.")


def whole(text: str, field: str, what: str) -> int:
    """A whole number that somebody typed. Raises Invalid."""
    try:
        return int(text.strip())
    except ValueError:
        raise Invalid(
            f"“{text[:20]}” is no whole number.", code="bad_contact_policy", field=field, fix=f"Write {what}."
        ) from None


def cap_of(given: Mapping[str, str]) -> Cap:
    """A limit as a form sends it: `most`, `within`, `unit`, `channel`, `purpose`."""
    within = whole(given.get("within", ""), "within", "how many hours or days")
    hours = within * 24 if given.get("unit") == "days" else within
    return Cap(
        whole(given.get("most", ""), "most", "how many messages"),
        hours,
        given.get("channel", ""),
        given.get("purpose", ""),
    )


def quiet_of(given: Mapping[str, str], days: Sequence[str]) -> Quiet:
    """Quiet hours as a form sends them: `start`, `end`, `channel`, and the days."""
    chosen = tuple(sorted({int(day) for day in days if day in "1234567" and day}))
    return Quiet(given.get("start", "")[:5], given.get("end", "")[:5], given.get("channel", ""), chosen)


def rest_of(policy: Policy, given: Mapping[str, str]) -> Policy:
    """The policy with what a form says of the holdout, the zone, the look ahead and who is alike."""
    try:
        holdout = float(given.get("holdout", "").strip().replace(",", ".") or 0)
    except ValueError:
        raise Invalid(
            f"“{given.get('holdout', '')[:20]}” is no share.", code="bad_contact_policy", field="holdout",
            fix="Write per cent, such as 2.5.",
        ) from None  # fmt: skip
    alike = tuple(one for part in given.get("alike", "").split(",") if (one := part.strip()))
    return msgspec.structs.replace(
        policy, holdout=holdout, salt=given.get("salt", "").strip(), zone=given.get("zone", "").strip(), alike=alike,
        priority_hours=whole(given.get("priority_hours", ""), "priority_hours", "how many hours"),
    )  # fmt: skip
