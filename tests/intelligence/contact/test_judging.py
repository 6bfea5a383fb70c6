"""Verdicts on messages to real customers: what stands at the moment of sending holds, and a place is given away once."""

from datetime import datetime
from typing import Any

from pentad.core.actor import SYSTEM
from pentad.core.jobs import Context
from pentad.core.models import Job
from pentad.data.consent.models import Preference
from pentad.data.identity.models import Person
from pentad.data.profiles.models import PersonTrait
from pentad.intelligence.contact import log
from pentad.intelligence.contact.actions import save_policy, suppress
from pentad.intelligence.contact.gates import Ask, judge
from pentad.intelligence.contact.holdout import held_out_of
from pentad.intelligence.contact.models import ContactLog
from pentad.intelligence.contact.policy import Cap, Policy, Quiet
from tests.intelligence.contact.conftest import NOW, Customer, consent, hours


def ask(person: Person, key: str = "", **more: Any) -> Ask:
    given = {"channel": "email", "purpose": "marketing", "address": person.email} | more
    return Ask(key or f"campaign:1:{person.no}", person.no, **given)


def reasons(*asks: Ask, at: datetime = NOW, reserve: bool = False) -> list[str]:
    return [one.reason for one in judge(asks, at, reserve=reserve)]


def policy(**more: Any) -> None:
    save_policy(actor=SYSTEM, policy=Policy(**more))


def test_consent_withdrawn_between_queueing_and_sending_holds(agreed: Customer) -> None:
    keiko = agreed("keiko")
    assert reasons(ask(keiko)) == [""]  # as it was queued
    consent(keiko, "denied", hours(-0.1))
    assert reasons(ask(keiko)) == ["consent_denied"]


def test_each_gate_of_what_is_kept(agreed: Customer) -> None:
    policy(quiet=(Quiet("09:00", "14:00", "sms"),))
    names = ["keiko", "tomas", "amara", "jonas", "lea", "omar"]
    keiko, tomas, amara, jonas, lea, omar = map(agreed, names)
    suppress(actor=SYSTEM, channel="email", address="TOMAS@fjord.example ", reason="hard_bounce")
    suppress(actor=SYSTEM, channel="", address="+49 (30) 12 34", reason="manual")
    suppress(actor=SYSTEM, channel="email", address=jonas.email, reason="soft_bounces", until=hours(-1))
    Preference.objects.create(person=amara, purpose="", channel="", paused_until=hours(5))
    PersonTrait.objects.create(
        person=lea, name="timezone", value="Pacific/Auckland", source_no=1, at=NOW, text="", message_id="m"
    )
    gone = Ask("gone", 999_999, "email", "marketing", address="x@y.example")
    asks = [
        ask(keiko), ask(tomas), ask(amara), ask(jonas), gone, ask(keiko, "2", channel="sms", address="004930 1234"),
        ask(omar, channel="sms", address="+1"), ask(lea, channel="sms", address="+1"), ask(omar, "none", address=""),
    ]  # fmt: skip
    found = judge(asks, NOW)
    assert [one.key for one in found] == [one.key for one in asks]
    assert [one.reason for one in found] == [
        "", "suppressed_hard_bounce", "paused", "", "person_gone", "suppressed_manual", "quiet_hours", "", "no_address",
    ]  # fmt: skip
    assert [one.until for one in found] == [None, None, hours(5), None, None, None, hours(2), None, None]


def test_of_two_campaigns_at_once_the_more_important_goes(agreed: Customer) -> None:
    policy(caps=(Cap(1, 24),))
    keiko, tomas = agreed("keiko"), agreed("tomas")
    low = ask(keiko, "spring", priority=1)
    high = ask(keiko, "recall", priority=9, channel="sms", address="+1")
    found = judge([low, high, ask(tomas)], NOW)
    assert [(one.reason, one.until) for one in found] == [("cap", hours(24)), ("", None), ("", None)]


