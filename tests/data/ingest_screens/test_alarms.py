"""What must not be overlooked: messages that cannot be found, a loader that stands still, work that gave up."""

import pyarrow as pa
import pytest
from django.test import Client

from pentad.core import clock
from pentad.core.actor import CLI, Actor
from pentad.core.errors import Conflict, Denied
from pentad.core.health import readiness
from pentad.core.hooks import doctor_checks
from pentad.core.jobs import actions as jobs
from pentad.core.models import AuditLine, Job
from pentad.data.ingest.models import Gap, Source
from pentad.ledger import LedgerSlice
from pentad.roles.access import actions as access
from tests.data.ingest_screens.conftest import Road


def lose(source: Source, *ids: str) -> None:
    """As the second look at a loaded log does when it does not find messages."""
    for id in ids:
        Gap.objects.create(log="web-00000001.log", source_no=source.no, message_id=id, received=clock.now())


def test_missing_messages_are_named(browser: Client, shop: Source) -> None:
    assert "cannot be found" not in browser.get("/receipts/").content.decode()
    lose(shop, "lost-1", "<b>lost-2</b>")
    page = browser.get("/receipts/").content.decode()
    assert "2 accepted messages of Web shop cannot be found in the ledger" in page
    assert "lost-1" in page
    assert "&lt;b&gt;lost-2&lt;/b&gt;" in page
    assert any("lost-1" in problem.message for problem in doctor_checks())


def test_missing_messages_can_be_loaded_again_by_who_may(browser: Client, shop: Source) -> None:
    assert browser.post("/missing/load/").status_code == 409
    lose(shop, "lost-1")
    assert "Load them again" in browser.get("/receipts/").content.decode()
    answer = browser.post("/missing/load/?period=week")
    assert "The messages are being loaded again." in answer.headers["HX-Trigger"]
    assert "They are being loaded again…" in answer.content.decode()
    job = Job.objects.get(kind="ingest.reload")
    assert job.key == "reload"
    assert "Load them again" not in browser.get("/receipts/").content.decode()
    line = AuditLine.objects.get(action="load_again")
    assert (line.right, line.detail) == ("receipts.edit", {"missing": 1})


def test_who_only_looks_cannot_load_them_again(browser: Client, shop: Source) -> None:
    lose(shop, "lost-1")
    lea = access.add_user(actor=CLI, email="lea@kestrel.example", name="Lea", role="member", password="kestrel-demo")
    browser.force_login(lea, backend="allauth.account.auth_backends.AuthenticationBackend")
    page = browser.get("/receipts/").content.decode()
    assert "lost-1" in page
    assert "Load them again" not in page
    assert browser.post("/missing/load/").status_code == 403


def test_counts_that_do_not_balance_raise_the_alarm(browser: Client, road: Road, shop: Source) -> None:
    part = road.loader.ledger.query("SELECT * FROM counts LIMIT 1")
    figures = {"accepted": [3], "stored": [1], "duplicate": [0], "quarantined": [0]}
    values = {"source_no": [shop.no], "minute": part["minute"].to_pylist(), **figures}
    extra = pa.table(values).cast(part.schema)
    assert road.loader.ledger.append(LedgerSlice("web-00000099.log", 0, 1, counts=extra))
    page = browser.get("/receipts/").content.decode()
    assert "2 accepted messages have no verdict" in page
    assert "The counts of 1 minute do not balance" in page


def test_a_loader_that_stands_still_is_told(browser: Client) -> None:
    readiness.add("loader", lambda: "The loader stands still: the disk is full.")
    try:
        for address in ("/receipts/", "/sources/"):
            assert "The loader stands still: the disk is full." in browser.get(address).content.decode()
    finally:
        readiness.remove("loader")


def test_discarding_a_dead_letter(browser: Client) -> None:
    job = Job.objects.create(kind="jobs.prune", status=Job.DEAD, payload={"x": 1})
    viewer = Actor("user", "7", "Lea", frozenset({"jobs.view"}))
    with pytest.raises(Denied):
        jobs.discard_job(actor=viewer, job=job)
    jobs.discard_job(actor=CLI, job=job)
    job.refresh_from_db()
    assert (job.status, job.payload) == (Job.CANCELLED, {})
    with pytest.raises(Conflict):
        jobs.discard_job(actor=CLI, job=job)
