"""Records as the reader may see them: which ones, as part of the query, and how much of each.

    class Person(Owned):
        objects = models.Manager()      # everything: for actions, the loader and background upkeep
        seen = SeenManager()            # what the reader may see, masked where the policy says so

`reader()` (core.actor) names on whose behalf is read. With nobody named, nothing is seen.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.conf import settings
from django.db import models
from django.db.models import Q, QuerySet
from django.db.models.query import ModelIterable

from pentad.core import clock
from pentad.core.actor import Actor, reader
from pentad.core.errors import Denied
from pentad.roles.access.rights import Level, Policy, Reach, Scope, masked
from pentad.roles.access.rights_models import Share, Team

M = TypeVar("M", bound=models.Model)


class Owned(models.Model):
    """A record that belongs to a colleague, a team, or nobody yet."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    team = models.ForeignKey(Team, models.SET_NULL, null=True, related_name="+")

    class Meta:
        abstract = True


@dataclass(frozen=True)
class Kind:
    """A kind of record that rights speak of.

    fields: (name, label) of what a field rule may name, without those that are too many to list, such as traits; own_fields:
    those that people have declared. stated: whether some record has a field of this name. traits: names of those there are,
    as far as the reader may know of them.
    veil: hides in one loaded record what the levels (asked by field name) do not let through.
    """

    name: str
    one: str
    many: str
    fields: tuple[tuple[str, str], ...]
    veil: Callable[[Any, Callable[[str], Level]], None]
    own_fields: Callable[[], Sequence[tuple[str, str]]] = tuple
    stated: Callable[[str], bool] = lambda name: False
    traits: Callable[[], Sequence[str]] = tuple

    def label(self, name: str) -> str:
        """What a field is called."""
        return dict([*self.fields, *self.own_fields()]).get(name, name.removeprefix("trait:"))

    @property
    def view(self) -> str:
        return f"{self.name}.view"


_kinds: dict[type[models.Model], Kind] = {}


def register(model: type[models.Model], kind: Kind) -> None:
    _kinds[model] = kind


def kinds() -> list[Kind]:
    """Every kind, by name."""
    return sorted(_kinds.values(), key=lambda kind: kind.name)


def models_of_kinds() -> list[type[models.Model]]:
    """The models of every kind."""
    return list(_kinds)


def kind_of(model: type[models.Model]) -> Kind:
    return _kinds[model]


# -- which records -----------------------------------------------------------------------------------


def sees_all(kind: str) -> bool:
    """Whether nothing of a kind is hidden from the reader: then what is counted for all may be shown."""
    actor = reader()
    in_full = not isinstance(actor.policy, Policy) or actor.policy.sees_every_field
    return in_full and reach_of(actor, f"{kind}.view").everything


def require_all(kind: str) -> None:
    """Raise Denied unless the reader sees everything of a kind in full: for raw messages, which tell of anybody."""
    if not sees_all(kind):
        raise Denied(
            "Raw messages tell of every customer: only who sees all of them in full may read these.",
            code="raw_messages",
            fix="Ask an administrator.",
            right=f"{kind}.view",
        )


def reach_of(actor: Actor, right: str) -> Reach:
    """How far a right reaches. An actor without a policy (Pentad itself, the command line) has all or nothing."""
    if isinstance(actor.policy, Policy):
        return actor.policy.reach(right)
    return Reach(Scope.ALL if actor.may(right) else Scope.NONE)


def within(actor: Actor, right: str, kind: str) -> Q | None:
    """The records a right reaches, as a condition; None when it reaches all. Never matches when it reaches none."""
    reach = reach_of(actor, right)
    if reach.everything:
        return None
    policy = actor.policy
    if not isinstance(policy, Policy) or reach.deny == Scope.ALL:
        return Q(pk__in=[])
    if policy.only and reach.nothing:  # a program without the right: what is shared with its owner is not its own
        return Q(pk__in=[])
    allowed = _inside(reach.allow, policy)
    if reach.allow < Scope.ALL and (shared := _shared(policy, kind, right)):
        allowed |= shared
    return allowed & ~_inside(reach.deny, policy) if reach.deny else allowed


