"""What somebody who makes programs may entrust to them, whose owner is somebody else or they themselves."""

from typing import Any

import pytest

from pentad.core.actor import SYSTEM
from pentad.core.errors import Denied, Invalid
from pentad.data.identity.models import Person
from pentad.roles.access import actions as accounts
from pentad.roles.access.agents import actions as agents
from pentad.roles.access.apps import actions as apps
from pentad.roles.access.apps.models import App
from pentad.roles.access.manage import actions as manage
from pentad.roles.access.models import User
from pentad.roles.access.queries import actor_of
from pentad.roles.access.rights_models import Role
from tests.roles.programs.oauth import BACK, call

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture
def rep(nadia: User) -> User:
    return accounts.add_user(actor=SYSTEM, email="rep@kestrel.example", name="Mia Rep", role="rep")


@pytest.fixture
def maker(keiko: User) -> User:
    return maker_like(keiko, "rep")


def maker_like(user: User, like: str) -> User:
    """The colleague, who may do what the role may and make keys, agents and apps."""
    role = manage.save_role(actor=SYSTEM, name=f"maker-{like}", label=f"Maker {like}", like=like)
    for right in ("admin.keys", "admin.apps"):
        manage.set_grant(actor=SYSTEM, role=role, right=right, scope="all")
    accounts.change_user(actor=SYSTEM, user=user, role=role.name)
    return user


def agent(maker: User, owner: User, *rights: str) -> str:
    return agents.add_agent(actor=actor_of(maker), name="X", owner=owner, rights=rights)[1]


def app(maker: User, owner: User, *rights: str) -> App:
    said: dict[str, Any] = {"name": "X", "addresses": [BACK], "rights": rights, "owner": owner, "by_itself": True}
    return apps.add_app(actor=actor_of(maker), **said)[0]


MAKES: Any = pytest.mark.parametrize("make", [agent, app])


@MAKES
@pytest.mark.parametrize("right", ["people.view", "tasks.view", "notices.own"])
def test_anothers_own_records_are_not_mine_to_entrust(make: Any, right: str, maker: User, rep: User) -> None:
    with pytest.raises(Denied, match="more than they have"):
        make(maker, rep, right)
    make(maker, maker, right)


def test_an_agent_of_ones_own_sees_ones_own(maker: User, rep: User, elif_costa: Person) -> None:
    token = agent(maker, maker, "people.view", "notices.own")
    manage.assign(actor=SYSTEM, record=elif_costa, owner=rep, team=None)
    assert call(token).json()["results"] == []
    assert call(token, "/api/v1/notices").status_code == 200
    manage.assign(actor=SYSTEM, record=elif_costa, owner=maker, team=None)
    assert len(call(token).json()["results"]) == 1


@MAKES
def test_who_has_a_right_for_all_entrusts_it_for_another(make: Any, keiko: User, rep: User, nadia: User) -> None:
    maker = maker_like(keiko, "member")
    assert make(maker, rep, "people.view")
    with pytest.raises(Denied, match=r"use “notices\.own” as Nadia Khoury"):
        make(maker, nadia, "notices.own")
    assert make(nadia, rep, "notices.own")


@MAKES
def test_a_list_holds_nothing_that_the_owner_may_not_do(make: Any, maker: User, rep: User, nadia: User) -> None:
    """Or it would begin to count when the owner becomes administrator."""
    for owner in (rep, maker):
        with pytest.raises(Invalid, match=r"may not do all of this: admin\.users, people\.erase\."):
            make(maker, owner, "people.erase", "admin.users", "people.edit")
    with pytest.raises(Invalid, match=r"admin\.users"):
        make(nadia, rep, "admin.users")


def test_neither_does_a_changed_list(nadia: User, maker: User, rep: User) -> None:
    made, _ = agents.add_agent(actor=SYSTEM, name="X", owner=rep, rights=["people.view"])
    for rights in (["people.view"], ["people.create", "admin.users"]):
        with pytest.raises((Denied, Invalid)):
            agents.change_agent(actor=actor_of(maker), agent=made, name="X", owner=rep, rights=rights, daily_changes=1)
    theirs = app(nadia, rep, "people.view")
    with pytest.raises(Denied, match="more than they have"):
        apps.new_secret(actor=actor_of(maker), app=theirs)


@MAKES
def test_who_does_not_see_every_field_entrusts_none_for_another(make: Any, keiko: User, nadia: User) -> None:
    """The other may get a role that sees them all."""
    maker = maker_like(keiko, "member")
    other = accounts.add_user(actor=SYSTEM, email="other@kestrel.example", name="Other", role=maker.role)
    assert make(maker, other, "people.view")
    role = Role.objects.get(name=maker.role)
    manage.set_field_rule(actor=SYSTEM, role=role, kind="people", target="phone", level="masked")
    with pytest.raises(Denied, match="more than they have"):
        make(maker, other, "people.view")
    assert make(maker, maker, "people.view")
