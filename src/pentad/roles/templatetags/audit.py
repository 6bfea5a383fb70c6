"""Rights in templates: `{% load audit %}`, then `{% may "audit.export" as may_export %}`."""

from django import template

register = template.Library()


@register.simple_tag(takes_context=True)
def may(context: template.Context, right: str) -> bool:
    """Whether who is signed in holds the right."""
    actor = getattr(context.get("request"), "actor", None)
    return actor is not None and actor.may(right)
