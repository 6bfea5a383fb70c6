"""Verbs on messages. What was published is never rewritten: a change makes a new version, which is published in its turn."""

from typing import Any

from pentad.content.messages import parts
from pentad.content.messages.access import require_fields
from pentad.content.messages.models import Message, MessageVersion
from pentad.content.messages.queries import find_message, named, uses, version
from pentad.content.messages.undoing import DELETED
from pentad.core import clock
from pentad.core.action import action, note
from pentad.core.actor import Actor
from pentad.core.errors import Conflict, Denied, Invalid
from pentad.data.consent.queries import find_purpose
from pentad.roles.access.apps.rules import undeceiving
from pentad.roles.undo.actions import hold, remember, settle

KEPT = 50
"""Versions of a message that were never published and are kept."""


@action("messages.transactional")
def vouch(*, actor: Actor) -> None:
    """Say that a message is transactional, so that no consent, cap or holdout holds it back, and approve campaigns with one."""


@action("messages.edit")
def create_message(
    *, actor: Actor, name: str, purpose: str = "", transactional: bool = False, description: str = "",
    content: Any = None,
) -> Message:  # fmt: skip
    """Write messages, change them, and take them out of use."""
    tree = parts.read(content) if content is not None else parts.empty()
    require_fields(actor, tree)
    if transactional:
        vouch(actor=actor)
    message = Message.objects.create(
        name=_name(name), description=_words(description), purpose=_purpose(purpose), transactional=transactional,
        changed_by=actor.name,
    )  # fmt: skip
    _write(message, tree, actor)
    note(f"message:{message.id}")
    return message


@action("messages.edit")
def change_message(
    *, actor: Actor, message: Message, name: str | None = None, description: str | None = None, purpose: str | None = None,
    transactional: bool | None = None, content: Any = None, seen: int | None = None,
) -> Message:  # fmt: skip
    """Change what is given; another content is a new version, and what is published stays as it is. seen: the version that
    was read before; Conflict when it is another by now. A purpose for which what is published may not be sent is refused,
    and so is another one for what is used: what was approved, or runs, would ask for another consent from now on.
    """
    message = _locked(message)
    _require_current(message, seen)
    if name is not None:
        message.name = _name(name, message)
    if description is not None:
        message.description = _words(description)
    before = message.purpose, message.transactional
    message.purpose = before[0] if purpose is None else _purpose(purpose)
    if transactional is not None and transactional != message.transactional:
        _set_transactional(message, transactional, actor)
    if message.published is not None and (message.purpose, message.transactional) != before:
        if message.purpose != before[0] and not before[1]:
            _require_unused(message)
        _pass(message, message.published.tree)
    if content is not None and (tree := parts.read(content)) != version(message).tree:
        require_fields(actor, tree)
        message.latest += 1
        _write(message, tree, actor)
    _save(message, actor)
    note(f"message:{message.id}", version=message.latest)
    return message


@action("messages.publish")
def publish_message(
    *, actor: Actor, message: Message, number: int | None = None, seen: int | None = None
) -> MessageVersion:
    """Let a version be sent, once nothing stops it. number: not the newest one. Another text of a transactional message goes
    past consent as the message itself does: it takes who may say so.
    """
    message = _locked(message)
    _require_current(message, seen)
    row = version(message, number)
    tree: parts.Parts = row.tree
    require_fields(actor, tree)
    if message.transactional and row != message.published:
        _vouch_for(message, actor)
    row.checks = _pass(message, tree)
    row.published = row.published or clock.now()
    row.save(update_fields=["checks", "published"])
    message.published, message.state = row, Message.PUBLISHED
    _save(message, actor)
    note(f"message:{message.id}", version=row.number)
    return row


@action("messages.edit")
def restore_version(*, actor: Actor, message: Message, number: int, seen: int | None = None) -> Message:
    """What an earlier version said becomes the newest draft. Taking back a change is restoring the version before it."""
    message = _locked(message)
    return change_message(actor=actor, message=message, content=version(message, number).tree, seen=seen)


@action("messages.edit")
def copy_message(*, actor: Actor, message: Message, name: str = "") -> Message:
    """A draft that says what the newest version of another says; transactional only by whom that may be said."""
    tree: parts.Parts = version(message).tree
    copy = create_message(
        actor=actor, name=name or _free(message.name), purpose=message.purpose,
        transactional=message.transactional and actor.may("messages.transactional"),
        description=message.description, content=tree,
    )  # fmt: skip
    note(f"message:{copy.id}", copied=message.id)
    return copy


@action("messages.edit")
def archive_message(*, actor: Actor, message: Message) -> Message:
    """Put a message into the archive: nothing of it is sent any more. Raises Conflict while something uses it."""
    message = _locked(message, archived=True)
    _require_unused(message)
    message.state = Message.ARCHIVED
    _save(message, actor)
    note(f"message:{message.id}")
    return message


@action("messages.edit")
def restore_message(*, actor: Actor, message: Message) -> Message:
    """Take a message out of the archive, as it was."""
    message = _locked(message, archived=True)
    if message.state == Message.ARCHIVED:
        message.name = _name(message.name, message)
        message.state = Message.PUBLISHED if message.published is not None else Message.DRAFT
        _save(message, actor)
    note(f"message:{message.id}")
    return message


