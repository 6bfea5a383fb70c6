"""What this competency asks of the core."""

from collections.abc import Collection

from pentad.content.messages.models import Message
from pentad.core import hooks
from pentad.core.hookvalues import AuditKind


def _named(ids: Collection[str]) -> dict[str, str]:
    return dict(Message.objects.filter(id__in=ids).values_list("id", "name"))


@hooks.impl
def audit_kinds() -> list[AuditKind]:
    return [AuditKind("message", "Message", "mail", "/messages/{}/", _named)]
