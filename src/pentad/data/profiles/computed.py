"""Traits that a competency above this one works out of what customers did: a source of their own states them.

They are written as what they are, statements of a source, so that everything shows them and says where they come from.
No message tells of them: whoever lost them works them out again.
"""

import json
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from pentad.core.errors import Conflict
from pentad.data.identity.models import Person
from pentad.data.identity.store import chunks
from pentad.data.ingest.actions import new_key
from pentad.data.ingest.models import Source
from pentad.data.profiles import fold
from pentad.data.profiles.models import PersonTrait
from pentad.data.profiles.rules import Fact
from pentad.data.profiles.touched import touch
from pentad.data.profiles.vocabulary import every_name

KIND, NAME = "computed", "Computed traits"

_names: list[Callable[[], Collection[str]]] = []


def register_computed(names: Callable[[], Collection[str]]) -> Callable[[], Collection[str]]:
    """Let a competency above this one say which traits it works out, so that nobody states them by hand."""
    _names.append(names)
    return names


def computed_names() -> set[str]:
    return {name for names in _names for name in names()}


def require_not_computed(names: Collection[str]) -> None:
    """Raise Conflict for a trait that nobody states by hand."""
    folded = {name.casefold() for name in computed_names()}
    if found := sorted(name for name in names if name.casefold() in folded):
        raise Conflict(
            f"“{found[0]}” is worked out of what customers do, so nobody sets it.", code="trait_computed",
            fix="Change what it is computed from, or take another name.", trait=found[0],
        )  # fmt: skip


def computed_number() -> int:
    """The number of the source; 0, which no source has, before it is first needed."""
    return Source.objects.filter(kind=KIND).values_list("no", flat=True).first() or 0


def computed_source() -> Source:
    """One row of its kind, which goes before others. Nobody can write through its key."""
    source, _ = Source.objects.get_or_create(
        kind=KIND, defaults={"name": _free_name(), "write_key": new_key(), "priority": 0}
    )
    return source


def _free_name() -> str:
    taken = set(Source.objects.filter(name__startswith=NAME).values_list("name", flat=True))
    return next(name for n in range(len(taken) + 1) if (name := f"{NAME} {n + 1}" if n else NAME) not in taken)


def state_computed(
    numbers: Collection[int], names: Collection[str], values: Mapping[int, Mapping[str, Any]], at: datetime
) -> int:
    """Make these traits of these persons what is said of each; what is not said is taken away. Returns how many people
    that changed. Numbers of persons who are parts of others by now, or gone, are welcome: they keep none.
    """
    source_no = computed_source().no
    with transaction.atomic():
        roots = {no for some in chunks(numbers) for no in _roots(some)}
        wanted = {(no, name): value for no in roots for name, value in values.get(no, {}).items() if name in names}
        held: dict[tuple[int, str], Any] = {}
        stale: dict[int, int] = {}
        for some in chunks(numbers):
            rows = PersonTrait.objects.filter(person_id__in=some, source_no=source_no, name__in=list(names))
            for id, no, name, value in rows.values_list("pk", "person_id", "name", "value"):
                if (no, name) in wanted and _same(wanted[no, name], value):
                    held[no, name] = value
                else:
                    stale[id] = no
        new = [key for key in wanted if key not in held]
        _write(source_no, stale, {key: wanted[key] for key in new}, at)
    return len({*stale.values(), *(no for no, _ in new)})


def _roots(some: Collection[int]) -> Collection[int]:
    return Person.objects.filter(no__in=some, root=None).values_list("no", flat=True)


def _same(one: Any, other: Any) -> bool:
    """As JSON has them: true is not 1."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def _write(source_no: int, stale: Mapping[int, int], new: Mapping[tuple[int, str], Any], at: datetime) -> None:
    for some in chunks(stale):
        PersonTrait.objects.filter(pk__in=some).delete()
    stated, stating = fold.Stated(), {no for no, _ in new}
    for (no, name), value in new.items():
        stated.person(Fact(name, source_no, value, at, "", no))  # no message says it
    if new:
        fold.fold([], stated, {no: no for no in stating}, ())
    lost = set(stale.values()) - stating
    whole = {root or no for some in chunks(lost) for no, root in _whose(some)}
    fold.refresh_traits(whole)
    touch(whole)


def _whose(some: Collection[int]) -> Collection[tuple[int, int | None]]:
    return Person.objects.filter(no__in=some).values_list("no", "root_id")


def who_has_computed(name: str, most: int) -> list[int]:
    """Some persons who have a value of a computed trait."""
    rows = PersonTrait.objects.filter(source_no=computed_number(), name=name).order_by("pk")
    return list(rows.values_list("person_id", flat=True)[:most])


def names_with_values(names: Collection[str]) -> list[str]:
    """Those of these computed traits that anybody has a value of."""
    source_no = computed_number() if names else 0
    rows = PersonTrait.objects.filter(source_no=source_no)
    return [name for name in dict.fromkeys(names) if source_no and rows.filter(name=name).exists()]


def others_stating(name: str) -> list[str]:
    """Names of the other sources that state a trait of somebody, in order: in capital or in small letters, as rights have
    them. Found among the names there are, as no index knows them folded.
    """
    same = [one for one in every_name() if one.casefold() == name.casefold()]
    numbers = PersonTrait.objects.filter(name__in=same, withdrawn=False).exclude(source_no=computed_number())
    found = set(numbers.order_by().values_list("source_no", flat=True).distinct())
    known = dict(Source.objects.filter(no__in=found).values_list("no", "name"))
    return sorted(known.get(no, "a removed source") for no in found)
