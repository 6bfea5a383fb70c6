"""Form controls in our look: `{% load access %}`, then `{% control field %}`."""

from typing import Any

from django import template
from django.forms import BoundField, CheckboxInput, Select, Textarea
from django.utils.safestring import SafeString

from pentad.core.actor import Actor
from pentad.roles.access.queries import role_labels

register = template.Library()


@register.filter
def may(actor: Actor | None, right: str) -> bool:
    """Whether somebody is signed in who holds the right: `{% if request.actor|may:"people.create" %}`."""
    return actor is not None and actor.may(right)


@register.simple_tag
def role_label(role: str) -> str:
    """How a role is called."""
    return role_labels().get(role, role)


@register.simple_tag
def control(field: BoundField, **attributes: Any) -> SafeString:
    """The field's widget, styled, tied to its hint and its fault. Keyword arguments become attributes."""
    widget = field.field.widget
    kind = "select" if isinstance(widget, Select) else "textarea" if isinstance(widget, Textarea) else "input"
    attrs: dict[str, Any] = {"class": "ck" if isinstance(widget, CheckboxInput) else f"{kind} w-full"}
    if field.errors:
        attrs |= {"aria-invalid": "true", "aria-describedby": f"{field.auto_id}-fault"}
    elif field.help_text:
        attrs["aria-describedby"] = f"{field.auto_id}-hint"
    widget.attrs.pop("placeholder", None)  # the label says it; a placeholder goes when one types
    attrs |= {name.replace("_", "-"): value for name, value in attributes.items()}
    return SafeString(field.as_widget(attrs=attrs))
