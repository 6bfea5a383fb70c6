"""The tools of work on other features' pages: `{% load work %}`."""

from typing import Any

from django import template
from django.utils import timezone

from pentad.roles.notices import queries, subjects
from pentad.roles.page import zone_of
from pentad.roles.work import queries as work

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


@register.inclusion_tag("work/_about.html", takes_context=True)
def tasks_about(context: template.Context, record: Any) -> dict[str, Any]:
    """The open tasks about a record, with the button that adds one."""
    request = context["request"]
    with timezone.override(zone_of(request)):
        tasks = work.tasks_about(record)
    return {"tasks": tasks, "reference": subjects.reference(record), "may_edit": request.actor.may("tasks.edit")}


@register.simple_tag(takes_context=True)
def may(context: template.Context, right: str) -> bool:
    """Whether the reader holds a right."""
    actor = getattr(context.get("request"), "actor", None)
    return actor is not None and actor.may(right)
