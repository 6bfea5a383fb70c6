"""Template tags of the customers' pages: `{% load customers %}`. The context's `words` say in which language; a page of nobody
in particular has none, and speaks as the browser asks.
"""

from datetime import datetime
from typing import Any

from django import template

from pentad.platforms.responses.wording import Words, words_for

register = template.Library()


def _words(context: template.Context) -> Words:
    found = context.get("words")
    return found if isinstance(found, Words) else words_for(None, context["request"].headers.get("Accept-Language", ""))


@register.simple_tag(takes_context=True)
def language(context: template.Context) -> str:
    """For `<html lang>`."""
    return _words(context).language


@register.simple_tag(takes_context=True)
def say(context: template.Context, key: str, **values: Any) -> str:
    """`{% say "unsubscribe.ask" purpose=purpose by=by %}`"""
    return _words(context).say(key, **values)


@register.simple_tag(takes_context=True)
def day(context: template.Context, at: datetime) -> str:
    """A day as it is written in that language."""
    return _words(context).day(at)
