"""What this competency asks of the core."""

from collections.abc import Collection

from pentad.content.messages.models import Message
from pentad.core import hooks
from pentad.core.actor import Actor
from pentad.core.hookvalues import AuditKind, NavItem, PaletteItem


def _named(ids: Collection[str]) -> dict[str, str]:
    return dict(Message.objects.filter(id__in=ids).values_list("id", "name"))


@hooks.impl
def navigation(actor: Actor) -> list[NavItem]:
    return [NavItem("Messages", "/messages/", "mail", key="m", right="messages.view", order=31)]


@hooks.impl
def palette(actor: Actor, query: str) -> list[PaletteItem]:
    """Messages by words of their name; those in the archive come last."""
    if len(query) < 2:
        return []
    found = list(Message.objects.filter(deleted=None, name__icontains=query).order_by("-changed")[:20])
    found.sort(key=lambda one: one.state == Message.ARCHIVED)
    return [
        PaletteItem(one.name, f"/messages/{one.id}/", "mail", "Messages", one.state, right="messages.view")
        for one in found[:5]
    ]


@hooks.impl
def audit_kinds() -> list[AuditKind]:
    return [AuditKind("message", "Message", "mail", "/messages/{}/", _named)]
