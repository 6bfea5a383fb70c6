"""What customers reach from a message: told as their mail programs and browsers ask, and as robots do."""

import zlib
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.test import Client

from pentad.core import clock
from pentad.core.actor import SYSTEM
from pentad.core.models import AuditLine, Job, OutboxMessage
from pentad.data.consent.actions import archive_purpose, declare_purpose, record_consent
from pentad.data.consent.models import ConsentPurpose, ConsentStatement, Preference
from pentad.data.consent.page import wishes_in_words
from pentad.data.consent.preferences import preferences_of, wishes
from pentad.data.consent.queries import channels, purposes, state_of
from pentad.data.consent.rules_preferences import Wish, wish
from pentad.data.identity.models import Person
from pentad.platforms.channels.models import Delivery
from pentad.platforms.responses import settling, tokens
from pentad.platforms.responses.addresses import addresses
from pentad.platforms.responses.models import Response
from tests.platforms.responses.conftest import LINKS, NOON, made

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0"
SECOND = timedelta(seconds=1)


@pytest.fixture
def browser() -> Client:
    return Client(headers={"user-agent": FIREFOX}, enforce_csrf_checks=True)


def path(address: str) -> str:
    return "/" + address.split("/", 3)[3]


def told(name: str) -> list[dict[str, Any]]:
    rows = OutboxMessage.objects.order_by("id")
    return [row.message["properties"] for row in rows if row.message.get("event") == name]


def settle() -> int:
    return settling.settle(clock.now() + timedelta(minutes=1))


def test_a_link_leads_where_the_message_said_and_the_click_is_told(
    browser: Client, mail: Delivery, mia: Person
) -> None:
    signed = addresses(mail)
    assert browser.get(path(signed.open)).content.startswith(b"GIF89a")
    with clock.held(NOON + 8 * SECOND):
        answer = browser.get(path(signed.link(0, LINKS[0])))
    assert (answer.status_code, answer["Location"]) == (302, LINKS[0])
    assert answer["Referrer-Policy"] == "no-referrer" and answer["Cache-Control"] == "no-store"
    assert not answer.cookies
    job = Job.objects.filter(kind="responses.settle").earliest("id")
    assert job.run_at >= NOON + 10 * SECOND
    assert not told("Link Clicked"), "a sweep of all links is known by what follows"
    with patch("pentad.intelligence.contact.timing.opened") as learnt:
        assert settle() == 2 and settle() == 0
    assert learnt.call_count == 1 and learnt.call_args.args[:2] == (mia.no, "email")
    [click], [opened] = told("Link Clicked"), told("Message Opened")
    assert (click["human"], click["link"], click["url"]) == (True, 0, "https://kestrel.example/beans")
    assert (click["campaign_id"], click["delivery_id"], opened["human"]) == ("c1", mail.public_id, True)
    assert "mia" not in str(click)
    row = OutboxMessage.objects.filter(message__event="Link Clicked").get()
    assert row.at == NOON + 8 * SECOND, "told when it happened"
    kept = Response.objects.get(kind="click")
    assert (kept.human, kept.confidence, kept.why) == (True, 0.973, ["after_opening"])
    assert FIREFOX not in str(kept.__dict__) and "127.0.0.1" not in str(kept.__dict__)


def test_after_a_backup_old_addresses_lead_to_nobody_elses_message(mail: Delivery) -> None:
    signed, client = addresses(mail), Client()
    roads = [path(one) for one in (signed.view, signed.link(0, LINKS[0]))]
    assert [client.get(one).status_code for one in roads] == [200, 302]
    Delivery.objects.filter(pk=mail.pk).update(public_id="made-since-the-backup")  # the same number once more
    assert [client.get(one).status_code for one in roads] == [404, 404]


def of_before(delivery: Delivery, kind: str) -> str:
    """The path of an address in a message that left before addresses told whose they are."""
    short = zlib.crc32(delivery.public_id.encode()) & 0x1FFFFF
    return f"/{'u' if kind == 'unsubscribe' else kind}/{tokens.token(kind, delivery.pk, delivery.person_no, short)}"


@pytest.mark.parametrize("again", [False, True], ids=["gone", "given again"])
def test_after_a_backup_no_old_address_acts_for_who_has_the_number_now(
    browser: Client, mail: Delivery, mia: Person, again: bool
) -> None:
    """The backup knew neither Mia nor the mail to her. Her number is given again, to Noor; maybe the mail's is too."""
    signed = addresses(mail)
    roads = [path(signed.unsubscribe), path(signed.preferences)]
    roads += [of_before(mail, "unsubscribe"), of_before(mail, "preferences")]
    assert [browser.get(one).status_code for one in roads] == [200] * 4, "before it they work, the short ones too"
    no, number = mia.no, mail.pk
    Delivery.objects.all().delete()
    Person.objects.all().delete()
    noor = Person.objects.create(no=no, name="Noor", email="noor@fjord.example", known=True)
    record_consent(actor=SYSTEM, person=noor, purpose="news", state="granted", channel="email")
    if again:
        Delivery.objects.filter(pk=made(noor).pk).update(id=number)
        assert browser.get(path(addresses(Delivery.objects.get()).unsubscribe)).status_code == 200
    for road in roads:
        assert [ask(road).status_code for ask in (browser.get, browser.post)] == [404, 404]
        assert browser.post(road, {"List-Unsubscribe": "One-Click"}).status_code == 404
        assert browser.post(road, {"none": "1", "pause": "30"}).status_code == 404
    assert state_of(noor, "news", "email") == "granted" and not Preference.objects.exists()


