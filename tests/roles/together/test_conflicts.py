"""Two colleagues, one record: different fields both stay; the same field asks the second who saves, by screen and API."""

import json
import re
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as some

from pentad.core import clock
from pentad.core.actor import SYSTEM
from pentad.core.errors import Conflict
from pentad.data.identity.models import Person
from pentad.data.ingest.models import Source
from pentad.data.ingest.own import own_number
from pentad.data.profiles import actions as people
from pentad.data.profiles import fold, note_actions, vocabulary
from pentad.data.profiles.company_actions import set_company_trait
from pentad.data.profiles.models import Company
from pentad.data.profiles.rules import Fact
from pentad.roles.access import actions as accounts
from pentad.roles.access.models import User
from pentad.roles.access.queries import actor_of
from pentad.roles.together.rules import meet, version, versions
from pentad.roles.work import actions as tasks
from tests.roles.notices.conftest import Browser

VALUES = some.dictionaries(some.sampled_from("abc"), some.sampled_from([None, "", 0, "x", ["y"]]), min_size=3)


@given(VALUES, VALUES, VALUES)
def test_every_change_is_written_asked_about_or_there_already(seen: Any, now: Any, mine: Any) -> None:
    write, met = meet(now, mine, versions(seen))
    after = now | write
    for name in "abc":
        if name in met:
            assert mine[name] != seen[name] != now[name] != mine[name], "asked only when three values differ"
        else:
            assert after[name] == (now[name] if mine[name] == seen[name] else mine[name]), "nobody's change is lost"


def test_who_has_seen_nothing_is_the_last_to_write() -> None:
    assert meet({"a": 1}, {"a": 2}, None) == ({"a": 2}, {})
    assert version({"b": 1, "a": [2]}) == version({"a": [2], "b": 1}) != version({"a": [2]})


def hidden(page: str, name: str = "seen") -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found
    return found[1].replace("&quot;", '"')


def test_the_same_trait_asks_the_second(nadia: User, rita: User, keiko: Person, browser: Browser) -> None:
    people.set_trait(actor=actor_of(nadia), person=keiko, name="plan", value="Solo")
    hers, address = browser(rita), f"/people/{keiko.id}/trait/"
    first = hers.get(f"{address}?name=plan").content.decode()
    form = {"name": "plan", "seen": hidden(first)}
    unnamed = {"name": "size", "seen": hidden(hers.get(address).content.decode())}
    people.set_trait(actor=actor_of(nadia), person=keiko, name="plan", value="Team")
    people.set_trait(actor=actor_of(nadia), person=keiko, name="size", value=5)

    asked = hers.post(address, form | {"value": "Business"})
    page = asked.content.decode()
    assert asked.status_code == 422
    assert "Nadia Karim changed “Plan”" in page
    assert "<q>Team</q>" in page and "<q>Business</q>" in page and 'value="Business"' in page
    kept = hers.post(address, form | {"value": "Business", "keep-value": "theirs"})
    keiko.refresh_from_db()
    assert (kept.status_code, keiko.traits["plan"]) == (204, "Team")
    form["seen"] = hidden(page)
    assert hers.post(address, form | {"value": "Business", "keep-value": "mine"}).status_code == 204
    keiko.refresh_from_db()
    assert keiko.traits["plan"] == "Business"

    untouched = {"name": "plan", "value": "Solo", "seen": hidden(first)}
    assert hers.post(address, untouched).status_code == 204
    keiko.refresh_from_db()
    assert keiko.traits["plan"] == "Business", "who changed nothing takes nothing back"

    assert "<q>5</q>" in hers.post(address, unnamed | {"value": "9"}).content.decode(), "one that was not there before"
    assert hers.post(address, unnamed | {"value": "5"}).status_code == 204, "the same value is no conflict"
    assert hers.post(address, unnamed | {"name": "city", "value": "Graz"}).status_code == 204


