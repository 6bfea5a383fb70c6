"""Destinations and the built-in mailbox by their pages: set up, changed, tried; read by who may, and nothing runs in them."""

from typing import Any

import pytest
from django.test import Client

from pentad.core.actor import SYSTEM
from pentad.platforms.channels.adapters.protocol import Outgoing
from pentad.platforms.channels.models import Attempt, Delivery, Destination, MailboxMessage
from pentad.platforms.channels.queue import enqueue
from pentad.platforms.channels.registry import open_adapter
from pentad.platforms.channels.sealing import opened
from pentad.roles.access import actions as accounts
from pentad.roles.access.manage.actions import set_grant
from pentad.roles.access.rights_models import FieldClass, Role
from tests.content.writing import mail, message, somebody
from tests.platforms.channels.people import customer, destination, item

pytestmark = [pytest.mark.django_db, pytest.mark.once]
HOME = "/settings/channels/"


def signed_in(role: str = "admin") -> Client:
    client = Client(headers={"HX-Request": "true"})
    client.force_login(accounts.add_user(actor=SYSTEM, email=f"{role}@kestrel.example", name=role.title(), role=role))
    return client


def smtp(**more: Any) -> dict[str, Any]:
    return {
        "name": "Our server", "set-host": "mail.kestrel.example", "set-port": "587", "set-security": "starttls",
        "set-password": "hunter2", "set-from_address": "hello@kestrel.example", "per_domain": "gmail.com: 60\n* 600",
        "warm_start": "2026-12-01", "warm_days": "50, 100 200", "concurrency": "2", "per_second": "2.5",
    } | more  # fmt: skip


def test_a_destination_is_set_up_changed_and_tells_no_secret() -> None:
    client = signed_in()
    chosen = client.get(f"{HOME}new/?channel=email").content.decode()
    assert "Mail server (SMTP)" in chosen and "Web gateway" not in chosen
    asked = f"{HOME}new/?channel=email&adapter=smtp"
    assert "DKIM: private key" not in client.get(asked).content.decode()
    faulty = client.post(asked, smtp(**{"set-host": ""}))
    assert faulty.status_code == 422 and "“Mail server” is missing." in faulty.content.decode()
    assert "hunter2" not in faulty.content.decode()
    assert client.post(asked, smtp()).status_code == 204
    row = Destination.objects.get()
    assert (row.is_default, row.per_second, row.per_domain) == (True, 2.5, {"gmail.com": 60.0, "*": 600.0})
    assert row.warm_up == {"start": "2026-12-01", "days": [50, 100, 200]}
    page = f"{HOME}{row.public_id}/"
    dialog = client.get(f"{page}change/").content.decode()
    assert "Kept; type to replace it" in dialog and "hunter2" not in dialog and 'value="2026-12-01"' in dialog
    client.post(f"{page}change/", smtp(**{"set-password": "", "name": "Server", "warm_days": ""}))
    row.refresh_from_db()
    assert (row.name, row.warm_up, opened(row.secret)) == ("Server", {}, {"password": "hunter2"})
    assert client.post(f"{page}dkim/").status_code == 204
    shown = client.get(page).content.decode()
    assert "pentad._domainkey.kestrel.example" in shown and "v=DKIM1" in shown
    assert "hunter2" not in shown and "PRIVATE" not in shown


def test_it_is_turned_off_and_on_made_the_default_archived_and_tried() -> None:
    client = signed_in()
    row, other = destination(), destination(name="Other", is_default=False)
    page = f"{HOME}{row.public_id}/"
    assert "answers as it should" in client.post(f"{page}check/")["HX-Trigger"]
    client.post(f"{page}off/")
    assert f"{page}on/" in client.get(HOME).content.decode()  # the toast's way back
    client.post(f"{HOME}{other.public_id}/default/")
    client.post(f"{page}archive/")
    row.refresh_from_db()
    other.refresh_from_db()
    assert (row.state, row.is_default, other.is_default) == ("archived", False, True)
    assert client.post(f"{page}explode/").status_code == 400
    assert row.name not in client.get(HOME).content.decode().split("Other")[0]


def test_the_list_tells_how_each_does() -> None:
    row = destination(failures=5, failure="421 Too many", failed="2026-11-22T12:00Z", breaker_until="2126-11-22T12:00Z")
    enqueue([item(customer("Ada"))])
    delivery = Delivery.objects.get()
    Attempt.objects.create(
        delivery=delivery,
        destination=row,
        number=1,
        key="k",
        at=delivery.created,
        outcome="busy",
        detail="421 Too many",
    )
    client = signed_in()
    page = client.get(HOME).content.decode()
    assert "Fails: left alone for now" in page and "421 Too many" in page
    shown = client.get(f"{HOME}{row.public_id}/").content.decode()
    assert "1 message, the oldest due" in shown and "1 busy" in shown and "Try now" in shown
    client.post(f"{HOME}{row.public_id}/again/")
    assert "Try now" not in client.get(f"{HOME}{row.public_id}/").content.decode()


