"""What colleagues wrote of suppressed addresses may quote somebody who is erased."""

from collections.abc import Collection

from django.db.models import Q

from pentad.data.privacy.forgetting import register
from pentad.intelligence.contact.models import Suppression


@register
def forget_quotes(values: Collection[str]) -> None:
    """Blot them out of what told of a suppression, and of why it was lifted."""
    rows = Suppression.objects.exclude(Q(source="") & Q(lifted_why=""))
    if not rows.exists():
        return
    from pentad.intelligence.segments.quotes import Quotes  # loads the engine's library

    quotes = Quotes(values)
    for row in rows.iterator():
        told = quotes.blotted(row.source)[:120], quotes.blotted(row.lifted_why)[:300]
        if told != (row.source, row.lifted_why):
            Suppression.objects.filter(pk=row.pk).update(source=told[0], lifted_why=told[1])
