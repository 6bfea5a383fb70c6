"""What computed traits keep of somebody who is erased, beside their values: quotes in what they are, or were, made of."""

from collections.abc import Collection

from pentad.data.privacy.forgetting import register
from pentad.intelligence.computed.models import ComputedTrait, ComputedVersion


@register
def forget_quotes(values: Collection[str]) -> None:
    """Blot them out of descriptions, definitions and earlier versions. What asked for them is worked out again."""
    from pentad.intelligence.computed.actions import fill_later
    from pentad.intelligence.segments.quotes import Quotes  # loads the engine's library

    quotes = Quotes(values)
    for version in ComputedVersion.objects.iterator():
        clean = quotes.without(version.definition)
        if clean != version.definition:
            ComputedVersion.objects.filter(pk=version.pk).update(definition=clean)
    for row in ComputedTrait.objects.iterator():
        told = quotes.blotted(row.description)[:1000], quotes.without(row.definition)
        if told != (row.description, row.definition):
            asked = told[1] != row.definition
            ComputedTrait.objects.filter(pk=row.pk).update(description=told[0], definition=told[1])
            if asked and row.live:
                fill_later(row)
