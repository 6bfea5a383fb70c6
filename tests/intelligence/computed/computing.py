"""Computed traits on the road: messages in, the mirror and the jobs by hand, traits to look at."""

from typing import Any

from pentad.core.actor import SYSTEM
from pentad.core.jobs import run_here
from pentad.core.models import Job
from pentad.data.identity.models import Person
from pentad.data.profiles import mirror
from pentad.intelligence.computed import actions, following
from pentad.intelligence.computed.models import ComputedTrait
from pentad.intelligence.computed.text import parse
from tests.data.road import Road, track


def order(user: str, **fields: Any) -> dict[str, Any]:
    properties = {name: fields.pop(name) for name in ("total", "coupon", "currency") if name in fields}
    return track("Order Completed", userId=user, properties=properties, **fields)


def send(road: Road, *messages: Any) -> None:
    road.send(*messages)
    follow(road)


def follow(road: Road) -> None:
    mirror.listen(following.follow)
    mirror.drain(road.folder)


def save(name: str, text: str) -> ComputedTrait:
    """Save one and work it out for everybody."""
    made = actions.create_trait(actor=SYSTEM, name=name, computed=parse(text))
    work()
    return ComputedTrait.objects.get(pk=made.pk)


def work() -> None:
    for job in Job.objects.filter(kind__startswith="computed.", status=Job.WAITING).order_by("pk"):
        run_here(job.pk)
        job.refresh_from_db()
        assert job.status == Job.DONE, job.error


def held(road: Road, name: str) -> dict[str, Any]:
    """Who has a value of the trait, by user_id."""
    rows = Person.objects.filter(root=None, identifiers__namespace="user_id")
    found = rows.values_list("identifiers__value", "traits")
    return {user: traits[name] for user, traits in found if name in traits}
