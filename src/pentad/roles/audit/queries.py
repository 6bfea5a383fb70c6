"""Reading the log. Every way in has an index that ends in time, so a million lines cost no more than a thousand."""

import threading
import time
from typing import Any

from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Concat

from pentad.core.models import AuditLine
from pentad.roles.audit import kinds, rules
from pentad.roles.views.spec import Condition

MOST_NAMES = 1_000
KEPT_SECONDS = 20.0

Lines = QuerySet[AuditLine]

_kept: dict[str, tuple[float, list[tuple[str, str]]]] = {}
_lock = threading.Lock()


def lines() -> Lines:
    return AuditLine.objects.defer("mark", "seal")


def about(subject: str) -> Lines:
    """What was done to one thing, latest first."""
    return lines().filter(subject=subject).order_by("-at", "-id")


def names(column: str) -> list[tuple[str, str]]:
    """(value, the actor's latest name) of each value of `actor`, `action` or `kind`: one look into the index for each."""
    kept = _kept.get(column)
    if kept and kept[0] > time.monotonic():
        return kept[1]
    found: list[tuple[str, str]] = []
    last = ""
    while len(found) < MOST_NAMES:
        rows = AuditLine.objects.filter(**{f"{column}__gt": last}).order_by(column, "-at", "-id")
        row = rows.values_list(column, "actor_name").first()
        if row is None:
            break
        last = row[0]
        found.append((row[0], row[1]))
    with _lock:
        _kept[column] = (time.monotonic() + KEPT_SECONDS, found)
    return found


def forget_names() -> None:
    """Look anew (tests only)."""
    _kept.clear()


def by(column: str, values: list[str]) -> Condition:
    """Lines with one of these values in an indexed column. One value is walked along its index, several along the time."""
    where = Q(**{column: values[0]}) if len(values) == 1 else Q(**{f"plain_{column}__in": values})
    keys = AuditLine.objects.filter(**{f"{column}__in": values}).order_by().values_list("pk", flat=True)
    return Condition(where, lambda limit: set(keys[:limit]), keys)


def search(text: str) -> Condition:
    """Part of an actor's name, of an action or a kind in words; or a whole subject, id or network address."""
    wanted = text.casefold()
    actors = [ref for ref, name in names("actor") if wanted in name.casefold() or wanted == ref]
    actions = [name for name, _ in names("action") if wanted in rules.label(name).casefold() or wanted == name]
    kinds_ = [name for name, _ in names("kind") if wanted in kinds.kind_label(name).casefold()]
    subjects = [text, *(f"{kind}:{text}" for kind, _ in names("kind"))] if " " not in text else [text]
    asked = {"actor": actors, "action": actions, "kind": kinds_, "subject": subjects, "origin": [text]}

    def driver(limit: int) -> set[int]:
        found: set[int] = set()
        for column, values in asked.items():
            if values and len(found) < limit:
                rows = AuditLine.objects.filter(**{f"{column}__in": values}).order_by().values_list("pk", flat=True)
                found |= set(rows[:limit])
        return found

    return Condition(_any(asked), driver)


def _any(asked: dict[str, list[str]]) -> Q:
    where = Q()
    for column, values in asked.items():
        if values:
            # As an expression, which no index answers: the walk is along the time, and stops when the page is full.
            where |= Q(**{f"plain_{column}__in": values})
    return where


def plain_columns() -> dict[str, Any]:
    return {f"plain_{one}": Concat(F(one), Value("")) for one in ("actor", "action", "kind", "subject", "origin")}
