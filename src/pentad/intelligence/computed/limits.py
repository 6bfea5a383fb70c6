"""Who may see the values of a computed trait: nobody who does not see in full what it is made of."""

from collections.abc import Callable
from contextvars import ContextVar
from functools import cache

from pentad.core.actor import Actor
from pentad.data.profiles.computed import names_with_values, register_computed
from pentad.intelligence.computed.definition import asked, read
from pentad.intelligence.computed.models import ComputedTrait, ComputedVersion
from pentad.intelligence.segments.access import may_ask
from pentad.intelligence.segments.queries import definition_of
from pentad.roles.access.rights import Level
from pentad.roles.access.seeing import register_limit

_asking: ContextVar[bool] = ContextVar("asking", default=False)
"""What a trait is made of are properties: one that is called like a computed trait is none."""


@register_computed
def live_names() -> set[str]:
    return set(ComputedTrait.objects.filter(state=ComputedTrait.LIVE).values_list("name", flat=True))


def _made_of() -> list[tuple[str, str]]:
    """Names and definitions: of what is live; and earlier ones, while customers may still have values by them."""
    rows = ComputedTrait.objects.values_list("name", "definition", "state", "filled")
    found = [(name, definition) for name, definition, state, _ in rows if state == ComputedTrait.LIVE]
    unfilled = [name for name, _, state, filled in rows if filled is None or state != ComputedTrait.LIVE]
    if left := names_with_values(unfilled):
        found += ComputedVersion.objects.filter(trait__name__in=left).values_list("trait__name", "definition")
    return found


@register_limit
def limit(actor: Actor, kind: str) -> Callable[[str], Level]:
    """What the values that there are were made of counts, also while they are being worked out anew or taken away."""

    @cache
    def definitions() -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for name, definition in _made_of():
            found.setdefault(name.casefold(), []).append(definition)
        return found

    def at(name: str) -> Level:
        if kind != "people" or not name.startswith("trait:") or _asking.get():
            return Level.CHANGE
        made_of = definitions().get(name.removeprefix("trait:").casefold(), ())
        token = _asking.set(True)
        try:
            seen = all(may_ask(actor, asked(read(one)), definition_of) for one in made_of)
        finally:
            _asking.reset(token)
        return Level.CHANGE if seen else Level.HIDDEN

    return at
