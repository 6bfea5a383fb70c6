"""What one does on a customer's page: traits, merge, unmerge, erase."""

from functools import partial

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods, require_POST

from pentad.core.errors import Invalid
from pentad.data.identity import actions as identity
from pentad.data.identity.models import MergeLink, Person
from pentad.data.identity.queries import preview_merge
from pentad.data.ingest.page import actor_of, modal_done
from pentad.data.privacy.actions import erase_person
from pentad.data.profiles import actions, queries
from pentad.data.profiles.filters import people, search
from pentad.data.profiles.lists import title
from pentad.data.profiles.trait_dialog import trait_dialog
from pentad.data.profiles.values import shown
from pentad.roles.access import signed_in
from pentad.roles.audit import looked_at
from pentad.roles.views import counts

FOUND = 8
TYPED = "ERASE"


@require_http_methods(["GET", "POST"])
@signed_in("people.edit")
def set_trait(request: HttpRequest, person_id: str) -> HttpResponse:
    """The dialog that states a trait in the team's name, and what it sends."""
    root = queries.find_person(person_id)
    state = partial(actions.set_trait, actor=actor_of(request), person=root)
    return trait_dialog(request, root, "people", f"/people/{root.id}/", state)


@require_http_methods(["GET", "POST"])
@signed_in("people.merge")
def merge(request: HttpRequest, person_id: str) -> HttpResponse:
    """Choose another customer, see what a merge would give, then merge."""
    root = queries.find_person(person_id)
    other_id = request.POST.get("other") or request.GET.get("other", "")
    if request.method == "POST":
        return merged(request, root, queries.find_person(other_id))
    if other_id:
        return previewed(request, root, queries.find_person(other_id))
    text = request.GET.get("q", "").strip()
    context = {"person": root, "title": title(root), "q": text, "found": candidates(root, text)}
    part = "profiles/_merge_found.html" if request.GET.get("part") == "found" else "profiles/_merge.html"
    return render(request, part, context)


def candidates(root: Person, text: str) -> list[Person]:
    """Customers that match what is typed; before typing, those of the same name."""
    wanted = text or root.name
    if not wanted:
        return []
    condition = search(wanted)
    keys = condition.driver(500) if condition.driver else []
    return list(people().filter(pk__in=keys).exclude(pk=root.pk).order_by("-last_seen")[:FOUND])


def previewed(request: HttpRequest, keep: Person, other: Person) -> HttpResponse:
    """Both customers side by side, and what a merge would make of them."""
    for one in (keep, other):
        looked_at(actor_of(request), f"person:{one.id}", "compare")
    return render(request, "profiles/_merge_preview.html", preview_context(keep, other))


def preview_context(keep: Person, other: Person) -> dict[str, object]:
    preview = preview_merge(keep, other)
    rows = [
        (
            line.name,
            shown(line.keep_value),
            shown(line.other_value),
            shown(line.result),
            line.keep_value != line.other_value,
        )
        for line in preview.traits
    ]
    return {
        "keep": keep,
        "other": other,
        "preview": preview,
        "rows": rows,
        "keep_title": title(keep),
        "other_title": title(other),
    }


def merged(request: HttpRequest, keep: Person, other: Person) -> HttpResponse:
    """Merge, and go to the customer with a toast that takes it back."""
    link = identity.merge_people(actor=actor_of(request), keep=keep, other=other)
    counts.forget_counts()
    root = queries.find_person(keep.id)
    return modal_done(f"/people/{root.id}/?merged={link.id}")


@require_POST
@signed_in("people.merge")
def undo_merge(request: HttpRequest, link_id: str) -> HttpResponse:
    """Take a merge back: both customers are as before."""
    link = get_object_or_404(MergeLink.objects.select_related("keep", "other"), id=link_id)
    queries.find_person(link.keep.id)  # as if it were not there for who may not see the customer
    identity.undo_merge(actor=actor_of(request), link=link)
    counts.forget_counts()
    messages.success(request, "Unmerged. Both customers are as before, and later events follow their own identifiers.")
    return modal_done(f"/people/{link.keep.id}/")


@require_http_methods(["GET", "POST"])
@signed_in("people.erase")
def erase(request: HttpRequest, person_id: str) -> HttpResponse:
    """The typed confirmation, and the erasure."""
    root = queries.find_person(person_id)
    if request.method == "GET":
        return render(
            request,
            "profiles/_erase.html",
            {"people": [root], "count": 1, "action": request.path, "typed": TYPED, "title": title(root)},
        )
    if request.POST.get("typed") != TYPED:
        raise Invalid(f"The word {TYPED} was not typed.", code="not_confirmed", fix="Nothing was erased.")
    erase_person(actor=actor_of(request), person=root)
    counts.forget_counts()
    messages.success(request, "Erased. Files are being rewritten without this customer; see Jobs for when it is done.")
    return modal_done("/people/")
