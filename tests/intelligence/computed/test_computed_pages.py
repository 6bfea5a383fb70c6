"""The pages of computed traits: the list, the page of one, and the one on which they are written."""

import re
from typing import Any

import pytest
from django.test import Client

from pentad.core.actor import SYSTEM
from pentad.core.models import AuditLine, Job
from pentad.intelligence.computed import actions, drafting, queries
from pentad.intelligence.computed.models import ComputedTrait
from pentad.intelligence.computed.text import parse
from pentad.roles.access import actions as accounts
from tests.data.road import Road
from tests.intelligence.computed.computing import held, order, save, send, work

pytestmark = pytest.mark.once  # what PostgreSQL does is told by test_computing.py
RULES = {
    "c.function": "sum", "c.property": "total", "c.event.type": "track", "c.event.names": "Order Completed",
    "c.event.where.0.name": "currency", "c.event.where.0.test.op": "equals", "c.event.where.0.test.value": "EUR",
    "c.when.kind": "last", "c.when.n": "90", "c.when.unit": "day", "time_zone": "Europe/Berlin",
}  # fmt: skip
SAID = 'sum of total of "Order Completed" in the last 90 days where currency is "EUR" in Europe/Berlin'


@pytest.fixture
def customers(road: Road) -> Road:
    send(road, order("ann", total=5, currency="EUR"), order("bo", total=7, currency="SEK"), order("cy"))
    return road


def signed_in(role: str) -> Client:
    client = Client()
    client.force_login(accounts.add_user(actor=SYSTEM, email=f"{role}@kestrel.example", name=role, role=role))
    return client


def post(client: Client, at: str, /, **fields: Any) -> Any:
    return client.post(f"/segments/traits/{at}", fields)


def test_the_form_holds_every_definition() -> None:
    assert repr(drafting.judged(drafting.posted(RULES)).computed) == repr(parse(SAID))
    for text in (
        SAID,
        "days since first any page",
        'last "a b" of any of "A", "B" before 2026-01-01',
        "number of anything",
    ):
        draft = drafting.draft(parse(text))
        assert repr(drafting.judged(draft).computed) == repr(parse(text))
        for mode in ("text", "json"):
            written = drafting.turned(draft, mode)  # type: ignore[arg-type]  # it is one of them
            assert repr(drafting.judged(written).computed) == repr(parse(text))
            assert drafting.turned(written, "rules") == drafting.dropped(written) == draft
    for missing, what in (("c.property", "Say which property."), ("c.when.n", "Say a number.")):
        reading = drafting.judged(drafting.posted({**RULES, missing: ""}))
        assert (reading.computed, [(one.text, one.missing) for one in reading.mistakes.values()]) == (
            None,
            [(what, True)],
        )


def test_a_moment_is_told_as_pages_tell_it(customers: Road) -> None:
    seen = post(signed_in("admin"), "preview/", mode="text", written='time of last "Order Completed"').content.decode()
    assert len(re.findall(r"tabular-nums\">\d+ [A-Z][a-z]{2} \d{4}, \d\d:\d\d\s", seen)) == 3


def test_one_is_written_with_a_preview_and_changed(customers: Road) -> None:
    client = signed_in("admin")
    page = client.get("/segments/traits/new/").content.decode()
    assert "Name of the trait" in page
    assert "/segments/builder/rules/" not in page, "parts of it post to the form of computed traits"
    added = post(client, "rules/", **RULES, do="add", at="c.event.where").content.decode()
    assert 'name="c.event.where.1.name"' in added
    assert "Say which property." in post(client, "preview/", **{**RULES, "c.property": ""}).content.decode()
    shown = post(client, "preview/", **RULES).content.decode()
    assert 'data-count="1"' in shown
    refused = post(client, "new/", **RULES, name="e mail")
    assert (refused.status_code, 'data-fault-of="name"' in refused.content.decode()) == (422, True)
    made = post(client, "new/", **RULES, name="spent_eur", description="In euro")
    row = ComputedTrait.objects.get(name="spent_eur")
    assert (made.status_code, made["HX-Redirect"]) == (204, f"/segments/traits/{row.id}/")
    work()
    assert held(customers, "spent_eur") == {"ann": 5}
    page = client.get(f"/segments/traits/{row.id}/edit/").content.decode()
    assert 'value="currency"' in page
    assert (
        post(client, f"{row.id}/edit/", mode="text", written='number of "Order Completed"', seen="1").status_code == 204
    )
    assert post(client, f"{row.id}/edit/", **RULES, seen="1").status_code == 422, "it was changed meanwhile"
    work()
    page = client.get(f"/segments/traits/{row.id}/").content.decode()
    assert SAID.replace('"', "&quot;") in page, "the earlier version"
    assert page.count('href="/people/') >= 3
    assert AuditLine.objects.filter(action__contains="change_trait").count() == 1
    listed = client.get("/segments/traits/?view=own-0").content.decode()
    assert "number of &quot;Order Completed&quot;" in listed


def test_it_is_stopped_put_away_and_brought_back(customers: Road) -> None:
    client, row = signed_in("admin"), save("spent", 'sum of total of "Order Completed"')
    assert post(client, f"{row.id}/state/?to=archived").status_code == 204
    work()
    assert held(customers, "spent") == {}
    assert "Restore" in client.get(f"/segments/traits/{row.id}/").content.decode()
    assert post(client, f"{row.id}/refresh/").status_code == 409
    sent = client.get(f"/segments/traits/{row.id}/edit/", follow=True)
    assert sent.redirect_chain == [(f"/segments/traits/{row.id}/", 302)]
    assert "is in the archive. Restore it to change it." in sent.content.decode()
    assert post(client, f"{row.id}/state/?to=live").status_code == 204
    assert "Working it out" in client.get(f"/segments/traits/{row.id}/status/").content.decode()
    assert post(client, f"{row.id}/stop/").status_code == 204
    assert not Job.objects.filter(kind=queries.FILL, status=Job.WAITING).exists()
    assert "Somebody stopped" in client.get(f"/segments/traits/{row.id}/").content.decode()
    assert post(client, f"{row.id}/refresh/").status_code == 204
    work()
    assert held(customers, "spent") == {"ann": 5, "bo": 7}


def test_who_does_not_see_what_it_is_made_of_sees_its_name_only(customers: Road) -> None:
    row = actions.create_trait(actor=SYSTEM, name="state", computed=parse('last health of "Checked"'))
    client = signed_in("marketer")
    page = client.get(f"/segments/traits/{row.id}/").content.decode()
    assert "You see its name only" in page
    assert "health" not in page + client.get("/segments/traits/?view=own-0").content.decode()
    assert client.get(f"/segments/traits/{row.id}/edit/").status_code == 403
    assert post(client, f"{row.id}/state/?to=archived").status_code == 403
    asked = post(client, "preview/", **{**RULES, "c.property": "health"}).content.decode()
    assert "does not see in full" in asked
