"""Keeping what the editor's form holds: the part before one's eyes, the name, the purpose, and a part more or less."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pentad.content.messages import actions, editing, parts, queries
from pentad.content.messages.editing import Spot
from pentad.content.messages.models import Message
from pentad.content.messages.parts import Parts
from pentad.core import nested
from pentad.core.actor import Actor
from pentad.core.errors import Conflict, Invalid, NotFound
from pentad.roles.together import rules

TRANSACTIONAL = "*"
"""Stands among the purposes for a message that needs none."""


@dataclass(frozen=True, slots=True)
class Form:
    """What was sent. at: the part its fields are of. seen: the version they were changed from. was: versions (see
    together.rules) of what the head of the form said before: a colleague may have changed it since.
    """

    name: str
    description: str
    purpose: str
    transactional: bool
    at: Spot | None
    seen: int | None
    posted: Mapping[str, Any]
    was: rules.Versions | None = None

    def onto(self, tree: Parts) -> Parts:
        """The message with this part as it is in the form. Raises Invalid."""
        return parts.read(self.shown_in(tree))

    def shown_in(self, tree: Parts) -> Parts:
        """The same for the page that says what is wrong with it: whatever was typed, also when somebody took the part away."""
        written = any(name.startswith("f.") for name in self.posted)
        if self.at is None or not written:
            return tree
        return editing.with_fields(tree, self.at, editing.given(self.posted, self.at))

    def head(self, row: Message) -> dict[str, Any]:
        """What of the head is to be written: what was changed here. Raises Conflict for what both changed."""
        mine = {
            "name": self.name,
            "description": self.description,
            "purpose": self.purpose,
            "transactional": self.transactional,
        }
        write, met = rules.meet(shown(row), mine, self.was)
        if met:
            raise Conflict(
                f"{row.changed_by} changed this message’s {' and '.join(met)} meanwhile.", code="changed_meanwhile",
                fix="Open it again, or save yours over it.", version=row.latest,
            )  # fmt: skip
        return write


def shown(row: Message) -> dict[str, Any]:
    """What the head of the form says."""
    purpose = "" if row.transactional else row.purpose
    return {"name": row.name, "description": row.description, "purpose": purpose, "transactional": row.transactional}


def form(posted: Mapping[str, Any]) -> Form:
    purpose, seen = str(posted.get("purpose", "")), str(posted.get("seen", ""))
    place = str(posted.get("at", "")).split(".")
    at = Spot(*place) if len(place) == 3 and place[1] in parts.FIELDS else None
    return Form(
        str(posted.get("name", "")), str(posted.get("description", "")), "" if purpose == TRANSACTIONAL else purpose,
        purpose == TRANSACTIONAL, at, int(seen) if seen.isdecimal() and len(seen) < 9 else None, posted,
        _versions(str(posted.get("was", ""))),
    )  # fmt: skip


def _versions(text: str) -> rules.Versions | None:
    try:
        found = nested.read(text or "null")
    except ValueError:
        return None
    return {str(name): str(one) for name, one in found.items()} if isinstance(found, dict) else None


def keep(actor: Actor, row: Message, asked: Form, do: str = "", what: str = "") -> tuple[Message, str]:
    """Save it, with what else is to be done in the same version; the answer says which part is shown next. Somebody else's
    change of another part is no reason to refuse this one.
    """
    if asked.at is None and do not in ("channel", "starter"):
        tree, after = queries.version(row).tree, ""
    else:
        tree, after = _changed(asked.onto(queries.version(row).tree), asked.at, do, what)
    message = actions.change_message(actor=actor, message=row, content=tree, seen=_seen(row, asked), **asked.head(row))
    return message, after or str(asked.at or "")


def _changed(tree: Parts, at: Spot | None, do: str, what: str) -> tuple[Parts, str]:
    if do == "channel":
        found = editing.add_channel(tree, what)
        return found, f"{at.variant if at else next(iter(found['variants']))}.{what}.{at.language if at else ''}"
    if do == "starter" or at is None:
        return _begun(tree, at, what)
    if do == "language":
        found = editing.add_language(tree, at, what)
        added = list(found["variants"][at.variant][at.channel])[-1]
        return found, f"{at.variant}.{at.channel}.{added}"
    if do == "variant":
        found, letter = editing.add_variant(tree, at)
        return found, f"{letter}.{at.channel}.{at.language}"
    if do == "without":
        return editing.without(tree, at, what), str(at)
    return tree, ""


def _begun(tree: Parts, at: Spot | None, key: str) -> tuple[Parts, str]:
    """With a layout in place of the mail that is there."""
    from pentad.content.messages.starters import starter

    chosen = starter(key)
    if chosen is None:
        raise NotFound(f"There is no layout “{key[:40]}”.", code="starter_not_found", fix="Choose one that is shown.")
    if at is None or at.channel != "email":
        return editing.add_channel(tree, "email", chosen.fields), "A.email"
    fields = (editing.fields_of(tree, at) or {}) | {"mjml": chosen.mjml}
    return editing.with_fields(tree, at, fields), str(at)


def _seen(row: Message, asked: Form) -> int | None:
    """The version to hold the change against: the newest one, where the part is as it was seen."""
    if asked.seen is None:
        raise Invalid(
            "The page did not say which version of the message it shows.", code="message_unseen",
            fix="Open it again, then change it.",
        )  # fmt: skip
    if asked.seen == row.latest or asked.at is None:
        return asked.seen
    before = row.versions.filter(number=asked.seen).first()
    if before is None:
        return asked.seen
    now = queries.version(row).tree
    return row.latest if editing.fields_of(before.tree, asked.at) == editing.fields_of(now, asked.at) else asked.seen
