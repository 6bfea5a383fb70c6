"""Who may speak of what: an author must see in full what a message tells of customers, companies and events."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from pentad.content.messages.parts import Parts, each
from pentad.core.actor import Actor
from pentad.core.errors import Denied
from pentad.data.identity.queries import field_of
from pentad.data.profiles.kinds import property_levels
from pentad.roles.access import seeing
from pentad.roles.access.rights import Level

if TYPE_CHECKING:
    from pentad.content.render.usage import Use

_FREE = frozenset({"id"})
_ENDS = frozenset({"first", "last"})
"""Of what is asked for by name these are any value, whichever comes first or last."""
_BY_ROW = {"name": "name", "first_name": "name", "last_name": "name", "email": "email", "phone": "phone"}


def require_fields(actor: Actor, tree: Parts) -> None:
    """Raise Denied when the message speaks of what the actor does not see in full. What cannot be read yet speaks of nothing:
    it cannot be published either.
    """
    if all(seeing.in_full(kind, actor) for kind in ("people", "companies")):
        return
    hidden = unseen(actor, _uses(tree))
    if hidden:
        named = ", ".join(f"“{one}”" for one in hidden[:5])
        raise Denied(
            f"The message speaks of {named}, which {actor.name} does not see in full.", code="message_fields",
            fix="Leave it out, or ask an administrator for a role that sees it.", right="people.view",
        )  # fmt: skip


def unseen(actor: Actor, uses: "Iterable[Use]") -> list[str]:
    """Names of what is spoken of and not seen in full, each once."""
    people, companies = seeing.levels("people", actor), seeing.levels("companies", actor)
    levels = {"customer": people, "company": companies, "event": property_levels(actor)}
    found = dict[str, None]()
    for use in uses:
        root, *steps = use.path
        if (at := levels.get(str(root))) is None:
            continue
        names = [one for one in steps if isinstance(one, str)]
        whole = (not names or names[0] in _ENDS) and not seeing.in_full(
            "companies" if root == "company" else "people", actor
        )
        if whole or any(not _seen(at, str(root), name, first=place == 0) for place, name in enumerate(names)):
            found[use.name] = None
    return list(found)


def _seen(at: Callable[[str], Level], root: str, name: str, *, first: bool) -> bool:
    asked = [f"trait:{name}"]
    if first and root in ("customer", "company"):
        if name in _FREE:
            return True
        if name == "user_id":
            asked = [field_of(name)]
        elif name in _BY_ROW:
            asked.append(_BY_ROW[name])
    return all(at(one) >= Level.SEE for one in asked)


def _uses(tree: Parts) -> "list[Use]":
    from pentad.content.messages.compiling import kept  # loads what renders messages
    from pentad.content.render.faults import Faulty

    found: list[Use] = []
    for part in each(tree):
        try:
            found += kept.ready(part.channel, part.language, part.fields).uses
        except Faulty:
            continue
    return found
