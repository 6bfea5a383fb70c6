"""The key pair of a destination for browsers: made here, of which browsers are told the public half."""

from pentad.core import clock
from pentad.core.action import action, note
from pentad.core.actor import Actor
from pentad.core.errors import Conflict
from pentad.platforms.channels.adapters.webpush import VAPID, new_vapid_key, public_key
from pentad.platforms.channels.models import Destination
from pentad.platforms.channels.sealing import opened, sealed


@action("destinations.manage")
def make_vapid_key(*, actor: Actor, row: Destination) -> str:
    """Make the key that pushes are signed with; returns its public half. Browsers that subscribed with the one before get
    nothing any more. Raises Conflict.
    """
    row = Destination.objects.select_for_update().get(pk=row.pk)
    if row.adapter != "webpush":
        raise Conflict(f"{row.name} pushes to no browsers.", code="no_vapid", fix="Choose one that does.")
    key = new_vapid_key()
    row.secret, row.changed, row.changed_by = sealed(opened(row.secret) | {VAPID: key}), clock.now(), actor.name
    row.save(update_fields=["secret", "changed", "changed_by"])
    note(subject=f"destination:{row.public_id}", vapid=True)
    return public_key(key)


def vapid_public(row: Destination) -> str:
    """ "" before there is one."""
    key = opened(row.secret).get(VAPID, "")
    return public_key(key) if key else ""
