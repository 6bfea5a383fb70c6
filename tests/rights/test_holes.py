"""Ways round the rights that somebody tried once: each stays closed."""

from typing import Any

import pytest

from pentad.core.actor import NOBODY, SYSTEM, Actor, acting_as
from pentad.core.errors import Denied, Invalid
from pentad.data.fields.models import CustomField
from pentad.data.identity import actions as identity
from pentad.data.identity import queries
from pentad.data.identity.models import Conflict, Person
from pentad.data.profiles import filters
from pentad.data.profiles.models import Note
from pentad.roles.access import actions as accounts
from pentad.roles.access.invitations.actions import invite
from pentad.roles.access.manage import actions
from pentad.roles.access.manage.explain import explain_field
from pentad.roles.access.models import ApiKey, User
from pentad.roles.access.queries import actor_by_token, actor_of
from pentad.roles.access.rights import Policy
from pentad.roles.access.rights_models import FieldRule, Role
from pentad.roles.access.scim.actions import give_group_role
from pentad.roles.access.scim.models import ProvisionedGroup
from pentad.roles.access.seeing import kind_of, require
from pentad.roles.access.sso.actions import Terms, add_provider
from tests.data.road import Road
from tests.rights.test_walk import call
from tests.rights.world import World, body, build, word


def keeper(world: World, **grants: str) -> Actor:
    """The reader with a role of these rights (written with two underscores for the dot) and no others."""
    role, _ = Role.objects.get_or_create(name="keeper", defaults={"label": "Keeper"})
    for right, scope in grants.items():
        actions.set_grant(actor=SYSTEM, role=role, right=right.replace("__", "."), scope=scope)
    accounts.change_user(actor=SYSTEM, user=world.user, role="keeper")
    world.client.force_login(world.user)
    return actor_of(world.user)


# -- files -----------------------------------------------------------------------------------------


def exported(world: World, columns: str) -> str:
    return body(world.client.post("/people/export/", {"all": "1", "state": f"cols={columns}"}))


def test_a_streamed_export_hides_what_the_list_hides(road: Road) -> None:
    text = exported(build(road, "marketer"), "name,trait:health,company")
    assert f"{word('own')} Person,,{word('own')} Company" in text, "as the reader sees it, also once the page has ended"
    road.send({"type": "identify", "userId": "u-own", "traits": {"plan": "pro"}})


def test_an_export_takes_only_what_its_right_reaches(road: Road) -> None:
    world = build(road, "lead")
    text = exported(world, "name")
    assert word("mate") in text
    assert word("shared") not in text, "sharing opens a customer to be seen, not to be taken away"
    keeper(world, people__view="all", people__export="own")
    text = exported(world, "name")
    assert word("own") in text
    assert word("other") not in text


def test_what_is_read_after_the_reader_has_gone_is_hidden(road: Road) -> None:
    world = build(road, "marketer")
    with acting_as(actor_of(world.user)):
        rows = Person.seen.filter(pk=world.people["own"].pk)
    with acting_as(NOBODY):
        found = next(iter(rows))
    assert (found.name, found.traits) == ("", {})


# -- what others may know --------------------------------------------------------------------------


def test_adding_a_customer_does_not_tell_whom_others_have(road: Road) -> None:
    world = build(road, "rep")
    sent = {
        whose: world.client.post("/people/new/", {"name": f"Ann {whose}", "email": email})
        for whose, email in {"other": f"{word('other')}@lumen.example", "nobody": "free@lumen.example"}.items()
    }
    assert {answer.status_code for answer in sent.values()} == {204}
    made = Person.objects.get(name="Ann other")
    assert (made.known, made.email, made.owner) == (True, f"{word('other')}@lumen.example", world.user)
    assert not made.identifiers.exists()
    assert word("other") not in body(world.client.get(f"/people/{made.id}/")).replace(made.email, "")
    again = world.client.post("/people/new/", {"name": "Ann", "email": made.email})
    known = world.client.post("/people/new/", {"name": "Ann", "email": "free@lumen.example"})
    assert f"/people/{made.id}/" in body(again), "as with one that was free: it belongs to whom one has just added"
    assert "belongs to a customer already" in body(known)
    conflict = Conflict.objects.get()
    assert (conflict.person_id, conflict.other) == (made.no, world.people["other"])
    with acting_as(actor_of(world.user)):
        assert not queries.open_conflicts().exists()
    with acting_as(SYSTEM):
        assert list(queries.open_conflicts()) == [conflict]
    identity.decide_conflict(actor=SYSTEM, conflict=conflict, merge=True)
    made.refresh_from_db()
    assert made.root == world.people["other"]


