"""The rules on the page and in what it sends, whichever form they have."""

from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest

from pentad.intelligence.segments.builder import choices, form, showing
from pentad.intelligence.segments.builder.building import Mistake
from pentad.intelligence.segments.builder.fields import Node
from pentad.intelligence.segments.definition import All, Definition


@dataclass(frozen=True, slots=True)
class Asked:
    """definition: None while incomplete; mistakes say why. first: the field of the first of them."""

    definition: Definition | None
    mistakes: list[Mistake] = field(default_factory=list)
    first: str = ""

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
    draft = showing.resolved(form.posted(request.POST))
    found = showing.judged(draft)
    named = [one._replace(text=told(draft.tree, path, one.text)) for path, one in found.mistakes.items()]
    first = next(iter(found.mistakes), "")
    return Asked(found.definition, list({one.text: one for one in named}.values()), first)


def told(tree: Node, path: str, text: str) -> str:
    """A mistake with the condition that it is about, as far as that says what it is."""
    name = _called(tree, path.split(".")[1:])
    return f"{name}: {text[:1].lower()}{text[1:]}" if name else text


def _called(tree: Node, steps: list[str]) -> str:
    """What the innermost thing that has a name on the way there is called: a trait, a property, an event."""
    name = ""
    node: Any = tree
    for step in steps[:-1]:
        found = dict(enumerate(node)).get(int(step)) if isinstance(node, list) else node.get(step)
        if not isinstance(found, dict | list):
            break
        node = found
        name = _name(node) or name if isinstance(node, dict) else name
    return name or _name(tree)


def _name(node: Node) -> str:
    event = node.get("event")
    said = [node.get(one) for one in ("name", "property", "namespace", "purpose", "names")]
    said += [event.get("names")] if isinstance(event, dict) else []
    kind = choices.NAMED.get(str(node.get("kind")), "")
    return next((one.strip()[:60] for one in said if isinstance(one, str) and one.strip()), kind)
