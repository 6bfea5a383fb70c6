"""What forms do not offer is sent by hand: no rights that there are not, no clearer fields, no values nested without end."""

import json
from typing import Any

import pytest
from django.core import signing

from pentad.core.actor import SYSTEM, Actor
from pentad.core.errors import Denied, Invalid
from pentad.core.settings import change_setting
from pentad.roles.access import builtin
from pentad.roles.access.manage import actions, queries, role_form
from pentad.roles.access.queries import actor_of
from pentad.roles.access.rights_models import FieldRule, Grant, Role
from pentad.roles.access.scim.settings import ROLE
from tests.data.road import Road
from tests.rights.test_holes import keeper
from tests.rights.world import World, body, build

pytestmark = pytest.mark.once
SENSITIVE = "class:sensitive"
DEEP = "[" * 100_000


@pytest.fixture
def world(road: Road) -> World:
    return build(road, "rep")


def masked(world: World, **grants: str) -> Actor:
    """The reader as a keeper who sees sensitive fields masked."""
    role = Role.objects.create(name="keeper", label="Keeper")
    FieldRule.objects.create(role=role, kind="*", target=SENSITIVE, level="masked")
    return keeper(world, **grants)


def test_a_role_is_given_only_rights_that_there_are(world: World) -> None:
    plain = Role.objects.create(name="plain", label="Plain")
    for right in ("zzz.foo", "people.nonsense", "zzz.*", "people*", "*.view", "*.*"):
        with pytest.raises(Invalid, match="no right"):
            actions.set_grant(actor=SYSTEM, role=plain, right=right, scope="all")
    for right in ("*", "people.*"):
        with pytest.raises(Invalid, match="one by one"):
            actions.set_grant(actor=SYSTEM, role=plain, right=right, scope="all", deny=True)
    for right in ("*", "people.*", "people.view", "tasks.*"):
        actions.set_grant(actor=SYSTEM, role=plain, right=right, scope="all")
    for name, built in builtin.ROLES.items():
        assert name == "admin" or all(queries.is_right(right) for right in built.grants), name


def test_a_grant_from_before_that_is_no_right_is_on_the_form_and_taken_away(world: World) -> None:
    plain = Role.objects.create(name="plain", label="Plain")
    for right, deny in (("*", True), ("zzz.foo", False), ("people.*", False)):
        Grant.objects.create(role=plain, right=right, scope="all", deny=deny)
    said = role_form.standing(plain)
    assert (said["deny:*"], said["allow:zzz.foo"]) == ("all", "all")
    assert "allow:people.*" not in said
    role_form.change_role(actor=SYSTEM, role=plain, changes={"deny:*": "none", "allow:zzz.foo": "none"})
    assert set(plain.grants.values_list("right", flat=True)) == {"people.*"}


def test_a_rule_is_about_a_kind_and_a_class_that_there_are(world: World) -> None:
    plain = Role.objects.create(name="plain", label="Plain")
    for kind, target in (("bogus", SENSITIVE), ("bogus", "*"), ("people", "class:secret"), ("*", "nonsense")):
        with pytest.raises(Invalid):
            actions.set_field_rule(actor=SYSTEM, role=plain, kind=kind, target=target, level="hidden")
    for kind, target in (("*", SENSITIVE), ("people", "*"), ("*", "email"), ("*", "*")):
        actions.set_field_rule(actor=SYSTEM, role=plain, kind=kind, target=target, level="hidden")
    FieldRule.objects.create(role=plain, kind="bogus", target=SENSITIVE, level="hidden")
    actions.set_field_rule(actor=SYSTEM, role=plain, kind="bogus", target=SENSITIVE, level="")
    assert not plain.field_rules.filter(kind="bogus").exists()