def test_names_of_companies_are_not_kept_for_others(road: Road) -> None:
    world = build(road, "rep")
    filters._all_companies.forget()  # type: ignore[attr-defined]
    with acting_as(SYSTEM):
        assert f"{word('other')} Company" in dict(filters._companies())
    text = body(world.client.get("/people/?part=filter&field=company"))
    assert word("own") in text
    assert word("other") not in text


def test_a_customer_does_not_tell_of_a_company_one_may_not_see(road: Road) -> None:
    world = build(road, "rep")
    actions.assign(actor=SYSTEM, record=world.companies["own"], owner=None, team=None)
    own = world.people["own"]
    for path in (f"/people/{own.id}/", f"/people/{own.id}/timeline/", f"/people/{own.id}/peek/"):
        text = body(world.client.get(path))
        assert "Person" in text or "timeline" in path
        assert f"{word('own')} Company" not in text, path
    events = body(call(world, "get", f"/api/v1/people/{own.id}/events"))
    assert f"{word('own')} Company" not in events
    assert own.id in body(world.client.get("/people/?f=company~none~"))
    assert own.id not in body(world.client.get("/people/?f=company~any~"))


def test_a_masked_field_is_masked_in_properties_too(road: Road) -> None:
    world = build(road, "analyst")
    road.send({"type": "track", "event": "Left", "userId": "u-own",
               "properties": {"email": "zeta@lumen.example", "health": "broken", "name": "Chair"}})  # fmt: skip
    own = world.people["own"].id
    for text in (
        body(world.client.get(f"/people/{own}/timeline/")),
        body(call(world, "get", f"/api/v1/people/{own}/events")),
    ):
        assert "Left" in text
        assert "Chair" in text, "the name of an article is nobody's own"
        assert "zeta@" not in text
        assert "broken" not in text


def test_an_event_cannot_name_the_note_of_another_customer(road: Road) -> None:
    world = build(road, "rep")
    note = Note.objects.create(person=world.people["other"], text="Owes us much", author="user:9", author_name="Other")
    road.send({"type": "track", "event": "Note added", "userId": "u-own", "properties": {"note_id": note.id}})
    text = body(world.client.get(f"/people/{world.people['own'].id}/timeline/"))
    assert "Owes us much" not in text


def test_conflicts_and_merges_are_masked_as_the_profile_is(road: Road) -> None:
    world = build(road, "analyst")
    one, two = world.people["own"], world.people["other"]
    Conflict.objects.create(
        reason="limit", namespace="email", value="zeta@lumen.example", person=one, other=two, message_id="m"
    )
    for path in ("/identity/", f"/people/{one.id}/"):
        text = body(world.client.get(path))
        assert "z•••@l•••" in text, path
        assert "zeta@" not in text, path
        assert f"{word('other')} Person" not in text, path
    link = identity.merge_people(actor=SYSTEM, keep=one, other=two)
    link.evidence = {"rule": "seen together", "identifiers": [["email", "zeta@lumen.example"], ["user_id", "u-9"]]}
    link.save()
    text = body(world.client.get(f"/people/{one.id}/"))
    assert "Merge history" in text
    assert "zeta@" not in text


def test_whom_a_merge_was_undone_with_is_not_named(road: Road) -> None:
    world = build(road, "rep")
    link = identity.merge_people(actor=SYSTEM, keep=world.people["own"], other=world.people["other"])
    identity.undo_merge(actor=SYSTEM, link=link)
    text = body(world.client.get(f"/people/{world.people['own'].id}/"))
    assert f"{word('own')} Person" in text
    assert word("other") not in text


def test_hidden_identifiers_are_no_filter(road: Road) -> None:
    world = build(road, "member")
    role = Role.objects.get(name="member")
    assert world.client.get("/people/?f=identifier~has~email").status_code == 200
    actions.set_field_rule(actor=SYSTEM, role=role, kind="people", target="email", level="hidden")
    assert world.client.get("/people/?f=identifier~has~email").status_code == 400


