"""Figures of consent in templates: `{% load consent %}`."""

from typing import Any

from django import template

register = template.Library()


@register.simple_tag
def said_of(said: dict[str, dict[str, int]] | None, purpose: str) -> dict[str, int] | None:
    """How many granted and denied a purpose; None where that is not told."""
    if not said:
        return None
    return said.get(purpose, {"granted": 0, "denied": 0})


@register.simple_tag
def reach_of(reach: dict[str, Any], channel: str) -> Any:
    """The figures of a channel, or None."""
    return reach.get(channel)