def outranking(person: Person, **said: Any) -> None:
    """A source whose priority goes before Pentad's says so."""
    shop = Source.objects.create(name="Order system", write_key="orders", priority=1)
    stated = fold.Stated()
    for name, value in said.items():
        stated.person(Fact(name, shop.no, value, clock.now(), "m1", person.no))
    fold.fold([], stated, {}, ())
    person.refresh_from_db()


def test_what_colleagues_state_meets_even_where_another_source_goes_first(
    nadia: User, rita: User, keiko: Person, browser: Browser
) -> None:
    outranking(keiko, plan="Explorer")
    hers, address = browser(nadia), f"/people/{keiko.id}/trait/"
    form = {"name": "plan", "seen": hidden(hers.get(f"{address}?name=plan").content.decode())}
    people.set_trait(actor=actor_of(rita), person=keiko, name="plan", value="Office")
    asked = hers.post(address, form | {"value": "Family"})
    page = asked.content.decode()
    assert asked.status_code == 422 and "Rita Osei changed “Plan”" in page and "<q>Office</q>" in page
    hers.post(address, form | {"value": "Explorer"})
    assert own_of(keiko) == "Office", "who changed nothing takes nothing back"
    again = {"name": "plan", "seen": hidden(page), "value": "Family", "keep-value": "mine"}
    assert hers.post(address, again).status_code == 204
    assert own_of(keiko) == "Family"
    keiko.refresh_from_db()
    assert keiko.traits["plan"] == "Explorer"
    told = hers.get(f"/people/{keiko.id}/").content.decode()
    assert "Plan is stated by your team, but does not count: Order system says Explorer and goes first" in told
    assert hers.post("/people/bulk/trait/", {"id": keiko.id, "name": "plan", "value": "Solo"}).status_code == 204
    assert "For 1 a source that goes first" in hers.get("/people/").content.decode()


def own_of(person: Person) -> Any:
    return person.trait_values.get(name="plan", source_no=own_number()).value


def test_a_board_moves_no_card_that_would_stay(nadia: User, keiko: Person, browser: Browser) -> None:
    outranking(keiko, plan="Explorer")
    other = Person.objects.create(name="Ben", email="ben@fjord.example", known=True)
    people.set_trait(actor=actor_of(nadia), person=other, name="plan", value="Office")
    vocabulary.trait_names.forget()  # type: ignore[attr-defined]
    asked = {"id": keiko.id, "by": "trait:plan", "to": "Office"}
    answer = browser(nadia).post("/views/people/move/", asked)
    assert answer.status_code == 400 and "Order system says Explorer and goes first" in answer.content.decode()
    assert not keiko.trait_values.filter(name="plan", source_no=own_number()).exists(), "nothing is stated by the way"


def test_traits_of_a_company_too(nadia: User) -> None:
    actor, now = actor_of(nadia), clock.now()
    company = Company.objects.create(group_id="lumen", name="Lumen", first_seen=now, last_seen=now)
    for value in ("Solo", "Team"):
        company = set_company_trait(actor=actor, company=company, name="plan", value=value)
    stale = versions({"plan": "Solo"})
    with pytest.raises(Conflict, match="Nadia Karim changed “plan” meanwhile"):
        set_company_trait(actor=actor, company=company, name="plan", value="Business", seen=stale)
    untouched = set_company_trait(actor=actor, company=company, name="plan", value="Solo", seen=stale)
    assert untouched.traits["plan"] == "Team"


def test_the_api_answers_409_with_the_value_that_is_there(keiko: Person, nadia: User) -> None:
    people.set_trait(actor=actor_of(nadia), person=keiko, name="plan", value={"tier": "Team"})
    _, token = accounts.add_key(actor=SYSTEM, name="Sync", role="admin")
    client = Client(headers={"authorization": f"Bearer {token}"})

    def put(**body: Any) -> Any:
        return client.put(f"/api/v1/people/{keiko.id}/traits/plan", json.dumps(body), "application/json")

    refused = put(value="Business", seen=None)
    assert (refused.status_code, refused["Content-Type"]) == (409, "application/problem+json")
    said = refused.json()
    (change,) = said["changes"]
    assert (said["code"], change["field"], change["now"]) == ("changed_meanwhile", "plan", {"tier": "Team"})
    assert change["by"] == "Nadia Karim" and change["at"]
    assert put(value="Business", seen=change["now"]).json()["traits"]["plan"] == "Business"
    assert put(value="Solo").json()["traits"]["plan"] == "Solo"