def test_a_place_is_given_away_once_and_free_again_when_nothing_went(agreed: Customer) -> None:
    policy(caps=(Cap(1, 24),))
    keiko = agreed("keiko")
    first, second = ask(keiko, "first"), ask(keiko, "second")
    assert reasons(first, reserve=True) == [""]
    assert reasons(second, reserve=True) == ["cap"]  # another thread, before the first was sent
    assert reasons(first, at=hours(0.1), reserve=True) == [""]  # once more, after a crash
    assert ContactLog.objects.get().at == NOW
    log.release(["first", "second"])
    assert reasons(second, reserve=True) == [""]
    log.record([log.Row(keiko.no, "email", "marketing", hours(0.2), "second")])
    log.release(["second"])  # it went, and is not forgotten
    assert [(row.delivery_key, row.at, row.promised) for row in ContactLog.objects.all()] == [
        ("second", hours(0.2), False)
    ]
    assert reasons(first, at=hours(24.1)) == ["cap"]
    assert reasons(first, at=hours(24.2)) == [""]


def test_what_is_transactional_counts_for_no_limit(agreed: Customer) -> None:
    policy(caps=(Cap(1, 24),))
    keiko = agreed("keiko")
    receipt = ask(keiko, "receipt", transactional=True, purpose="")
    assert reasons(receipt, reserve=True) == [""]
    log.record([log.Row(keiko.no, "email", "", NOW, "receipt", transactional=True)])
    assert not ContactLog.objects.exists()
    assert reasons(ask(keiko), receipt) == ["", ""]


def test_a_merged_customer_is_one(agreed: Customer) -> None:
    """What went to either part counts, what either said holds, and a message queued for a part is judged as the whole."""
    policy(caps=(Cap(1, 24),))
    keiko, twin = agreed("keiko"), agreed("keiko2")
    log.record([log.Row(twin.no, "email", "marketing", hours(-1), "before")])
    assert reasons(ask(keiko), ask(twin)) == ["", "cap"]
    twin.root = keiko
    twin.save()
    assert reasons(ask(keiko), ask(twin)) == ["cap", "cap"]
    assert reasons(ask(keiko, "a"), ask(twin, "b"), at=hours(24)) == ["", "cap"]
    consent(twin, "denied", hours(1))
    assert reasons(ask(keiko), at=hours(30)) == ["consent_denied"]


def test_the_holdout_is_always_the_same_and_grows(agreed: Customer) -> None:
    everybody = range(1, 20_001)
    fifth = held_out_of(everybody, Policy(holdout=20))
    assert 3_850 < len(fifth) < 4_150  # four standard deviations are 226 around 4,000
    assert held_out_of(everybody, Policy(holdout=20)) == fifth
    assert held_out_of(everybody, Policy(holdout=10)) < fifth
    assert held_out_of(everybody, Policy(holdout=20, salt="another")) != fifth
    assert held_out_of(everybody, Policy()) == set()
    policy(holdout=50)
    people = [agreed(f"person{n}") for n in range(8)]
    out = held_out_of([one.no for one in people])
    assert reasons(*map(ask, people)) == ["held_out" if one.no in out else "" for one in people]


def test_contacts_are_forgotten_when_no_limit_looks_so_far_back(agreed: Customer) -> None:
    keiko = agreed("keiko")
    log.record(log.Row(keiko.no, "email", "marketing", hours(-24 * days), f"sent {days}") for days in (0, 2, 91, 93))
    log.promise(log.Row(keiko.no, "email", "marketing", hours(-24 * days), f"promised {days}") for days in (0, 2))
    assert log.prune(Context(Job.objects.create(kind="contact.prune")), NOW) == 2
    assert sorted(ContactLog.objects.values_list("delivery_key", flat=True)) == [
        "promised 0",
        "sent 0",
        "sent 2",
        "sent 91",
    ]
