"""Notes as they are read: `{% load notes %}`."""

import re
from typing import Any

from django import template
from django.template.defaultfilters import linebreaksbr
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from pentad.data.profiles.models import Note
from pentad.data.profiles.note_actions import may_change

register = template.Library()


@register.filter
def note_text(note: Note) -> SafeString:
    """The text, escaped, with the mentions that were told set off."""
    names = [re.escape(name) for name in sorted(note.mentions, key=len, reverse=True)]
    parts = re.split(f"(@(?:{'|'.join(names)}))", note.text, flags=re.IGNORECASE) if names else [note.text]
    shown = [
        format_html('<b class="mention">{}</b>', part) if at % 2 else linebreaksbr(part, autoescape=True)
        for at, part in enumerate(parts)
    ]
    return format_html_join("", "{}", ((one,) for one in shown))


@register.simple_tag(takes_context=True)
def may_change_note(context: template.Context, note: Any) -> bool:
    """Whether the reader may change or delete the note."""
    actor = getattr(context.get("request"), "actor", None)
    return actor is not None and actor.may("people.edit") and may_change(actor, note)
