"""Jobs: what gave up says why, and can be tried again or put away; the list follows by itself."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.serving import Server

expect.set_options(timeout=15_000)
ADD = """
import sys
from datetime import timedelta
from pathlib import Path
from pentad.config.bootstrap import setup
setup(sys.argv[1])
from pentad.core import clock
from pentad.core.models import Job
now = clock.now()
later = {"run_at": now + timedelta(hours=2)}
row = {
    "dead": {"status": "dead", "error": sys.argv[3], "finished": now, "started": now, "attempts": 5, "result": {"fix": "Mend it."}},
    "waiting": {"status": "waiting", **later},
    "done": {"status": "done", "finished": now, "started": now},
}[sys.argv[2]]
print(Job.objects.create(kind="jobs.prune", **row).public_id)
"""
HOSTILE = "<img src=x onerror=alert(1)>{{ 7|add:7 }}"


@pytest.fixture
def job(kestrel: Server) -> Callable[..., str]:
    """Writes a job into the database, as another process may; its public id."""
    import subprocess
    import sys

    def make(state: str, error: str = "") -> str:
        command = [sys.executable, "-c", ADD, str(kestrel.folder), state, error]
        return subprocess.run(
            command, check=True, capture_output=True, text=True, env=kestrel.environment
        ).stdout.split()[-1]

    return make


def row(page: Page, id: str) -> Locator:
    return page.locator(f"[id='job-{id}']")


def test_a_dead_letter_says_why_and_is_tried_again(page: Page, job: Callable[..., str]) -> None:
    page.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
    id = job("dead", f"The disk is full. {HOSTILE}")
    page.goto("/jobs/?status=dead")
    expect(row(page, id)).to_contain_text(f"The disk is full. {HOSTILE}")
    expect(row(page, id)).to_contain_text("Mend it.")
    row(page, id).get_by_role("button", name=re.compile("^Try again: Remove finished jobs")).click()
    expect(row(page, id)).to_have_count(0)
    page.goto("/jobs/?status=done&kind=jobs.prune")
    expect(row(page, id)).to_be_visible()


def test_a_dead_letter_is_put_away(page: Page, job: Callable[..., str]) -> None:
    id = job("dead", "No.")
    page.goto("/jobs/?status=dead")
    row(page, id).get_by_role("button", name=re.compile("^Discard: ")).click()
    expect(row(page, id)).to_have_count(0)
    page.goto("/jobs/?status=cancelled")
    expect(row(page, id)).to_contain_text("Stopped")


def test_a_waiting_job_is_stopped(page: Page, job: Callable[..., str]) -> None:
    id = job("waiting")
    page.goto("/jobs/")
    expect(row(page, id)).to_contain_text("in 1 hour")
    row(page, id).get_by_role("button", name=re.compile("^Stop: ")).click()
    expect(row(page, id)).to_contain_text("Stopped")


def test_the_list_follows_by_itself(page: Page, job: Callable[..., str]) -> None:
    page.goto("/jobs/")
    page.get_by_role("button", name="Show one kind of work").click()
    page.get_by_role("menuitem", name=re.compile("^Remove finished jobs")).click()
    expect(page.get_by_role("link", name=re.compile("^Remove filter Kind"))).to_be_visible()
    id = job("done")
    expect(row(page, id)).to_contain_text("Done")
    expect(page.get_by_role("link", name=re.compile("^All"))).to_have_attribute("aria-current", "page")


def test_members_do_not_see_jobs(tom: Page) -> None:
    tom.goto("/jobs/")
    expect(tom.get_by_role("heading", level=1)).to_contain_text("it needs the right “jobs.view”")
    tom.complaints[:] = [c for c in tom.complaints if "status of 403" not in c]  # type: ignore[attr-defined]


@pytest.mark.parametrize("size", [{"width": 1440, "height": 900}, {"width": 390, "height": 844}], ids=["desk", "phone"])
def test_accessible(
    open_page: Callable[..., Page],
    axe_by_day_and_night: Callable[[Page], list[str]],
    job: Callable[..., str],
    size: dict[str, int],
) -> None:
    for state in ("dead", "waiting", "done"):
        job(state, "The disk is full.")
    page = open_page(size=size)
    page.goto("/jobs/")
    assert axe_by_day_and_night(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
