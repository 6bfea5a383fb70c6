"""Reads of messages: which there are, what they say, and what is sent of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.db.models import F, QuerySet

from pentad.content.messages import parts
from pentad.content.messages.models import Message, MessageVersion
from pentad.content.messages.values import Published
from pentad.core.errors import Conflict, NotFound


def messages(state: str | None = None) -> QuerySet[Message]:
    """By name; without what was deleted."""
    rows = Message.objects.filter(deleted=None).order_by("name", "no")
    return rows.filter(state=state) if state else rows


def find_message(id: str) -> Message:
    """Raises NotFound."""
    if (row := messages().filter(id=id).first()) is None:
        raise NotFound(
            f"There is no message with the id {id!r}.", code="message_not_found", fix="See the list of messages."
        )
    return row


def named(name: str) -> Message | None:
    """The one in use that is called so, in whatever capitals; not one in the archive."""
    return messages().exclude(state=Message.ARCHIVED).filter(name__iexact=name).first()


def versions(message: Message) -> QuerySet[MessageVersion]:
    """The newest first."""
    return message.versions.order_by("-number")


def version(message: Message, number: int | None = None) -> MessageVersion:
    """One of them; the newest, when none is named. Raises NotFound."""
    found = message.versions.filter(number=number or message.latest).first()
    if found is None:
        raise NotFound(
            f"“{message.name}” has no version {number}.", code="message_version_not_found", fix="See its versions."
        )
    return found


def newest(rows: Sequence[Message]) -> dict[int, parts.Parts]:
    """What the newest version of each says, by number."""
    return {
        one.message_id: one.tree for one in MessageVersion.objects.filter(message__in=rows, number=F("message__latest"))
    }


def published(message_id: str) -> Published:
    """What is sent of a message. Raises NotFound, and Conflict for one that is not published or in the archive."""
    row = Message.objects.filter(deleted=None, id=message_id).select_related("published").first()
    if row is None:
        raise NotFound(f"There is no message with the id {message_id!r}.", code="message_not_found")
    if row.state != Message.PUBLISHED or row.published is None:
        raise Conflict(f"“{row.name}” is not published.", code="message_not_published", fix="Publish it first.")
    return described(row, row.published)


def described(message: Message, version: MessageVersion) -> Published:
    """A version as others are given it: for trying one that is not published too."""
    tree = version.tree
    return Published(
        version.id, message.id, message.name, message.purpose, message.transactional,
        parts.channels(tree), parts.variants(tree), parts.languages(tree),
    )  # fmt: skip


# -- what uses it ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Use:
    """Something that could not go on without the message."""

    kind: str
    id: str
    name: str


Users = Callable[[Message], Sequence[Use]]
_users: list[Users] = []


def register_user(users: Users) -> Users:
    """Let a feature say what of its own uses a message: such things keep it from being archived or deleted."""
    _users.append(users)
    return users


def uses(message: Message) -> list[Use]:
    return [use for users in _users for use in users(message)]
