"""One suite, every engine. `reopen` closes the ledger and opens the same one again."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pentad import ledger
from pentad.ledger import Ledger

ENGINES = ["duckdb", "clickhouse"]


@pytest.fixture(params=ENGINES)
def target(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a fresh ledger of each engine lives."""
    if request.param == "clickhouse":
        pytest.importorskip("chdb", reason="ClickHouse's engine: pip install 'clickhouse-connect[chdb]'")
        return f"chdb://{tmp_path}/ledger"
    return str(tmp_path / "ledger")


class Opened:
    """The ledger under test, and a way to open it again."""

    def __init__(self, target: str):
        self.target = target
        self.ledger = ledger.open(target)

    def reopen(self) -> Ledger:
        self.ledger.close()
        self.ledger = ledger.open(self.target)
        return self.ledger


@pytest.fixture
def opened(target: str) -> Iterator[Opened]:
    one = Opened(target)
    yield one
    one.ledger.close()


@pytest.fixture
def store(opened: Opened) -> Ledger:
    return opened.ledger


@pytest.fixture
def reopen(opened: Opened) -> Callable[[], Ledger]:
    return opened.reopen
