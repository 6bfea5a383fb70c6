"""The tools of work on other features' pages: `{% load work %}`."""

from typing import Any

from django import template

from pentad.roles.notices import queries, subjects

register = template.Library()


@register.inclusion_tag("notices/_bell.html", takes_context=True)
def bell(context: template.Context) -> dict[str, Any]:
    """The bell with the number of unread notices."""
    return {"unread": unread(context)}


@register.inclusion_tag("notices/_follow.html", takes_context=True)
def follow_button(context: template.Context, record: Any) -> dict[str, Any]:
    """The button that follows a record."""
    actor = context["request"].actor
    return {"following": queries.follows(actor, record), "about": subjects.reference(record)}


@register.simple_tag(takes_context=True)
def unread(context: template.Context) -> int:
    """How many notices the reader has not read; counted once a page."""
    request = context.get("request")
    actor = getattr(request, "actor", None)
    if actor is None:
        return 0
    if not hasattr(request, "unread_notices"):
        request.unread_notices = queries.unread_count(actor)  # type: ignore[union-attr]
    return int(request.unread_notices)  # type: ignore[union-attr]
