"""Explain access: the record and the field are found by what they are called."""

import html
import re

import pytest
from django.test import Client

from pentad.core.actor import SYSTEM
from pentad.data.identity.models import Person
from pentad.data.profiles.models import Company
from pentad.roles.access.actions import add_user
from pentad.roles.access.manage import finding
from pentad.roles.access.manage.actions import set_grant
from pentad.roles.access.models import User
from pentad.roles.access.rights_models import Role
from pentad.roles.access.seeing import kind_of
from tests.data.road import Road


@pytest.fixture
def lea() -> User:
    return add_user(actor=SYSTEM, email="lea@kestrel.example", name="Lea", role="rep")


@pytest.fixture
def nadia(road: Road) -> Client:
    for who in ("keiko", "keno"):
        road.send(
            {"type": "identify", "userId": who, "traits": {"name": who.title(), "email": f"{who}@fjord.example"}},
            {"type": "group", "userId": who, "groupId": "kelp", "traits": {"name": "Kelp"}},
        )
    client = Client()
    client.force_login(add_user(actor=SYSTEM, email="nadia@kestrel.example", name="Nadia", role="admin"))
    return client


@pytest.mark.django_db(transaction=True)
def test_a_record_is_found_by_its_name_and_then_by_the_link_of_the_one_that_is_meant(nadia: Client, lea: User) -> None:
    asked = {"user": lea.pk, "right": "people.view", "field": "E-mail address"}
    assert nadia.get("/settings/access/").status_code == 200
    page = nadia.get("/settings/access/", asked | {"record": "Ke"}).content.decode()
    links = re.findall(r'href="(\?[^"]+)"><span class="truncate font-medium">(\w+)', page)
    assert sorted(name for _, name in links) == ["Keiko", "Kelp", "Keno"]
    assert "Lea may" not in page, "nothing is explained before it is clear of what"
    part = nadia.get("/settings/access/", asked | {"record": "Ke", "part": "found"}).content.decode()
    assert "<form" not in part and "Keno" in part
    part = nadia.get("/settings/access/", asked | {"record": "Keik", "part": "found"}).content.decode()
    assert "Keiko" in part, "one alone is offered too while one types"
    keiko = Person.objects.get(name="Keiko")
    chosen = next(address for address, name in links if name == "Keiko").replace("&amp;", "&")
    for address in (
        chosen,
        chosen.replace(f"people%3A{keiko.id}", "keiko"),
        chosen.replace(f"people%3A{keiko.id}", keiko.id),
    ):
        page = nadia.get(f"/settings/access/{address}").content.decode()
        assert f'value="Keiko · {keiko.id}"' in page
        assert page.count('<ol class="flex flex-col gap-1 pt-2">') == 2, "of the record and of the field"
    page = nadia.get("/settings/access/", asked | {"record": "Nobody Called So"}).content.decode()
    assert "Nothing that you may see is called so" in page


def test_fields_by_name_and_label(db: None) -> None:
    kind = kind_of(Person)
    said = {
        text: finding.field_called(kind, text)
        for text in ("email", "E-mail address", " name ", "plan", "trait:plan", "")
    }
    assert said == {
        "email": "email",
        "E-mail address": "email",
        " name ": "name",
        "plan": "trait:plan",
        "trait:plan": "trait:plan",
        "": "",
    }
    assert finding.field_called(kind_of(Company), "Name") == "name"


@pytest.mark.django_db(transaction=True)
def test_a_field_is_no_wider_open_than_its_record(nadia: Client, lea: User) -> None:
    keiko = Person.objects.get(name="Keiko")
    asked = {"user": lea.pk, "right": "people.edit", "record": f"people:{keiko.id}", "field": "email"}

    def told() -> str:
        return html.unescape(nadia.get("/settings/access/", asked).content.decode())

    member = Role.objects.create(name="looker", label="Looker")
    set_grant(actor=SYSTEM, role=member, right="people.view", scope="own")
    User.objects.filter(pk=lea.pk).update(role="looker")
    page = told()
    assert "Lea may not use people.edit on this customer." in page
    assert "Lea does not see the field “E-mail address” of this customer." in page
    assert "people.view does not reach this customer." in page
    Person.objects.filter(pk=keiko.pk).update(owner=lea)
    assert "Lea sees the field “E-mail address” of this customer, but may not change it." in told()
    set_grant(actor=SYSTEM, role=member, right="people.edit", scope="own")
    assert "Lea sees the field “E-mail address” of this customer and may change it." in told()


@pytest.mark.django_db(transaction=True)
def test_a_field_that_cannot_be_explained_is_said_to_be_so(nadia: Client, lea: User) -> None:
    keiko = Person.objects.get(name="Keiko")
    asked = {"user": lea.pk, "right": "people.view", "record": f"people:{keiko.id}", "field": "colour of eyes"}
    page = nadia.get("/settings/access/", asked).content.decode()
    assert "Customers have no field “colour of eyes”." in page
    assert "the field “colour of eyes”" not in page
    page = nadia.get("/settings/access/", asked | {"record": "", "field": "email"}).content.decode()
    assert "say of which customer or company" in page
