"""What an operator may set about provisioning."""

from pentad.core import settings

ROLE = settings.define(
    "access.scim_role", "member", "The role of colleagues that come by SCIM and are in no group that has one."
)
