"""The list of messages, declared."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from pentad.content.messages import parts, queries
from pentad.content.messages.models import Message
from pentad.content.messages.values import CHANNELS
from pentad.core import clock
from pentad.core.errors import Invalid
from pentad.data.consent.models import ConsentPurpose
from pentad.roles.views import cells
from pentad.roles.views.spec import Column, Condition, Empty, Field, ListSpec, Operator, Sort, register

TONES = {
    Message.DRAFT: ("Draft", "gray"), Message.PUBLISHED: ("Published", "green"), Message.ARCHIVED: ("Archived", "gold"),
}  # fmt: skip
"""What a state is called, and its colour."""
LABELS = {
    "email": "E-mail", "sms": "SMS", "push": "Push", "chat": "Chat", "inapp": "In-app", "webhook": "Webhook", "task": "Task",
}  # fmt: skip
ICONS = {
    "email": "mail", "sms": "message-square", "push": "bell", "chat": "smile", "inapp": "smartphone", "webhook": "webhook",
    "task": "list-checks",
}  # fmt: skip
"""Of channels."""


NAMED = 3
"""Channels whose names have room in a list."""


def base() -> "QuerySet[Message]":
    """All that were not deleted."""
    return queries.messages().select_related("published")


def prepare(rows: Sequence[Any]) -> None:
    """Attach what cells say: channels and languages of the newest version, the purpose's name, and what uses it."""
    trees = queries.newest(rows)
    wanted = {row.purpose for row in rows if row.purpose}
    labels = {one.name: one.label or one.name for one in ConsentPurpose.objects.filter(name__in=wanted)}
    for row in rows:
        tree = trees.get(row.no) or parts.empty()
        row.channels, row.languages = parts.channels(tree), parts.languages(tree)
        row.purpose_label = "Transactional" if row.transactional else labels.get(row.purpose, row.purpose)
        row.uses = queries.uses(row)


def state_of(row: Message) -> tuple[str, str]:
    """What its state is called, and its colour."""
    if row.state == Message.PUBLISHED and row.published is not None and row.published.number != row.latest:
        return "Published, changed since", "blue"
    return TONES[row.state]


def _name(row: Any) -> SafeString:
    return format_html('<span class="truncate" title="{}">{}</span>', row.description, row.name)


def _channels(row: Any) -> SafeString | str:
    if not row.channels:
        return cells.NOTHING
    # More than a few are told by their icons, which fit: half a name at the edge says nothing.
    said = "sr-only" if len(row.channels) > NAMED else ""
    shown = ((LABELS[one], cells.icon(ICONS[one], "size-3.5"), said, LABELS[one]) for one in row.channels)
    each = '<span class="flex items-center gap-1" title="{}">{}<span class="{}">{}</span></span>'
    return format_html('<span class="flex items-center gap-2">{}</span>', format_html_join(" ", each, shown))


def _uses(row: Any) -> SafeString | str:
    if not row.uses:
        return cells.NOTHING
    title = ", ".join(one.name for one in row.uses[:8])
    return format_html('<span title="{}">{}</span>', title, f"{len(row.uses):,}")


def _search(text: str) -> Condition:
    return Condition(Q(name__icontains=text) | Q(description__icontains=text) | Q(id=text))


def _by_state(operator: str, value: str) -> Condition:
    where = Q(state__in=value.split("|"))
    return Condition(where if operator in ("is", "in") else ~where)


def _by_purpose(operator: str, value: str) -> Condition:
    if value == "transactional":
        return Condition(Q(transactional=True))
    return Condition(Q(transactional=False, purpose=value))


def _by_channel(operator: str, value: str) -> Condition:
    """Read from the newest versions: there are some hundreds of messages, not millions."""
    if value not in CHANNELS:
        raise Invalid(f"“{value}” is no channel.", code="bad_filter", fix="Choose one that is offered.")
    rows = list(queries.messages()[:5000])
    trees = queries.newest(rows)
    return Condition(Q(no__in=[no for no, tree in trees.items() if value in parts.channels(tree)]))


