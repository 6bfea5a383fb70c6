"""Drafts: one's own alone, of what one may see, until they are sent; bounded, and gone with the customer."""

import json
import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client

from pentad.core import clock
from pentad.core.actor import SYSTEM
from pentad.data.identity.actions import merge_people
from pentad.data.identity.models import Person
from pentad.data.privacy.actions import erase_person
from pentad.roles.access.gate import EYES
from pentad.roles.access.models import User
from pentad.roles.access.queries import actor_of
from pentad.roles.together import actions
from pentad.roles.together.models import Draft
from tests.roles.notices.conftest import Browser


def put(client: Client, place: str, **fields: Any) -> int:
    return int(client.put(f"/drafts/{place}/", json.dumps({"fields": fields}), "application/json").status_code)


def typed(client: Client, place: str, moment: int, browser: str = "a1", **fields: Any) -> int:
    """As drafts.js does it."""
    body = json.dumps({"fields": fields, "mark": f"{browser}.{moment}"})
    return int(client.put(f"/drafts/{place}/", body, "application/json").status_code)


def kept(client: Client, address: str) -> Any:
    """The fields that a page fills in, and the place it keeps them at."""
    page = client.get(address).content.decode()
    found = re.search(r'data-kept="([^"]+)"', page)
    return json.loads(unescape(found[1]))["fields"] if found else None


def test_what_is_typed_comes_back_in_another_browser_until_it_is_sent(
    rita: User, keiko: Person, browser: Browser
) -> None:
    place, page = f"note@people:{keiko.id}", f"/people/{keiko.id}/"
    assert put(browser(rita), place, text="She called") == 200
    assert kept(browser(rita), page) == {"text": "She called"}
    assert f'name="draft" value="{place}"' in browser(rita).get(page).content.decode()
    browser(rita).post(f"{page}notes/", {"text": "She called", "draft": place})
    assert kept(browser(rita), page) is None
    assert not Draft.objects.exists()
    put(browser(rita), place, text="One more", seen="{}")
    assert put(browser(rita), place, text=" ", seen="{}") == 200
    assert not Draft.objects.exists(), "without text there is no draft"


def test_the_latest_stays_whatever_arrives_last(rita: User, keiko: Person, browser: Browser) -> None:
    hers, place, page = browser(rita), f"note@people:{keiko.id}", f"/people/{keiko.id}/"
    assert typed(hers, place, 20, text="She called twice") == typed(hers, place, 10, text="She") == 200
    assert kept(hers, page) == {"text": "She called twice"}, "what was typed before came late"
    assert 'data-draft-mark="a1.20"' in hers.get(page).content.decode()
    typed(hers, place, 5, browser="b2", text="From her phone, whose clock is slow")
    assert kept(hers, page) == {"text": "From her phone, whose clock is slow"}
    typed(hers, place, 30, text="Third")
    sent = {"text": "Third", "draft": place, "draft-mark": "a1.31"}
    assert hers.post(f"{page}notes/", sent).status_code == 200
    assert typed(hers, place, 30, text="Third") == 200
    assert kept(hers, page) is None, "it was on its way while the form was"
    assert 'data-draft-mark="a1.31"' in hers.get(page).content.decode(), "so that the browser lets its copy go"
    assert hers.post(f"/drafts/{place}/back/").status_code == 404, "what was sent is not brought back"
    typed(hers, place, 40, text="Typed while the form was on its way")
    hers.post(f"{page}notes/", sent | {"draft-mark": "a1.39"})
    assert kept(hers, page) == {"text": "Typed while the form was on its way"}
    typed(hers, place, 41, text="")
    typed(hers, place, 40, text="Typed while the form was on its way")
    assert kept(hers, page) is None, "emptied"
    with clock.held(clock.now() + timedelta(days=2)):
        assert actions.sweep() == 1


def test_each_dialog_keeps_its_own(rita: User, keiko: Person, browser: Browser) -> None:
    hers, about = browser(rita), f"people:{keiko.id}"
    for address, data in (
        (f"/tasks/new/?about={about}", {"title": "Call", "about": about}),
        (f"/people/{keiko.id}/trait/?name=plan", {"name": "plan", "value": "Team"}),
        (f"/people/{keiko.id}/trait/", {"name": "city", "value": "Graz"}),
    ):
        place = unescape(re.findall('name="draft" value="([^"]+)"', hers.get(address).content.decode())[0])
        put(hers, place, **data)
        assert kept(hers, address) == data
        assert hers.post(address.partition("?")[0], data | {"draft": place}).status_code == 204
        assert kept(hers, address) is None
    assert hers.get("/tasks/new/").content.decode().count('value="task.new"') == 1