def test_a_robot_is_sent_on_too_and_counts_as_one(mail: Delivery) -> None:
    gate = Client(headers={"user-agent": "Mozilla/5.0 (compatible; Gate/1.0)"})
    signed = addresses(mail)
    assert gate.get(path(signed.trap)).status_code == 404
    assert gate.get(path(signed.link(1, LINKS[1])))["Location"] == LINKS[1]
    assert settle() == 2
    [click] = told("Link Clicked")
    assert click["human"] is False and click["confidence"] < 0.2, "the hidden link itself is no click to tell of"


def test_asking_twice_or_about_is_no_new_response(browser: Client, mail: Delivery) -> None:
    link = path(addresses(mail).link(0, LINKS[0]))
    assert browser.head(link)["Location"] == LINKS[0]
    assert not Response.objects.exists()
    for seconds in (0, 1, 20, 40):
        with clock.held(NOON + seconds * SECOND):
            browser.get(link)
    assert Response.objects.count() == 2
    with patch("pentad.platforms.responses.keeping.MOST", 2), clock.held(NOON + 100 * SECOND):
        assert browser.get(link).status_code == 302
    assert Response.objects.count() == 2, "who has the address cannot fill the database with it"


def test_there_is_no_way_to_lead_elsewhere(browser: Client, mail: Delivery, mia: Person) -> None:
    odd = made(mia, "odd", links=["javascript:alert(1)", "https://k.example/"])
    signed = addresses(odd)
    signed.clicks = True
    script = f"/t/{path(addresses(odd)._address('t', 'link', odd.pk, 0)).split('/')[-1]}"
    for address in (
        script, f"{path(addresses(mail).link(0, LINKS[0]))}?url=https://evil.example", "/t/https:evil.example", "/t/x",
        path(addresses(mail)._address("t", "link", mail.pk, 2)), path(addresses(mail)._address("t", "link", 999_999, 0)),
        path(signed.view).replace("/view/", "/t/"), path(signed.open).replace("/o/", "/t/"),
    ):  # fmt: skip
        answer = browser.get(address)
        assert answer.status_code == 404 or answer["Location"] == LINKS[0], address
    page = browser.get("/t/x").content.decode()
    assert "leads nowhere" in page and "<script" not in page


def test_looking_at_the_unsubscribe_page_changes_nothing(browser: Client, mail: Delivery, mia: Person) -> None:
    address = path(addresses(mail).unsubscribe)
    for ask in (browser.get, browser.head, browser.get):
        assert ask(address).status_code == 200
    assert state_of(mia, "news", "email") == "granted"
    page = browser.get(address).content.decode()
    assert "No more “Newsletter” by e-mail?" in page and "<script" not in page and not browser.cookies


def test_unsubscribing_by_the_button_and_taking_it_back(browser: Client, mail: Delivery, mia: Person) -> None:
    address = path(addresses(mail).unsubscribe)
    answer = browser.post(address)
    assert (answer.status_code, answer["Location"]) == (303, address)
    assert state_of(mia, "news", "email") == "denied" and state_of(mia, "news", "sms") == "unknown"
    assert "You are unsubscribed" in browser.get(address).content.decode()
    browser.post(address)
    assert len(told("Unsubscribed")) == 1, "once more is no second time"
    assert told("Unsubscribed")[0]["how"] == "page" and told("Consent Changed")[-1]["consent"]["state"] == "denied"
    row = ConsentStatement.objects.filter(state="denied").get()
    assert (row.author_name, mail.public_id in row.evidence) == ("The customer", True)
    browser.post(address, {"back": "1"})
    assert state_of(mia, "news", "email") == "granted"
    assert not Response.objects.filter(kind="unsubscribe").exists()
    line = AuditLine.objects.filter(action="unsubscribe").latest("id")
    assert (line.actor, line.subject) == ("system:customer", f"person:{mia.id}")


def test_a_mail_program_unsubscribes_by_one_click(mail: Delivery, mia: Person) -> None:
    address = addresses(mail).headers["List-Unsubscribe"].strip("<>")
    answer = Client(enforce_csrf_checks=True).post(path(address), {"List-Unsubscribe": "One-Click"})
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/plain; charset=utf-8")
    assert state_of(mia, "news", "email") == "denied" and told("Unsubscribed")[0]["how"] == "one_click"


