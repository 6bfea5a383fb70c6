"""What channels keep of somebody who is erased: what was said to them, and that it was."""

from collections.abc import Collection

from pentad.platforms.channels.models import Attempt, Delivery, MailboxMessage, TaskMade
from pentad.roles.notices.subjects import when_gone


@when_gone
def forget(kind: str, numbers: Collection[int]) -> None:
    """Before the rows of persons go. A message that is just being handed over to a service arrives; its row is gone by then.
    Into what is kept here nothing is handed over any more: see `hold_person`.
    """
    if kind != "people":
        return
    rows = Delivery.objects.filter(person_no__in=list(numbers))
    keys = list(rows.values_list("pk", "public_id"))
    for start in range(0, len(keys), 500):
        some = keys[start : start + 500]
        Attempt.objects.filter(delivery_id__in=[pk for pk, _ in some]).delete()
        TaskMade.objects.filter(key__in=[public for _, public in some]).delete()
    rows.delete()
    MailboxMessage.objects.filter(person_no__in=list(numbers)).delete()
