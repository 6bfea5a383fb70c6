"""Finding what access is to be explained of by what it is called: a record by a name, a field by its label."""

import re
from dataclasses import dataclass
from typing import Any

from pentad.core.errors import PentadError
from pentad.roles.access.manage.queries import record_of
from pentad.roles.access.purposes.queries import of_fields
from pentad.roles.access.rights import TWINS
from pentad.roles.access.rights_models import FieldClass, FieldRule, Share
from pentad.roles.access.seeing import Kind, kind_of, kinds
from pentad.roles.notices import subjects
from pentad.roles.views import paging, plans
from pentad.roles.views.spec import known_list
from pentad.roles.views.state import ListState

MOST = 6
"""Records of each kind that are offered."""
SHORTEST = 2


@dataclass(frozen=True, slots=True)
class Candidate:
    """A record that may be meant. ref: its kind and id, by which it is found again."""

    ref: str
    kind: str
    label: str
    hint: str
    record: Any


def record_called(text: str, *, typing: bool = False) -> tuple[Any | None, list[Candidate]]:
    """The record with this id, address or name, or those that may be meant; names as the reader may see them.

    typing: the text may be no whole name yet, so that one which fits is offered and not taken.
    """
    text = text.strip()
    if (found := record_of(re.split(r"[:\s]", text)[-1])) is not None:
        return found, []
    offered = candidates(text)
    return (offered[0].record, []) if len(offered) == 1 and not typing else (None, offered)


def candidates(text: str) -> list[Candidate]:
    """Records whose lists find this text, a few of each kind."""
    found: list[Candidate] = []
    for kind in kinds() if len(text) >= SHORTEST else ():
        try:
            spec, state = known_list(kind.name), ListState(q=text)
            rows = paging.fetch(spec, state, plans.plan(spec, state), MOST).rows
        except PentadError:  # there is no list of this kind, or it cannot be searched for this
            continue
        for row in rows:
            title, hint = subjects.subject_of(row).title(row), getattr(row, "email", "")
            found.append(Candidate(f"{kind.name}:{row.id}", kind.one, title, hint if hint != title else "", row))
    return found


def field_called(kind: Kind, text: str) -> str:
    """The name of a field by its name or label; another word is a trait."""
    wanted = text.strip()
    names = [*kind.fields, *kind.own_fields()]
    for name, label in names:
        if wanted.casefold() in (name.casefold(), label.casefold()):
            return name
    return wanted if ":" in wanted or not wanted else f"trait:{wanted}"


def is_field(kind: Kind, name: str) -> bool:
    """Whether records have this field, or anything is said of it."""
    names = {name, TWINS.get(name, name)}
    if names & dict([*kind.fields, *kind.own_fields()]).keys() or (name.startswith("trait:") and kind.stated(name)):
        return True
    ruled = FieldRule.objects.filter(kind__in=(kind.name, "*"), target__in=names)
    classed = FieldClass.objects.filter(kind=kind.name, field__in=names)
    return ruled.exists() or classed.exists() or any((kind.name, one) in of_fields() for one in names)


def named(record: Any) -> str:
    """What to call a record, with its id, by which it is found again."""
    title = next((subjects.subject_of(one).title(one) for one in _seen(record)), "")
    return f"{title} · {record.id}" if title else str(record.id)


@dataclass(frozen=True, slots=True)
class Shared:
    """A share with what its record is called and where it stands; "" for a record that the reader may not see."""

    share: Share
    kind: str
    label: str
    url: str


def of_shares(shares: list[Share]) -> list[Shared]:
    """The shares, each with its record as the reader may see it."""
    numbers: dict[str, list[int]] = {}
    for one in shares:
        numbers.setdefault(one.kind, []).append(one.record)
    seen = {kind: subjects.seen(kind, those) for kind, those in numbers.items()}
    called = {kind.name: kind.one.capitalize() for kind in kinds()}
    return [_shared(one, called.get(one.kind, one.kind), seen[one.kind].get(one.record)) for one in shares]


def _shared(share: Share, kind: str, row: Any | None) -> Shared:
    if row is None:
        return Shared(share, kind, "", "")
    subject = subjects.subject_of(row)
    return Shared(share, kind, subject.title(row), subject.url(row))


def _seen(record: Any) -> list[Any]:
    """The record as the reader may see it: access to others is explained too, and their names are not told."""
    return list(subjects.seen(kind_of(type(record)).name, [record.pk]).values())
