"""The source through which Pentad's own events arrive, made when first needed."""

from pentad.data.ingest.actions import new_key
from pentad.data.ingest.models import Source

NAME = "Pentad"


def own_number() -> int:
    """The number of that source; 0, which no source has, before it is first needed."""
    return Source.objects.filter(kind="pentad").values_list("no", flat=True).first() or 0


def own_source() -> Source:
    """One row of kind "pentad". Nobody can write through its key from outside."""
    source, _ = Source.objects.get_or_create(
        kind="pentad", defaults={"name": NAME, "write_key": new_key(), "rate_per_second": 1_000_000}
    )
    return source