def test_fields_of_a_task_stay_apart(nadia: User, browser: Browser) -> None:
    row = tasks.create_task(actor=actor_of(nadia), title="Call", why="Late order")
    client, address = browser(nadia), f"/tasks/{row.id}/edit/"
    form = {"title": "Call", "why": "Late order", "day": "", "time": "", "remind": "1"}
    form["seen"] = hidden(client.get(address).content.decode())
    assert client.post(address, form | {"day": "2026-06-09"}).status_code == 204
    assert client.post(address, form | {"why": "She asked"}).status_code == 204
    row.refresh_from_db()
    assert (str(row.due_day), row.why, row.owner) == ("2026-06-09", "She asked", nadia)

    asked = client.post(address, form | {"title": "Call twice", "why": "No hurry", "day": "2026-06-11"})
    page = asked.content.decode()
    assert asked.status_code == 422
    assert re.findall('data-meets="(\\w+)"', page) == ["why", "due"]
    assert "<q>She asked</q>" in page and "You changed “Why”" in page
    answer = {"keep-why": "theirs", "keep-due": "mine", "seen": hidden(page)}
    assert client.post(address, form | {"title": "Call twice", "why": "No hurry", "day": "2026-06-11"} | answer)
    row.refresh_from_db()
    assert (row.title, row.why, str(row.due_day)) == ("Call twice", "She asked", "2026-06-11")


def test_what_was_not_touched_reminds_nobody_again(nadia: User, browser: Browser) -> None:
    row = tasks.create_task(actor=actor_of(nadia), title="Call")
    client, address = browser(nadia), f"/tasks/{row.id}/edit/"
    form = {"title": "Call", "why": "", "day": "2026-06-09", "time": "14:30", "remind": "1"}
    client.post(address, form | {"seen": hidden(client.get(address).content.decode())})
    row.refresh_from_db()
    row.reminded = row.remind_at
    row.save()
    client.cookies["zone"] = "Asia/Tokyo"
    seen = hidden(client.get(address).content.decode())
    client.post(address, form | {"title": "Call her", "time": "23:30", "seen": seen})
    again = type(row).objects.get()
    assert (again.title, again.due, again.reminded) == ("Call her", row.due, row.reminded)


def test_a_note_changed_by_two(nadia: User, rita: User, keiko: Person, browser: Browser) -> None:
    row = note_actions.add_note(actor=actor_of(rita), person=keiko, text="Likes oat milk")
    hers, address = browser(rita), f"/people/notes/{row.id}/edit/"
    seen = hidden(hers.get(address).content.decode())
    note_actions.edit_note(actor=actor_of(nadia), row=row, text="Likes soy milk")
    asked = hers.post(address, {"text": "Likes rice milk", "seen": seen})
    page = asked.content.decode()
    assert asked.status_code == 422
    assert "Nadia Karim changed “Note”" in page and "<q>Likes soy milk</q>" in page and "rice milk</textarea>" in page
    with pytest.raises(Conflict, match="Nadia Karim changed “Note” meanwhile"):
        note_actions.edit_note(actor=actor_of(rita), row=row, text="Other", seen=versions({"text": "Likes oat milk"}))
    theirs = hers.post(address, {"text": "Likes rice milk", "seen": hidden(page), "keep-text": "theirs"})
    assert "soy milk" in theirs.content.decode()
    hers.post(address, {"text": "Likes rice milk", "seen": hidden(page), "keep-text": "mine"})
    row.refresh_from_db()
    assert (row.text, row.before) == ("Likes rice milk", "Likes soy milk")
