"""Other processes on this test's database, and a pool of workers here."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import connection

from pentad.core import jobs, runtime
from pentad.core import settings as run_time_settings
from tests.core.processes import hear

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def _fresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A data folder for each test, no setting remembered from another, and no ledger: its tests are elsewhere."""
    monkeypatch.setattr(settings, "DATA", tmp_path / "data")
    monkeypatch.setattr(settings, "EQUIPMENT", "tests.core.work")
    monkeypatch.setattr(runtime, "_equipment", [])
    run_time_settings.forget()


def database_url() -> str:
    """Where another process finds the test's database: the configured server, the name that the test runner gave."""
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return urlsplit(os.environ["PENTAD_DATABASE"])._replace(path=f"/{name}").geturl()


@pytest.fixture
def child() -> Iterator[Callable[..., "subprocess.Popen[str]"]]:
    """Start `tests.core.child VERB`; with `hears`, wait until it has said that line."""
    running: list[subprocess.Popen[str]] = []

    def start(verb: str, hears: str = "", **environment: str) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.core.child", verb],
            cwd=ROOT,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=os.environ
            | {
                "PENTAD_DATA": str(runtime.folder().root),
                "PENTAD_DATABASE": database_url(),
                "DJANGO_SETTINGS_MODULE": "pentad.config.settings",
                "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'src'}",
                **environment,
            },
        )
        running.append(process)
        if hears:
            hear(process, hears)
        return process

    yield start
    for process in running:
        with process:  # closes its pipes and waits
            process.kill()


@pytest.fixture
def pool() -> Iterator[jobs.Pool]:
    """Two workers in this process, not started."""
    made = jobs.Pool(workers=2, lease_seconds=1.0, poll_seconds=0.05)
    yield made
    if made.started:
        assert made.stop()
