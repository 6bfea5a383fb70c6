"""Calling /api/v1 as a program would."""

from collections.abc import Callable, Sequence
from typing import Any

from django.test import Client

from pentad.core.actor import SYSTEM
from pentad.roles.access import actions
from pentad.roles.access.models import User

Call = Callable[..., tuple[int, Any]]


def caller(role: str, owner: User | None = None, rights: Sequence[str] = ()) -> Call:
    """Calls the API with a new key of a role (narrowed to some rights, a colleague's); answers status and JSON."""
    key, token = actions.add_key(actor=SYSTEM, name=role, role=role)
    key.owner, key.rights = owner, list(rights)
    key.save()
    client = Client(headers={"authorization": f"Bearer {token}"})

    def call(method: str, path: str, body: Any = None) -> tuple[int, Any]:
        answer = getattr(client, method)(f"/api/v1{path}", body, content_type="application/json")
        return answer.status_code, answer.json() if answer.content else None

    return call