@action("messages.edit")
def delete_message(*, actor: Actor, message: Message) -> None:
    """Delete a message with its versions; for 30 days that can be undone. Raises Conflict while something uses it."""
    message = _locked(message, archived=True)
    _require_unused(message)
    message.deleted = clock.now()
    _save(message, actor)
    note(f"message:{message.id}")
    remember(actor=actor, kind=DELETED, ref=message.id, what=f"Message “{message.name}” deleted", count=1)


@action("messages.edit")
def undelete_message(*, actor: Actor, message: Message) -> Message:
    """Bring a deleted message back; twice does it once."""
    hold(kind=DELETED, ref=message.id)
    message = Message.objects.select_for_update().get(pk=message.pk)
    if message.deleted is not None:
        message.name = _name(message.name, message)
        message.deleted = None
        _save(message, actor)
    settle(actor=actor, kind=DELETED, ref=message.id)
    note(f"message:{message.id}")
    return message


def _locked(message: Message, archived: bool = False) -> Message:
    """As it is now. Raises Conflict for one in the archive, unless that is what it is about."""
    find_message(message.id)
    row = Message.objects.select_for_update().get(pk=message.pk)
    if row.state == Message.ARCHIVED and not archived:
        raise Conflict("This message is in the archive.", code="message_archived", fix="Restore it first.")
    return row


def _require_current(message: Message, seen: int | None) -> None:
    if seen is not None and seen != message.latest:
        raise Conflict(
            f"{message.changed_by} changed this message meanwhile.", code="changed_meanwhile",
            fix="Read it again, then change it.", version=message.latest,
        )  # fmt: skip


def _set_transactional(message: Message, now: bool, actor: Actor) -> None:
    """Raises Conflict for what is published and used: what was approved, or runs, would go past consent from now on."""
    if now:
        if message.published is not None:
            _require_unused(message)
        vouch(actor=actor)
    message.transactional = now


def _vouch_for(message: Message, actor: Actor) -> None:
    if not actor.may("messages.transactional"):
        raise Denied(
            f"“{message.name}” is transactional and goes past consent: {actor.name} may write what it says, not publish it.",
            fix="Ask somebody who holds the right “messages.transactional” to publish it.", right="messages.transactional",
        )  # fmt: skip
    vouch(actor=actor)


def _require_unused(message: Message) -> None:
    found = uses(message)
    if found:
        shown = ", ".join(f"“{one.name}”" for one in found[:5]) + (" …" if len(found) > 5 else "")
        raise Conflict(
            f"The message is used by {shown}.", code="message_used", fix="Change those first.",
            used_by=[one.name for one in found],
        )  # fmt: skip


def _pass(message: Message, tree: Any) -> list[dict[str, str]]:
    """What the gate says of it. Raises Invalid when that stops it."""
    from pentad.content.messages import gate  # loads what renders messages

    told = gate.told(tree, message.purpose, message.transactional)
    if stops := [one for one in told if one["level"] == "stop"]:
        first = f"{stops[0]['where']}: {stops[0]['text']}" if stops[0]["where"] else stops[0]["text"]
        more = f" There are {len(stops) - 1} more like this." if len(stops) > 1 else ""
        raise Invalid(f"{first}{more}", code="message_not_ready", fix="See its checks.", checks=told)
    return told


def _write(message: Message, tree: parts.Parts, actor: Actor) -> None:
    """A new version; of those that were never published, the oldest go."""
    MessageVersion.objects.create(
        message=message, number=message.latest, parts=parts.write(tree), author=actor.ref, author_name=actor.name
    )
    drafts = message.versions.filter(published=None).order_by("-number").values_list("pk", flat=True)
    message.versions.filter(pk__in=list(drafts[KEPT : KEPT + 100])).delete()


def _save(message: Message, actor: Actor) -> None:
    message.changed, message.changed_by = clock.now(), actor.name
    message.save()


def _name(given: str, message: Message | None = None) -> str:
    name = " ".join(given.replace("\0", " ").split())
    name = name if len(name) > 120 else undeceiving(name)
    if not name or len(name) > 120:
        raise Invalid(
            f"A message's name has 1 to 120 characters; this one has {len(name)}.", code="bad_message_name",
            fix="Say in a few words what it tells.",
        )  # fmt: skip
    other = named(name)
    if other is not None and (message is None or other.pk != message.pk):
        raise Conflict(f"There is a message “{other.name}”.", code="message_taken", fix="Take another name.")
    return name


def _free(name: str) -> str:
    """A name for a copy that nobody has."""
    stem = name[:105]
    for number in range(1, 1000):
        found = f"{stem} (copy)" if number == 1 else f"{stem} (copy {number})"
        if named(found) is None:
            return found
    raise Conflict(f"There are too many copies of “{name}”.", code="message_taken", fix="Give it a name.")


def _words(given: str) -> str:
    text = given.replace("\0", " ").strip()
    if len(text) > 1000:
        raise Invalid(
            f"The description has {len(text):,} characters; 1,000 are allowed.", code="bad_message_description"
        )
    return text


def _purpose(given: str) -> str:
    return find_purpose(given).name if given else ""
