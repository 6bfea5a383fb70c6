"""Whether this process can serve: named checks that features add, asked by /readyz."""

from collections.abc import Callable
from typing import TypedDict

import structlog

log = structlog.get_logger(__name__)

Check = Callable[[], str | None]
"""Returns what is wrong, in a sentence; nothing or "" when all is well."""


class CheckResult(TypedDict):
    ok: bool
    detail: str


class Result(TypedDict):
    ready: bool
    checks: dict[str, CheckResult]
    warnings: dict[str, str]
    """What an operator must see to although the process serves."""


class Readiness:
    """A registry of checks. Each must answer within milliseconds."""

    def __init__(self) -> None:
        self._checks: dict[str, Check] = {}
        self._warnings: dict[str, Check] = {}

    def add(self, name: str, check: Check) -> None:
        """Add or replace a check."""
        self._checks[name] = check

    def warn(self, name: str, check: Check) -> None:
        """Add or replace a check that is told and makes nothing unready."""
        self._warnings[name] = check

    def remove(self, name: str) -> None:
        self._checks.pop(name, None)
        self._warnings.pop(name, None)

    def result(self) -> Result:
        """Ask all. A check that raises is not ready; the answer names only the kind of error."""
        found = {name: self._ask(name, check) for name, check in self._checks.items()}
        warnings = {name: self._ask(name, check)["detail"] for name, check in self._warnings.items()}
        return {
            "ready": all(one["ok"] for one in found.values()),
            "checks": found,
            "warnings": {name: text for name, text in warnings.items() if text},
        }

    def _ask(self, name: str, check: Check) -> CheckResult:
        try:
            problem = check() or ""
        except Exception as error:
            log.exception("readiness_check_failed", check=name)
            problem = f"The check failed with {type(error).__name__}."
        return {"ok": not problem, "detail": problem}


readiness = Readiness()


def database() -> str | None:
    """A check: the relational database answers."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return None


readiness.add("database", database)
