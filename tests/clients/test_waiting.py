"""A refused library comes back when it was told to, and what it sent is stored then."""

import json
import time
from pathlib import Path

import pytest

from pentad.core.errors import RateLimited
from pentad.data.ingest.browser.library import snippet
from pentad.data.ingest.limits import SourceKey
from tests.clients.browsing import Visit, Website, chromium
from tests.clients.installing import run_python
from tests.data.ingest.tracking import Tracking

WAIT = 4
"""Seconds: longer than any library waits by itself after a first failure."""


class Refusing:
    """Stands for a bucket that is empty at the first request and full at the next."""

    def __init__(self):
        self.asked = []

    def take(self):
        self.asked.append(time.monotonic())
        if len(self.asked) == 1:
            raise RateLimited("Too quick.", retry_after=WAIT)

    def waited(self):
        assert len(self.asked) == 2, self.asked
        return self.asked[1] - self.asked[0]


@pytest.fixture
def refusing(tmp_path: Path):
    running = Tracking(tmp_path)
    source = SourceKey(1, "wait-key")
    source.bucket = Refusing()
    running.set_sources(source)
    running.bucket = source.bucket
    yield running
    running.stop()


def test_segment_python_waits_as_told(refusing):
    story = json.dumps([{"type": "track", "userId": "keiko", "event": "Order Completed"}])
    host = f"http://127.0.0.1:{refusing.port}"
    run_python("segment-analytics-python-2.4.0", "send_segment.py", host, "wait-key", story)
    assert WAIT <= refusing.bucket.waited() < WAIT + 3
    assert [m["event"] for m in refusing.messages()] == ["Order Completed"]


def test_the_browser_library_waits_as_told(refusing):
    site = Website()
    host = f"http://127.0.0.1:{refusing.port}"
    site.pages["/"] = f"<!doctype html><title>Beans</title>{snippet('wait-key', host)}"
    with chromium() as browser:
        visit = Visit(browser, site.url, host)
        visit.page.goto(site.url)
        visit.until(refusing.messages)
        assert visit.strangers() == []
    site.close()
    assert WAIT <= refusing.bucket.waited() < WAIT + 3
    assert [m["type"] for m in refusing.messages()] == ["page"]
