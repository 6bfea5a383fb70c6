"""Receipts: do the counts balance, and where is this message."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from pentad.core import clock
from pentad.core.models import Job
from pentad.data.ingest import actions, charts, contents, queries
from pentad.data.ingest.counts import Step
from pentad.data.ingest.models import Source
from pentad.data.ingest.page import actor_of, is_part, standstill, toast
from pentad.roles.access.gate import signed_in
from pentad.roles.access.seeing import require_all

PERIODS: dict[str, tuple[str, timedelta, Step]] = {
    "hour": ("Hour", timedelta(hours=1), "minute"),
    "day": ("Day", timedelta(days=1), "hour"),
    "week": ("Week", timedelta(days=7), "hour"),
    "month": ("Month", timedelta(days=30), "day"),
    "year": ("Year", timedelta(days=365), "day"),
}
_SINCE = {
    "hour": "in the last hour",
    "day": "in the last 24 hours",
    "week": "in the last 7 days",
    "month": "in the last 30 days",
    "year": "in the last year",
}


@require_GET
@signed_in("receipts.view")
def receipts_page(request: HttpRequest) -> HttpResponse:
    """The balance of one source or all; with ?id= goes to that message's receipt."""
    if wanted := request.GET.get("id", "").strip():
        return HttpResponseRedirect(address(wanted))
    period = request.GET.get("period", "day")
    period = period if period in PERIODS else "day"
    source = Source.objects.filter(id=request.GET["source"]).first() if request.GET.get("source") else None
    _, length, step = PERIODS[period]
    since = clock.now() - length
    may_edit = actor_of(request).may("receipts.edit")
    context: dict[str, Any] = {"period": period, "since": _SINCE[period], "chosen": source, "may_edit": may_edit}
    if is_part(request):
        # Asked every few seconds: a fault in an old minute was shown when the page opened.
        recent = max(since, clock.now() - timedelta(days=1))
        return render(request, "ingest/_balance.html", context | _balance(source, since, recent))
    context |= _balance(source, since, since) | _rest(source, since, step)
    return render(request, "ingest/receipts.html", context)


@require_POST
@signed_in("receipts.edit")
def load_again(request: HttpRequest) -> HttpResponse:
    """Have missing messages loaded again; the page follows how it goes."""
    actions.load_again(actor=actor_of(request))
    source = Source.objects.filter(id=request.GET["source"]).first() if request.GET.get("source") else None
    period = request.GET.get("period", "day")
    period = period if period in PERIODS else "day"
    since = clock.now() - PERIODS[period][1]
    context = {"period": period, "since": _SINCE[period], "chosen": source, "may_edit": True}
    answer = render(request, "ingest/_balance.html", context | _balance(source, since, since))
    return toast(answer, "The messages are being loaded again.")


def _balance(source: Source | None, since: datetime, gaps_since: datetime) -> dict[str, Any]:
    return {
        "totals": queries.totals(source, since),
        "missing": _missing(source),
        "reloading": Job.objects.filter(key=actions.RELOAD).exists(),
        "standstill": standstill(),
        "gaps": _gaps(source, gaps_since),
    }


def _missing(source: Source | None) -> list[tuple[Source | None, queries.Missing]]:
    found = [m for m in queries.missing() if source is None or m.source_no == source.no]
    names = Source.objects.in_bulk({m.source_no for m in found})
    return [(names.get(m.source_no), m) for m in found]


def _gaps(source: Source | None, since: datetime) -> list[queries.Gap]:
    return [gap for gap in queries.gaps(since) if source is None or gap.source_no == source.no]


def _rest(source: Source | None, since: datetime, step: Step) -> dict[str, Any]:
    every = queries.totals_by_source(since)
    sources = list(Source.objects.filter(archived=None).order_by("no"))
    shown = [s for s in sources if source is None or s.no == source.no]
    groups = queries.quarantine_groups(source, since)
    return {
        "sources": sources, "periods": [(key, title) for key, (title, _, _) in PERIODS.items()],
        "rows": [(s, every.get(s.no, queries.Totals())) for s in shown], "chart": charts.verdicts(source, since, step), "step": step,
        "groups": groups, "set_aside": sum(g.count for g in groups),
    }  # fmt: skip


def address(message_id: str) -> str:
    """Where the receipt of a message is shown."""
    return f"/receipts/{quote(message_id[:300], safe='')}/"


@require_GET
@signed_in("receipts.view")
def receipt_page(request: HttpRequest, message_id: str) -> HttpResponse:
    """One message: its state, how it got there, and what it holds."""
    require_all("people")
    found = queries.receipts_of(message_id)
    wanted = request.GET.get("source", "")
    chosen = next((r for r in found if r.source == wanted), found[0] if found else None)
    if chosen is None:
        return render(request, "ingest/no_receipt.html", {"message_id": message_id}, status=404)
    context = {
        "receipt": chosen, "others": [r for r in found if r is not chosen],
        "source": Source.objects.filter(no=chosen.source_no).first(),
        "parts": contents.parts({**chosen.content, "raw": chosen.raw}) if chosen.state != "pending" else [],
    }  # fmt: skip
    return render(request, "ingest/receipt.html", context)


@require_GET
def receipt_redirect(request: HttpRequest, message_id: str) -> HttpResponse:
    """The short address people write in chats."""
    return HttpResponseRedirect(address(message_id))
