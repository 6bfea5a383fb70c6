"""Waiting for an import to be loaded, in the process that loads."""

from pentad import ledger
from pentad.core import clock
from pentad.core.jobs import Context, task
from pentad.data.imports.models import Import
from pentad.data.ingest.tasks import settle
from pentad.data.ingest.when import naive


@task("imports.settle")
def settle_import(job: Context, id: str) -> dict[str, int]:
    """Load what is in the inbox and count what became of an import's messages."""
    settle(job)
    row = Import.objects.get(id=id)
    mine = (row.source_no, naive(clock.from_us(row.received)))
    counts = {
        name: int(ledger.current().rows(f"SELECT count(*) AS n FROM {table} WHERE source_no = ? AND received = ?", mine)[0]["n"])
        for name, table in (("stored", "events"), ("duplicate", "duplicates"), ("quarantined", "quarantined"))
    }
    Import.objects.filter(id=id).update(**counts)
    return counts
