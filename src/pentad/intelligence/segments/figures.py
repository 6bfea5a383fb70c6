"""What traits are made of that are worked out of events, as the feature that works them out says."""

from collections.abc import Callable

from pentad.intelligence.segments.definition import Definition

MadeOf = Callable[[str], Definition | None]
"""By the trait's name, a definition that names the events it asks for."""
_sources: list[MadeOf] = []


def register_figures(made_of: MadeOf) -> MadeOf:
    """So that a segment that leads back to itself by way of such a trait is refused."""
    _sources.append(made_of)
    return made_of


def made_of(name: str) -> Definition | None:
    return next((found for source in _sources if (found := source(name)) is not None), None)
