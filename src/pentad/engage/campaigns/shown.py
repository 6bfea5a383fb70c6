"""Campaigns as the API and the command line tell of them."""

from typing import Any

import msgspec

from pentad.core.errors import Invalid
from pentad.data.identity.models import Person
from pentad.engage.campaigns import health, plan, queries, why
from pentad.engage.campaigns.models import Approval, Campaign, Recipient
from pentad.engage.campaigns.plan import Plan


def given(tree: Any) -> Plan:
    """A plan as it is given: JSON. Raises Invalid."""
    try:
        return plan.read(msgspec.json.encode(tree))
    except RecursionError:
        raise Invalid("The plan is nested too deeply.", code="bad_plan", fix="Nest less.") from None


def campaign(row: Campaign) -> dict[str, Any]:
    return {
        "id": row.id,
        "name": row.name,
        "description": row.description,
        "state": row.state,
        "start": row.start,
        "version": row.version,
        "archived": row.archived is not None,
        "created": row.created,
        "changed": row.changed,
        "changed_by": row.changed_by,
        "next_at": row.next_at,
        "started": row.started,
        "started_by": row.started_by,
        "ended": row.ended,
        "failure": row.failure,
        "winner": row.winner,
    }


def whole(row: Campaign) -> dict[str, Any]:
    """With its plan, how far it is, and what was said about approving it."""
    return {
        **campaign(row),
        "plan": msgspec.to_builtins(row.tree),
        "progress": progress(queries.progress(row)) if row.started else None,
        "approval": approval(queries.approval_of(row)),
        "runs": [
            {"id": run.id, "day": run.day, "state": run.state, "at": run.at, "chosen": run.chosen, "ended": run.ended}
            for run in row.runs.order_by("-no")[:100]
        ],
        "duplicates_30_days": health.duplicates() if row.started else 0,
    }


def progress(found: queries.Progress) -> dict[str, int]:
    return {name: getattr(found, name) for name in (*found.__slots__, "chosen", "percent")}


def approval(row: Approval | None) -> dict[str, Any] | None:
    if row is None:
        return None
    return {
        "state": row.state, "version": row.version, "asked": row.asked, "asked_by": row.asked_by, "words": row.words,
        "decided": row.decided, "decided_by": row.decided_by, "reply": row.reply,
    }  # fmt: skip


def recipients(rows: list[tuple[Recipient, Person]]) -> list[dict[str, Any]]:
    """Rows with the customers as they are now, and what became of their messages."""
    told = why.told([row for row, _ in rows])
    return [_recipient(one, person) for one, (_, person) in zip(told, rows, strict=True)]


def _recipient(one: why.Told, person: Person) -> dict[str, Any]:
    row = one.recipient
    return {
        "person": person.id,
        "run": row.run.id,
        "arm": row.arm,
        "state": one.delivery.state if one.delivery else row.state.replace(" ", "_"),
        "reason": (one.delivery.reason if one.delivery else row.reason) or "",
        "words": one.reason,
        "due_at": row.due_at,
        "sent_at": one.delivery.sent_at if one.delivery else None,
        "delivery": one.delivery.public_id if one.delivery else None,
    }


def explained(row: Campaign, person: Person, parts: list[int]) -> dict[str, Any]:
    """Every gate of each time a customer was chosen, or the segments that kept them out."""
    told = why.told(why.rows_of(row, person, parts))
    return {
        "person": person.id,
        "times": [
            {**_recipient(one, person),
             "gates": [{"gate": gate.label, "passed": gate.passed, "seen": gate.seen} for gate in why.gates(one, row)]}
            for one in told
        ],
        "in_audience_now": why.meant(row, person),
        "segments": [
            {"id": one.segment.id, "name": one.segment.name, "included": one.included, "member": one.member}
            for one in why.memberships(row, person)
        ],
    }  # fmt: skip
