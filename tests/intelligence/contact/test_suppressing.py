"""Suppressed addresses: found by the whole address, whatever its letters; kept as digests; lifted for a reason."""

import json
from datetime import timedelta

import pytest

from pentad.core import clock, settings
from pentad.core.actor import SYSTEM
from pentad.core.errors import Denied, Invalid
from pentad.core.models import AuditLine, OutboxMessage
from pentad.data.identity.models import Identifier, Person
from pentad.data.privacy.actions import erase_person
from pentad.intelligence.contact.actions import suppress, suppress_many, unsuppress
from pentad.intelligence.contact.addresses import digester, plain
from pentad.intelligence.contact.asking import Ask
from pentad.intelligence.contact.knowing import suppressed
from pentad.intelligence.contact.models import ContactLog, Suppression
from pentad.intelligence.contact.queries import in_force, of_address
from pentad.roles.access import actions as accounts
from pentad.roles.access.queries import actor_of
from tests.intelligence.contact.conftest import NOW, Customer

pytestmark = pytest.mark.django_db


def told() -> list[str]:
    return [row.message["event"] for row in OutboxMessage.objects.order_by("id") if "event" in row.message]


@pytest.mark.parametrize(
    ("written", "as_"),
    [
        (" Keiko@Fjord.Example ", "keiko@fjord.example"),
        ("keiko@ｆjord.example", "keiko@fjord.example"),
        ("+49 (30) 12-34", "+49301234"),
        ("0049 30 1234", "+49301234"),
        ("030/1234", "0301234"),
        ("https://push.example/AbC", "https://push.example/AbC"),
        ("Token-7", "Token-7"),
    ],
)
def test_an_address_is_one_however_it_is_written(written: str, as_: str) -> None:
    assert plain(written) == as_
    assert digester()(written) == digester()(as_)


def test_a_number_is_one_with_its_country_and_without() -> None:
    as_ever = digester()("+491701234500")
    before = suppress(actor=SYSTEM, channel="sms", address="0171 1234500")
    settings.put("contact.country", "DE")
    assert [digester()(one) for one in ("+49 (0)170 1234500", "0170/123 45 00", "00491701234500")] == [as_ever] * 3
    assert plain("+49 170 1234500") == "+491701234500" and plain("12") == "12"
    row = suppress(actor=SYSTEM, channel="sms", address="+491701234500")

    def kept_from(address: str, country: str = "") -> bool:
        ask = Ask("k", 0, "sms", address=address, country=country)
        return suppressed([ask], NOW)(ask) is not None

    assert kept_from("0170 1234500") and not kept_from("0170 1234500", "GB")
    assert Suppression.objects.get(of_address("0170-1234500")) == row
    assert kept_from("01711234500") and Suppression.objects.get(of_address("01711234500")) == before
    settings.reset("contact.country")
    assert kept_from("0170 1234500", "DE") and not kept_from("0170 1234500")


def test_an_address_is_suppressed_told_of_and_lifted(agreed: Customer) -> None:
    keiko = agreed("keiko")
    row = suppress(actor=SYSTEM, channel="email", address="KEIKO@fjord.example", reason="complaint", source="Loop")
    assert (row.person, row.lifted) == (keiko, None)
    assert Suppression.objects.filter(of_address("keiko@fjord.example")).get() == row
    kept = json.dumps(
        [*AuditLine.objects.values_list("subject", "detail"), *Suppression.objects.values_list()], default=str
    )
    assert "fjord" not in kept.lower()
    with pytest.raises(Invalid):
        unsuppress(actor=SYSTEM, row=row, why=" . ")
    unsuppress(actor=SYSTEM, row=row, why="She asked for it on the telephone.")
    assert told()[-2:] == ["Address Suppressed", "Suppression Lifted"]
    assert not Suppression.objects.filter(in_force()).exists()
    again = suppress(actor=SYSTEM, channel="email", address=keiko.email)
    assert again != row and Suppression.objects.count() == 2  # the lifted one stays as history


