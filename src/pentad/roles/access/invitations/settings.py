"""What an operator may set about invitations and mails."""

from pentad.core import settings

DAYS = settings.define("access.invitation_days", 7, "Days that an invitation can be accepted.", minimum=1, maximum=90)
SITE = settings.define(
    "access.site",
    "",
    "The address under which colleagues open Pentad, such as https://cx.example.com. Links in mails begin with it;"
    " while it is empty, nobody can ask for a password link by mail.",
)