def test_each_record_of_a_list_is_asked_for_by_its_own_kind(road: Road) -> None:
    world = build(road, "rep")
    actor = keeper(world, people__view="all", people__edit="own", companies__view="all")
    company = world.companies["other"]
    require(actor, "people.edit", company, world.people["own"])
    with pytest.raises(Denied, match=r"“people\.edit” does not reach it"):
        require(actor, "people.edit", company, world.people["other"])


def test_many_at_once_need_the_right_to_change_many(road: Road) -> None:
    world = build(road, "rep")
    keeper(world, people__view="all", people__edit="all", people__assign="all", people__erase="all")
    own = world.people["own"]
    given = {"id": own.id, "name": "plan", "value": "gold", "confirm": "erase"}
    for what in ("trait", "owner", "erase"):
        assert world.client.post(f"/people/bulk/{what}/", given).status_code == 403, what
    keeper(world, people__bulk="all")
    assert world.client.post("/people/bulk/trait/", given).status_code == 204
    own.refresh_from_db()
    assert own.traits["plan"] == "gold"


# -- nobody gives more than they have --------------------------------------------------------------


def test_one_shares_only_what_one_sees_and_changes(road: Road) -> None:
    world = build(road, "rep")
    other = world.people["other"]
    actor = keeper(world, people__view="all", people__edit="own", people__share="all")
    with pytest.raises(Denied):
        actions.share(actor=actor, record=other, user=world.user, change=True)
    actions.share(actor=actor, record=other, user=User.objects.get(email="mate@kestrel.example"))
    actor = keeper(world, people__view="own")
    with pytest.raises(Denied):
        actions.share(actor=actor, record=world.people["nobody"], user=world.user)


def test_who_looks_after_accounts_makes_nobody_an_administrator(road: Road) -> None:
    world = build(road, "rep")
    actor = keeper(world, admin__users="all", admin__keys="all", admin__elevate="all", people__view="own")
    admin, mate = User.objects.get(email="admin@kestrel.example"), User.objects.get(email="mate@kestrel.example")
    top = Role.objects.get(name="admin")

    def refused(act: Any, **given: Any) -> None:
        with pytest.raises(Denied):
            act(actor=actor, **given)

    refused(accounts.change_user, user=mate, role="admin")
    refused(accounts.change_user, user=admin, active=False)
    refused(accounts.change_user, user=world.user, role="member")
    refused(accounts.add_user, email="new@kestrel.example", name="New", role="admin")
    refused(invite, email="new@kestrel.example", role="admin")
    refused(accounts.invitation, user=admin)
    refused(accounts.set_password, user=admin, password="a long password of mine")
    refused(accounts.remove_second_step, user=admin)
    refused(accounts.add_key, name="Mine", role="member")
    refused(actions.elevate, user=mate, role=top, reason="Holidays", hours=1)
    refused(actions.elevate, user=world.user, role=Role.objects.get(name="member"), reason="Holidays", hours=1)
    accounts.change_user(actor=actor, user=mate, role="member")
    actions.elevate(actor=actor, user=mate, role=Role.objects.get(name="developer"), reason="Holidays", hours=1)
    invite(actor=actor, email="new@kestrel.example", role="rep")
    actions.elevate(actor=SYSTEM, user=mate, role=top, reason="Holidays", hours=1)
    refused(accounts.invitation, user=mate)


def test_who_looks_after_roles_gives_no_more_than_they_have(road: Road) -> None:
    world = build(road, "rep")
    actor = keeper(world, admin__rights="all", people__view="team")
    mine, other = Role.objects.get(name="keeper"), Role.objects.create(name="plain", label="Plain")
    actions.set_grant(actor=SYSTEM, role=other, right="people.export", scope="all", deny=True)

    def refused(act: Any, **given: Any) -> None:
        with pytest.raises(Denied):
            act(actor=actor, **given)

    refused(actions.set_grant, role=mine, right="people.export", scope="own")
    refused(actions.set_grant, role=other, right="people.view", scope="all")
    refused(actions.set_grant, role=other, right="*", scope="all")
    refused(actions.set_grant, role=other, right="people.export", scope="none", deny=True)
    refused(actions.set_field_rule, role=mine, kind="people", target="email", level="change")
    refused(actions.save_role, name="twin", label="Twin", like="admin")
    refused(actions.put_role_back, role=Role.objects.get(name="lead"))
    actions.set_grant(actor=actor, role=other, right="people.view", scope="team")
    actions.save_role(actor=actor, name="twin", label="Twin", like="plain")


