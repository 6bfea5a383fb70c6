"""Screens of the log: the list, one line, and the log as a file."""

from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET, require_POST

from pentad.core import clock
from pentad.core.actor import NOBODY
from pentad.core.models import AuditLine
from pentad.roles.access import signed_in
from pentad.roles.audit import exporting, kinds, queries, rules
from pentad.roles.audit.lists import AUDIT, actor_label
from pentad.roles.views.screen import show_list
from pentad.roles.views.state import Filter, ListState

MOST_NEAR = 10


@require_GET
@signed_in("audit.view")
def log(request: HttpRequest) -> HttpResponse:
    """Who did, saw and took what."""
    return show_list(request, AUDIT)


@require_GET
@signed_in("audit.view")
def line(request: HttpRequest, id: int) -> HttpResponse:
    """One line of the log."""
    return render(request, "audit/line.html", _context(id))


@require_GET
@signed_in("audit.view")
def peek(request: HttpRequest, id: int) -> HttpResponse:
    """The same beside the list."""
    return render(request, "audit/_peek.html", _context(id))


@require_POST
@signed_in("audit.export")
def export(request: HttpRequest) -> StreamingHttpResponse:
    """The lines that the list holds, as CSV or JSON lines."""
    format = request.POST.get("format", "csv")
    texts = exporting.export_audit(
        actor=request.actor,  # type: ignore[attr-defined]
        state=ListState.parse(request.POST.get("state", "")),
        format=format,
    )
    response = StreamingHttpResponse(texts, content_type=exporting.FORMATS[format])
    response["Content-Disposition"] = f'attachment; filename="audit-{clock.now():%Y-%m-%d-%H%M}.{format}"'
    return response


def _context(id: int) -> dict[str, Any]:
    found = get_object_or_404(AuditLine, pk=id)
    kinds.load([found])
    near = queries.about(found.subject).exclude(pk=found.pk)[:MOST_NEAR] if found.subject else []
    return {
        "line": found,
        "title": rules.label(found.action),
        "icon": rules.icon(found.action),
        "who": actor_label(found),
        "known": found.actor != NOBODY.ref,
        "about": kinds.about(found) if found.subject else None,
        "details": rules.detail_lines(kinds.told(found)),
        "seal": bytes(found.seal or b"").hex(),
        "mark": bytes(found.mark).hex(),
        "near": [(one, rules.label(one.action), rules.icon(one.action), actor_label(one)) for one in near],
        "of_actor": _only("actor", found.actor),
        "of_subject": _only("subject", found.subject),
    }


def _only(field: str, value: str) -> str:
    return AUDIT.url + ListState(filters=(Filter(field, "is", value),)).url()
