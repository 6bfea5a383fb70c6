"""Reads of invitations, and their links."""

from collections.abc import Iterable

from django.conf import settings
from django.core import signing
from django.db.models import QuerySet
from django.urls import reverse

from pentad.core.actor import Actor
from pentad.core.errors import Conflict
from pentad.roles.access.giving import may_give
from pentad.roles.access.invitations.models import Invitation
from pentad.roles.access.invitations.settings import SITE

SHOWN = 100


def invitations() -> QuerySet[Invitation]:
    """The latest first."""
    return Invitation.objects.order_by("-created")[:SHOWN]


def open_links(actor: Actor, found: Iterable[Invitation]) -> dict[str, str]:
    """Id → page of the invitations that are open, for who may give their roles: with the link one joins as what it says."""
    waiting = [one for one in found if one.state == Invitation.OPEN]
    given = {role for role in {one.role for one in waiting} if may_give(actor, role)}
    return {one.id: path_of(one) for one in waiting if one.role in given}


def path_of(invitation: Invitation) -> str:
    """The page on which the invitation is accepted. As good as a password until it is."""
    return reverse("accept_invitation", kwargs={"token": _signer().sign_object(invitation.id)})


def invitation_by(token: str, *, lock: bool = False) -> Invitation:
    """The open invitation of a link. Raises Conflict when it is none, or open no more."""
    rows = Invitation.objects.select_for_update() if lock else Invitation.objects
    try:
        found = rows.filter(pk=_signer().unsign_object(token)).first()
    except signing.BadSignature:
        found = None
    if found is None or found.state != Invitation.OPEN:
        raise Conflict(
            "This invitation no longer works.",
            code="invitation_closed",
            fix="An invitation works once and for some days. Ask an administrator for a new one.",
        )
    return found


def _signer() -> signing.Signer:
    """When a link ends is in the row, not in it."""
    return signing.Signer(salt="pentad.invitation")


def mails() -> bool:
    """Whether mail can be sent."""
    return bool(settings.MAIL)


def site() -> str:
    """The configured address, without a slash at its end. Never the Host header of a stranger."""
    return SITE.get().rstrip("/")


def may_ask_for_link() -> bool:
    """Whether a password link can be asked for by mail."""
    return mails() and bool(site())
