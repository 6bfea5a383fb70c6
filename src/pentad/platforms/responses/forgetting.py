"""What is kept of somebody who is erased: what they did with messages."""

from collections.abc import Collection

from pentad.data.identity.store import chunks
from pentad.platforms.responses.models import Response
from pentad.roles.notices.subjects import when_gone


@when_gone
def forget(kind: str, numbers: Collection[int]) -> None:
    """In the transaction of the erasure."""
    if kind == "people":
        for some in chunks(numbers):
            Response.objects.filter(person_no__in=some).delete()
