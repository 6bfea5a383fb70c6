"""What the pages of one message share: its head, its tabs, and what the reader may do with it."""

from typing import Any

from django.http import HttpRequest

from pentad.content.messages import parts, queries
from pentad.content.messages.editing import Spot, spot
from pentad.content.messages.listing import ICONS, prepare, state_of
from pentad.content.messages.listing import LABELS as CHANNEL_LABELS
from pentad.content.messages.models import Message
from pentad.content.messages.parts import Parts
from pentad.content.messages.values import CHANNELS
from pentad.data.consent.models import ConsentPurpose
from pentad.roles.page import actor_of

LABELS = {
    "subject": "Subject", "preheader": "Preheader", "mjml": "Mail", "text": "Plain text", "reply_to": "Replies go to",
    "body": "Text", "title": "Title", "url": "Where it leads", "button": "Button", "json": "JSON", "note": "Note",
}  # fmt: skip
"""Of fields."""
TONGUES = {
    "en": "English", "de": "German", "fr": "French", "es": "Spanish", "pt": "Portuguese", "pt-BR": "Portuguese of Brazil",
    "it": "Italian", "nl": "Dutch", "pl": "Polish", "cs": "Czech", "sv": "Swedish", "da": "Danish", "nb": "Norwegian",
    "fi": "Finnish", "tr": "Turkish", "uk": "Ukrainian", "el": "Greek", "ar": "Arabic", "he": "Hebrew", "hi": "Hindi",
    "ja": "Japanese", "ko": "Korean", "zh": "Chinese",
}  # fmt: skip
"""Offered; others come by the API."""
LONG = frozenset({"body", "text", "note", "json", "mjml"})


def context(request: HttpRequest, row: Message, tab: str) -> dict[str, Any]:
    """Of any page of a message. tab: which of its pages this is."""
    actor = actor_of(request)
    prepare([row])
    return {
        "message": row,
        "here": f"messages:{row.id}",
        "tab": tab,
        "state": state_of(row),
        "archived": row.state == Message.ARCHIVED,
        "may_edit": actor.may("messages.edit"),
        "may_publish": actor.may("messages.publish"),
        "may_vouch": actor.may("messages.transactional"),
        "may_test": actor.may("messages.send_test") and actor.may("people.view"),
        "versions": queries.versions(row).count(),
    }


def switches(tree: Parts, at: Spot | None) -> dict[str, Any]:
    """Which parts one may go to from this one: variants, the variant's channels, the channel's languages."""
    if at is None:
        return {"at": None, "variants": [], "channels": [], "languages": []}
    channels = tree["variants"][at.variant]
    return {
        "at": at,
        "variants": [(one, one == at.variant, str(spot(tree, f"{one}.{at.channel}.{at.language}"))) for one in tree["variants"]],
        "channels": [
            (CHANNEL_LABELS[one], ICONS[one], one == at.channel, str(spot(tree, f"{at.variant}.{one}.{at.language}")))
            for one in channels
        ],
        "languages": [(one, one == at.language, f"{at.variant}.{at.channel}.{one}") for one in channels[at.channel]],
        "tongues": [(name, label) for name, label in TONGUES.items() if name not in channels[at.channel]],
        "missing": [(one, CHANNEL_LABELS[one], ICONS[one]) for one in CHANNELS if one not in channels],
    }  # fmt: skip


def purposes(chosen: str) -> list[tuple[str, str]]:
    """Name and label of those in force, and of the one that is chosen."""
    rows = ConsentPurpose.objects.order_by("label", "name")
    return [(one.name, one.label or one.name) for one in rows if one.plain.declared or one.name == chosen]


def shown_fields(at: Spot | None, fields: parts.Fields) -> list[dict[str, Any]]:
    """Of the part: name, label, value, whether it is long and whether it must be there."""
    if at is None:
        return []
    needed = parts.NEEDED[at.channel]
    return [
        {"name": name, "label": LABELS[name], "value": value, "long": name in LONG, "needed": name in needed}
        for name, value in fields.items()
    ]


def channels(but: str = "") -> list[tuple[str, str, str]]:
    """Name, label and icon of each, without one."""
    return [(one, CHANNEL_LABELS[one], ICONS[one]) for one in CHANNELS if one != but]