def test_a_hidden_trait_is_not_named_among_the_columns(road: Road) -> None:
    world = build(road, "member")
    menu = "/people/?part=columns"
    assert "Health" in body(world.client.get(menu))
    actions.set_field_rule(
        actor=SYSTEM, role=Role.objects.get(name="member"), kind="people", target="trait:health", level="hidden"
    )
    assert "Health" not in body(world.client.get(menu))


def test_a_key_has_no_more_than_who_made_it(road: Road) -> None:
    world = build(road, "rep")
    grants = dict.fromkeys(
        (
            "admin__keys",
            "people__view",
            "companies__view",
            "tasks__view",
            "tasks__edit",
            "tasks__assign",
            "segments__view",
            "segments__edit",
            "contact__view",
            "messages__view",
            "campaigns__view",
        ),
        "all",
    )
    actor = keeper(world, **grants)
    actions.set_field_rule(
        actor=SYSTEM, role=Role.objects.get(name="keeper"), kind="*", target="class:sensitive", level="hidden"
    )
    Role.objects.create(name="plain", label="Plain")
    actions.set_grant(actor=SYSTEM, role=Role.objects.get(name="plain"), right="people.view", scope="all")
    accounts.add_key(actor=actor, name="Mine", role="plain")
    with pytest.raises(Denied):
        accounts.add_key(actor=actor_of(world.user), name="Mine", role="plain")
    accounts.add_key(actor=actor_of(world.user), name="Mine", role="analyst")


def test_whoever_connects_a_provider_makes_nobody_an_administrator_by_it(road: Road) -> None:
    world = build(road, "rep")
    actor = keeper(world, admin__signin="all")
    group = ProvisionedGroup.objects.create(display_name="Staff")
    give_group_role(actor=actor, group=group, role="rep")
    with pytest.raises(Denied):
        give_group_role(actor=actor, group=group, role="admin")
    for terms in (Terms(default_role="admin"), Terms(group_roles=[["staff", "admin"]])):
        with pytest.raises(Denied):
            add_provider(actor=actor, kind="saml", name="House", config={}, terms=terms)


def test_a_key_does_not_rise_with_its_owner(road: Road) -> None:
    world = build(road, "rep")
    actions.elevate(actor=SYSTEM, user=world.user, role=Role.objects.get(name="admin"), reason="Holidays", hours=1)
    assert world.client.get("/settings/roles/").status_code == 200
    assert call(world, "get", f"/api/v1/people/{world.people['other'].id}").status_code == 404


def test_explain_names_the_rule_that_hides_a_field_by_another_name(road: Road) -> None:
    world = build(road, "member")
    role = Role.objects.get(name="member")
    actions.set_field_rule(actor=SYSTEM, role=role, kind="people", target="trait:email", level="hidden")
    policy = actor_of(world.user).policy
    assert isinstance(policy, Policy)
    told = explain_field(world.user, policy, kind_of(Person), "email")
    assert not told.allowed
    assert any("trait:email" in step.text for step in told.steps), told.steps


def test_a_key_for_some_rights_has_no_others_of_its_role(road: Road) -> None:
    world = build(road, "rep")
    admin = accounts.add_key(actor=SYSTEM, name="Export", role="admin", rights=["people.view", "receipts.*"])[1]
    world.token = admin
    own = world.people["own"].id
    assert call(world, "get", f"/api/v1/people/{own}").status_code == 200
    assert call(world, "get", "/api/v1/receipts?source=Web").status_code == 200
    for path in ("/api/v1/audit", "/api/v1/sources"):
        assert call(world, "get", path).status_code == 403, path
    assert call(world, "post", f"/api/v1/people/{own}/merge", {"other": world.people["mate"].id}).status_code == 403
    with pytest.raises(Invalid, match="no right"):
        accounts.add_key(actor=SYSTEM, name="Odd", role="admin", rights=["people.fly"])
    actor = keeper(world, admin__keys="all", people__view="all")
    accounts.add_key(actor=actor, name="Mine", role="admin", rights=["people.view"])
    for rights in (["people.view", "people.erase"], ["people.*"], ["*"]):
        with pytest.raises((Denied, Invalid)):
            accounts.add_key(actor=actor, name="More", role="admin", rights=rights)
    with pytest.raises(Denied):
        accounts.add_key(actor=keeper(world, people__view="own"), name="More", role="member", rights=["people.*"])


