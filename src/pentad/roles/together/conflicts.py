"""Two colleagues change the same field: the second to save is told who changed it to what, and chooses."""

import json
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest

from pentad.core import nested
from pentad.core.errors import Conflict, PentadError
from pentad.roles.audit import queries as audit
from pentad.roles.together import rules

CODE = "changed_meanwhile"
LOOKED_BACK = 50
"""Audit lines in which the change of a field is looked for."""

Told = Callable[[str], "LastChange | None"]


@dataclass(frozen=True, slots=True)
class LastChange:
    """Who changed a field last, and when."""

    by: str
    at: datetime


def settle(
    now: Mapping[str, Any], mine: Mapping[str, Any], seen: rules.Versions | None, labels: Mapping[str, str], told: Told
) -> dict[str, Any]:
    """What of `mine` is to be written. Raises Conflict when a field was changed to something else since it was seen.

    Ask inside the transaction that writes, with the record locked. labels: field → its name for people.
    """
    write, met = rules.meet(now, mine, seen)
    if not met:
        return write
    changes = []
    for name, value in met.items():
        found = told(name)
        by, at = (found.by, found.at) if found else ("Somebody", None)
        changes.append({"field": name, "label": labels.get(name, name), "now": value, "by": by, "at": at})
    said = " and ".join(f"{one['by']} changed “{one['label']}”" for one in changes)
    raise Conflict(
        f"{said} meanwhile.", code="changed_meanwhile", changes=changes,
        fix="Choose: keep theirs, or send yours again with the version of what is there now.",
    )  # fmt: skip


def last_change(
    subject: str, actions: Collection[str], touched: Callable[[Mapping[str, Any]], bool]
) -> LastChange | None:
    """The latest of these actions on a subject whose audit line says that it touched the field."""
    for line in audit.about(subject).filter(action__in=actions)[:LOOKED_BACK]:
        if touched(line.detail):
            return LastChange(line.actor_name, line.at)
    return None


# -- in forms ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Question:
    """A field that two have changed, as `together/_conflict.html` asks about it."""

    field: str
    label: str
    by: str
    at: datetime | None
    theirs: str
    mine: str


def seen_text(versions: rules.Versions) -> str:
    """Versions for the hidden field `seen` of a form."""
    return json.dumps(versions)


def seen_in(request: HttpRequest) -> dict[str, str]:
    """What the form says was seen; nothing when it says nothing that makes sense."""
    try:
        found = nested.read(request.POST.get("seen", "") or "{}")
    except ValueError:
        return {}
    return {str(name): str(one) for name, one in found.items()} if isinstance(found, dict) else {}


def keeps_theirs(request: HttpRequest, names: Iterable[str]) -> list[str]:
    """Fields of which the form leaves what the other has written."""
    return [name for name in names if request.POST.get(f"keep-{name}") == "theirs"]


def is_conflict(error: PentadError) -> bool:
    return error.code == CODE


def questions(
    error: PentadError, mine: Mapping[str, str], shown: Callable[[str, Any], str], reader: str
) -> list[Question]:
    """What is to be asked. shown: (field, value) in words. reader: one's own name, if one was it in another window."""
    return [
        Question(
            one["field"], one["label"], "You" if one["by"] == reader else one["by"], one["at"],
            shown(one["field"], one["now"]), mine.get(one["field"], ""),
        )
        for one in error.data["changes"]
    ]  # fmt: skip


def seen_after(error: PentadError, seen: rules.Versions) -> dict[str, str]:
    """What has been seen now that one was told: a third change would be told again."""
    told = dict(seen)
    for one in error.data["changes"]:
        told |= one.get("seen") or {one["field"]: rules.version(one["now"])}
    return told