def _inside(scope: Scope, policy: Policy) -> Q:
    if scope == Scope.ALL:
        return Q()
    own = Q(owner_id=policy.user) if policy.user is not None else Q(pk__in=[])
    if scope == Scope.TEAM:
        return Q(owner_id__in=sorted(policy.mates)) | Q(team_id__in=sorted(policy.teams))
    return own if scope == Scope.OWN else Q(pk__in=[])


def _shared(policy: Policy, kind: str, right: str) -> Q | None:
    """Records that were shared: to see them, or to change them too. Sharing opens nothing else."""
    if policy.user is None or right not in (f"{kind}.view", f"{kind}.edit"):
        return None
    rows = Share.objects.filter(Q(until=None) | Q(until__gt=clock.now()), kind=kind)
    rows = rows.filter(Q(user_id=policy.user) | Q(team_id__in=sorted(policy.teams)))
    if right.endswith(".edit"):
        rows = rows.filter(change=True)
    return Q(pk__in=rows.values("record"))


def may(actor: Actor, right: str, record: "Owned") -> bool:
    """Whether the right reaches this record."""
    condition = within(actor, right, kind_of(type(record)).name)
    return condition is None or type(record)._default_manager.filter(condition, pk=record.pk).exists()


def reached(actor: Actor, right: str, records: Sequence["Owned"]) -> set[int]:
    """Keys of those records, all of one kind, that the right reaches: one query for a page of them."""
    keys = {record.pk for record in records}
    condition = within(actor, right, kind_of(type(records[0])).name) if records else None
    if condition is None:
        return keys
    return set(type(records[0])._default_manager.filter(condition, pk__in=keys).values_list("pk", flat=True))


_about: dict[type[models.Model], Callable[[Any], list["Owned"]]] = {}


def register_about(model: type[models.Model], records: Callable[[Any], list["Owned"]]) -> None:
    """Rows that belong to records, such as notes: an action given one needs a right that reaches those records."""
    _about[model] = records


def guard(actor: Actor, right: str, value: Any) -> None:
    """Before an action (see core.action): the right must reach every record it is given, also in a list of them."""
    if isinstance(value, Owned):
        require(actor, right, value)
    elif isinstance(value, list | tuple):
        require(actor, right, *(one for one in value if isinstance(one, Owned)))
    elif (records := _about.get(type(value))) is not None:
        require(actor, right, *records(value))


def require(actor: Actor, right: str, *records: "Owned") -> None:
    """Raise Denied unless the right reaches each record; for rights of another kind, unless it may be seen."""
    for record in records:
        kind = kind_of(type(record))
        needed = right if right.startswith(f"{kind.name}.") else kind.view
        if not may(actor, needed, record):
            raise Denied(
                f"{actor.name} may not do this with this {kind.one}: “{needed}” does not reach it.",
                fix="“Explain access” in the settings tells which rule decides.",
                right=needed,
            )


# -- how much of each --------------------------------------------------------------------------------


def user_of(actor: Actor) -> int | None:
    """The colleague's number: one's own, or whose program it is."""
    return actor.policy.user if isinstance(actor.policy, Policy) else None


def self_number(actor: Actor) -> int | None:
    """The colleague who reads; None for programs. Who looks through a colleague's eyes reads as them."""
    if actor.kind != "user":
        return None
    own = user_of(actor)
    return own if own is not None else int(actor.id)


def self_ref(actor: Actor) -> str:
    """The same as what colleagues and programs made names them."""
    number = self_number(actor)
    return f"user:{number}" if number is not None else actor.ref


def works_for(actor: Actor) -> frozenset[str] | None:
    """The purposes one works for; None: every one, as Pentad itself and the command line do."""
    return actor.policy.works_for if isinstance(actor.policy, Policy) else None


