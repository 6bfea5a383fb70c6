"""What an operator may set about provisioning."""

from pentad.core import settings
from pentad.core.actor import Actor
from pentad.roles.access.actions import check_role
from pentad.roles.access.giving import require_may_give


def _may_give(actor: Actor, role: str) -> None:
    require_may_give(actor, check_role(role))


ROLE = settings.define(
    "access.scim_role",
    "member",
    "The role of colleagues that come by SCIM and are in no group that has one.",
    allow=_may_give,
)
