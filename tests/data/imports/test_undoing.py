"""An import undone: its events leave the ledger and leave receipts in balance, customers follow; a crash does no harm."""

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from pentad import ledger
from pentad.core import clock, jobs, runtime
from pentad.core.actor import CLI
from pentad.core.errors import Conflict
from pentad.core.models import Job
from pentad.data.identity.models import Person
from pentad.data.imports import actions, refold, tasks, undoing, uploads
from pentad.data.imports.models import Import
from pentad.data.imports.plans import Options, make_plan
from pentad.data.ingest.inbox import FrameMeta, Inbox
from pentad.data.profiles import mirror, note_actions
from pentad.roles.undo import actions as undo
from pentad.roles.undo.models import Change
from tests.data.road import NOON, Road, track

CSV = """customer,date,amount
ann,2011-05-02,10.10
bob,2011-05-02,20.20
cem,2011-05-03,1.50
ann,2011-06-01,5.00
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "orders.csv"
    path.write_text(CSV)
    return path


@pytest.fixture(autouse=True)
def server(road: Road, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The road as the owner process has it."""
    settings.DATA = road.folder.root
    monkeypatch.setattr("pentad.data.ingest.loader._running", road.loader)
    monkeypatch.setattr(runtime, "is_owner", lambda: True)


def bring(file: Path, name: str = "Old shop") -> Import:
    return actions.import_transactions(
        actor=CLI, plan=make_plan(file, Options()), name=name, rejects=file.with_suffix(".rejects")
    )[0]


def take_back(row: Import) -> Job:
    change = undo.undo(actor=CLI, change=Change.objects.get(ref=row.id))
    job = Job.objects.get(public_id=change.job)
    jobs.run_here(job.pk)
    job.refresh_from_db()
    return job


def events() -> list[str]:
    return [row["user_id"] for row in ledger.current().rows("SELECT user_id FROM events ORDER BY user_id, ts")]


def test_its_events_go_with_the_customers_who_came_only_from_it(road: Road, file: Path) -> None:
    road.send(track("Clicked", userId="bob"))
    row = bring(file)
    bob = road.person("user_id:bob")
    assert (bob.event_count, bob.first_seen.year if bob.first_seen else 0) == (2, 2011)
    cem = road.person("user_id:cem")
    note_actions.add_note(actor=CLI, person=cem, text="Asked for an invoice")
    before = road.counts()
    mirror.drain(road.folder)

    job = take_back(row)
    assert job.status == Job.DONE, job.error
    assert events() == ["bob"]
    assert {person.no for person in Person.objects.all()} == {bob.no, cem.no}, "a colleague's note keeps a customer"
    bob.refresh_from_db()
    cem.refresh_from_db()
    assert (bob.event_count, bob.first_seen, bob.last_seen) == (1, NOON, NOON)
    assert (cem.event_count, cem.first_seen) == (0, None)
    mirror.drain(road.folder)
    people = ledger.current().rows("SELECT person_no, event_count FROM people")
    assert {one["person_no"]: one["event_count"] for one in people} == {bob.no: 1, cem.no: 0}
    row.refresh_from_db()
    assert (row.status, row.taken) == (Import.UNDONE, {"customers": 1, "stay": 1, "events": 4})
    assert Change.objects.get(ref=row.id).undone_by == "Command line"
    assert road.counts() == before, "what was counted stays counted"
    gone = ledger.current().rows("SELECT reason, kind, sum(n) AS n FROM removed GROUP BY ALL")
    assert [(one["reason"], one["kind"], int(one["n"])) for one in gone] == [("undone", "stored", 4)]
    assert ledger.current().check() == []


def test_the_same_file_is_new_again_and_may_be_read_in_another_way(road: Road, file: Path) -> None:
    take_back(bring(file))
    assert bring(file, "Another place").stored == 4
    assert Person.objects.count() == 3
    assert ledger.current().check() == []


def test_only_the_one_import_goes(road: Road, file: Path, tmp_path: Path) -> None:
    more = tmp_path / "more.csv"
    more.write_text("customer,date,amount\nann,2012-01-01,7\n")
    bring(more)
    second, third = bring(file), bring(file)
    assert (third.stored, third.duplicate) == (0, 4)
    take_back(third)
    assert len(events()) == 5, "an import that brought nothing takes nothing"
    take_back(second)
    assert events() == ["ann"]
    assert road.person("user_id:ann").event_count == 1
    assert ledger.current().check() == []


