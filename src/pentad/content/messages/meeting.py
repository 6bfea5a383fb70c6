"""Colleagues at the same message see each other."""

from pentad.content.messages.queries import find_message
from pentad.core.action import check
from pentad.core.actor import reader
from pentad.roles.together import presence


def message_number(id: str) -> int:
    check(reader(), "messages.view")
    return int(find_message(id).no)


presence.register("messages", message_number)