def _changed(operator: str, value: str) -> Condition:
    if not (value.isdecimal() and 0 < len(value) < 5):
        raise Invalid(f"“{value}” is not a number of days.", code="bad_filter", fix="Type digits, such as 7.")
    return Condition(Q(changed__gt=clock.now() - timedelta(days=int(value))))


def _purposes() -> Sequence[tuple[str, str]]:
    rows = ConsentPurpose.objects.exclude(declared=None).order_by("label", "name")
    return [*((one.name, one.label or one.name) for one in rows), ("transactional", "Transactional")]


IS = (Operator("is", "is", "choice"),)
FIELDS = (
    Field("state", "State", (*IS, Operator("isnt", "is not", "choice"), Operator("in", "is one of", "choices")),
          _by_state, "circle-dot", "Message", lambda: [(state, label) for state, (label, _) in TONES.items()]),
    Field("channel", "Channel", IS, _by_channel, "send", "Message", lambda: list(LABELS.items())),
    Field("purpose", "Purpose", IS, _by_purpose, "shield-check", "Message", _purposes),
    Field("changed", "Changed", (Operator("within", "in the last", "days"),), _changed, "clock", "Message"),
)  # fmt: skip
NEW = ("/messages/new/", "New message")

MESSAGES = register(
    ListSpec(
        name="messages", title="Messages", one="message", many="messages", icon="mail", url="/messages/",
        right="messages.view", base=base,
        row_url=lambda row: f"/messages/{row.id}/", row_key=lambda row: row.id, label=lambda row: row.name,
        columns=(
            Column("name", "Message", _name, "mail", sort="name", phone="title", plain=lambda row: row.name),
            Column("state", "State", lambda row: cells.tag(*state_of(row), True), "circle-dot", phone="sub",
                   plain=lambda row: row.state),
            Column("channels", "Channels", _channels, "send", plain=lambda row: ", ".join(row.channels)),
            Column("languages", "Languages", lambda row: ", ".join(row.languages) or cells.NOTHING, "languages", muted=True,
                   plain=lambda row: ", ".join(row.languages)),
            Column("purpose", "Purpose", lambda row: row.purpose_label or cells.NOTHING, "shield-check", muted=True,
                   plain=lambda row: row.purpose),
            Column("uses", "Used by", _uses, "link", number=True, muted=True, plain=lambda row: len(row.uses)),
            Column("changed", "Edited", lambda row: cells.ago(row.changed), "pencil", sort="changed", muted=True, phone="end",
                   plain=lambda row: row.changed),
            Column("by", "Edited by", lambda row: format_html("{}", row.changed_by), "user-round", muted=True,
                   plain=lambda row: row.changed_by),
        ),
        sorts=(
            Sort("changed", "Edited", "changed", words=("oldest first", "latest first")),
            Sort("name", "Message", "name", descending=False, index_descending=False, words=("A to Z", "Z to A")),
        ),
        search=_search, search_hint="Name or description", fields=lambda: FIELDS, load=prepare,
        empty=Empty("No messages yet", "A message is what we say, on each channel and in each language.", *NEW,
                    right="messages.edit"),
        clear={
            "In use": Empty("No message is in use", "All of them are in the archive.", *NEW, right="messages.edit"),
            "Published": Empty("Nothing is published", "What is published can be sent."),
            "Drafts": Empty("No drafts", "What is being written stands here until it is published."),
            "Archive": Empty("Nothing in the archive", "What is not needed any more can be put here, with its versions."),
        },
        views=(
            ("In use", {"filters": [["state", "isnt", Message.ARCHIVED]]}),
            ("Published", {"filters": [["state", "is", Message.PUBLISHED]]}),
            ("Drafts", {"filters": [["state", "is", Message.DRAFT]]}),
            ("Archive", {"filters": [["state", "is", Message.ARCHIVED]]}),
        ),
        template="messages/list.html", cards=("state", "channels", "purpose"),
    )
)  # fmt: skip
