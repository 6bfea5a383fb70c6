"""Nobody's own view grows by their own doing, unless they may do and see everything anyway."""

from collections.abc import Callable

import pytest

from pentad.core.actor import SYSTEM, Actor
from pentad.core.errors import Denied
from pentad.data.fields.actions import add_field
from pentad.roles.access import actions as accounts
from pentad.roles.access.invitations.actions import invite
from pentad.roles.access.invitations.queries import path_of
from pentad.roles.access.manage import actions
from pentad.roles.access.manage.eyes import look_through
from pentad.roles.access.models import ApiKey, User
from pentad.roles.access.purposes import actions as purposes
from pentad.roles.access.queries import actor_by_token, actor_of
from pentad.roles.access.rights import FieldRule, Grant, Policy, Scope
from pentad.roles.access.rights import Level as At
from pentad.roles.access.rights_models import Role, Team, TeamMember
from pentad.roles.access.scim.actions import give_group_role
from pentad.roles.access.scim.models import ProvisionedGroup
from pentad.roles.access.sso.actions import Terms, add_provider, change_provider
from tests.data.road import Road
from tests.rights.test_holes import keeper
from tests.rights.world import World, body, build, word

pytestmark = pytest.mark.once
SENSITIVE = "class:sensitive"


@pytest.fixture
def world(road: Road) -> World:
    return build(road, "rep")


def bounded(world: World, **grants: str) -> Actor:
    """The reader as a keeper from whom sensitive fields are hidden."""
    role, _ = Role.objects.get_or_create(name="keeper", defaults={"label": "Keeper"})
    actions.set_field_rule(actor=SYSTEM, role=role, kind="people", target=SENSITIVE, level="hidden")
    return keeper(world, **grants)


def refused(act: Callable[..., object], **given: object) -> None:
    with pytest.raises(Denied) as fault:
        act(**given)
    assert fault.value.code in ("more_than_own", "own_role"), fault.value


def colleague(name: str) -> User:
    return User.objects.get(email=f"{name}@kestrel.example")


def test_an_invitations_link_is_shown_to_who_may_give_its_role(world: World) -> None:
    admin, plain = (invite(actor=SYSTEM, email=f"{role}@new.example", role=role) for role in ("admin", "rep"))
    actor = keeper(world, admin__users="all")
    refused(accounts.unlock_user, actor=actor, user=colleague("admin"))
    text = body(world.client.get("/settings/people/"))
    assert "admin@new.example" in text
    assert path_of(admin) not in text
    assert path_of(plain) in text
    world.client.force_login(colleague("admin"))
    assert path_of(admin) in body(world.client.get("/settings/people/"))


def test_a_class_that_hides_a_field_from_oneself_is_not_lifted(world: World) -> None:
    actor = bounded(world, admin__rights="all", fields__edit="all", people__view="all")
    given = {"kind": "people", "field": "trait:health", "sensitivity": "public"}
    refused(actions.set_field_class, actor=actor, **given)
    world.client.post("/settings/access/field/", given)
    assert word("own") in body(world.client.get(f"/people/{world.people['own'].id}/"))
    assert "Health" not in body(world.client.get("/people/?part=columns"))
    refused(add_field, actor=actor, kind="people", label="Health", name="health", type="text", sensitivity="internal")
    actions.set_field_class(actor=actor, kind="people", field="trait:plan", sensitivity="sensitive")
    refused(actions.set_field_class, actor=actor, kind="people", field="trait:plan", sensitivity="")
    actions.set_field_class(actor=actor_of(colleague("admin")), **given)


def test_a_key_with_a_short_list_widens_its_owners_view_no_more(world: World) -> None:
    bounded(world, admin__rights="all", people__view="all")
    key = ApiKey.objects.get(owner=world.user)
    Role.objects.get(name="developer").grants.create(right="admin.rights")
    key.role, key.rights = "developer", ["admin.rights"]
    key.save()
    actor = actor_by_token(world.token)
    assert actor is not None
    refused(actions.set_field_class, actor=actor, kind="people", field="trait:health", sensitivity="public")


