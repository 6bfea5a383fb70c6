"""Template tags of the frame: `{% load shell %}`."""

import json
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from pentad.core import hooks
from pentad.core.hookvalues import Command, NavItem
from pentad.roles.views import cells, words
from pentad.shell.settings import WORKSPACE

register = template.Library()

for piece in (cells.icon, cells.avatar, cells.tag, cells.ago, cells.clock_time):
    register.simple_tag(piece)
register.filter(cells.number)


@register.filter
def short(value: float | int | None) -> str:
    """1234567 as 1.2M."""
    return "—" if value is None else words.short(value)


@register.filter
def middle(value: Any, most: int) -> str:
    """`{{ id|middle:30 }}` without its middle when it is longer: “anon_9f31…a3c2d1”."""
    begin, end = words.middle(value := str(value), most)
    return f"{begin[: most - len(end) - 1]}…{end}" if end else value


@register.simple_tag
def ends(value: str) -> SafeString:
    """A long identifier, cut before its end where there is no room; the end is always seen."""
    begin, end = words.middle(value, 16)
    return format_html(
        '<span class="mono truncate">{}</span>{}',
        begin,
        end and format_html('<span class="mono -ms-1 shrink-0">{}</span>', end),
    )


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
def here(context: template.Context, url: str, also: tuple[str, ...] = ()) -> SafeString:
    """aria-current for the entry under which the page stands: below its address, or one of its further ones."""
    path = context["request"].path if "request" in context else ""
    current = path == url or any(one != "/" and path.startswith(one) for one in (url, *also))
    return mark_safe('aria-current="page"') if current else SafeString("")


@register.simple_tag(takes_context=True)
def commands(context: template.Context, page: str | None) -> list[Command]:
    """Commands that features and plugins add to a page, those one may use."""
    actor = getattr(context.get("request"), "actor", None)
    return [one for one in hooks.commands(page or "") if not one.right or (actor and actor.may(one.right))]


@register.simple_tag
def workspace() -> str:
    """The name of this installation, as its people set it."""
    return WORKSPACE.get()
