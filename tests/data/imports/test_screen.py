"""Imports in the browser: looked at, corrected, run as a job, stopped; the same as on the command line."""

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from pentad.core import jobs, runtime
from pentad.core.actor import SYSTEM
from pentad.core.models import Job
from pentad.data.identity.models import Person
from pentad.data.imports import sending, tasks, uploads
from pentad.data.imports.models import Import
from pentad.data.imports.tasks import sweep
from pentad.data.privacy.actions import erase_person
from pentad.roles.access import actions as accounts
from pentad.roles.undo.models import Change
from tests.data.road import Road

CSV = """Kunde;Tag;Betrag
ann;02.05.2011;10,10
bob;02.05.2011;20,20
cem;irgendwann;1,50
dev;03.05.2011;1
eve;03.05.2011;2
fay;03.05.2011;3
"""


@pytest.fixture(autouse=True)
def server(road: Road, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The road as the owner process has it."""
    settings.DATA = road.folder.root
    monkeypatch.setattr("pentad.data.ingest.loader._running", road.loader)
    monkeypatch.setattr(runtime, "is_owner", lambda: True)


def browser(role: str = "developer") -> Client:
    user = accounts.add_user(actor=SYSTEM, email=f"{role}@kestrel.example", name=role.title(), role=role)
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def sent(client: Client, text: str = CSV, name: str = "orders.csv") -> Import:
    answer = client.post("/imports/new/", {"file": SimpleUploadedFile(name, text.encode())})
    assert answer.status_code == 204, answer.content.decode()
    row = Import.objects.order_by("-started").first()
    assert row is not None
    assert answer["HX-Redirect"] == f"/imports/{row.id}/"
    return row


def work(row: Import) -> Job:
    row.refresh_from_db()
    job = Job.objects.get(public_id=row.job)
    jobs.run_here(job.pk)
    job.refresh_from_db()
    return job


def test_a_file_is_looked_at_corrected_and_brought_in(road: Road) -> None:
    client = browser()
    row = sent(client, CSV.replace("cem", "=cem"))
    page = client.get(f"/imports/{row.id}/").content.decode()
    assert "Kunde" in page
    assert "irgendwann" in page
    assert ">4</td>" in page, "the line of the row that cannot be read"
    assert not Person.objects.exists()
    corrected = {"role_customer": "1", "role_date": "2", "role_amount": "-", "decimal": ",", "name": "Old shop"}
    page = client.get(f"/imports/{row.id}/", corrected, headers={"HX-Request-Type": "partial"}).content.decode()
    assert "betrag" in page, "not an amount any more, so a property"
    assert client.post(f"/imports/{row.id}/start/", {**corrected, "role_amount": "3"}).status_code == 204
    assert "Waiting" in client.get(f"/imports/{row.id}/").content.decode()
    assert work(row).status == Job.DONE
    row.refresh_from_db()
    assert (row.status, row.rows, row.stored, row.rejected, row.upload) == (Import.DONE, 6, 5, 1, "")
    page = client.get(f"/imports/{row.id}/").content.decode()
    assert "irgendwann" in page
    assert f"/changes/{Change.objects.get(ref=row.id).id}/undo/" in page
    assert b"'=cem;irgendwann" in b"".join(client.get(f"/imports/{row.id}/rejects/")), "no formula"  # type: ignore[arg-type]
    assert road.ledger.rows("SELECT sum(p_revenue) AS n FROM events")[0]["n"] == pytest.approx(36.3)
    assert [path.name for path in uploads.home().iterdir()] == [f"{row.id}.rejects.csv"]


def test_one_bad_date_among_three_is_a_rejected_row_and_blocks_nothing(road: Road) -> None:
    client = browser()
    row = sent(client, "customer,date,amount\nann,2026-10-01,5\nbob,32.13.2026,6\ncem,2026-10-03,7\n")
    page = client.get(f"/imports/{row.id}/").content.decode()
    assert "in no format" not in page and "32.13.2026" in page and "date is not iso" in page
    assert client.post(f"/imports/{row.id}/start/", {"name": "Old shop"}).status_code == 204
    assert work(row).status == Job.DONE
    row.refresh_from_db()
    assert (row.rows, row.stored, row.rejected) == (3, 2, 1)
    half = sent(client, "customer,date,amount\nann,2026-10-01,5\nbob,soon,6\n", "half.csv")
    assert "The date “soon” is in no format" in client.get(f"/imports/{half.id}/").content.decode()


def test_what_is_in_the_way_is_said_and_nothing_is_imported(road: Road, settings: Any) -> None:
    client = browser()
    assert client.post("/imports/new/", {}).status_code == 422
    answer = client.post("/imports/new/", {"file": SimpleUploadedFile("a.csv", b"")})
    assert "is empty" in answer.content.decode()
    row = sent(client, "who,day\nann,03/04/2011\nbob,05/06/2011\n")
    page = client.get(f"/imports/{row.id}/").content.decode()
    assert "can be read as" in page
    assert "hx-post" in page
    answer = client.post(f"/imports/{row.id}/start/", {"name": "Old shop"})
    assert answer.status_code == 422
    assert str(settings.DATA) not in answer.content.decode(), "no path of the server's"
    assert Import.objects.get(pk=row.pk).status == Import.DRAFT
    assert not Job.objects.exists()
    assert client.post(f"/imports/{row.id}/drop/").status_code == 204
    assert not Import.objects.exists()


def test_a_stopped_import_keeps_what_was_brought_in_until_it_is_undone(
    road: Road, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = browser()
    row = sent(client, "customer,date\nann,2011-05-02\nbob,2011-05-02\ncem,2011-05-02\n")
    client.post(f"/imports/{row.id}/start/", {"name": "Old shop"})
    monkeypatch.setattr(sending, "BATCH", 1)
    monkeypatch.setattr(sending, "GROUP", 1)
    monkeypatch.setattr("pentad.core.jobs.context.PROGRESS_EVERY", 0)
    append = sending._append

    def stop(*given: Any) -> None:
        append(*given)
        client.post(f"/imports/{row.id}/stop/")

    monkeypatch.setattr(sending, "_append", stop)
    assert work(row).status == Job.CANCELLED
    row.refresh_from_db()
    assert (row.status, row.sent, row.stored, row.upload) == (Import.STOPPED, 1, 1, "")
    assert "was stopped" in client.get(f"/imports/{row.id}/").content.decode()
    assert client.post(f"/changes/{Change.objects.get(ref=row.id).id}/undo/").status_code == 204
    jobs.run_here(Job.objects.get(kind="imports.undo").pk)
    assert not Person.objects.exists()


def test_rows_of_a_file_are_for_whoever_sent_it(road: Road) -> None:
    row = sent(browser())
    assert browser("analyst").get(f"/imports/{row.id}/").status_code == 403
    assert browser("member").get(f"/imports/{row.id}/").status_code == 200
    assert browser("lead").get("/imports/").status_code == 403


def test_files_that_wait_go_with_an_erasure_and_after_a_day(road: Road, monkeypatch: pytest.MonkeyPatch) -> None:
    client = browser()
    first, second = sent(client), sent(client)
    client.post(f"/imports/{first.id}/start/", {"name": "Old shop"})
    work(first)
    assert len(list(uploads.home().iterdir())) == 2
    erase_person(actor=SYSTEM, person=road.person("user_id:ann"))
    jobs.run_here(Job.objects.get(kind="privacy.rewrite").pk)
    assert list(uploads.home().iterdir()) == []
    assert client.get(f"/imports/{second.id}/").status_code == 404
    third = sent(client)
    monkeypatch.setattr(uploads, "WAITS_SECONDS", -1)
    sweep(None)  # type: ignore[arg-type]
    assert not Path(uploads.path_of(third.upload)).exists()
    assert not Import.objects.filter(status=Import.DRAFT).exists()


def test_rows_of_an_import_that_ran_during_an_erasure_go_with_it(road: Road, monkeypatch: pytest.MonkeyPatch) -> None:
    client = browser()
    row = sent(client, CSV.replace("cem", "zed"))
    road.send({"type": "identify", "userId": "zed", "traits": {}})
    client.post(f"/imports/{row.id}/start/", {"name": "Old shop"})
    whole = tasks.settle_import

    def meanwhile(*given: Any) -> Any:
        assert "zed" in uploads.rejects_of(row.id).read_text()
        erase_person(actor=SYSTEM, person=road.person("user_id:zed"))
        uploads.clear()
        return whole(*given)

    monkeypatch.setattr(tasks, "settle_import", meanwhile)
    assert work(row).status == Job.DONE
    assert list(uploads.home().iterdir()) == []
    assert client.get(f"/imports/{row.id}/").status_code == 200
