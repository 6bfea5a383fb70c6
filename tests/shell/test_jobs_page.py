"""The page of jobs: in words, one kind at a time, and what comes again and again folded."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from pentad.core import clock, jobs
from pentad.core.actor import SYSTEM
from pentad.core.models import Job, Schedule
from pentad.roles.access.actions import add_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser() -> Client:
    client = Client()
    client.force_login(add_user(actor=SYSTEM, email="nadia@kestrel.example", name="Nadia", role="admin"))
    return client


def done(kind: str, **more: Any) -> str:
    return Job.objects.create(kind=kind, status=Job.DONE, finished=clock.now(), **more).public_id


def test_what_comes_again_and_again_is_one_line_until_its_kind_is_chosen(browser: Client) -> None:
    jobs.schedule("jobs.prune", "jobs.prune", 3600)
    quiet, seal = [done("jobs.prune") for _ in range(5)], [done("ledger.seal") for _ in range(2)]
    failed = Job.objects.create(kind="jobs.prune", status=Job.DEAD, error="No.").public_id
    page = browser.get("/jobs/").content.decode()
    assert [one for one in (*quiet, *seal, failed) if f"job-{one}" in page] == [quiet[-1], *seal, failed]
    assert "and 4 times before" in page
    assert "Remove finished jobs that are older than people look at" in page
    assert page.count('href="/jobs/?status=&amp;kind=jobs.prune"') == 1
    page = browser.get("/jobs/?status=done&kind=jobs.prune").content.decode()
    assert [one for one in (*quiet, *seal, failed) if f"job-{one}" in page] == quiet
    assert "before" not in page.partition('id="jobs"')[2]


def test_a_kind_that_no_plugin_knows_any_more_and_one_there_is_none_of(browser: Client) -> None:
    done("loyalty.count")
    assert "loyalty.count (the plugin that does it is not installed)" in browser.get("/jobs/").content.decode()
    for odd in ("nothing", "%00", "x" * 300, "'\"><"):
        assert "No such job" in browser.get("/jobs/", {"kind": odd}).content.decode()


def test_what_comes_within_a_minute_is_due_now_and_the_tab_done_does_not_say_so_again(browser: Client) -> None:
    id = done("ledger.seal")
    jobs.schedule("jobs.prune", "jobs.prune", 3600)
    Schedule.objects.update(next_at=clock.now() + timedelta(seconds=30))
    page = browser.get("/jobs/").content.decode()
    assert "due now" in page and "next <time" not in page and "tag-green" in page
    Schedule.objects.update(next_at=clock.now() + timedelta(minutes=5))
    assert "next <time" in browser.get("/jobs/").content.decode()
    page = browser.get("/jobs/?status=done").content.decode()
    assert f"job-{id}" in page and "tag-green" not in page.partition('id="jobs"')[2]
