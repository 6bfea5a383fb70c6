"""The live events page: newest first, followed by a cursor, filtered on the server."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from pentad import ledger
from pentad.core.errors import NotFound
from pentad.data.identity.models import Person
from pentad.data.identity.queries import call
from pentad.data.ingest import contents
from pentad.data.ingest.live import OUTCOMES, LiveFilter, LiveRow, content, rows_after
from pentad.data.ingest.models import Source
from pentad.data.ingest.page import is_part
from pentad.data.ingest.rules import REASONS, TYPES
from pentad.roles.access.gate import signed_in
from pentad.roles.access.seeing import require_all

FIRST = 60
LATER = 100
MOST_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Shown:
    """A row with the names of its source and person."""

    row: LiveRow
    source: Source | None
    person: Person | None


@require_GET
@signed_in("sources.view")
def live_page(request: HttpRequest) -> HttpResponse:
    """The page, or its table alone when a filter changed."""
    require_all("people")
    wanted, source = _filter(request)
    cursor = ledger.current().next_seq() - 1
    rows = rows_after(0, FIRST, wanted)
    context = {
        "rows": with_names(rows), "cursor": max([cursor, *(r.seq for r in rows)]), "wanted": wanted, "chosen": source,
        "sources": Source.objects.filter(archived=None).order_by("no"), "outcomes": OUTCOMES, "types": TYPES,
        "reason": REASONS.get(wanted.reason), "most": MOST_SHOWN, "filtered": wanted != LiveFilter(), "query": request.GET.urlencode(),
    }  # fmt: skip
    return render(request, "ingest/_live_table.html" if is_part(request) else "ingest/live.html", context)


@require_GET
@signed_in("sources.view")
def live_rows(request: HttpRequest) -> HttpResponse:
    """What arrived after the cursor; asked every second."""
    require_all("people")
    wanted, _ = _filter(request)
    try:
        after = max(0, int(request.GET.get("after", "0")))
    except ValueError:
        after = 0
    cursor = ledger.current().next_seq() - 1
    rows = rows_after(after, LATER, wanted) if cursor > after else []
    context = {
        "rows": with_names(rows), "cursor": max([cursor, after, *(r.seq for r in rows)]),
        "skipped": rows[-1].seq - after - 1 if len(rows) == LATER else 0,
    }  # fmt: skip
    return render(request, "ingest/_live_more.html", context)


@require_GET
@signed_in("sources.view")
def live_detail(request: HttpRequest, seq: int) -> HttpResponse:
    """Everything known of one arrival: a row below the row."""
    require_all("people")
    row = content(seq) if seq < 1 << 63 else None  # the ledger's numbers are of 64 bits
    if row is None:
        raise NotFound("This message is no longer there.", fix="It was erased or has expired.")
    context = {
        "row": row, "seq": seq, "parts": contents.parts(row), "reason": REASONS.get(row.get("reason") or ""),
        "person": Person.seen.filter(no=row.get("root_no") or 0).first(), "source": Source.objects.filter(no=row["source_no"]).first(),
    }  # fmt: skip
    return render(request, "ingest/_live_detail.html", context)


def _filter(request: HttpRequest) -> tuple[LiveFilter, Source | None]:
    """What the address asks for. Values that do not exist filter nothing."""
    asked = request.GET
    source = Source.objects.filter(id=asked["source"]).first() if asked.get("source") else None
    return LiveFilter(
        source_no=source.no if source else None,
        outcome=asked.get("outcome", "") if asked.get("outcome") in OUTCOMES else "",
        type=asked.get("type", "") if asked.get("type") in TYPES else "",
        text=asked.get("q", "").strip()[:200],
        reason=asked.get("reason", "")[:60],
    ), source  # fmt: skip


def with_names(rows: Sequence[LiveRow]) -> list[Shown]:
    """Rows with their sources and persons, in two queries."""
    sources: dict[int, Any] = Source.objects.in_bulk({r.source_no for r in rows})
    people: dict[int, Any] = Person.seen.in_bulk({r.root_no for r in rows if r.root_no})
    call(people.values())
    return [Shown(r, sources.get(r.source_no), people.get(r.root_no or 0)) for r in rows]