def test_what_lasts_longer_or_weighs_more_takes_the_place(agreed: Customer) -> None:
    address, soon = "a@b.example", clock.now() + timedelta(days=1)

    def held(reason: str, days: float | None = None) -> tuple[str, bool]:
        until = None if days is None else clock.now() + timedelta(days=days)
        row = suppress(actor=SYSTEM, channel="email", address=address, reason=reason, until=until)
        return row.reason, row.until is None

    assert held("soft_bounces", 1) == ("soft_bounces", False)
    assert held("soft_bounces", 0.5) == ("soft_bounces", False) and Suppression.objects.get().until > soon  # type: ignore[operator]
    assert held("complaint") == ("complaint", True)
    assert held("soft_bounces", 3) == ("complaint", True)
    assert held("hard_bounce") == ("hard_bounce", True)
    assert held("manual") == ("hard_bounce", True)
    assert Suppression.objects.count() == 1


def test_a_list_is_brought_along_once(agreed: Customer) -> None:
    keiko = agreed("keiko")
    suppress(actor=SYSTEM, channel="email", address="c@d.example", until=NOW - timedelta(days=1))  # ended
    addresses = [keiko.email, "c@d.example", " ", "x@y.example", "X@y.example"]
    found = suppress_many(actor=SYSTEM, channel="email", addresses=addresses)
    assert found == (3, 1, 1)
    assert suppress_many(actor=SYSTEM, channel="email", addresses=addresses[:2]) == (0, 2, 0)
    assert Suppression.objects.filter(in_force()).count() == 3
    assert Suppression.objects.get(in_force(), person__isnull=False).person == keiko
    with pytest.raises(Invalid, match="too many"):
        suppress_many(actor=SYSTEM, channel="email", addresses=["a@b.example"] * 20_001)


def test_a_list_holds_for_good_also_of_what_would_have_ended(db: None) -> None:
    suppress(
        actor=SYSTEM, channel="email", address="c@d.example", reason="soft_bounces", until=clock.now() + timedelta(3)
    )
    assert suppress_many(actor=SYSTEM, channel="email", addresses=["c@d.example", "x@y.example"]) == (1, 1, 0)
    assert set(Suppression.objects.values_list("reason", "until")) == {("import", None)}


def test_who_may_not_is_refused_and_a_wrong_reason_too() -> None:
    reader = actor_of(accounts.add_user(actor=SYSTEM, email="ana@kestrel.example", name="Ana", role="analyst"))
    with pytest.raises(Denied):
        suppress(actor=reader, channel="email", address="a@b.example")
    for wrong in ({"reason": "because"}, {"address": "  "}, {"channel": "x" * 61}, {"source": "x" * 121}):
        with pytest.raises(Invalid):
            suppress(**{"actor": SYSTEM, "channel": "email", "address": "a@b.example"} | wrong)  # type: ignore[arg-type]
    assert not Suppression.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_suppression_outlives_an_erasure_and_contacts_do_not(agreed: Customer) -> None:
    keiko = agreed("keiko")
    ContactLog.objects.create(person=keiko, channel="email", purpose="marketing", at=NOW, delivery_key="k")
    source = f"Her letter from {keiko.email}"
    suppress(actor=SYSTEM, channel="email", address=keiko.email, reason="complaint", source=source)
    erase_person(actor=SYSTEM, person=keiko)
    assert not ContactLog.objects.exists()
    row = Suppression.objects.filter(of_address("keiko@fjord.example")).get()
    assert row.person is None and row.lifted is None
    assert row.source.startswith("Her letter from") and "fjord" not in row.source
    back = Person.objects.create(name="Keiko", email="keiko@fjord.example")
    Identifier.objects.create(namespace="email", value=back.email, person=back, first_seen=NOW)
    assert Suppression.objects.filter(in_force(), of_address(back.email)).exists()