def test_a_key_without_the_right_sees_nothing_that_is_shared_with_its_owner(road: Road) -> None:
    world = build(road, "rep")
    key = ApiKey.objects.get(owner=world.user)
    key.rights = ["tasks.view", "tasks.edit"]
    key.save()
    about = f"people:{world.people['shared'].id}"
    assert call(world, "post", "/api/v1/tasks", {"title": "Call", "about": about}).status_code == 404


def test_a_key_ends_with_its_owners_account(road: Road) -> None:
    world = build(road, "rep")
    assert actor_by_token(world.token) is not None
    accounts.change_user(actor=SYSTEM, user=world.user, active=False)
    assert actor_by_token(world.token) is None
    assert ApiKey.objects.get(owner=world.user).revoked is None, "a reopened account has its keys again"
    assert call(world, "get", "/api/v1/people").status_code == 401


def test_a_masked_trait_is_not_changed(road: Road) -> None:
    world = build(road, "rep")
    own = world.people["own"]
    answer = world.client.post(f"/people/{own.id}/trait/", {"name": "health", "value": "fine"})
    assert answer.status_code in (403, 422)
    assert (
        world.client.post("/people/bulk/trait/", {"id": own.id, "name": "health", "value": "fine"}).status_code == 403
    )
    own.refresh_from_db()
    assert own.traits["health"] == word("own")
    assert world.client.post(f"/people/{own.id}/trait/", {"name": "plan", "value": "pro"}).status_code < 300


def test_through_a_colleagues_eyes_the_own_account_is_not_changed_either(road: Road) -> None:
    world = build(road, "rep")
    world.client.force_login(User.objects.get(email="admin@kestrel.example"))
    world.client.post(f"/settings/people/{world.user.pk}/eyes/")
    for path in (
        "/account/password/set/",
        "/account/password/",
        "/account/app/",
        "/account/recovery/new/",
        "/settings/roles/leave/",
    ):
        assert world.client.post(path).status_code == 403, path
    assert world.client.post("/settings/eyes/leave/").status_code == 302
    assert world.client.post("/account/password/").status_code != 403


@pytest.mark.parametrize("target", ["email", "trait:email"])
def test_a_hidden_address_is_hidden_as_field_and_as_trait(road: Road, target: str) -> None:
    world = build(road, "member")
    actions.set_field_rule(
        actor=SYSTEM, role=Role.objects.get(name="member"), kind="people", target=target, level="hidden"
    )
    own = world.people["own"].id
    for path in (f"/people/{own}/", f"/people/{own}/timeline/", "/people/?cols=email,trait:email"):
        assert "@lumen.example" not in body(world.client.get(path)), path
    assert "@lumen.example" not in body(call(world, "get", f"/api/v1/people/{own}"))
    assert world.client.get("/people/?f=email~contains~own").status_code == 400


def test_what_a_field_would_mean_is_told_to_who_sees_all_of_its_values(road: Road) -> None:
    world = build(road, "rep")
    keeper(world, people__view="own", fields__edit="all")
    FieldRule.objects.create(role=Role.objects.get(name="keeper"), kind="people", target="trait:health", level="hidden")
    asked = {"kind": "people", "name": "health", "label": "Health", "type": "one", "choices": word("other")}
    assert '<option value="health">' not in body(world.client.get("/settings/fields/new/"))
    assert '<option value="plan">' in body(world.client.get("/settings/fields/new/"))
    for name in ("health", "plan"):
        answer = world.client.post("/settings/fields/new/", asked | {"name": name})
        assert answer.status_code == 204 and not body(answer), "with nothing told, there is nothing to confirm"
    for made in CustomField.objects.all():
        for page in ("change", "archive"):
            text = body(world.client.get(f"/settings/fields/{made.id}/{page}/"))
            assert "does not fit" not in text and "Do not fit" not in text
    assert "misfit" not in body(world.client.get("/settings/fields/?kind=people"))
    admin = User.objects.get(email="admin@kestrel.example")
    world.client.force_login(admin)
    assert "misfit" in body(world.client.get("/settings/fields/?kind=people"))
