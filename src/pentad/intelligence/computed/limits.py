"""Who may see the values of a computed trait: nobody who does not see in full what it is made of."""

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field

from pentad.core.actor import Actor
from pentad.data.profiles.computed import names_with_values, register_computed
from pentad.intelligence.computed.definition import asked, read
from pentad.intelligence.computed.models import ComputedTrait, ComputedVersion
from pentad.intelligence.segments.access import may_ask
from pentad.intelligence.segments.definition import Definition
from pentad.intelligence.segments.figures import register_figures
from pentad.intelligence.segments.queries import definition_of
from pentad.roles.access.rights import Level
from pentad.roles.access.seeing import register_limit

_asking: ContextVar[bool] = ContextVar("asking", default=False)
"""What a trait is made of are properties: one that is called like a computed trait is none."""


@register_computed
def live_names() -> set[str]:
    return set(ComputedTrait.objects.filter(state=ComputedTrait.LIVE).values_list("name", flat=True))


@register_figures
def made_of(name: str) -> Definition | None:
    """The events of a live one."""
    row = ComputedTrait.objects.filter(name=name, state=ComputedTrait.LIVE).first()
    return None if row is None else asked(row.computed)


def _made_of() -> list[tuple[str, str]]:
    """Names and definitions: of what is live; and earlier ones, while customers may still have values by them."""
    rows = ComputedTrait.objects.values_list("name", "definition", "state", "filled")
    found = [(name, definition) for name, definition, state, _ in rows if state == ComputedTrait.LIVE]
    unfilled = [name for name, _, state, filled in rows if filled is None or state != ComputedTrait.LIVE]
    if left := names_with_values(unfilled):
        found += ComputedVersion.objects.filter(trait__name__in=left).values_list("trait__name", "definition")
    return found


@dataclass
class _Known:
    """What was found out for one policy, which is granted anew for each request: asked once, as lists ask for each field."""

    policy: object
    definitions: dict[str, list[str]] | None = None
    seen: dict[str, bool] = field(default_factory=dict)

    def of(self, name: str) -> list[str]:
        if self.definitions is None:
            self.definitions = {}
            for one, definition in _made_of():
                self.definitions.setdefault(one.casefold(), []).append(definition)
        return self.definitions.get(name.casefold(), [])

    def may_see(self, actor: Actor, definition: str) -> bool:
        if definition not in self.seen:
            token = _asking.set(True)
            try:
                self.seen[definition] = may_ask(actor, asked(read(definition)), definition_of)
            finally:
                _asking.reset(token)
        return self.seen[definition]


_known: ContextVar[_Known | None] = ContextVar("known", default=None)


@register_limit
def limit(actor: Actor, kind: str) -> Callable[[str], Level]:
    """What the values that there are were made of counts, also while they are being worked out anew or taken away."""

    def at(name: str) -> Level:
        if kind != "people" or not name.startswith("trait:") or _asking.get():
            return Level.CHANGE
        known = _known.get()
        if known is None or known.policy is not actor.policy:
            _known.set(known := _Known(actor.policy))
        made_of = known.of(name.removeprefix("trait:"))
        return Level.CHANGE if all(known.may_see(actor, one) for one in made_of) else Level.HIDDEN

    return at
