"""Customers and companies in groups, on boards and in calendars: as the reader may see them, moved by what the reader may do."""

import json
import re
from typing import Any

import pytest
from django.test import Client

from pentad.core import clock
from pentad.core.actor import SYSTEM
from pentad.data.identity.models import Person
from pentad.data.profiles import shapes, vocabulary
from pentad.data.profiles.models import Company, CompanyTrait
from pentad.roles.access import actions as accounts
from pentad.roles.access.manage.actions import assign
from pentad.roles.access.models import User
from pentad.roles.access.rights_models import FieldRule, Grant
from pentad.roles.views import counts
from tests.data.road import Road


def user(role: str) -> User:
    return accounts.add_user(actor=SYSTEM, email=f"{role}@kestrel.example", name=role.title(), role=role)


def browser(who: User) -> Client:
    client = Client()
    client.force_login(who, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.fixture
def rep(road: Road) -> User:
    """Owns Ada and Ben of three customers; Cleo, on a plan of her own, belongs to nobody."""
    kept_names = (vocabulary.trait_names, vocabulary.company_trait_names, shapes.dated_traits)
    for kept in (vocabulary.stated_values, *kept_names):
        kept.forget()  # type: ignore[attr-defined]
    counts.forget_counts()
    made = user("rep")
    for name, plan in (("Ada", "Family"), ("Ben", "Office"), ("Cleo", "Hidden")):
        traits = (
            {"name": name, "plan": plan, "renewal_date": "2026-03-09"}
            if name != "Ben"
            else {"name": name, "plan": plan}
        )
        road.send(
            {"type": "identify", "userId": name, "traits": traits},
            {
                "type": "group",
                "userId": name,
                "groupId": f"g-{name}",
                "traits": {"name": f"{name} Ltd", "industry": plan},
            },
        )
    for name in ("Ada", "Ben"):
        for record in (Person.objects.get(name=name), Company.objects.get(name=f"{name} Ltd")):
            assign(actor=SYSTEM, record=record, owner=made, team=None)
    return made


def columns(page: Any) -> dict[str, int]:
    """Column → cards in it."""
    parts = re.split(r'data-column="', page.content.decode())[1:]
    return {part.partition('"')[0]: part.count("data-row=") for part in parts}


def sizes(page: Any) -> list[str]:
    return re.findall(r"<span>([\d,+]+)</span>", page.content.decode())


def test_a_board_has_a_column_for_each_value_the_reader_may_know(rep: User) -> None:
    admin = browser(user("admin"))
    asked = "/people/?as=board&by=trait:plan"
    assert columns(admin.get(asked)) == {"Family": 1, "Hidden": 1, "Office": 1, "": 0}
    hers = browser(rep).get(asked)
    assert columns(hers) == {"Family": 1, "Office": 1, "": 0}
    assert "Hidden" not in hers.content.decode()
    assert sizes(admin.get(f"{asked}&part=sizes")) == ["1", "1", "1", "0"]
    assert sizes(browser(rep).get(f"{asked}&part=sizes")) == ["1", "1", "0"]
    assert browser(rep).get(f"{asked}&part=bucket&bucket=Hidden").status_code == 400
    owners = columns(browser(rep).get("/people/?as=board&by=owner"))
    assert owners == {str(rep.pk): 2, "none": 0}


def test_a_field_that_is_masked_is_nothing_to_group_by(rep: User) -> None:
    FieldRule.objects.create(role_id="rep", kind="people", target="trait:plan", level="masked")
    for layout in ("board", "group"):
        assert browser(rep).get(f"/people/?as={layout}&by=trait:plan").status_code == 400
    page = browser(rep).get("/people/?as=board").content.decode()
    assert '<option value="trait:plan"' not in page and "Family" not in page
    row = Person.objects.get(name="Ada")
    assert (
        browser(rep).post("/views/people/move/", {"id": row.id, "by": "trait:plan", "to": "Office"}).status_code == 400
    )


def test_a_card_is_moved_by_stating_the_trait_and_taken_back(rep: User) -> None:
    ada, cleo = Person.objects.get(name="Ada"), Person.objects.get(name="Cleo")
    asked = {"id": ada.id, "by": "trait:plan", "to": "Office"}
    assert browser(rep).post("/views/people/move/", asked | {"id": cleo.id}).status_code == 404
    assert browser(rep).post("/views/people/move/", asked | {"to": "Hidden"}).status_code == 400
    assert browser(rep).post("/views/people/move/", asked | {"by": "known"}).status_code == 400
    for value in ("NaN", "1e999", '"\\ud800"', "[" * 4000, "nothing"):
        assert browser(rep).post("/views/people/move/", asked | {"to": f"json:{value}"}).status_code == 400, value[:9]
    answer = browser(rep).post("/views/people/move/", asked)
    told = json.loads(answer.headers["HX-Trigger"])
    assert told["moved"] == {"id": ada.id, "to": "Office"}
    ada.refresh_from_db()
    assert ada.traits["plan"] == "Office"
    browser(rep).post(told["toast"]["undo"])
    ada.refresh_from_db()
    assert ada.traits["plan"] == "Family"


def test_without_the_right_to_change_nothing_can_be_dragged(rep: User) -> None:
    assert "data-card" in browser(rep).get("/people/?as=board&by=trait:plan").content.decode()
    Grant.objects.filter(role_id="rep", right="people.edit").delete()
    page = browser(rep).get("/people/?as=board&by=trait:plan").content.decode()
    assert "Ada" in page and "data-card" not in page and "data-drop" not in page
    row = Person.objects.get(name="Ada")
    assert (
        browser(rep).post("/views/people/move/", {"id": row.id, "by": "trait:plan", "to": "Office"}).status_code == 403
    )


def test_companies_are_moved_to_another_owner_and_by_their_traits(rep: User) -> None:
    boss = user("admin")
    company = Company.objects.get(name="Ada Ltd")
    asked = {"id": company.id, "by": "owner", "to": str(boss.pk)}
    assert browser(rep).post("/views/companies/move/", asked).status_code == 403
    answer = browser(boss).post("/views/companies/move/", asked)
    company.refresh_from_db()
    assert company.owner == boss
    browser(boss).post(json.loads(answer.headers["HX-Trigger"])["toast"]["undo"])
    company.refresh_from_db()
    assert company.owner == rep
    assert columns(browser(rep).get("/companies/?as=board&by=trait:industry")) == {"Family": 1, "Office": 1, "": 0}
    moved = browser(rep).post("/views/companies/move/", {"id": company.id, "by": "trait:industry", "to": "Office"})
    company.refresh_from_db()
    assert company.traits["industry"] == "Office"
    browser(rep).post(json.loads(moved.headers["HX-Trigger"])["toast"]["undo"])
    company.refresh_from_db()
    assert company.traits["industry"] == "Family"


def test_a_calendar_by_a_date_trait_and_by_when_they_came(rep: User) -> None:
    admin = browser(user("admin"))
    for client, found in ((admin, {"Ada", "Cleo"}), (browser(rep), {"Ada"})):
        page = client.get("/people/?as=calendar&on=trait:renewal_date&at=2026-03-01").content.decode()
        day = page.partition('data-day="2026-03-09"')[2].partition("</td>")[0]
        assert set(re.findall(r'title="(Ada|Ben|Cleo)"', day)) == found
    undated = browser(rep).get("/people/?as=calendar&on=trait:renewal_date&part=undated").content.decode()
    assert "1 without" in undated
    page = browser(rep).get("/people/?as=calendar&at=2026-11-20").content.decode()
    assert set(re.findall(r'title="(Ada|Ben|Cleo)"', page)) == {"Ada", "Ben"}
    assert "data-card" not in page, "when somebody came is nobody's to change"


def test_other_groupings_show_everybody_once_and_what_is_none_is_refused(rep: User) -> None:
    everybody = sorted(Person.objects.values_list("id", flat=True))
    admin = browser(user("admin"))
    for address in ("as=group&by=company", "as=group&by=known", "as=board&by=known", "as=group&by=owner"):
        page = admin.get(f"/people/?{address}").content.decode()
        assert sorted(re.findall(r'id="row-([\w-]+)"', page)) == everybody, address
    for odd in ("as=board&by=nothing", "as=board&by=company", "as=calendar&on=plan", "as=group&by=trait:"):
        assert browser(rep).get(f"/people/?{odd}").status_code == 400, odd
    assert browser(rep).get("/people/?as=queue").status_code == 200, "a layout it has not is the list"


def test_a_company_says_on_a_phone_how_many_customers_it_has_and_its_numbers_are_right(rep: User) -> None:
    company = Company.objects.create(
        name="Lumen Health",
        group_id="lumen",
        owner=rep,
        traits={"employees": 140},
        first_seen=clock.now(),
        last_seen=clock.now(),
    )
    CompanyTrait.objects.create(
        company=company, name="employees", value=140, text="140", number=140, source_no=1, at=clock.now(), winner=True
    )
    vocabulary.company_trait_names.forget()  # type: ignore[attr-defined]
    vocabulary.company_numbers.forget()  # type: ignore[attr-defined]
    page = browser(rep).get("/companies/?cols=name,trait:employees,people").content.decode()
    assert '<td class="num p-sub">0<span class="md:hidden"> customers</span></td>' in page
    assert '<td class="num ">140</td>' in page
