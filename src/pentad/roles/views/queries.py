"""Reads of saved views."""

from django.db.models import F, Q, QuerySet

from pentad.core.actor import Actor
from pentad.core.errors import NotFound
from pentad.roles.access.rights import Policy
from pentad.roles.access.rights_models import Team, TeamMember
from pentad.roles.access.seeing import self_number
from pentad.roles.views.models import SavedView

KEEPER = "admin.rights"
"""The right to see to the views of every team, and to what each role sees first."""


def owner_no(actor: Actor) -> int | None:
    """The user number of a signed-in colleague; programs own no views."""
    return self_number(actor)


def teams_with(actor: Actor) -> set[int]:
    """The teams whose views one has: one's own, those below them, and those above, which one is part of."""
    policy = actor.policy
    found = set(policy.teams) if isinstance(policy, Policy) else set[int]()
    if (own := owner_no(actor)) is None:
        return found
    parents = dict(Team.objects.values_list("pk", "parent_id"))
    for team in TeamMember.objects.filter(user_id=own).values_list("team_id", flat=True):
        above: int | None = team
        while above is not None and above not in found - {team}:
            found.add(above)
            above = parents.get(above)
    return found


def _had_by(actor: Actor) -> Q:
    own = owner_no(actor)
    everybodys = Q(owner=None, team=None)
    return everybodys | Q(owner_id=own) if own is not None else everybodys


def _saved(list_name: str) -> "QuerySet[SavedView]":
    """Without rows that stand for views that come with the product."""
    return SavedView.objects.filter(list=list_name).exclude(state__has_key="own")


def standing_for(list_name: str) -> list[SavedView]:
    """The views that come with the product and that roles see first."""
    return list(SavedView.objects.filter(list=list_name, state__has_key="own"))


def views_of(actor: Actor, list_name: str) -> list[SavedView]:
    """Everybody's views, then those of one's teams, then one's own, each in their order."""
    rows = _saved(list_name).filter(_had_by(actor) | Q(team__isnull=False)).select_related("team")
    order = (F("owner_id").asc(nulls_first=True), F("team__name").asc(nulls_first=True), "position", "created")
    found = list(rows.order_by(*order))
    teams = teams_with(actor) if any(row.team_id for row in found) else set()
    return [row for row in found if row.team_id is None or row.team_id in teams]


def siblings(view: SavedView) -> list[SavedView]:
    """The views a view can change places with, and itself: everybody's, a team's, or one's own among themselves."""
    same_team = Q(team=None) if view.team_id is None else Q(team_id=view.team_id)
    rows = _saved(view.list).filter(same_team, owner_id=view.owner_id)
    return list(rows.order_by("position", "created"))


def find_view(actor: Actor, id: str) -> SavedView:
    """Raises NotFound, also for somebody else's private view and that of a team one is no part of."""
    rows = SavedView.objects.exclude(state__has_key="own")
    found = rows.filter(_had_by(actor) | Q(team__isnull=False), id=id).first()
    hidden = found is not None and found.team_id is not None and not actor.may(KEEPER)
    if found is None or (hidden and found.team_id not in teams_with(actor)):
        raise NotFound(
            "This view does not exist any more.", code="view_not_found", fix="Choose another view of the list."
        )
    return found


def opening_view(actor: Actor, list_name: str) -> SavedView | None:
    """The view a list opens with: the one chosen for oneself, for one's role, for one's team, for everybody."""
    views = views_of(actor, list_name)
    chosen = [view for view in views if view.state.get("default")]
    roles = set(actor.policy.roles) if isinstance(actor.policy, Policy) else set[str]()
    own = [view for view in chosen if view.owner_id]
    by_role = [view for view in (*views, *standing_for(list_name)) if roles.intersection(view.roles)]
    by_team = [view for view in chosen if view.team_id]
    return next(iter([*own, *by_role, *by_team, *chosen]), None)


def teams_to_share_with(actor: Actor) -> list[Team]:
    """The teams one can save a view for."""
    rows = Team.objects.order_by("name")
    return list(rows if actor.may(KEEPER) else rows.filter(pk__in=teams_with(actor)))
