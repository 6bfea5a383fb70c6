"""The start page, the palette and the look of things."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from pentad.core import hooks
from pentad.core.actor import Actor
from pentad.core.errors import Invalid
from pentad.core.hookvalues import PaletteItem
from pentad.data.profiles.entries import recent
from pentad.data.profiles.views import RECENT_COOKIE
from pentad.roles.access import signed_in
from pentad.roles.access.models import User
from pentad.roles.access.rights import Policy
from pentad.shell.places import places

THEMES = ("light", "dark", "system")
HOMES = {"marketer": "/marketing/"}
"""Role → the page with which its day begins; for all others, the first of the side bar."""


@require_GET
@signed_in()
def home(request: HttpRequest) -> HttpResponse:
    """One's role's own page, or else the first of the side bar that one may see: customers for nearly everyone."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    seen = [one.url for one in hooks.navigation(actor)]
    roles = actor.policy.roles if isinstance(actor.policy, Policy) else ()
    own = [url for role in roles if (url := HOMES.get(role)) in seen]
    return redirect(next(iter([*own, *seen]), "/account/"))


@require_GET
@signed_in()
def palette(request: HttpRequest) -> HttpResponse:
    """Results for what is typed, grouped; a fragment for the palette's list."""
    query = request.GET.get("q", "").strip()[:200]
    actor = request.actor  # type: ignore[attr-defined]
    known = hooks.palette(actor, query) if query else _recent(request)
    items = known + _commands(request, query) + _places(request, query)
    items += places(actor, query, request.GET.get("page", "")[:80])
    groups: dict[str, list[PaletteItem]] = {}
    for item in items:
        groups.setdefault(item.group, []).append(item)
    return render(request, "shell/_palette.html", {"groups": list(groups.items()), "query": query})


def _recent(request: HttpRequest) -> list[PaletteItem]:
    """Customers this browser opened lately."""
    ids = [one for one in request.COOKIES.get(RECENT_COOKIE, "").split(".") if one]
    return recent(ids) if ids and request.actor.may("people.view") else []  # type: ignore[attr-defined]


def _commands(request: HttpRequest, query: str) -> list[PaletteItem]:
    """What plugins add to the page the palette was opened on, as far as it leads somewhere."""
    actor = request.actor  # type: ignore[attr-defined]
    return [
        PaletteItem(one.label, one.url, one.icon, "Commands", "", one.key)
        for one in hooks.commands(request.GET.get("page", "")[:80])
        if one.url and query.lower() in one.label.lower() and (not one.right or actor.may(one.right))
    ]


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
    """Keep how a colleague wants pages to look, and whether single keys do things."""
    user = User.objects.get(email=request.user.get_username())
    if "shortcuts" in request.POST:
        user.shortcuts = not user.shortcuts
    wanted = request.POST.get("theme", user.theme)
    if wanted not in THEMES:
        raise Invalid(f"There is no theme “{wanted[:40]}”.", fix="Choose light, dark or system.")
    user.theme = wanted
    user.save(update_fields=["theme", "shortcuts"])
    return HttpResponse(status=204)