def test_nobody_joins_a_team_to_see_what_is_its_own(world: World) -> None:
    TeamMember.objects.filter(user=world.user).delete()
    actor = keeper(world, admin__rights="all", people__view="team")
    asia = actions.save_team(actor=actor, name="Asia")
    europe = Team.objects.get(name="Europe")
    for team in (asia, europe):
        actions.set_member(actor=actor, team=team, user=colleague("mate"), member=True)
    refused(actions.set_member, actor=actor, team=europe, user=world.user, member=True)
    refused(actions.set_member, actor=actor, team=asia, user=world.user, member=True)
    actions.set_member(actor=SYSTEM, team=asia, user=world.user, member=True)
    actor = actor_of(world.user)
    refused(actions.set_member, actor=actor, team=asia, user=colleague("other"), member=True)
    refused(actions.save_team, actor=actor, name="Europe", parent=asia, team=europe)
    assert not Team.objects.get(name="Europe").parent_id, "what was refused has not happened"
    actions.set_member(actor=actor, team=asia, user=colleague("mate"), member=False)


def test_whoever_sees_all_customers_may_join_any_team_with_nothing_of_its_own(world: World) -> None:
    TeamMember.objects.filter(user=world.user).delete()
    actor = keeper(world, admin__rights="all", people__view="all", companies__view="all")
    europe = Team.objects.get(name="Europe")
    actions.set_member(actor=actor, team=europe, user=world.user, member=True)
    actions.set_member(actor=actor, team=europe, user=world.user, member=False)
    actor = keeper(world, people__view="own")
    actions.share(actor=SYSTEM, record=world.people["other"], team=europe)
    refused(actions.set_member, actor=actor, team=europe, user=world.user, member=True)


def test_a_purpose_that_hides_a_field_from_oneself_is_not_lifted(world: World) -> None:
    actor = keeper(world, admin__rights="all", people__view="all")
    role = Role.objects.get(name="keeper")
    purposes.set_role_purposes(actor=SYSTEM, role=role, purposes=["sales"])
    purposes.set_field_purposes(actor=SYSTEM, kind="people", field="trait:health", purposes=["marketing"])
    actor = actor_of(world.user)
    for chosen in ([], ["marketing", "sales"]):
        with pytest.raises(Denied):
            purposes.set_field_purposes(actor=actor, kind="people", field="trait:health", purposes=chosen)


def test_a_role_held_for_a_while_that_denies_something_is_not_shaken_off(world: World) -> None:
    quiet = Role.objects.create(name="quiet", label="Quiet")
    quiet.grants.create(right="people.export", deny=True)
    actor = keeper(world, admin__elevate="all", people__view="all", people__export="all")
    held = actions.elevate(actor=SYSTEM, user=world.user, role=quiet, reason="Notice", hours=5)
    assert not actor_of(world.user).may("people.export")
    refused(actions.end_elevation, actor=actor_of(world.user), elevation=held)
    assert actor.may("people.export"), "as it was before"


def test_a_group_of_a_provider_gives_its_giver_no_other_role(world: World) -> None:
    actor = keeper(world, admin__signin="all")
    group = ProvisionedGroup.objects.create(display_name="Staff")
    group.members.add(world.user)
    refused(give_group_role, actor=actor, group=group, role="member")
    assert User.objects.get(pk=world.user.pk).role == "keeper"


def test_a_key_sees_no_field_that_its_maker_does_not(world: World) -> None:
    actor = bounded(world, admin__keys="all", people__view="all")
    plain = Role.objects.create(name="plain", label="Plain")
    plain.grants.create(right="people.view")
    plain.field_rules.create(kind="people", target=SENSITIVE, level="hidden")
    accounts.add_key(actor=actor, name="Export", role="plain")
    plain.field_rules.create(kind="people", target="trait:health", level="see")
    refused(accounts.add_key, actor=actor, name="Health", role="plain")


# -- through others' eyes --------------------------------------------------------------------------