def arrived(**content: str) -> MailboxMessage:
    row, ada = destination(), customer("Ada")
    said = {
        "subject": "Hi <b>Ada</b>",
        "html": "<html><head></head><body><a href='https://k.example/x'>Go</a>",
        "text": "t",
    }
    out = Outgoing("d-1", ada.no, ada.id, "email", "ada@kestrel.example", content or said, {"List-Unsubscribe": "<u>"})
    open_adapter(row).send(out, "k-1")
    return MailboxMessage.objects.get()


def test_a_mail_is_read_in_a_frame_in_which_nothing_runs() -> None:
    row, client = arrived(), signed_in()
    listed = client.get("/mailbox/").content.decode()
    assert "Hi &lt;b&gt;Ada&lt;/b&gt;" in listed and f"/mailbox/{row.pk}/" in listed
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in client.get(f"/mailbox/{row.pk}/").content.decode()
    assert "List-Unsubscribe" in client.get(f"/mailbox/{row.pk}/?view=headers").content.decode()
    body = client.get(f"/mailbox/{row.pk}/body/")
    assert (
        body["Content-Security-Policy"].startswith("sandbox allow-popups") and body["X-Frame-Options"] == "SAMEORIGIN"
    )
    assert "default-src 'none'" in body["Content-Security-Policy"] and "script" not in body["Content-Security-Policy"]
    assert b'<head><base target="_blank">' in body.content
    row.refresh_from_db()
    assert row.read is not None


def test_who_does_not_see_a_customer_does_not_see_their_mail() -> None:
    row = arrived(title="Hi", body="x", url="javascript:alert(1)")
    assert "javascript:" not in signed_in().get(f"/mailbox/{row.pk}/").content.decode()
    rep = signed_in("rep")
    assert rep.get("/mailbox/").status_code == 403
    set_grant(actor=SYSTEM, role=Role.objects.get(name="rep"), right="mailbox.view", scope="all")
    assert "Hi" not in rep.get("/mailbox/").content.decode().split("<tbody")[-1]
    assert rep.get(f"/mailbox/{row.pk}/body/").status_code == 404
    assert signed_in("marketer").get(HOME).status_code == 403


def test_a_mail_that_may_tell_what_its_reader_does_not_see_is_withheld() -> None:
    row, analyst, marketer = arrived(subject="Your score is 7"), signed_in("analyst"), signed_in("marketer")
    set_grant(actor=SYSTEM, role=Role.objects.get(name="analyst"), right="mailbox.view", scope="all")
    somebody("Cy", score=7)
    plain = message(email=mail())
    score = message("Score", email=mail(subject="Your score is {{ customer.score | default: 0 }}"))
    FieldClass.objects.create(kind="people", field="trait:score", sensitivity="sensitive")
    sent = Delivery.objects.create(public_id="d-1", key="k", person_no=row.person_no, channel="email", payload=b"")
    for version, seen in ((plain.published_id, True), (score.published_id, False), (None, False)):
        Delivery.objects.filter(pk=sent.pk).update(version_id=version)
        listed, page = (marketer.get(f"/mailbox/{path}") for path in ("", f"{row.pk}/body/"))
        assert (page.status_code, "score is 7" in listed.content.decode()) == ((200, True) if seen else (403, False))
    assert "ada@kestrel.example" not in analyst.get("/mailbox/").content.decode()


def test_pages_go_back_in_time() -> None:
    row, client = arrived(), signed_in()
    for number in range(55):
        MailboxMessage.objects.create(
            key=f"m-{number}", destination=row.destination, delivery="d", person_no=row.person_no, channel="sms",
            address="+4790000001", title=f"Number {number}.", content={"body": "x"},
        )  # fmt: skip
    page = client.get("/mailbox/?channel=sms").content.decode()
    assert "Number 54." in page and "Number 4." not in page and "Hi &lt;b&gt;" not in page
    before = MailboxMessage.objects.get(title="Number 5.").pk
    assert f"before={before}" in page
    assert "Number 4." in client.get(f"/mailbox/?channel=sms&before={before}").content.decode()
    assert client.get("/mailbox/?before=x").status_code == 400
