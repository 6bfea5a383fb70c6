"""Who asks for a segment is answered in time or told why not; what a machine or a stranger would tell is not offered."""

from typing import Any

import pytest
from django.test import Client

from pentad.core.actor import SYSTEM, acting_as
from pentad.core.errors import Invalid, Unavailable
from pentad.data.profiles import filling as anew
from pentad.data.profiles import vocabulary
from pentad.intelligence.segments import engine, filling, ideas, queries
from pentad.intelligence.segments.builder.preview import preview
from pentad.intelligence.segments.catalogue import remembering
from pentad.intelligence.segments.models import Segment
from pentad.intelligence.segments.text import parse
from pentad.intelligence.segments.zone_names import zone_names
from pentad.ledger import current
from pentad.roles.access import actions as accounts
from pentad.roles.access.manage import actions as rights
from pentad.roles.access.rights_models import Role
from tests.calling import caller
from tests.data.road import identify, track
from tests.intelligence.segments.keeping import FAMILY, ORDERED, Kept

pytestmark = pytest.mark.once  # nothing here depends on the database


def signed_in(role: str) -> Client:
    client = Client()
    client.force_login(accounts.add_user(actor=SYSTEM, email=f"{role}@kestrel.example", name=role, role=role))
    return client


def test_what_takes_too_long_is_told(kept: Kept, settings: Any) -> None:
    kept.send(identify("ann", plan="family"), track("Order Completed", userId="ann"))
    family, client, call = kept.save("Family", FAMILY), signed_in("admin"), caller("analyst")
    settings.ASK_SECONDS = 0.0
    asked = {"definition": {"where": ORDERED}}
    for path in ("/segments/count", f"/segments/{family.id}/difference"):
        status, said = call("post", path, asked)
        assert (status, said["code"]) == (400, "ask_too_slow"), path
    text = {"mode": "text", "written": 'did "Order Completed"'}
    for what in ("preview", "reach"):
        assert "was stopped" in client.post(f"/segments/builder/{what}/", text).content.decode(), what
    page = {**text, "name": "Family", "state": "live", "seen": "1"}
    told = client.post(f"/segments/{family.id}/edit/", page).content.decode()
    assert "Who enters and leaves is not known" in told
    client.post(f"/segments/{family.id}/edit/", {**page, "confirmed": "1"})
    saved = Segment.objects.get(pk=family.pk)
    assert saved.version == 2, "it is saved all the same"
    filling.fill(current(), [saved])
    assert Segment.objects.get(pk=family.pk).failure == "", "jobs have the time"


def test_a_change_is_not_saved_unseen(kept: Kept) -> None:
    family, client = kept.save("Family", FAMILY), signed_in("admin")
    page = {"mode": "text", "written": 'did "Order Completed"', "name": "Family", "state": "live"}
    for seen in ("", "x"):
        answer = client.post(f"/segments/{family.id}/edit/", {**page, "seen": seen, "confirmed": "1"})
        assert answer.status_code == 422, seen
    assert Segment.objects.get(pk=family.pk).version == 1


def test_who_may_not_read_a_segment_does_not_refresh_it(kept: Kept) -> None:
    family = kept.save("Family", FAMILY)
    role = Role.objects.get(name="marketer")
    rights.set_field_rule(actor=SYSTEM, role=role, kind="people", target="trait:plan", level="hidden")
    status, said = caller("marketer")("post", f"/segments/{family.id}/refresh")
    assert (status, said["code"]) == (403, "segment_fields")


@pytest.mark.parametrize("zone", ["localtime", "posixrules", "Factory", "right/Europe/Berlin", "posix/Europe/Berlin"])
def test_a_zone_is_one_of_the_world(zone: str) -> None:
    with pytest.raises(Invalid):
        parse(f'plan is 5 in "{zone}"')
    assert zone not in zone_names()
    assert "Europe/Berlin" in zone_names()


def test_no_idea_names_one_customer(kept: Kept) -> None:
    remembering.forget()
    for one in (vocabulary.trait_names, vocabulary.stated_values):
        one.forget()  # type: ignore[union-attr]
    people = (("ann", "a"), ("bo", "b"), ("cy", "c"))
    kept.send(
        *(identify(who, work_email="we@example.org", name="Sam", badge=badge, plan="solo") for who, badge in people),
        *(identify(who, work_email="they@example.org", name="Kim", plan="family") for who in ("di", "ed")),
    )  # fmt: skip
    with acting_as(SYSTEM):
        found = [one.key for one in ideas.ideas() if one.key.startswith("trait-")]
    assert found == ["trait-plan"]


def test_nobody_is_counted_while_customers_are_filled_anew(kept: Kept) -> None:
    kept.send(identify("ann", plan="family"), identify("bo", plan="family"))
    family, client = kept.save("Family", FAMILY), signed_in("admin")
    assert not queries.freshness(family).late
    anew.began(lost=True)
    person = kept.road.person("user_id:ann")
    with acting_as(SYSTEM):
        for ask in (engine.answer, preview, lambda asked: engine.explain(asked, person)):
            with pytest.raises(Unavailable, match="being filled anew"):
                ask(family.tree)
    assert queries.freshness(family).late
    assert "being filled anew" in client.get("/segments/builder/ideas/").content.decode()
    assert "being filled anew" in client.post("/segments/builder/preview/", {"mode": "rules"}).content.decode()
    anew.ended()
    with acting_as(SYSTEM):
        assert engine.answer(family.tree).count == 2
