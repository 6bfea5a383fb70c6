"""Jobs of the core itself."""

from dataclasses import asdict
from typing import Any

from pentad.core import hooks
from pentad.core.jobs import Context, task


@task("pentad.doctor")
def doctor(job: Context) -> dict[str, list[dict[str, Any]]]:
    """Ask every feature what is wrong with what it keeps."""
    return {"problems": [asdict(problem) for problem in hooks.doctor_checks()]}
