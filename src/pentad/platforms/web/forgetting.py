"""What is kept of somebody who is erased: what waited for their browsers, and which those are."""

from collections.abc import Collection

from pentad.data.identity.store import chunks
from pentad.platforms.web.models import PushSubscription, WebMessage
from pentad.roles.notices.subjects import when_gone


@when_gone
def forget(kind: str, numbers: Collection[int]) -> None:
    """In the transaction of the erasure."""
    if kind == "people":
        for some in chunks(numbers):
            WebMessage.objects.filter(person_no__in=some).delete()
            PushSubscription.objects.filter(person_no__in=some).delete()
