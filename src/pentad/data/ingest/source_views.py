"""Screens of sources: list, set-up, what arrives, the SDK doctor, settings."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pentad.core import clock
from pentad.core.errors import Invalid, NotFound, PentadError
from pentad.data.ingest import actions, charts, known, queries, signal_store, snippets
from pentad.data.ingest.models import Source
from pentad.data.ingest.page import actor_of, modal_done, standstill, toast
from pentad.roles.access.gate import signed_in

RECENT = 12


def find_source(id: str) -> Source:
    """The source with this public id. Raises NotFound."""
    source = Source.objects.filter(id=id).first()
    if source is None:
        raise NotFound("There is no such source.", code="source_not_found", fix="Look at the list of sources.")
    return source


@require_GET
@signed_in("sources.view")
def source_list(request: HttpRequest) -> HttpResponse:
    """All sources with their health; those in the archive by ?archived=1."""
    archived = request.GET.get("archived") == "1"
    sources = list(Source.objects.filter(archived__isnull=not archived).order_by("no"))
    health, hours = queries.health_of(sources), queries.hourly_by_source()
    rows = [{"source": s, "health": health[s.no], "spark": charts.spark(hours.get(s.no, [0] * 24))} for s in sources]
    context = {
        "rows": rows, "archived": archived, "wrong_keys": signal_store.wrong_keys()[:4],
        "archive_count": Source.objects.exclude(archived=None).count(),
        "may_edit": actor_of(request).may("sources.edit"), "standstill": standstill(),
    }  # fmt: skip
    return render(request, "ingest/sources.html", context)


@require_http_methods(["GET", "POST"])
@signed_in("sources.edit")
def new_source(request: HttpRequest) -> HttpResponse:
    """The dialog that creates a source, and what it sends."""
    context: dict[str, Any] = {"kinds": actions.KINDS, "values": {"kind": "web", "owned": "on"}}
    if request.method == "POST":
        values = {name: request.POST.get(name, "") for name in ("name", "kind", "owned")}
        try:
            source = actions.add_source(
                actor=actor_of(request), name=values["name"], kind=values["kind"] or "web", owned=bool(values["owned"])
            )
            return modal_done(f"/sources/{source.id}/")
        except PentadError as error:
            if error.status >= 500 or error.status == 403:
                raise
            context |= {"values": values, "error": error}
    return render(request, "ingest/_new_source.html", context, status=422 if "error" in context else 200)


@require_GET
@signed_in("sources.view")
def source_page(request: HttpRequest, id: str, tab: str = "overview") -> HttpResponse:
    """One source. tab: overview, connect, doctor, settings."""
    source = find_source(id)
    findings = queries.sdk_findings(source)
    context: dict[str, Any] = {
        "source": source, "tab": tab, "health": queries.source_health(source), "findings": findings,
        "problems": sum(f.severity != "hint" for f in findings), "kinds": actions.KINDS,
        "may_edit": actor_of(request).may("sources.edit") and not source.own,
    }  # fmt: skip
    if tab == "overview":
        context |= _overview(source)
    if tab == "connect" or context["health"].state == "waiting":
        context |= _connect(request, source)
    return render(request, f"ingest/source_{tab}.html", context)


def _overview(source: Source) -> dict[str, Any]:
    day = clock.now() - timedelta(days=1)
    return {
        "totals": queries.totals(source, day), "recent": queries.live(limit=RECENT, source=source),
        "chart": charts.verdicts(source, day, "hour"), "groups": queries.quarantine_groups(source, day)[:3],
    }  # fmt: skip


def _connect(request: HttpRequest, source: Source) -> dict[str, Any]:
    origin = public_origin(request)
    every = snippets.samples(origin, source.write_key)
    chosen = request.GET.get("with") or snippets.first_for(source.kind)
    return {"samples": every, "sample": next((s for s in every if s.id == chosen), every[0]), "origin": origin}


def public_origin(request: HttpRequest) -> str:
    """Where senders reach this installation: as set, else as this browser did."""
    return known.PUBLIC_URL.get().strip().rstrip("/") or f"{request.scheme}://{request.get_host()}"


@require_GET
@signed_in("sources.view")
def source_waiting(request: HttpRequest, id: str) -> HttpResponse:
    """Asked every second by a page that waits for the first event; turns into a green note when it came."""
    source = find_source(id)
    health = queries.source_health(source)
    first = queries.live(limit=1, source=source)
    return render(
        request,
        "ingest/_waiting.html",
        {"source": source, "health": health, "first": first[0] if first else None, "standstill": standstill()},
    )


@require_POST
@signed_in("sources.edit")
def save_source(request: HttpRequest, id: str) -> HttpResponse:
    """The settings form."""
    source = find_source(id)
    posted = request.POST
    error: PentadError | None = None
    try:
        actions.change_source(
            actor=actor_of(request), source=source, name=posted.get("name", ""), kind=posted.get("kind", "web"),
            enabled="enabled" in posted, owned=posted.get("owned") == "yes",
            priority=_whole("The priority", posted.get("priority", "")), rate_per_second=_whole("The rate", posted.get("rate", "")),
            origins=posted.get("origins", "").split("\n"),
        )  # fmt: skip
    except PentadError as problem:
        if problem.status >= 500 or problem.status == 403:
            raise
        error = problem
        source = find_source(id)
    context = {
        "source": source,
        "kinds": actions.KINDS,
        "may_edit": True,
        "error": error,
        "posted": posted if error else None,
    }
    response = render(request, "ingest/_settings_form.html", context, status=422 if error else 200)
    return response if error else toast(response, "Settings saved.")


def _whole(label: str, text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise Invalid(f"{label} is “{text[:20]}”, which is no whole number.", code="not_a_number") from None


@require_http_methods(["GET", "POST"])
@signed_in("sources.edit")
def rotate_key(request: HttpRequest, id: str) -> HttpResponse:
    """Ask, then give a new write key."""
    source = find_source(id)
    if request.method == "POST":
        actions.rotate_key(actor=actor_of(request), source=source)
        messages.success(request, "New write key. The former one stops working within a second.")
        return modal_done(f"/sources/{source.id}/connect/")
    return render(request, "ingest/_rotate.html", {"source": source, "health": queries.source_health(source)})


@require_POST
@signed_in("sources.edit")
def archive_source(request: HttpRequest, id: str) -> HttpResponse:
    """Into the archive; the toast undoes it."""
    source = actions.archive_source(actor=actor_of(request), source=find_source(id))
    messages.success(
        request,
        f"“{source.name}” is in the archive. Its key no longer works.",
        extra_tags=f"/sources/{source.id}/restore/",
    )
    return redirect("/sources/") if not request.headers.get("HX-Request") else modal_done("/sources/")


@require_POST
@signed_in("sources.edit")
def restore_source(request: HttpRequest, id: str) -> HttpResponse:
    """Out of the archive."""
    source = actions.restore_source(actor=actor_of(request), source=find_source(id))
    messages.success(request, f"“{source.name}” is back, with the key it had.")
    return (
        redirect(f"/sources/{source.id}/")
        if not request.headers.get("HX-Request")
        else modal_done(f"/sources/{source.id}/")
    )
