"""The rewrite after an erasure: when it is done, no byte of the person is left in any file."""

import time
from collections.abc import Sequence

from django.db import connection

from pentad import ledger
from pentad.core import clock
from pentad.core.errors import Unavailable
from pentad.core.jobs import Context, task
from pentad.data.imports import uploads
from pentad.data.ingest import loader
from pentad.data.privacy.models import Erasure
from pentad.data.privacy.queries import REWRITE, WIPE
from pentad.data.profiles import attachments
from pentad.data.profiles.models import TouchedPerson


@task(REWRITE, scrub=True)
def rewrite(job: Context, erasure: str, values: list[str], files: Sequence[str] = ()) -> dict[str, int]:
    """Hide, load what is still in the inbox, and rewrite the ledger's files. files: names on disk of what notes held."""
    attachments.remove(files)
    uploads.clear()
    row = Erasure.objects.get(id=erasure)
    store = ledger.current()
    store.hide(row.person_nos)
    job.progress(0.1)
    if (running := loader.running()) is not None:
        running.settle()
    job.progress(0.3)
    report = store.erase(row.person_nos, values)
    TouchedPerson.objects.filter(no__in=row.person_nos).delete()
    # A job of its own, after this one: what this one was told is in the database until it has ended.
    job.then(WIPE, {"erasure": erasure}, key=f"wipe:{erasure}")
    return {"events": report.events, "quarantined": report.quarantined, "redacted": report.redacted}


@task(WIPE)
def wipe(job: Context, erasure: str) -> None:
    """The last step: what the relational database left behind."""
    wipe_database()
    Erasure.objects.filter(id=erasure).update(gone=clock.now())


def wipe_database(seconds: float = 10.0) -> None:
    """Fold SQLite's write-ahead log into the database and cut it to nothing.

    Deleted rows are overwritten there (secure_delete), but the log keeps their old pages until then.
    On PostgreSQL dead rows go with VACUUM, which the server does on its own.
    """
    if connection.vendor != "sqlite":
        return
    deadline = time.monotonic() + seconds
    with connection.cursor() as cursor:
        while True:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            busy = cursor.fetchone()[0]
            if not busy:
                return
            if time.monotonic() > deadline:
                raise Unavailable(
                    "Readers kept the database's log in use.", code="wal_busy", fix="Run `pentad seal` again."
                )
            time.sleep(0.05)
