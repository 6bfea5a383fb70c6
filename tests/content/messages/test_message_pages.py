"""Pages of messages over HTTP: begun from a layout, looked at with three customers, held by the gate, gone back and put away."""

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.test import Client

from pentad.content.messages import actions, lacking, queries
from pentad.content.messages.models import Message
from pentad.core.actor import SYSTEM
from pentad.core.models import AuditLine
from pentad.data.identity.models import Person
from pentad.roles.access import actions as accounts
from pentad.roles.access.rights_models import FieldRule, Role
from pentad.roles.audit import telling
from pentad.roles.together import presence
from tests.content.writing import mail, message, purpose, somebody

pytestmark = [pytest.mark.once, pytest.mark.django_db]  # what PostgreSQL does is told by test_composing.py
Signed = Callable[[str], Client]


def signed(role: str) -> Client:
    user = accounts.add_user(actor=SYSTEM, email=f"{role}@kestrel.example", name=role.title(), role=role)
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.fixture
def tom() -> Client:
    return signed("marketer")


def text(answer: Any, status: int = 200) -> str:
    assert answer.status_code == status, answer.content[:600]
    return " ".join(answer.content.decode().split())


def form(row: Message, at: str = "A.email.en", **changed: str) -> dict[str, str]:
    variant, channel, language = at.split(".")
    fields = queries.version(row).tree["variants"][variant][channel][language]
    found = {"name": row.name, "purpose": row.purpose, "seen": str(row.latest), "at": at}
    return found | {f"f.{name}": value for name, value in fields.items()} | changed


def test_a_message_is_begun_looked_at_published_and_put_away(tom: Client) -> None:
    purpose()
    rich = somebody("Ada Byron", first_name="Ada", city="London", plan="Family")
    odd = somebody("Zoë O’Brien")
    assert "Layouts to begin with" in text(tom.get("/messages/"))
    assert "Hello there" in text(tom.get("/messages/starters/letter/"))
    assert "A message’s name" in text(tom.post("/messages/new/", {"name": " ", "begin": "letter"}), 422).replace(
        "&#x27;", "’"
    )
    at = tom.post("/messages/new/", {"name": "News", "begin": "letter", "purpose": "newsletter"}).headers["Location"]
    row = Message.objects.get()
    page = text(tom.get(at))
    assert "customer.plan" in page and rich.id in page and odd.id in page
    look = tom.post(f"/messages/{row.id}/look/", form(row, **{"f.subject": "{{ customer.plan }} & you"}))
    assert "Family &amp; you" in text(look) and "1 thing keeps it from being published" in text(look)
    assert "“customer.plan” has no value here" in text(look)
    telling.write_waiting()
    assert AuditLine.objects.filter(action="view", subject=f"person:{rich.id}").exists()
    frame = tom.post(f"/messages/{row.id}/frame/", form(row) | {"person": odd.id, "dark": "1"})
    assert "Hello Zoë" in text(frame) and "(min-width:0)" in text(frame)
    assert frame.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    refused = text(tom.post(at, form(row, do="publish", **{"f.subject": "{{ customer.plan }}"})), 422)
    assert "has no fallback" in refused and 'data-shown="checks"' in refused
    row.refresh_from_db()
    assert (row.latest, row.state) == (2, "draft")
    assert tom.post(at, form(row, do="publish", **{"f.subject": "News"})).status_code == 302
    row.refresh_from_db()
    assert row.state == "published"
    assert "diff-gone" in text(tom.get(f"/messages/{row.id}/versions/"))
    assert tom.post(f"/messages/{row.id}/versions/1/", {"seen": "3"}).status_code == 204
    row.refresh_from_db()
    assert row.latest == 4 and queries.version(row).tree == queries.version(row, 1).tree
    assert "Published, changed since" in text(tom.get("/messages/?view=own-0"))
    assert tom.post(f"/messages/{row.id}/archive/").status_code == 204
    assert "Restore" in text(tom.get(f"/messages/{row.id}/")) and tom.get(at).status_code == 302
    assert tom.post(f"/messages/{row.id}/restore/").status_code == 204
    assert tom.post(f"/messages/{row.id}/delete/").status_code == 204
    assert tom.get(f"/messages/{row.id}/").status_code == 404


