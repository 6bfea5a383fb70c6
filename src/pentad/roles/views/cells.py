"""The small pieces of rows, as HTML: icon, avatar, tag, time. Functions, because a component costs ten times as much."""

import zlib
from datetime import UTC, datetime
from functools import cache

from django.templatetags.static import static
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from pentad.core import clock
from pentad.roles.views import words

NOTHING = mark_safe('<span class="text-muted-foreground phone:hidden">—</span>')
"""An empty cell; on a phone, where a row is two lines, it takes no room."""
DOT = mark_safe('<span class="tag-dot"></span>')


@cache
def _sprite() -> str:
    return static("shell/icons.svg")


@cache
def _icon(name: str, css: str) -> SafeString:
    return format_html('<svg class="ic {}" aria-hidden="true"><use href="{}#{}"></use></svg>', css, _sprite(), name)


def icon(name: str, css: str = "") -> SafeString:
    """A Lucide icon out of the sprite; `name` must stand in front/icons.txt."""
    return _icon(name, css) if name else SafeString("")


def hue(seed: str) -> int:
    """One of 24 hues, always the same for the same seed."""
    return zlib.crc32(seed.encode()) % 24


def avatar(name: str, seed: str = "", css: str = "", known: bool = True) -> SafeString:
    """Initials on a colour of one's own; a dashed outline for somebody unnamed."""
    if not known and not name:
        return format_html('<span class="av av-none {}" aria-hidden="true">?</span>', css)
    return format_html(
        '<span class="av hue-{} {}" aria-hidden="true">{}</span>', hue(seed or name), css, words.initials(name)
    )


def tag(label: str, tone: str = "gray", dot: bool = False) -> SafeString:
    """A quiet label. Tones: green, orange, red, blue, gray, violet, gold, none."""
    return format_html('<span class="tag tag-{}">{}{}</span>', tone, DOT if dot else "", label)


def ago(at: datetime | None, empty: str = "—") -> SafeString:
    """How long ago, with the exact time on hover; the browser keeps it current."""
    if at is None:
        return SafeString(conditional_escape(empty))
    if at.tzinfo is None:
        at = at.replace(tzinfo=UTC)
    return format_html(
        '<time datetime="{}" data-relative title="{}">{}</time>',
        at.isoformat(timespec="milliseconds"), words.exact(at), words.relative(at, clock.now()),
    )  # fmt: skip


def clock_time(at: datetime) -> SafeString:
    """Hour and minute, with the exact time on hover."""
    return format_html('<time datetime="{}" title="{}">{}</time>', at.isoformat(), words.exact(at), f"{at:%H:%M}")


def number(value: float | int | None, digits: int = 0) -> str:
    """1234567.5 as 1,234,568."""
    return "—" if value is None else f"{value:,.{digits}f}"
