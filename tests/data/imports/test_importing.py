"""Imports through the inbox and the loader into the ledger, from a process that owns the folder for a moment."""

import csv
from pathlib import Path
from typing import Any

import pytest

from pentad import ledger
from pentad.core import runtime
from pentad.core.actor import CLI, Actor
from pentad.core.errors import Conflict, Denied, Invalid
from pentad.core.models import AuditLine
from pentad.data.identity.queries import person_by_identifier
from pentad.data.imports import sending
from pentad.data.imports.actions import import_transactions
from pentad.data.imports.models import Import
from pentad.data.imports.plans import Options, make_plan
from pentad.data.ingest.models import Source

CSV = """customer,date,amount,quantity,shop
ann,2011-05-02,10.10,1,Leeds
bob,2011-05-02,20.20,2,Leeds
ann,2011-05-02,10.10,1,Leeds
ann,2011-06-01,-10.10,1,York
bob,not a day,5,1,York
,2011-06-01,5,1,York
"cem,2011-06-01,5,1,York
dev,2011-07-01,5,1
"""


@pytest.fixture
def folder(transactional_db: None, settings: Any, tmp_path: Path) -> runtime.Folder:
    settings.DATA = tmp_path / "data"
    return runtime.Folder(settings.DATA).make()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "orders.csv"
    path.write_text(CSV)
    return path


def _import(file: Path, **options: Any) -> tuple[Import, dict[str, Any]]:
    plan = make_plan(file, options.pop("said", Options()))
    return import_transactions(
        **{"actor": CLI, "plan": plan, "name": "Old shop", "rejects": file.with_suffix(".rejects.csv"), **options}
    )


def _query(folder: runtime.Folder, sql: str) -> list[dict[str, Any]]:
    with runtime.own(folder):
        store = ledger.open(folder.ledger)
        try:
            return store.rows(sql)
        finally:
            store.close()


def test_rows_become_orders_of_customers(folder: runtime.Folder, file: Path) -> None:
    row, holds = _import(file)
    assert (row.rows, row.sent, row.stored, row.duplicate, row.quarantined, row.rejected) == (8, 4, 4, 0, 0, 4)
    assert row.status == Import.DONE
    # Two equal rows of one day are two orders; the refund counts against the sum.
    assert holds == {"customers": 2, "events": 4, "items": "5", "amount": "30.3", "reasons": {}}
    events = _query(
        folder, "SELECT name, CAST(ts AS VARCHAR) AS ts, user_id, p_revenue, props FROM events ORDER BY message_id"
    )
    assert [(e["name"], e["ts"][:10], e["user_id"], e["p_revenue"]) for e in events] == [
        ("Order Completed", "2011-05-02", "ann", 10.1), ("Order Completed", "2011-05-02", "bob", 20.2),
        ("Order Completed", "2011-05-02", "ann", 10.1), ("Order Refunded", "2011-06-01", "ann", -10.1),
    ]  # fmt: skip
    assert '"shop":"Leeds"' in events[0]["props"]
    assert person_by_identifier("user_id", "ann") is not None
    assert Source.objects.get(name="Old shop").kind == "import"
    assert AuditLine.objects.filter(action="begin_import").count() == 1


def test_rejected_rows_are_kept_with_line_and_reason(folder: runtime.Folder, file: Path) -> None:
    _import(file)
    with file.with_suffix(".rejects.csv").open(newline="") as rejects:
        found = list(csv.DictReader(rejects))
    assert [(r["line"], r["reason"], r["value"]) for r in found] == [
        ("6", "date is not iso", "not a day"), ("7", "names no customer", ""),
        ("8", found[2]["reason"], '"cem,2011-06-01,5,1,York'), ("9", "has 4 fields instead of 5", ""),
    ]  # fmt: skip
    assert "quotation marks" in found[2]["reason"]
    assert found[3]["row"] == "dev,2011-07-01,5,1"


def test_twice_changes_nothing(folder: runtime.Folder, file: Path) -> None:
    _import(file)
    row, holds = _import(file)
    assert (row.stored, row.duplicate) == (0, 4)
    assert holds["events"] == 4


def test_another_way_of_reading_is_refused_unless_wanted(folder: runtime.Folder, file: Path) -> None:
    _import(file)
    with pytest.raises(Conflict, match=r"imported on .* into “Old shop”"):
        _import(file, said=Options(currency="EUR"))
    with pytest.raises(Conflict, match="second time"):
        _import(file, name="New shop")
    row, holds = _import(file, name="New shop", again=True)
    assert (row.stored, holds["events"]) == (4, 4)


def test_goes_on_after_it_was_killed(folder: runtime.Folder, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "BATCH", 1)
    monkeypatch.setattr(sending, "GROUP", 1)
    calls = 0

    def progress(rows: int, rejected: int) -> None:
        nonlocal calls
        calls += 1
        if calls == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        _import(file, progress=progress)
    assert Import.objects.get().status == Import.FAILED
    row, holds = _import(file)
    assert (row.stored, row.duplicate, holds["events"]) == (1, 3, 4)


def test_what_identifies_nobody_is_quarantined_and_told(folder: runtime.Folder, file: Path) -> None:
    file.write_text("customer,date,amount\n0,2011-05-02,1\nann,2011-05-02,2\nnull,2011-05-03,3\n")
    row, holds = _import(file)
    assert (row.stored, row.quarantined, row.rejected) == (1, 2, 0)
    assert sum(holds["reasons"].values()) == 2


def test_who_may(folder: runtime.Folder, file: Path) -> None:
    with pytest.raises(Denied):
        _import(file, actor=Actor("user", "2", "Tom", frozenset({"people.view"})))
    assert not Source.objects.exists()


def test_unclear_files_and_archived_sources_are_refused(folder: runtime.Folder, file: Path) -> None:
    from pentad.data.ingest.actions import archive_source

    _import(file)
    archive_source(actor=CLI, source=Source.objects.get())
    with pytest.raises(Conflict, match="archive"):
        _import(file)
    file.write_text("customer,date\nann,03/04/2011\n")
    with pytest.raises(Invalid, match="--date-format"):
        _import(file)