def test_a_new_customer_that_is_not_saved_yet_is_kept_too(rita: User, browser: Browser) -> None:
    hers = browser(rita)
    assert put(hers, "person.new", name="Mia Lund", email="") == 200
    assert kept(hers, "/people/new/") == {"name": "Mia Lund", "email": ""}, "a name alone is worth keeping"
    given = {"name": "Mia Lund", "draft": "person.new"}
    assert hers.post("/people/new/", given).status_code == 422
    assert kept(hers, "/people/new/") is not None, "nothing was added: it stays"
    assert hers.post("/people/new/", given | {"email": "mia@lumen.example"}).status_code == 204
    assert kept(hers, "/people/new/") is None


def test_nobody_else_sees_or_touches_it(nadia: User, rita: User, sam: User, keiko: Person, browser: Browser) -> None:
    place, page = f"note@people:{keiko.id}", f"/people/{keiko.id}/"
    put(browser(rita), place, text="A secret")
    assert "A secret" not in browser(nadia).get(page).content.decode()
    assert browser(nadia).delete(f"/drafts/{place}/").status_code == 204
    assert Draft.objects.get().thrown is None
    assert put(browser(sam), place, text="x") == 404, "he may not see the customer"
    through = browser(nadia)
    session = through.session
    session[EYES] = rita.pk
    session.save()
    assert "A secret" not in through.get(page).content.decode()
    assert "data-draft" not in through.get(page).content.decode()
    assert put(through, place, text="x") == 403


def test_thrown_away_and_brought_back(rita: User, keiko: Person, browser: Browser) -> None:
    hers, place, page = browser(rita), f"note@people:{keiko.id}", f"/people/{keiko.id}/"
    put(hers, place, text="Hm")
    hers.delete(f"/drafts/{place}/")
    assert kept(hers, page) is None
    assert hers.post(f"/drafts/{place}/back/").status_code == 200
    assert kept(hers, page) == {"text": "Hm"}
    assert hers.post(f"/drafts/{place}/back/").status_code == 404
    hers.delete(f"/drafts/{place}/")
    with clock.held(clock.now() + timedelta(days=2)):
        assert actions.sweep() == 1
    put(hers, place, text="Old")
    with clock.held(clock.now() + timedelta(days=91)):
        assert actions.sweep() == 1


def test_bounds(rita: User, browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    hers = browser(rita)
    assert put(hers, "task.new", title="x" * 500_000) == 413
    assert put(hers, "task.new", title="д" * 240_000) == 200, "counted as it travels"
    assert put(hers, "task.new", **{f"f{n}": "x" for n in range(31)}) == 400
    assert put(hers, "task.new", title=["x"]) == 400
    assert put(hers, "..", title="x") == put(hers, "Task", title="x") == 400
    assert put(hers, "note@people:0", title="x") == put(hers, "note@sources:0", title="x") == 404
    assert put(hers, "task.new", title="a\0b\ud800") == 200
    assert Draft.objects.get().fields == {"title": "ab?"}
    assert hers.put("/drafts/task.new/", "[" * 9_000, "application/json").status_code == 400
    monkeypatch.setattr(actions, "MOST_DRAFTS", 3)
    for n in range(5):
        assert put(hers, f"task.new.{n}", title="x") == 200
    assert sorted(Draft.objects.values_list("what", flat=True)) == ["task.new.2", "task.new.3", "task.new.4"]


@pytest.mark.django_db(transaction=True)
def test_it_follows_a_merge_and_goes_with_the_customer(nadia: User, keiko: Person, browser: Browser) -> None:
    other = Person.objects.create(name="Keiko Yilmaz", known=True)
    put(browser(nadia), f"note@people:{other.id}", text="Typed on her other page")
    merge_people(actor=actor_of(nadia), keep=keiko, other=other)
    assert kept(browser(nadia), f"/people/{keiko.id}/") == {"text": "Typed on her other page"}
    put(browser(nadia), f"note@people:{keiko.id}", text="And on")
    assert Draft.objects.get().fields == {"text": "And on"}
    put(browser(nadia), f"note@people:{keiko.id}", text="And on")
    put(browser(nadia), "task.new", title=f"Ring {keiko.name.upper()} on Monday")
    put(browser(nadia), "report.new", title="Nobody in particular")
    friend = Person.objects.create(name="Ben Okafor", known=True)
    put(browser(nadia), f"note@people:{friend.id}", text=f"Came with {other.name}")
    put(browser(nadia), f"task.new@people:{friend.id}", title="Ring him")
    erase_person(actor=SYSTEM, person=keiko)
    left = sorted(draft.what for draft in Draft.objects.all())
    assert left == ["report.new", "task.new"], "nor of what is about nothing or somebody else and names her"
