"""Presence and drafts on other features' pages: `{% load together %}`."""

from typing import Any

from django import template

from pentad.roles.notices import subjects
from pentad.roles.page import actor_of
from pentad.roles.together import queries
from pentad.roles.together.rules import version

register = template.Library()
register.filter(version)


@register.inclusion_tag("together/_presence.html", takes_context=True)
def presence(context: template.Context, record: Any) -> dict[str, Any]:
    """Who else is at this record, kept up to date. Nothing for who looks through a colleague's eyes. record: one, or how
    `presence.record_of` names it.
    """
    eyes = getattr(context["request"], "eyes", None)
    at = record if isinstance(record, str) else subjects.reference(record)
    return {"at": "" if eyes else at}


@register.inclusion_tag("together/_draft.html", takes_context=True)
def draft(context: template.Context, what: str, record: Any = None, among: str = "") -> dict[str, Any]:
    """In a form: what is typed in it is kept as a draft of this place, and filled in again when it is opened.

    among: tells one of several such places about a record from the others, such as a note's id.
    """
    request = context["request"]
    if getattr(request, "eyes", None):
        return {"place": ""}
    what = f"{what}.{among}" if among else what
    # A form that comes back with faults shows what was typed: the draft is behind it.
    fresh = request.method == "GET"
    actor = actor_of(request)
    # mark: which of what this browser typed the server knows of, or has been sent; what lies in the browser may be older.
    row, mark = queries.draft_of(actor, what, record)
    kept = {"fields": row.fields, "at": row.at.isoformat()} if row and fresh else None
    place = str(queries.place_of(what, record))
    return {"place": place, "kept": kept, "fresh": fresh, "user": actor.id, "mark": mark}