def test_one_looks_only_through_eyes_that_see_no_more(world: World) -> None:
    actor = bounded(world, admin__rights="all", people__view="all", companies__view="all", tasks__view="all")
    clear, dim = (Role.objects.create(name=name, label=name.title()) for name in ("clear", "dim"))
    for role in (clear, dim):
        role.grants.create(right="people.view")
    dim.field_rules.create(kind="people", target=SENSITIVE, level="hidden")
    mate, other = colleague("mate"), colleague("other")
    for role, fits in (("admin", False), ("member", False), ("rep", False), ("clear", False), ("dim", True)):
        accounts.change_user(actor=SYSTEM, user=mate, role=role)
        if fits:
            look_through(actor=actor, user=mate)
        else:
            refused(look_through, actor=actor, user=mate)
    assert world.client.post(f"/settings/people/{mate.pk}/eyes/").status_code == 302
    assert "Mate" in body(world.client.get("/people/")), "looked through"
    accounts.change_user(actor=SYSTEM, user=mate, role="admin")
    assert world.client.get("/audit/").status_code == 403, "the colleague has another role by now"
    assert world.client.post(f"/settings/people/{other.pk}/eyes/").status_code == 403
    world.client.force_login(colleague("admin"))
    assert world.client.post(f"/settings/people/{other.pk}/eyes/").status_code == 302


def test_what_is_shared_with_a_colleague_is_not_seen_through_their_eyes(world: World) -> None:
    actor = keeper(world, admin__rights="all", people__view="team", companies__view="team", tasks__view="team")
    plain = Role.objects.create(name="plain", label="Plain")
    plain.grants.create(right="people.view", scope="own")
    mate = colleague("mate")
    accounts.change_user(actor=SYSTEM, user=mate, role="plain")
    look_through(actor=actor, user=mate)
    actions.share(actor=SYSTEM, record=world.people["nobody"], user=mate)
    refused(look_through, actor=actor, user=mate)


# -- providers -------------------------------------------------------------------------------------


def test_whoever_connects_providers_signs_in_as_no_administrator(world: World) -> None:
    actor = keeper(world, admin__signin="all")
    accounts.add_user(actor=SYSTEM, email="boss@head.example", name="Boss", role="admin")
    named = {"kind": "oidc", "config": {"issuer": "https://login.example"}}
    for domains in (["kestrel.example"], ["partner.example", "head.example"], []):
        refused(add_provider, actor=actor, name="House", terms=Terms(domains=domains), **named)
    made = add_provider(actor=actor, name="Partner", terms=Terms(domains=["partner.example"]), **named)
    refused(change_provider, actor=actor, provider=made, terms=Terms(domains=["head.example"]))
    house = add_provider(actor=SYSTEM, name="House", terms=Terms(domains=["head.example"]), **named)
    refused(change_provider, actor=actor, provider=house, config={"issuer": "https://mine.example"})
    house.refresh_from_db()
    change_provider(actor=actor, provider=house, name="Head office", active=False)
    refused(change_provider, actor=actor, provider=house, active=True)


# -- the comparison itself -------------------------------------------------------------------------


def test_everything_but_something_is_not_everything() -> None:
    every = (Grant("boss", "*"),)
    assert Policy(roles=("boss",), grants=every).boundless
    assert not Policy(roles=("boss",), grants=(*every, Grant("boss", "people.export", Scope.OWN, True))).boundless
    assert not Policy(roles=("boss",), grants=every, fields=(FieldRule("boss", "*", "*", At.MASKED),)).boundless
    assert not Policy(roles=("boss",), grants=every, only=("admin.rights",)).boundless
    assert not Policy(roles=("boss",), grants=every, purposes={"boss": frozenset({"sales"})}).boundless
    also = Policy(roles=("boss", "rep"), grants=every, fields=(FieldRule("rep", "*", "*", At.MASKED),))
    assert also.boundless, "held beside a role that sees less"


def test_a_pattern_is_not_given_by_who_lacks_a_part_of_it(world: World) -> None:
    keeper(world, admin__rights="all", people__view="all")
    role, other = Role.objects.get(name="keeper"), Role.objects.create(name="plain", label="Plain")
    actions.set_grant(actor=SYSTEM, role=role, right="people.*", scope="all")
    actions.set_grant(actor=SYSTEM, role=role, right="people.export", scope="own", deny=True)
    refused(actions.set_grant, actor=actor_of(world.user), role=other, right="people.*", scope="all")
    actions.set_grant(actor=actor_of(world.user), role=other, right="people.edit", scope="all")