def acts_for(actor: Actor) -> list[str] | str:
    """The same as audit lines name it."""
    held = works_for(actor)
    return "every" if held is None else sorted(held)


def level(kind: str, name: str) -> Level:
    """How much of a field the reader sees."""
    return level_for(reader(), kind, name)


Limit = Callable[[Actor, str], Callable[[str], Level]]
_limits: list[Limit] = []


def register_limit(limit: Limit) -> Limit:
    """Let a competency above this one say how much more of a field than of what it is made of may be seen at most. Given
    an actor and a kind it answers for many fields.
    """
    _limits.append(limit)
    return limit


def level_for(actor: Actor, kind: str, name: str) -> Level:
    if isinstance(actor.policy, Policy):
        return _limited(actor, kind, name, [limit(actor, kind) for limit in _limits])
    return Level.CHANGE if actor.may(f"{kind}.view") else Level.HIDDEN


def _limited(actor: Actor, kind: str, name: str, limits: Sequence[Callable[[str], Level]]) -> Level:
    if not isinstance(actor.policy, Policy):
        return level_for(actor, kind, name)
    found = actor.policy.level(kind, name)
    # What is hidden anyhow, and who sees everything, needs no second thought.
    if found == Level.HIDDEN or actor.policy.sees_every_field:
        return found
    return min([found, *(limit(name) for limit in limits)])


def in_full(kind: str, actor: Actor | None = None) -> bool:
    """Whether the reader, or this actor, sees every field of a kind as it is. Not so NOBODY: what is read after the reader
    has gone, as a stream may, is hidden altogether.
    """
    actor = actor or reader()
    return actor.policy.sees_every_field if isinstance(actor.policy, Policy) else actor.may(f"{kind}.view")


def levels(kind: str, actor: Actor | None = None) -> Callable[[str], Level]:
    """How much of each field the reader, or this actor, sees, thought over once for each: for many rows."""
    actor, asked = actor or reader(), dict[str, Level]()
    limits = [limit(actor, kind) for limit in _limits]

    def at(name: str) -> Level:
        if name not in asked:
            asked[name] = _limited(actor, kind, name, limits)
        return asked[name]

    return at


def sees(kind: str, name: str) -> bool:
    """Whether the reader sees a field in full: only then may a list be searched, filtered or sorted by it."""
    return level(kind, name) >= Level.SEE


def veiled(value: Any, at: Level) -> Any:
    """A value as far as the level lets it through; None when it does not."""
    if at >= Level.SEE or value in (None, ""):
        return value
    return masked(value if isinstance(value, str) else "•") if at == Level.MASKED else None


class SeenQuerySet(QuerySet[M]):
    """Veils what it loads. `values` and the like would go round that: they are for keys only."""

    def _fetch_all(self) -> None:
        fresh = self._result_cache is None
        super()._fetch_all()
        if fresh and issubclass(self._iterable_class, ModelIterable):
            veil(self._result_cache or [])

    def iterator(self, chunk_size: int | None = None) -> Iterator[M]:
        for row in super().iterator(chunk_size or 2_000):
            if isinstance(row, models.Model):
                veil([row])
            yield row


def veil(rows: list[Any]) -> None:
    """Hide in loaded records what the reader may not see of them."""
    if not rows:
        return
    kind = kind_of(type(rows[0]))
    if in_full(kind.name):
        return
    at = levels(kind.name)
    for row in rows:
        kind.veil(row, at)


class SeenManager(models.Manager.from_queryset(SeenQuerySet)):  # type: ignore[misc]
    """What the reader may see."""

    def get_queryset(self) -> "SeenQuerySet[Any]":
        rows: SeenQuerySet[Any] = super().get_queryset()
        condition = within(reader(), kind_of(self.model).view, kind_of(self.model).name)
        return rows if condition is None else rows.filter(condition)
