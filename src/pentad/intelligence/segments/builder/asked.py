"""The rules on the page and in what it sends, whichever form they have."""

from dataclasses import dataclass, field

from django.http import HttpRequest

from pentad.intelligence.segments.builder import form, showing
from pentad.intelligence.segments.builder.building import Mistake
from pentad.intelligence.segments.definition import All, Definition


@dataclass(frozen=True, slots=True)
class Asked:
    """definition: None while incomplete; mistakes say why."""

    definition: Definition | None
    mistakes: list[Mistake] = field(default_factory=list)

    @property
    def wrong(self) -> bool:
        """Whether something cannot be as it stands, rather than being left out."""
        return any(not one.missing for one in self.mistakes)

    @property
    def begins(self) -> bool:
        """Whether nothing was said yet."""
        return self.definition is not None and self.definition.where == All(())


def started(request: HttpRequest, definition: Definition | None, time_zone: str) -> showing.Rules:
    """For a page that is opened. time_zone: of a definition that is begun."""
    draft = form.empty(time_zone) if definition is None else form.draft(definition)
    return showing.rules(request, draft)


def posted(request: HttpRequest) -> Asked:
    """As they were sent. Mistakes that say the same are told once."""
    found = form.read(request.POST)
    return Asked(found.definition, list({one.text: one for one in found.mistakes.values()}.values()))
