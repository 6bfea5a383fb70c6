"""Logs, metrics and readiness: what someone who runs Pentad looks at."""

import json
import re
import subprocess
import sys

import pytest

from pentad.core import jobs, logs, metrics
from pentad.core.health import Readiness, database
from tests.core import work  # noqa: F401  registers the tasks

SAY = """
import logging, structlog
from pentad.core import logs
logs.configure("json")
with logs.request("abcdef12-3456"):
    structlog.get_logger("pentad.test").info("signed_in", user=3, email="keiko@lumen.example")
    logging.getLogger("some.library").warning("spoke too")
try:
    1 / 0
except ZeroDivisionError:
    structlog.get_logger("pentad.test").exception("failed")
logging.getLogger("django.request").warning("Not Found: /people/?q=keiko@lumen.example")
"""


def test_lines_are_json_with_the_request_and_without_the_customer() -> None:
    # In a process of its own: the test runner has logging in its hands here.
    said = subprocess.run([sys.executable, "-c", SAY], capture_output=True, text=True, check=True).stderr
    ours, theirs, failed = [json.loads(line) for line in said.splitlines()]
    assert (ours["event"], ours["level"], ours["user"], ours["email"]) == ("signed_in", "info", 3, "…")
    assert (theirs["event"], theirs["logger"]) == ("spoke too", "some.library")
    assert ours["request"] == theirs["request"] == "abcdef12-3456"
    assert "request" not in failed
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT.*Z", ours["timestamp"])
    assert "ZeroDivisionError" in failed["exception"]


@pytest.mark.parametrize("given", ["", "short", "with space in it", "x" * 65, 'a"}\n{"b', "ünïcödé-ïd"])
def test_a_strange_request_id_is_replaced(given: str) -> None:
    with logs.request(given) as chosen:
        assert re.fullmatch(r"[0-9a-f-]{36}", chosen)


def test_metrics_tell_of_events_jobs_and_requests(db: None) -> None:
    metrics.count_accepted(901, 20)
    metrics.count_loaded(901, stored=17, duplicate=2, quarantined=1)
    metrics.LOADER_LAG.set(5)
    metrics.observe_request("GET", "/people/<id>/", 200, 0.012)
    jobs.enqueue("test.pid")
    body, content_type = metrics.render()
    page = body.decode()
    assert content_type.startswith("text/plain")
    for line in (
        'pentad_events_accepted_total{source="901"} 20.0',
        'pentad_events_stored_total{source="901"} 17.0',
        'pentad_events_duplicate_total{source="901"} 2.0',
        'pentad_events_quarantined_total{source="901"} 1.0',
        "pentad_loader_lag_bytes 5.0",
        "pentad_inbox_pending_bytes 0.0",
        'pentad_jobs{status="waiting"} 1.0',
        'pentad_http_request_seconds_count{method="GET",route="/people/<id>/",status="200"} 1.0',
    ):
        assert line in page


def test_readiness_names_what_is_wrong(db: None) -> None:
    ready = Readiness()
    ready.add("database", database)
    assert ready.result() == {
        "ready": True, "checks": {"database": {"ok": True, "detail": ""}}, "warnings": {},
    }  # fmt: skip
    ready.add("loader", lambda: "It is 90 s behind.")
    ready.add("broken", lambda: str(1 // 0))
    result = ready.result()
    assert not result["ready"]
    assert result["checks"]["loader"] == {"ok": False, "detail": "It is 90 s behind."}
    assert result["checks"]["broken"] == {"ok": False, "detail": "The check failed with ZeroDivisionError."}
    ready.remove("loader")
    ready.remove("broken")
    assert ready.result()["ready"]
