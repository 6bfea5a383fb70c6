"""The job that judges opens and clicks."""

from pentad.core.jobs import Context, task
from pentad.platforms.responses.keeping import SETTLE


@task(SETTLE)
def settle(job: Context) -> dict[str, int]:
    from pentad.platforms.responses import settling

    return {"judged": settling.settle()}
