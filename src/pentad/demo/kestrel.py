"""Kestrel Coffee's own side in Pentad: its sources, the colleagues who sign in, the views they use."""

from contextlib import suppress

from pentad.core.actor import SYSTEM
from pentad.core.errors import Conflict
from pentad.data.consent.actions import declare_purpose
from pentad.data.ingest.actions import add_source
from pentad.data.ingest.models import Source
from pentad.demo import COLLEAGUES, PASSWORD, shop
from pentad.roles.access.actions import add_user
from pentad.roles.access.models import User
from pentad.roles.views.actions import save_view
from pentad.roles.views.models import SavedView
from pentad.roles.views.state import Filter, ListState


def add_sources() -> dict[str, int]:
    """The demo's sources, made when missing. Name → number."""
    known = dict(Source.objects.values_list("name", "no"))
    for spec in shop.SOURCES:
        if spec.name not in known:
            source = add_source(actor=SYSTEM, name=spec.name, kind=spec.kind, owned=spec.owned, priority=spec.priority)
            known[spec.name] = source.no
    return known


def add_colleagues() -> None:
    """Those who can sign in to the demo.

    PASSWORD is given past the check on passwords: it is too like the address for anybody's own, and printed anyway.
    """
    for email, name, role in COLLEAGUES:
        user = User.objects.filter(email=email).first() or add_user(actor=SYSTEM, email=email, name=name, role=role)
        if not user.has_usable_password():
            user.set_password(PASSWORD)
            user.save(update_fields=["password"])


_SUBSCRIBES = (Filter("trait:plan", "any"), Filter("trait:plan", "isnt", "none"))
_OFTEN = (Filter("trait:loyalty_tier", "any"), Filter("trait:loyalty_tier", "isnt", shop.TIERS[0]))
VIEWS: tuple[tuple[str, ListState], ...] = (
    (
        "Subscribers",
        ListState(
            filters=_SUBSCRIBES,
            sort="-last_seen",
            columns=("name", "email", "trait:plan", "trait:loyalty_tier", "trait:city", "event_count", "last_seen"),
        ),
    ),
    (
        "Going quiet",
        ListState(
            filters=(*_OFTEN, Filter("last_seen", "before_days", "45")),
            sort="-last_seen",
            columns=("name", "email", "trait:loyalty_tier", "event_count", "first_seen", "last_seen"),
        ),
    ),
    (
        "Falcons",
        ListState(
            filters=(Filter("trait:loyalty_tier", "is", shop.TIERS[-1]),),
            sort="-event_count",
            columns=("name", "email", "company", "trait:loyalty_tier", "trait:plan", "event_count", "last_seen"),
        ),
    ),
    (
        "At offices",
        ListState(
            filters=(Filter("company", "any"),),
            sort="-last_seen",
            columns=("name", "company", "email", "trait:plan", "event_count", "last_seen"),
        ),
    ),
)
"""Views of the list of customers that everybody finds."""


def add_views() -> None:
    """Saved views for the whole team."""
    known = set(SavedView.objects.filter(list="people", owner=None).values_list("name", flat=True))
    for name, state in VIEWS:
        if name not in known:
            save_view(actor=SYSTEM, list_name="people", name=name, state=state, everyone=True)


PURPOSES = (
    ("newsletter", "News and offers", "Letters about new coffees and offers, every other week"),
    ("recommendations", "Recommendations", "Coffees chosen by what was bought before"),
)


def add_purposes() -> None:
    """What customers of the shop are asked to agree to."""
    for name, label, description in PURPOSES:
        with suppress(Conflict):  # declared already, or in the archive
            declare_purpose(actor=SYSTEM, name=name, label=label, description=description)


def source_numbers() -> dict[str, int]:
    """Name → number of the demo's sources that take events now."""
    rows = Source.objects.filter(archived=None, enabled=True, name__in=[spec.name for spec in shop.SOURCES])
    return dict(rows.values_list("name", "no"))
