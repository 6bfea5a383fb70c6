"""The rules on the page and in what it sends, whichever form they have."""

from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest

from pentad.core.errors import Invalid
from pentad.intelligence.segments.definition import Definition
from pentad.intelligence.segments.reading import read, write


@dataclass(frozen=True, slots=True)
class Rules:
    """definition: None while incomplete; mistakes say why. context: what the template needs."""

    definition: Definition | None
    mistakes: list[str] = field(default_factory=list)
    context: dict[str, Any] = field(default_factory=dict)


def started(request: HttpRequest, definition: Definition | None, time_zone: str = "UTC") -> Rules:
    """For a page that is opened. time_zone: of a definition that is begun."""
    return Rules(definition, [], {"written": write(definition) if definition else ""})


def posted(request: HttpRequest) -> Rules:
    """As they were sent."""
    text = request.POST.get("definition", "")
    if not text.strip():
        return Rules(None, ["Say who belongs to the segment."])
    try:
        return Rules(read(text))
    except Invalid as error:
        return Rules(None, [error.message])
