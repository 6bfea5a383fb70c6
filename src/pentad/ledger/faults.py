"""Where a crash would hurt most. Tests replace `step` to kill the process there; else it does nothing."""


def step(point: str) -> None:
    """Reached `point` of append, seal, erase or promote."""