def test_parts_are_saved_as_they_are_left_and_colleagues_meet_only_in_the_same_one(tom: Client) -> None:
    row = message(publish=False)
    at = f"/messages/{row.id}/edit/"
    there = tom.post(at, form(row, do="channel:sms", **{"f.subject": "Left behind"})).headers["Location"]
    assert there.endswith("?at=A.sms.en")
    row.refresh_from_db()
    assert queries.version(row).tree["variants"]["A"]["email"]["en"]["subject"] == "Left behind"
    sms = form(row, "A.sms.en", **{"f.body": "Mine"})
    actions.change_message(actor=SYSTEM, message=row, content=_with(row, "email", mail(subject="Theirs")))
    assert tom.post(at, sms).status_code == 302, "they changed another part"
    row.refresh_from_db()
    assert [queries.version(row).tree["variants"]["A"][one]["en"][name] for one, name in (("sms", "body"), ("email", "subject"))] == [
        "Mine", "Theirs",
    ]  # fmt: skip
    mine = form(row, "A.sms.en", **{"f.body": "Mine again"})
    actions.change_message(actor=SYSTEM, message=row, content=_with(row, "sms", {"body": "Theirs"}))
    met = text(tom.post(at, mine), 422)
    assert "changed this message meanwhile" in met and "Mine again" in met and "Save mine over it" in met
    assert tom.post(at, mine | {"do": "over"}).status_code == 302
    row.refresh_from_db()
    assert queries.version(row).tree["variants"]["A"]["sms"]["en"]["body"] == "Mine again"


def test_colleagues_at_a_message_see_each_other_and_neither_undoes_the_other(tom: Client) -> None:
    row = message(publish=False)
    page, at = f"/messages/{row.id}/edit/", {"at": f"messages:{row.id}", "window": "1"}
    presence.forget_all()
    assert f'data-here="messages:{row.id}"' in text(tom.get(page)) and 'data-doing="part:A.email.en"' in text(
        tom.get(page)
    )
    tom.post("/here/", at | {"doing": "part:A.email.en"})
    nadia = signed("admin")
    assert "Marketer is editing A · email · en" in text(nadia.post("/here/", at | {"doing": ""}))
    assert signed("agent").post("/here/", at).status_code == 403
    was = was_in(nadia.get(page))
    assert nadia.post(page, form(row, was=was, name="Her news")).status_code == 302
    assert tom.post(page, form(row, was=was, **{"f.subject": "His"})).status_code == 302
    row.refresh_from_db()
    assert (row.name, queries.version(row).tree["variants"]["A"]["email"]["en"]["subject"]) == ("Her news", "His")
    met = text(tom.post(page, form(row, was=was, name="His news")), 422)
    assert "changed this message’s name meanwhile" in met and 'value="His news"' in met
    assert tom.post(page, form(row, was=was, name="His news", do="over")).status_code == 302
    row.refresh_from_db()
    assert row.name == "His news"
    seen = str(row.latest)
    both = {"variants": {"A": {"sms": {"en": {"body": "Short"}}}}}
    actions.change_message(actor=SYSTEM, message=row, content=both)
    gone = {"name": row.name, "seen": seen, "at": "A.email.en", "f.subject": "Typed", "f.mjml": "<mjml>typed</mjml>"}
    assert "Typed" in text(tom.post(page, gone), 422), "its part was taken away: what was typed is shown all the same"
    assert tom.post(page, gone | {"do": "over"}).status_code == 302
    row.refresh_from_db()
    assert list(queries.version(row).tree["variants"]["A"]) == ["email", "sms"]


def test_the_checks_tell_how_many_lack_what_has_no_fallback(tom: Client) -> None:
    for number in range(3):
        somebody(f"P{number}", plan="Solo")
    for city in ("Graz", ""):
        somebody("Q", city=city)
    email, unknown = mail("<mj-text>{{ customer.plan }} {{ customer.nick }}</mj-text>"), somebody("U")
    Person.objects.filter(pk=unknown.pk).update(email="")
    row = message(publish=False, email=email, sms={"body": "{{ customer.city }}"})

    def asked(client: Client) -> str:
        return text(client.post(f"/messages/{row.id}/look/", form(row)))

    assert "2 of 5 customers with an address there have none" in asked(tom), "who has no address is not meant"
    assert "have none" not in asked(tom).split("No customer has")[1][:80], "what nobody has is told of by itself"
    somebody("R")
    assert "2 of 5" in asked(tom), "counted once in some minutes"
    lacking.forget_counts()
    assert "3 of 6" in asked(tom)
    FieldRule.objects.create(role=Role.objects.get(name="marketer"), kind="people", target="trait:plan", level="masked")
    assert "of 6" not in asked(tom), "it is not theirs to know"


def was_in(answer: Any) -> str:
    found = re.search(r'name="was" value="([^"]+)"', answer.content.decode())
    assert found is not None
    return unescape(found[1])


def _with(row: Message, channel: str, fields: dict[str, str]) -> dict[str, Any]:
    row.refresh_from_db()
    found = queries.version(row).tree
    found["variants"]["A"][channel]["en"] = fields
    return found


def test_who_does_not_see_customers_looks_with_nobody() -> None:
    somebody("Ada Byron", city="London")
    row = message(email=mail("<mj-text>{{ customer.city | default: 'your town' }}</mj-text>"))
    client = signed("analyst")  # sees customers, masked
    look = text(client.post(f"/messages/{row.id}/look/", {"at": "A.email.en"}))
    assert "Byron" not in look
    assert client.get(f"/messages/{row.id}/edit/").status_code == 403
