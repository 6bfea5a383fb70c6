"""What a colleague holds at one moment: the role, what they were elevated to, their teams and those below."""

from datetime import UTC, datetime, timedelta

import pytest

from pentad.core import clock
from pentad.core.actor import SYSTEM
from pentad.roles.access.manage import actions as manage
from pentad.roles.access.models import User
from pentad.roles.access.policy import policy_for
from pentad.roles.access.rights_models import Role, Team, TeamMember

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.mark.django_db
def test_an_elevation_ends_by_itself() -> None:
    lea = User.objects.create_user("lea@kestrel.example", role="agent")
    with clock.held(NOON):
        manage.elevate(actor=SYSTEM, user=lea, role=Role.objects.get(name="rep"), reason="Covers for Tom", hours=2)
        assert set(policy_for(lea.role, lea.pk).roles) == {"agent", "rep"}
        assert policy_for(lea.role, lea.pk, elevated=False).roles == ("agent",), "no program of hers holds it"
    with clock.held(NOON + timedelta(hours=2, seconds=-1)):
        held = policy_for(lea.role, lea.pk)
        assert {grant.role for grant in held.grants} == {"agent", "rep"}
    with clock.held(NOON + timedelta(hours=2)):
        assert policy_for(lea.role, lea.pk).roles == ("agent",)
        assert {grant.role for grant in policy_for(lea.role, lea.pk).grants} == {"agent"}


@pytest.mark.django_db
def test_teams_below_count_and_a_circle_of_them_ends() -> None:
    lea, tom, uma = (User.objects.create_user(f"{name}@kestrel.example", role="rep") for name in ("lea", "tom", "uma"))
    north = Team.objects.create(name="North")
    coast = Team.objects.create(name="Coast", parent=north)
    harbour = Team.objects.create(name="Harbour", parent=coast)
    south = Team.objects.create(name="South")
    for team, user in ((coast, lea), (harbour, tom), (north, uma), (south, uma)):
        TeamMember.objects.create(team=team, user=user)
    held = policy_for(lea.role, lea.pk)
    assert (held.teams, held.mates) == ({coast.pk, harbour.pk}, {lea.pk, tom.pk})
    assert policy_for(uma.role, uma.pk).mates == {lea.pk, tom.pk, uma.pk}
    Team.objects.filter(pk=north.pk).update(parent=harbour)
    assert policy_for(tom.role, tom.pk).teams == {north.pk, coast.pk, harbour.pk}
    nobody = policy_for("rep", None)
    assert (nobody.teams, nobody.mates) == (frozenset(), frozenset())
