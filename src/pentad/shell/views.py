"""The start page, the palette, the look of things, and background jobs."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from pentad.core import hooks, jobs
from pentad.core.action import check
from pentad.core.errors import Invalid
from pentad.core.hookvalues import PaletteItem
from pentad.core.models import Job
from pentad.roles.access import signed_in
from pentad.roles.access.models import User

THEMES = ("light", "dark", "system")
SHOWN_JOBS = 50


@require_GET
@signed_in()
def home(request: HttpRequest) -> HttpResponse:
    """The first page of the side bar that one may see: customers for nearly everyone."""
    entries = hooks.navigation(request.actor)  # type: ignore[attr-defined]
    return redirect(entries[0].url if entries else "/account/")


@require_GET
@signed_in()
def palette(request: HttpRequest) -> HttpResponse:
    """Results for what is typed, grouped; a fragment for the palette's list."""
    query = request.GET.get("q", "").strip()[:200]
    actor = request.actor  # type: ignore[attr-defined]
    items = hooks.palette(actor, query) + _places(request, query)
    groups: dict[str, list[PaletteItem]] = {}
    for item in items:
        groups.setdefault(item.group, []).append(item)
    return render(request, "shell/_palette.html", {"groups": list(groups.items()), "query": query})


def _places(request: HttpRequest, query: str) -> list[PaletteItem]:
    """Pages of the side bar whose name holds the words."""
    return [
        PaletteItem(item.label, item.url, item.icon, "Go to", item.section, f"g {item.key}" if item.key else "")
        for item in hooks.navigation(request.actor)  # type: ignore[attr-defined]
        if query.lower() in item.label.lower()
    ]


@require_POST
@signed_in()
def theme(request: HttpRequest) -> HttpResponse:
    """Keep how a colleague wants pages to look."""
    wanted = request.POST.get("theme", "")
    if wanted not in THEMES:
        raise Invalid(f"There is no theme “{wanted[:40]}”.", fix="Choose light, dark or system.")
    User.objects.filter(pk=request.user.pk).update(theme=wanted)
    return HttpResponse(status=204)


@require_GET
@signed_in("jobs.view")
def job_list(request: HttpRequest) -> HttpResponse:
    """Background work: what runs, waits, or gave up and why."""
    status = request.GET.get("status", "")
    rows = Job.objects.order_by("-id")
    if status:
        rows = rows.filter(status=status)
    counts = jobs.counts()
    tabs = [("", "All", sum(counts.values()))] + [
        (name, name.capitalize() if name != Job.DEAD else "Given up", counts.get(name, 0))
        for name in (Job.RUNNING, Job.WAITING, Job.DEAD, Job.DONE)
    ]
    context = {"jobs": rows[:SHOWN_JOBS], "tabs": tabs, "status": status, "shown": SHOWN_JOBS}
    return render(request, "shell/jobs.html", context)


@require_POST
@signed_in("jobs.view")
def retry_job(request: HttpRequest, public_id: str) -> HttpResponse:
    """Send a job that gave up out again."""
    check(request.actor, "jobs.edit")  # type: ignore[attr-defined]
    jobs.retry(get_object_or_404(Job, public_id=public_id))
    return redirect("/jobs/?status=waiting")