@pytest.mark.parametrize("where", ["before the ledger", "after the ledger", "among the customers"])
def test_cut_off_anywhere_it_is_finished_later(
    road: Road, file: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    row = bring(file)
    monkeypatch.setattr(undoing, "STEP", 1)
    monkeypatch.setattr(undoing, "LISTED", 2)
    whole_ledger, whole_fold, calls = road.ledger.take_back, refold.refold, list[int]()  # type: ignore[attr-defined]

    def ledger_cut(*given: Any) -> Any:
        if where == "after the ledger":
            whole_ledger(*given)
        raise OSError("the power went")

    def fold_cut(*given: Any) -> Any:
        calls.append(1)
        if len(calls) == 2:
            raise OSError("the power went")
        return whole_fold(*given)

    with monkeypatch.context() as cut:
        if where == "among the customers":
            cut.setattr(refold, "refold", fold_cut)
        else:
            cut.setattr(type(road.ledger), "take_back", lambda _, *given: ledger_cut(*given))
        job = take_back(row)
        assert job.status == Job.WAITING
    Job.objects.filter(pk=job.pk).update(run_at=clock.now())
    jobs.run_here(job.pk)
    row.refresh_from_db()
    assert (row.status, row.taken["customers"], events()) == (Import.UNDONE, 3, [])
    assert not Person.objects.exists()
    assert ledger.current().check() == []


def test_a_command_that_was_cut_off_left_what_can_be_undone_once_nobody_writes(road: Road, file: Path) -> None:
    row = actions.begin_import(actor=CLI, plan=make_plan(file, Options()), name="Old shop")
    writing = Inbox(road.folder.inbox, "import")
    body = b'{"batch":[{"type":"track","event":"Order Completed","userId":"ann","messageId":"1"}]}'
    writing.append_many_sync([(FrameMeta(row.source_no, row.received, 1), body)])
    with pytest.raises(Conflict, match="under way"):
        undo.undo(actor=CLI, change=Change.objects.get(ref=row.id))
    writing.close()
    take_back(row)
    assert events() == []
    assert not Person.objects.exists()


@pytest.mark.parametrize("dead", [False, True])
def test_what_was_undone_is_not_brought_in_again_by_its_job(
    road: Road, monkeypatch: pytest.MonkeyPatch, dead: bool
) -> None:
    key, _ = uploads.keep(SimpleUploadedFile("orders.csv", CSV.encode()))
    draft = Import.objects.create(
        file_name="orders.csv",
        digest="",
        layout={},
        source_no=0,
        actor="x",
        received=0,
        status=Import.DRAFT,
        upload=key,
    )
    plan = make_plan(uploads.path_of(key), Options())
    row = actions.start_import(actor=CLI, row=draft, plan=plan, name="Old shop", again=False, options={})
    whole, job = tasks.settle_import, Job.objects.get(public_id=row.job)

    def again() -> str:
        Job.objects.filter(pk=job.pk).update(run_at=clock.now())
        jobs.run_here(job.pk)
        job.refresh_from_db()
        return job.status

    def fail(*given: Any) -> None:
        whole(*given)
        raise OSError("the disk was full")

    with monkeypatch.context() as cut:
        cut.setattr(tasks, "settle_import", fail)
        assert again() == Job.WAITING
        with pytest.raises(Conflict, match="under way"):
            undo.undo(actor=CLI, change=Change.objects.get(ref=row.id))
        while dead and again() != Job.DEAD:
            pass
    if dead:
        assert len(events()) == 4
        take_back(row)
        jobs.retry(job)
        assert again() == Job.DONE
        assert events() == []
    else:
        actions.stop_import(actor=CLI, row=Import.objects.get(pk=row.pk))
        assert take_back(row).status == Job.DONE
    row.refresh_from_db()
    assert (row.status, Person.objects.count()) == (Import.UNDONE, 0)
    assert ledger.current().check() == []
