"""What the tracking API must know from the database: write keys and limits.

Read in a thread about once a second while requests come; see `keys`.
"""

from dataclasses import dataclass, field

from pentad.core import settings
from pentad.data.ingest.limits import KB, Limits, SourceKey

BATCH_KB = settings.define(
    "tracking.batch_kb", 500, "Kilobytes a batch may have, after decompression.", minimum=500, maximum=16_000
)
BATCH_MESSAGES = settings.define(
    "tracking.batch_messages", 2500, "Messages a batch may hold.", minimum=1, maximum=50_000
)
IMPORT_KB = settings.define(
    "tracking.import_kb", 10_000, "Kilobytes a batch sent to /v1/import may have.", minimum=500, maximum=32_000
)
PUBLIC_URL = settings.define(
    "tracking.public_url",
    "",
    "Address under which browsers reach Pentad, such as https://events.example.com; empty: the one they asked for.",
)


@dataclass(frozen=True, slots=True)
class Known:
    """A picture of the database at one moment."""

    sources: list[SourceKey] = field(default_factory=list)
    limits: Limits = field(default_factory=Limits)
    public_url: str = ""


def load() -> Known:
    """Read everything anew. Runs in a thread of its own."""
    from django.db import close_old_connections

    close_old_connections()
    return Known(
        sources=_sources(),
        limits=Limits(batch=BATCH_KB.get() * KB, items=BATCH_MESSAGES.get(), import_batch=IMPORT_KB.get() * KB),
        public_url=PUBLIC_URL.get().strip().rstrip("/"),
    )


def _sources() -> list[SourceKey]:
    from pentad.data.ingest.models import OWN_KINDS, Source

    fields = ("no", "write_key", "name", "kind", "enabled", "archived", "origins", "rate_per_second")
    return [
        SourceKey(
            no=row["no"],
            key=row["write_key"],
            name=row["name"],
            kind=row["kind"],
            # Pentad's own source is written to by the outbox alone.
            enabled=row["enabled"] and row["archived"] is None and row["kind"] not in OWN_KINDS,
            origins=frozenset(str(origin).lower().rstrip("/") for origin in row["origins"]),
            rate=row["rate_per_second"],
        )
        for row in Source.objects.values(*fields)
    ]
