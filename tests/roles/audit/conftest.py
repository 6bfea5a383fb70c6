"""A log with nothing in it, and nothing in the data folder that remembers an earlier one."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from pentad.core import settings as runtime_settings
from pentad.roles.audit import queries, telling


@pytest.fixture(autouse=True)
def fresh_log(db: None) -> Iterator[None]:
    head = Path(settings.DATA, "audit.head")
    head.unlink(missing_ok=True)
    telling.forget_waiting()
    queries.forget_names()
    runtime_settings.forget()
    yield
    head.unlink(missing_ok=True)
