"""Settings of campaigns."""

from pentad.core import settings

APPROVAL_FROM = settings.define(
    "campaigns.approval_from",
    0,
    "From how many customers on a campaign needs another colleague’s approval before it starts, or before it chooses them "
    "where it has grown since. 0: only when somebody asks for it.",
    minimum=0,
)