def test_nobody_gives_a_clearer_field_than_they_have(world: World) -> None:
    actor = masked(world, admin__rights="all", people__view="all", companies__view="all")
    plain = Role.objects.create(name="plain", label="Plain")
    for right in ("people.view", "companies.view"):
        Grant.objects.create(role=plain, right=right, scope="own")
    FieldRule.objects.create(role=plain, kind="people", target=SENSITIVE, level="hidden")
    FieldRule.objects.create(role=plain, kind="people", target="email", level="hidden")

    def refused(act: Any, **given: Any) -> None:
        with pytest.raises(Denied) as fault:
            act(actor=actor, **given)
        assert fault.value.code == "more_than_own"

    rule: dict[str, Any] = {"role": plain, "kind": "people"}
    for target, level in ((SENSITIVE, "change"), (SENSITIVE, "see"), (SENSITIVE, ""), ("trait:salary", "see")):
        refused(actions.set_field_rule, **rule, target=target, level=level)
    actions.set_field_rule(actor=actor, **rule, target=SENSITIVE, level="masked")
    actions.set_field_rule(actor=actor, **rule, target="email", level="")
    actions.set_field_rule(actor=SYSTEM, **rule, target=SENSITIVE, level="")
    refused(actions.save_role, name="twin", label="Twin", like="plain")
    assert not Role.objects.filter(name="twin").exists()
    actions.save_role(actor=actor, name="empty", label="Empty")
    empty = Role.objects.get(name="empty")
    refused(actions.set_grant, role=empty, right="people.view", scope="own")
    changes = {"allow:people.view": "own", f"field:people:{SENSITIVE}": "masked"}
    role_form.change_role(actor=actor, role=empty, changes=changes)
    actions.save_role(actor=actor, name="twin", label="Twin", like="empty")
    keeper(world)
    Role.objects.get(name="keeper").field_rules.all().delete()
    actions.set_field_rule(actor=actor_of(world.user), **rule, target="trait:salary", level="see")


def test_what_was_seen_nested_without_end_is_as_if_nothing_had_been(world: World) -> None:
    keeper(world, admin__rights="all", people__view="all", people__edit="all")
    trait = f"/people/{world.people['own'].id}/trait/"
    for path in ("/settings/roles/rep/", trait):
        for seen in (DEEP, "[" * 900 + "]" * 900, '{"a":' * 3000 + "1" + "}" * 3000, "1" * 5000):
            answer = world.client.post(path, {"seen": seen, "name": "plan", "key": "plan", "value": "x"})
            assert answer.status_code < 500, (path, seen[:20])


def test_the_undo_of_a_deleted_view_tells_nothing_of_its_filter(world: World) -> None:
    keeper(world, people__view="all")
    given = {"name": "Rich", "state": "f=trait:plan~is~gold-plated"}
    answer = world.client.post("/views/people/new/", given)
    assert answer.status_code in (200, 204), body(answer)
    view = answer.headers["HX-Redirect"].partition("view=")[2]
    answer = world.client.post(f"/views/{view}/delete/")
    undo = json.loads(answer.headers["HX-Trigger"])["toast"]["undo"]
    with pytest.raises(signing.BadSignature):
        signing.loads(undo.partition("what=")[2], salt="deleted view")
    assert ":" not in undo.partition("what=")[2], "not readable"
    assert world.client.post(undo).status_code == 204
    for wrong in ("x", "é", "x" * 60, ""):
        assert world.client.post("/views/restore/", QUERY_STRING=f"what={wrong}").status_code == 400
    assert world.client.get(f"/people/?view={view}").status_code == 200


def test_a_setting_names_only_a_role_that_one_may_give(world: World) -> None:
    actor = keeper(world, settings__edit="all")
    with pytest.raises(Denied) as fault:
        change_setting(actor=actor, name=ROLE.name, value="admin")
    assert fault.value.code == "more_than_own"
    with pytest.raises(Invalid, match="no role"):
        change_setting(actor=SYSTEM, name=ROLE.name, value="nonsense")
    assert ROLE.get() == "member"
    change_setting(actor=actor, name=ROLE.name, value="rep")
    assert ROLE.get() == "rep"
    change_setting(actor=SYSTEM, name=ROLE.name, value="admin")
