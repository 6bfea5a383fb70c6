"""Template tags of the frame: `{% load shell %}`.

The small pieces that stand in every row (icon, avatar, tag, time, number) are tags, because a component costs
ten times as much to render; components in templates/cotton wrap them where a page is read, not measured.
"""

import json
import zlib
from datetime import UTC, datetime
from functools import cache
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from pentad.core import clock, hooks
from pentad.core.hookvalues import Command, NavItem
from pentad.shell import words
from pentad.shell.settings import WORKSPACE

register = template.Library()


@cache
def _sprite() -> str:
    return static("shell/icons.svg")


@cache
def _icon(name: str, css: str) -> SafeString:
    return format_html('<svg class="ic {}" aria-hidden="true"><use href="{}#{}"></use></svg>', css, _sprite(), name)


@register.simple_tag
def icon(name: str, css: str = "") -> SafeString:
    """A Lucide icon out of the sprite; `name` must stand in front/icons.txt."""
    return _icon(name, css) if name else SafeString("")


def hue(seed: str) -> int:
    """One of 24 hues, always the same for the same seed."""
    return zlib.crc32(seed.encode()) % 24


@register.simple_tag
def avatar(name: str, seed: str = "", css: str = "", known: bool = True) -> SafeString:
    """Initials on a colour of one's own; a dashed outline for somebody unnamed."""
    if not known and not name:
        return format_html('<span class="av av-none {}" aria-hidden="true">?</span>', css)
    return format_html(
        '<span class="av hue-{} {}" aria-hidden="true">{}</span>', hue(seed or name), css, words.initials(name)
    )


@register.simple_tag
def tag(label: str, tone: str = "gray", dot: bool = False) -> SafeString:
    """A quiet label. Tones: green, orange, red, blue, gray, violet, gold, none."""
    mark = mark_safe('<span class="tag-dot"></span>') if dot else ""
    return format_html('<span class="tag tag-{}">{}{}</span>', tone, mark, label)


@register.simple_tag
def ago(at: datetime | None, empty: str = "—") -> SafeString:
    """How long ago, with the exact time on hover; the browser keeps it current."""
    if at is None:
        return SafeString(conditional_escape(empty))
    if at.tzinfo is None:
        at = at.replace(tzinfo=UTC)
    return format_html(
        '<time datetime="{}" data-relative title="{}">{}</time>',
        at.isoformat(timespec="milliseconds"), words.exact(at), words.relative(at, clock.now()),
    )


@register.simple_tag
def clock_time(at: datetime) -> SafeString:
    """Hour and minute, with the exact time on hover."""
    return format_html('<time datetime="{}" title="{}">{:%H:%M}</time>', at.isoformat(), words.exact(at), at)


@register.filter
def number(value: float | int | None, digits: int = 0) -> str:
    """1234567.5 as 1,234,568."""
    return "—" if value is None else f"{value:,.{digits}f}"


@register.filter
def short(value: float | int | None) -> str:
    """1234567 as 1.2M."""
    return "—" if value is None else words.short(value)


@register.filter
def pretty_json(value: Any) -> str:
    """Indented JSON for people to read."""
    return json.dumps(value, indent=2, ensure_ascii=False, default=str)


@register.filter
def attribute_json(value: Any) -> str:
    """JSON for an attribute such as hx-vals (escaped by the template like any text)."""
    return json.dumps(value, ensure_ascii=True, default=str)


@register.filter
def plural(count: int, forms: str) -> str:
    """`{{ n|plural:"customer,customers" }}` as "1 customer" or "2 customers"."""
    one, many = forms.split(",")
    return f"{count:,} {one if count == 1 else many}"


@register.simple_tag(takes_context=True)
def sections(context: template.Context) -> list[tuple[str, list[NavItem]]]:
    """The side bar for who is signed in: (section, entries), sections in the order of their first entry."""
    request = context.get("request")
    actor = getattr(request, "actor", None)
    if request is None or actor is None:
        return []
    grouped: dict[str, list[NavItem]] = {}
    for item in hooks.navigation(actor):
        grouped.setdefault(item.section, []).append(item)
    return list(grouped.items())


@register.simple_tag(takes_context=True)
def here(context: template.Context, url: str) -> SafeString:
    """aria-current for the entry under which the page stands."""
    path = context["request"].path if "request" in context else ""
    return mark_safe('aria-current="page"') if path == url or (url != "/" and path.startswith(url)) else SafeString("")


@register.simple_tag
def commands(page: str = "") -> list[Command]:
    """Commands that features and plugins add to a page."""
    return hooks.commands(page)


@register.simple_tag
def workspace() -> str:
    """The name of this installation, as its people set it."""
    return WORKSPACE.get()
