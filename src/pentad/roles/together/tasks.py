"""Old drafts go."""

from pentad.core.jobs import Context, task
from pentad.roles.together import actions


@task("together.sweep")
def sweep(job: Context) -> dict[str, int]:
    """Let go of drafts that nobody has touched for three months, and of those thrown away yesterday."""
    return {"drafts": actions.sweep()}
