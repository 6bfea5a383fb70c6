"""The work of runs, for the process that owns the ledger: one job at a time for each."""

from collections.abc import Iterator
from contextlib import contextmanager

from pentad.core import clock
from pentad.core.errors import PentadError
from pentad.core.jobs import Cancelled, Context, LeaseLost, Stopping, task
from pentad.engage.campaigns import deciding, judging, triggers, turns
from pentad.engage.campaigns.choosing import Chooser, Step
from pentad.engage.campaigns.holding import Held
from pentad.engage.campaigns.models import Campaign, Recipient, Run
from pentad.engage.campaigns.releasing import Releaser


class Halted(Exception):
    """The campaign was paused or cancelled, or the run was ended, meanwhile: what is under way does not count."""


@task(turns.WORK, attempts=1)
def work(job: Context, run: str) -> dict[str, int]:
    """Choose for a run what is to be chosen, and hand over what is due."""
    row = Run.objects.select_related("campaign").filter(id=run).first()
    if row is None or row.state not in Run.UNDER_WAY or row.campaign.state != Campaign.RUNNING:
        return {}

    @contextmanager
    def step() -> Iterator[None]:
        with job.checkpoint():
            halt_unless_running(row)
            yield

    try:
        done = work_on(row, step)
    except Halted:
        return {"halted": 1}
    except Held:
        return {"held": 1}
    except (Cancelled, LeaseLost, Stopping):
        raise
    except Exception as error:
        said = error.message if isinstance(error, PentadError) else f"{type(error).__name__}: the log says why."
        Campaign.objects.filter(pk=row.campaign_id).update(failure=said[:500], failed=clock.now())
        raise
    Campaign.objects.filter(pk=row.campaign_id, failed__isnull=False).update(failure="", failed=None)
    return done


def halt_unless_running(run: Run) -> None:
    """Inside a step's transaction: pausing, cancelling and ending lock the same row, so that nothing goes on behind their
    back.
    """
    rows = Campaign.objects.select_for_update().filter(pk=run.campaign_id, state=Campaign.RUNNING)
    found = rows.values_list("ended").first()
    if found is None or not Run.objects.filter(pk=run.pk, state__in=Run.UNDER_WAY).exists():
        raise Halted
    (run.campaign.ended,) = found


def work_on(run: Run, step: Step) -> dict[str, int]:
    """Choose and hand over until nothing is due."""
    chooser = Chooser(run.campaign, run)
    plan = chooser.plan
    if run.state == Run.CHOOSING:
        chooser.everybody(step)
    elif plan.when.start == "trigger":
        if not turns.ended(run.campaign):
            _follow(chooser, step)
    elif plan.audience.live and run.campaign.ended is None:
        chooser.newcomers(step)
    released = Releaser(run.campaign, run).due(step)
    return {"chosen": Recipient.objects.filter(run=run).count(), "released": released}


def _follow(chooser: Chooser, step: Step) -> None:
    while True:
        found, cursor = triggers.candidates(chooser.run, chooser.plan.when.trigger)
        if cursor == chooser.run.cursor or turns.ended(chooser.campaign):
            return
        chooser.triggered(found, cursor, step)


@task(deciding.DECIDE, attempts=1)
def decide(job: Context, campaign: str) -> str:
    """Look at a test, and settle it when it can be."""
    row = Campaign.objects.filter(id=campaign, state=Campaign.RUNNING, winner="").first()
    return judging.decide(row) if row is not None else ""
