"""What every test may ask for. Django's set-up is in tests/settings.py, real servers in tests/serving.py."""

import gc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from pytest_django import DjangoDbBlocker

from pentad.config.bootstrap import spare_collector
from pentad.core.actor import SYSTEM, acting_as
from tests import emptying
from tests.serving import Server

FOLDER_MARKERS = {"journeys": "journey", "browser": "browser", "clients": "client", "conformance": "conformance"}
DATABASE_FIXTURES = {"db", "transactional_db"}

# How long an example takes depends on what else the machine does. `make test` also takes the same examples each time.
hypothesis.settings.register_profile("pentad", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("pentad")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark by folder, and whatever touches the database as relational."""
    root = Path(__file__).parent
    for item in items:
        folder = item.path.relative_to(root).parts[0]
        if folder in FOLDER_MARKERS:
            item.add_marker(FOLDER_MARKERS[folder])
        elif item.get_closest_marker("django_db") or DATABASE_FIXTURES & set(getattr(item, "fixturenames", ())):
            item.add_marker("relational")


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """Let the collector work as it does in earnest, and not walk through thousands of tests again and again."""
    spare_collector()
    gc.collect()
    gc.freeze()


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish() -> None:
    gc.unfreeze()  # at the end, libraries look for what they leaked


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """pytest-django's, which makes the database; each test that commits leaves it as it is then."""
    with django_db_blocker.unblock():
        emptying.remember()


@pytest.fixture(autouse=True)
def _reader() -> Iterator[None]:
    """Read as Pentad itself, unless a test names somebody."""
    with acting_as(SYSTEM):
        yield


@pytest.fixture
def new_server(tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """A factory of servers, not started, each on a folder of its own: `new_server().start()`."""
    made: list[Server] = []

    def make(**options: Any) -> Server:
        made.append(Server(tmp_path / f"data-{len(made)}", **options))
        return made[-1]

    yield make
    for one in made:
        one.kill()


@pytest.fixture
def server(new_server: Callable[..., Server]) -> Server:
    """A running server with nothing in it. `server.write_key` is of its source "Web", `server.token` an admin's."""
    return new_server().start()


@pytest.fixture(scope="module")
def module_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """As `server`, shared by the tests of one module, which keep to customers of their own."""
    made = Server(tmp_path_factory.mktemp("served") / "data").start()
    yield made
    made.kill()
