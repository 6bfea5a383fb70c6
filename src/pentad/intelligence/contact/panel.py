"""What a customer's page says of contact, kept apart from what a verdict needs: every page with panels loads it."""

from datetime import timedelta
from typing import Any

from pentad.core import clock
from pentad.data.identity.models import Person
from pentad.data.identity.queries import part_numbers
from pentad.intelligence.contact.models import ContactLog


def contact_panel(person: Person) -> dict[str, Any]:
    """The latest contacts, and how many of them are of the last seven days."""
    rows = ContactLog.objects.filter(person_id__in=part_numbers(person), promised=False).order_by("-at")
    found = list(rows.values("at", "channel")[:20])
    since = clock.now() - timedelta(days=7)
    return {"contacts": found, "week": sum(one["at"] >= since for one in found)}
