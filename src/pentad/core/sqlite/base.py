"""SQLite has one writer. Left to itself, whoever waits looks again now and then, at last ten times a second, and whoever comes by
in between goes first: while a campaign was composed, a thread that had one message to queue waited for 1.3 seconds. Here the
threads of a process stand in line for their transactions. Other processes are waited for as ever.
"""

import os
from typing import Any

from django.db import OperationalError
from django.db.backends.sqlite3 import base

from pentad.core.sqlite.line import Line

_lines: dict[str, Line] = {}
"""By database."""
os.register_at_fork(after_in_child=_lines.clear)  # who stood in them is not in the child
WAIT_SECONDS = 30.0


class DatabaseWrapper(base.DatabaseWrapper):
    """As Django's, with a turn for each transaction that was begun in so many words."""

    _in_turn: Line | None = None

    def _start_transaction_under_autocommit(self) -> None:
        line = _lines.setdefault(str(self.settings_dict["NAME"]), Line())
        wait = float(self.settings_dict.get("OPTIONS", {}).get("timeout", WAIT_SECONDS))
        if not line.take(wait):
            raise OperationalError("database is locked")
        self._in_turn = line
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]
        except BaseException:
            self._give_back()
            raise

    def _commit(self) -> Any:
        try:
            return super()._commit()  # type: ignore[misc]
        finally:
            if self.connection is None or not self.connection.in_transaction:
                self._give_back()  # what could not be committed is rolled back, or closed

    def _rollback(self) -> Any:
        try:
            return super()._rollback()  # type: ignore[misc]
        finally:
            self._give_back()

    def _close(self) -> Any:
        try:
            return super()._close()  # type: ignore[misc]
        finally:
            self._give_back()

    def _give_back(self) -> None:
        line, self._in_turn = self._in_turn, None
        if line is not None:
            line.give_back()
