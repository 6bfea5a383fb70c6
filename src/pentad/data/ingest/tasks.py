"""The loader's and the ledger's upkeep as jobs, so that any process can ask for it."""

from pentad import ledger
from pentad.core.jobs import Context, task
from pentad.data.ingest import loader
from pentad.data.privacy.tasks import wipe_database


@task("ingest.settle")
def settle(job: Context) -> None:
    """Load all that was accepted. A command that has just taken the folder has done so already."""
    if (running := loader.running()) is not None:
        running.settle()


@task("ledger.seal")
def seal(job: Context) -> dict[str, list[str]]:
    """Seal closed months, merge late events into theirs, drop what expired."""
    settle(job)
    sealed = ledger.current().seal()
    job.progress(0.9)
    ledger.current().compact()
    wipe_database()
    return {"sealed": sealed}
