"""The loader's and the ledger's upkeep as jobs, so that any process can ask for it."""

from pentad import ledger
from pentad.core import runtime
from pentad.core.jobs import Context, task
from pentad.data.ingest import again, loader
from pentad.data.privacy.tasks import wipe_database


@task("ingest.settle")
def settle(job: Context) -> None:
    """Load all that was accepted. A command that has just taken the folder has done so already."""
    if (running := loader.running()) is not None:
        running.settle()


@task("ingest.reload", attempts=2)
def reload(job: Context) -> dict[str, int]:
    """Load messages again that the second look did not find. Here with a loader of our own when none runs."""
    if (running := loader.running()) is not None:
        return again.load_again(running, job.progress)
    mine = loader.Loader(runtime.folder(), ledger.current())
    try:
        return again.load_again(mine, job.progress)
    finally:
        mine.stop()


@task("ledger.seal")
def seal(job: Context) -> dict[str, list[str]]:
    """Seal closed months, merge late events into theirs, drop what expired."""
    settle(job)
    sealed = ledger.current().seal()
    job.progress(0.9)
    ledger.current().compact()
    wipe_database()
    return {"sealed": sealed}
