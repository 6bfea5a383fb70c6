"""What segments keep of somebody who is erased, beside their membership: quotes in what is, or was, asked."""

from collections.abc import Collection

from django.db import transaction

from pentad.data.privacy.forgetting import register
from pentad.data.profiles.vocabulary import stated_values
from pentad.intelligence.segments.catalogue import remembering
from pentad.intelligence.segments.models import Segment, SegmentVersion


@register
def forget_quotes(values: Collection[str]) -> None:
    """Blot them out of names, descriptions, definitions and earlier versions. Who is in a segment that asks for them is
    asked again: what it asked is not known any more.
    """
    from pentad.intelligence.segments.actions import fill_later
    from pentad.intelligence.segments.quotes import Quotes  # loads the engine's library

    quotes = Quotes(values)
    for version in SegmentVersion.objects.iterator():
        clean = quotes.without(version.definition)
        if clean != version.definition:
            SegmentVersion.objects.filter(pk=version.pk).update(definition=clean)
    for one in Segment.objects.iterator():
        told = quotes.blotted(one.name)[:120], quotes.blotted(one.description)[:1000], quotes.without(one.definition)
        if told != (one.name, one.description, one.definition):
            asked = told[2] != one.definition
            Segment.objects.filter(pk=one.pk).update(name=told[0], description=told[1], definition=told[2])
            if asked and one.kept_up:
                fill_later(one)
    transaction.on_commit(_forget_values)


def _forget_values() -> None:
    """What was remembered to be suggested."""
    remembering.forget()
    stated_values.forget()  # type: ignore[attr-defined]
