"""Figures of consent in templates: `{% load consent %}`."""

from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

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


SHARES = (
    ("reachable", "dot-green", "may be reached"),
    ("silent", "text-muted-foreground", "said nothing"),
    ("denied", "dot-red", "denied"),
)


@register.simple_tag
def reach_bar(found: Any) -> SafeString:
    """How many of all customers may be reached, said nothing and denied; the rest of the bar has no address."""
    whole = found.reachable + found.silent + found.denied + found.no_address
    at, parts = 0.0, []
    for name, css, words in SHARES:
        width = 100 * getattr(found, name) / whole if whole else 0
        parts.append((f"{at:.2f}", f"{width:.2f}", css, f"{width:.0f}% {words}"))
        at += width
    rects = format_html_join(
        "", '<rect x="{}" y="0" width="{}" height="8" fill="currentColor" class="{}"><title>{}</title></rect>', parts
    )
    return format_html(
        '<svg class="h-2 w-32 shrink-0 overflow-hidden rounded-full bg-muted phone:hidden" viewBox="0 0 100 8"'
        ' preserveAspectRatio="none" aria-hidden="true">{}</svg>',
        rects,
    )
