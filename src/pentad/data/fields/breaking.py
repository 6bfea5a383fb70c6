"""Which saved views a declaration would break: those with a filter that the field, as it would be, cannot be asked."""

from pentad.core.actor import Actor
from pentad.core.errors import Invalid
from pentad.data.fields.rules import Declared
from pentad.data.profiles import field_filters, filters
from pentad.roles.views.readable import Breaking, breaking
from pentad.roles.views.spec import Operator
from pentad.roles.views.state import Filter

PLAIN = {"people": filters.TRAIT_CHOICES, "companies": (*field_filters.TEXT, *field_filters.KNOWN)}
"""What a trait without a field can be asked."""


def broken_by_change(actor: Actor, planned: Declared, now: Declared | None) -> Breaking:
    """Views that work now, and would not with the field as planned. now: the field there is."""
    asks = field_filters.operators(planned)

    def breaks(one: Filter) -> bool:
        works = now is None or _reads(now, field_filters.operators(now), one)
        return one.field == f"trait:{planned.name}" and works and not _reads(planned, asks, one)

    return breaking(actor, planned.kind, breaks)


def broken_by_archive(actor: Actor, field: Declared) -> Breaking:
    """Views that ask what only the field can be asked, not the plain trait."""
    asks = {one.name for one in PLAIN.get(field.kind, ())}
    return breaking(actor, field.kind, lambda one: one.field == f"trait:{field.name}" and one.operator not in asks)


def _reads(field: Declared, asks: tuple[Operator, ...], one: Filter) -> bool:
    if one.operator not in {known.name for known in asks}:
        return False
    try:
        field_filters.where(field, one.operator, one.value)
    except Invalid:
        return False
    return True
