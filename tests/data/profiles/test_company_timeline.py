"""What a company's people did, on its page: all of them together, and only those whom the reader may see."""

import re

import pytest
from django.test import Client

from pentad.core.actor import SYSTEM
from pentad.data.profiles import company_views
from pentad.data.profiles.models import Company
from pentad.roles.access.actions import add_user
from pentad.roles.access.manage.actions import assign
from pentad.roles.access.models import User
from tests.data.road import Road


def browser(name: str, role: str) -> Client:
    client = Client()
    client.force_login(add_user(actor=SYSTEM, email=f"{name}@kestrel.example", name=name.title(), role=role))
    return client


def lumen(road: Road) -> Company:
    for who in ("ann", "bob"):
        road.send(
            {"type": "identify", "userId": who, "traits": {"name": f"{who.title()} Lumen"}},
            {"type": "group", "userId": who, "groupId": "lumen", "traits": {"name": "Lumen"}},
            {"type": "track", "userId": who, "event": f"Ordered by {who}"},
        )
    return Company.objects.get(group_id="lumen")


@pytest.mark.django_db(transaction=True)
def test_who_may_see_all_of_them_reads_on_page_by_page(road: Road, monkeypatch: pytest.MonkeyPatch) -> None:
    company, nadia = lumen(road), browser("nadia", "admin")
    monkeypatch.setattr(company_views, "PAGE", 2)
    page = nadia.get(f"/companies/{company.id}/?show=timeline").content.decode()
    found = re.findall("Ordered by (?:ann|bob)", page)
    while (following := re.search(r'hx-get="(/companies/[^"]+/timeline/[^"]+)"', page)) is not None:
        page = nadia.get(following[1].replace("&amp;", "&")).content.decode()
        found += re.findall("Ordered by (?:ann|bob)", page)
    assert sorted(set(found)) == ["Ordered by ann", "Ordered by bob"]
    assert "This is where the history begins." in page
    assert "Ordered by" not in nadia.get(f"/companies/{company.id}/").content.decode()


@pytest.mark.django_db(transaction=True)
def test_a_rep_sees_what_her_own_customers_did(road: Road) -> None:
    company, rita = lumen(road), browser("rita", "rep")
    owner = User.objects.get(pk=rita.session["_auth_user_id"])
    for record in (company, road.person("user_id:ann")):
        assign(actor=SYSTEM, record=record, owner=owner, team=None)
    for address in (f"/companies/{company.id}/?show=timeline", f"/companies/{company.id}/timeline/"):
        page = rita.get(address).content.decode()
        assert "Ordered by ann" in page and "Ann Lumen" in page
        assert "by bob" not in page and "Bob" not in page