def test_unsubscribing_works_when_the_purpose_or_the_message_is_gone(
    browser: Client, mail: Delivery, mia: Person
) -> None:
    signed = addresses(mail)
    archive_purpose(actor=SYSTEM, row=ConsentPurpose.objects.get(name="news"))
    assert browser.post(path(signed.unsubscribe)).status_code == 303
    assert state_of(mia, "news", "email") == "denied"
    address = path(signed.unsubscribe)
    Delivery.objects.all().delete()
    assert browser.get(address)["Location"].startswith("/preferences/")
    declare_purpose(actor=SYSTEM, name="events", label="Tastings")
    assert browser.post(address, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert state_of(mia, "events", "email") == "denied", "when nobody knows from what, from everything by e-mail"
    preferences = path(signed.preferences)
    Person.objects.all().delete()
    assert "We hold nothing about you" in browser.get(address).content.decode()
    assert "We hold nothing about you" in browser.get(preferences).content.decode()


def test_who_tries_a_message_out_unsubscribes_nobody(browser: Client, mia: Person) -> None:
    signed = addresses(made(mia, "test:1", origin_kind="test"))
    for address in (signed.unsubscribe, signed.preferences):
        for ask in (browser.get, browser.post):
            assert "That was a test" in ask(path(address)).content.decode()
    assert state_of(mia, "news", "email") == "granted"


def test_preferences_by_purpose_and_channel(browser: Client, mail: Delivery, mia: Person) -> None:
    declare_purpose(actor=SYSTEM, name="events", label="Tastings & events")
    address = path(addresses(mail).preferences)
    page = browser.get(address).content.decode()
    assert "Newsletter" in page and "Tastings &amp; events" in page and "mia@fjord.example" not in page
    assert '<option value="all" selected>' in page and len(page) < 20_000 and "<script" not in page
    form = {
        "choice/news/email": "weekly", "choice/news/sms": "monthly", "choice/events/email": "none",
        "choice/unheard/email": "all", "pause": "30", "unwatched": "1",
    }  # fmt: skip
    assert browser.post(address, form)["Location"] == f"{address}?saved=1"
    held = wishes([mia.no])[mia.no]
    assert wish(held, "news", "email") == Wish("weekly", NOON + timedelta(days=30), True)
    assert wish(held, "news", "sms").frequency == "monthly" and wish(held, "events", "email").frequency == "all"
    assert state_of(mia, "news", "sms") == "granted" and state_of(mia, "events", "email") == "unknown"
    assert ConsentStatement.objects.filter(purpose="events").count() == 0, "nothing was said where nothing changed"
    assert wishes_in_words(preferences_of(mia), purposes(), channels()) == [
        "Everything: paused until 20 December 2026", "Everything: opens and clicks are not kept",
        "Newsletter by E-mail: at most one a week", "Newsletter by SMS: at most one a month",
    ]  # fmt: skip
    saved = browser.get(f"{address}?saved=1").content.decode()
    assert "Saved" in saved and "paused until 20 December 2026" in saved
    browser.get(path(addresses(mail).link(0, LINKS[0])))
    assert not Response.objects.exists(), "who does not want it kept is sent on, and nothing is kept"
    browser.post(address, form | {"pause": "keep"})
    assert preferences_of(mia)["", ""].paused_until == NOON + timedelta(days=30)
    browser.post(address, {"none": "1", "pause": ""})
    assert preferences_of(mia)["", ""] == Wish() and state_of(mia, "news", "email") == "denied"
    assert told("Unsubscribed")[0]["how"] == "preferences"
    assert len(told("Preferences Changed")) == Preference.objects.count() + 1


@pytest.mark.parametrize("form", [{"choice/news/email": "hourly"}, {"pause": "5000"}, {"pause": "x"}])
def test_what_is_not_on_offer_is_refused(browser: Client, mail: Delivery, mia: Person, form: dict[str, str]) -> None:
    answer = browser.post(path(addresses(mail).preferences), form)
    assert answer.status_code == 400 and "go back" in answer.content.decode().lower()
    assert not Preference.objects.exists() and state_of(mia, "news", "email") == "granted"


def test_preferences_of_two_who_became_one_the_later_holds(mail: Delivery, mia: Person) -> None:
    part = Person.objects.create(root=mia)
    Preference.objects.create(person=part, purpose="news", frequency="monthly", at=NOON)
    Preference.objects.create(person=mia, purpose="news", frequency="weekly", at=NOON - SECOND)
    Preference.objects.create(person=mia, paused_until=NOON)
    assert wishes([mia.no])[mia.no] == preferences_of(mia) == {
        ("news", ""): Wish("monthly"), ("", ""): Wish("all", NOON),
    }  # fmt: skip


def test_a_message_in_the_browser_cannot_act(browser: Client, mail: Delivery, mia: Person) -> None:
    answer = browser.get(path(addresses(mail).view))
    policy = answer["Content-Security-Policy"]
    assert policy.startswith("sandbox allow-popups") and "allow-scripts" not in policy and "script-src" not in policy
    assert "allow-same-origin" not in policy and "default-src 'none'" in policy
    assert "New beans" in answer.content.decode() and "/o/" not in answer.content.decode()
    text = made(mia, "sms:1", channel="sms", content={"body": "Beans <b>"}, links=[])
    assert "Beans &lt;b&gt;" in browser.get(path(addresses(text).view)).content.decode()
    Delivery.objects.update(payload=b"")
    assert browser.get(path(addresses(mail).view)).status_code == 404
