"""Waiting for an import to be loaded, in the process that loads."""

from typing import Any

from pentad import ledger
from pentad.core import clock
from pentad.core.jobs import Context, task
from pentad.data.imports.models import Import
from pentad.data.ingest.tasks import settle
from pentad.data.ingest.when import naive


@task("imports.settle")
def settle_import(job: Context, id: str) -> dict[str, Any]:
    """Load what is in the inbox, count what became of an import's messages, and add its source up."""
    settle(job)
    row = Import.objects.get(id=id)
    mine = (row.source_no, naive(clock.from_us(row.received)))
    counts = {
        name: int(
            ledger.current().rows(f"SELECT count(*) AS n FROM {table} WHERE source_no = ? AND received = ?", mine)[0][
                "n"
            ]
        )
        for name, table in (("stored", "events"), ("duplicate", "duplicates"), ("quarantined", "quarantined"))
    }
    Import.objects.filter(id=id).update(**counts)
    return {**counts, **holdings(row.source_no), "reasons": _reasons(mine)}


def _reasons(mine: tuple[int, Any]) -> dict[str, int]:
    """Why messages of an import were set aside: reason code → how many."""
    sql = "SELECT reason, count(*) AS n FROM quarantined WHERE source_no = ? AND received = ? GROUP BY reason ORDER BY n DESC, reason"
    return {found["reason"]: int(found["n"]) for found in ledger.current().rows(sql, mine)}


def holdings(source_no: int) -> dict[str, Any]:
    """What the ledger holds from a source, added up anew: customers, events, items, amount (as text, exact to four digits)."""
    found = ledger.current().rows(
        "SELECT count(DISTINCT root_no) AS customers, count(*) AS events, sum(CAST(p_quantity AS DECIMAL(18, 4))) AS items,"
        " sum(CAST(p_revenue AS DECIMAL(18, 4))) AS amount FROM events WHERE source_no = ?",
        (source_no,),
    )[0]
    return {
        "customers": int(found["customers"]),
        "events": int(found["events"]),
        "items": _plain(found["items"]),
        "amount": _plain(found["amount"]),
    }


def _plain(value: Any) -> str:
    """A sum without needless zeros: "167881", "2500315.63"."""
    return f"{value or 0:f}".rstrip("0").rstrip(".") if "." in f"{value or 0:f}" else f"{value or 0:f}"
