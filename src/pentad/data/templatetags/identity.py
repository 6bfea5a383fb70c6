"""Template filters of the identity screens: `{% load identity %}`."""

from django import template

register = template.Library()


@register.filter
def label(labels: dict[int, str], no: int) -> str:
    """What to call the customer with this number."""
    return labels.get(no, "")
