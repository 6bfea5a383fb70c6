"""A tracking API for each test that asks for one."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.data.ingest.tracking import Tracking


@pytest.fixture
def tracking(tmp_path: Path) -> Iterator[Tracking]:
    running = Tracking(tmp_path)
    yield running
    running.stop()
