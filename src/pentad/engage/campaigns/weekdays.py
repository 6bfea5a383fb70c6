"""Keeping to the days of the week on which a campaign's messages may be due, also where they could not go when they were."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from pentad.core import clock
from pentad.engage.campaigns import rules
from pentad.engage.campaigns.keys import AHEAD
from pentad.engage.campaigns.models import Recipient
from pentad.engage.campaigns.plan import Plan, When
from pentad.intelligence.contact.policies import in_force
from pentad.intelligence.contact.quiet import quiet_until
from pentad.intelligence.contact.zones import zones_of


def rests(when: When, due: datetime, own: str) -> tuple[datetime, datetime] | None:
    """From when until when a message may not leave that is due then: the next days on which nothing may be due. own: the
    customer's time zone.
    """
    if not when.weekdays:
        return None
    zone = when.zone if when.follows == "moment" else own
    return rules.rest(when, due, zone)


def put_off(plan: Plan, rows: Sequence[Recipient], transactional: bool) -> list[Recipient]:
    """Those of these, whose turn it is, that must wait for another day: paused too long, kept by the pace or until a
    winner was found, or the quiet hours, which only what is transactional does not keep, end on another day. Their time
    is moved.
    """
    when, channel = plan.when, plan.content.channel
    if not when.weekdays:
        return []
    own = {} if when.follows == "moment" else zones_of([row.person_id for row in rows])
    earliest, found = clock.now(), list[Recipient]()
    earliest += AHEAD if when.per_hour else timedelta()  # so much later its slot may be
    quiet = () if transactional else in_force().quiet
    for row in rows:
        zone = own.get(row.person_id, when.zone)
        at = max(row.due_at or earliest, earliest)
        at = quiet_until(quiet, channel, zone, at) or at
        if (later := rules.on_weekday(when, at, zone)) > at:
            row.due_at = later
            found.append(row)
    return found
