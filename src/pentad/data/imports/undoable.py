"""That an import can be undone, said without loading the ledger: every command of Pentad reads this."""

from pentad.roles.undo.kinds import Undoable, register
from pentad.roles.undo.models import Change

IMPORTED = "imports.file"
TASK = "imports.undo"


def _busy(change: Change) -> str:
    from pentad.data.imports.undoing import busy

    return busy(change)


register(
    Undoable(
        IMPORTED, "File imported", "sources.edit", "upload",
        page=lambda change: f"/imports/{change.ref}/", job=TASK, ready=_busy,
    )
)  # fmt: skip
