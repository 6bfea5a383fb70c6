"""Every gate by cases worked out by hand, as of Wednesday 14 January 2026, noon UTC."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from pentad.core.errors import Invalid
from pentad.data.consent.rules import Purpose
from pentad.data.consent.rules_preferences import Wish
from pentad.intelligence.contact.asking import GATES, Ask, Contact, Known, Rival, Suppressed, Verdict
from pentad.intelligence.contact.policy import USUAL, Cap, Policy, Quiet, checked, read, write
from pentad.intelligence.contact.rules import weigh

NOW = datetime(2026, 1, 14, 12, tzinfo=UTC)
PURPOSES = {name: Purpose(name, name.title(), opt_out=name == "tips") for name in ("marketing", "news", "tips")}
GRANTED = {"marketing": {"": "granted"}, "news": {"": "granted"}}


def hours(n: float) -> datetime:
    """So many hours from noon."""
    return NOW + timedelta(hours=n)


def mail(n: float, purpose: str = "marketing", channel: str = "email", key: str = "") -> Contact:
    """One that went so many hours ago."""
    return Contact(hours(-n), channel, purpose, key or f"before:{n}:{channel}")


def ask(**more: Any) -> Ask:
    return Ask(
        **{"key": "k", "person_no": 1, "channel": "email", "purpose": "marketing", "address": "a@b.example"} | more
    )


def known(*contacts: Contact, **more: Any) -> Known:
    return Known(consents=more.pop("consents", GRANTED), contacts=list(contacts), **more)


def judged(asked: Ask, who: Known, policy: Policy = Policy(), suppressed: Suppressed | None = None) -> Verdict:  # noqa: B008
    return weigh(asked, who, policy, NOW, suppressed=suppressed, purposes=PURPOSES)


def short(verdict: Verdict) -> tuple[str, float | None]:
    """The reason, and in how many hours to ask again."""
    until = verdict.until and (verdict.until - NOW) / timedelta(hours=1)
    return verdict.reason, until


def test_who_agreed_is_sent_to_and_every_gate_says_what_it_saw() -> None:
    verdict = judged(ask(), known())
    assert verdict.send and verdict.gate == verdict.reason == "" and verdict.until is None
    assert tuple(gate.name for gate in verdict.gates) == GATES
    assert all(gate.passed and gate.seen for gate in verdict.gates)


@pytest.mark.parametrize(
    ("channel", "purpose", "states", "reason"),
    [
        ("email", "marketing", {"marketing": {"": "granted"}}, ""),
        ("email", "marketing", {"marketing": {"": "granted", "email": "denied"}}, "consent_denied"),
        ("sms", "marketing", {"marketing": {"": "granted", "email": "denied"}}, ""),
        ("email", "marketing", {"marketing": {"": "denied", "email": "granted"}}, ""),
        ("sms", "marketing", {"marketing": {"email": "granted"}}, "consent_unknown"),
        ("email", "marketing", {"news": {"": "granted"}}, "consent_unknown"),
        ("email", "tips", {}, ""),
        ("email", "tips", {"tips": {"": "denied"}}, "consent_denied"),
        ("email", "tips", {"tips": {"sms": "denied"}}, ""),
        ("email", "archived", {"archived": {"": "granted"}}, "purpose_not_in_force"),
        ("email", "", {}, "purpose_not_in_force"),
    ],
)
def test_consent(channel: str, purpose: str, states: dict[str, dict[str, str]], reason: str) -> None:
    verdict = judged(ask(channel=channel, purpose=purpose), known(consents=states))
    assert (verdict.send, verdict.reason, verdict.until) == (not reason, reason, None)


DAY, WEEK = Cap(1, 24, "email"), Cap(3, 168)


@pytest.mark.parametrize(
    ("caps", "before", "reason", "opens"),
    [
        ([DAY], [], "", None),
        ([DAY], [mail(23)], "cap", 1),
        ([DAY], [mail(24)], "", None),  # exactly as old as the window: it counts no more
        ([DAY], [mail(23.75)], "cap", 0.25),  # a quarter of an hour, not fifteen months
        ([DAY], [mail(1, channel="sms")], "", None),
        ([DAY], [mail(1, "news")], "cap", 23),  # of every purpose
        ([Cap(1, 24, "email", "marketing")], [mail(1, "news")], "", None),
        ([Cap(1, 24, "", "marketing")], [mail(1, channel="sms")], "cap", 23),
        ([Cap(2, 24, "email")], [mail(1)], "", None),
        ([Cap(2, 24, "email")], [mail(1), mail(20)], "cap", 4),
        # More than allowed went, as the limit was another one then: two must have slid out.
        ([Cap(2, 24, "email")], [mail(1), mail(5), mail(20)], "cap", 19),
        ([DAY, WEEK], [mail(30), mail(60), mail(100)], "cap", 68),
        # Both are full: it waits for the later.
        ([DAY, WEEK], [mail(2), mail(60), mail(167)], "cap", 22),
        ([DAY, WEEK], [mail(2), mail(60), mail(100)], "cap", 68),
        # A clock that was put back: what went “in two hours” counts.
        ([DAY], [mail(-2)], "cap", 26),
        # Its own row does not count: it is judged again after a crash.
        ([DAY], [mail(1, key="k")], "", None),
        ([], [mail(0.1)] * 50, "", None),
    ],
)
def test_limits_slide(caps: list[Cap], before: list[Contact], reason: str, opens: float | None) -> None:
    verdict = judged(ask(), known(*before), Policy(caps=tuple(caps)))
    assert short(verdict) == (reason, opens)
    if opens is not None:  # at that very moment the limit leaves room, a second before it does not
        again = weigh(ask(), known(*before), Policy(caps=tuple(caps)), hours(opens), purposes=PURPOSES)
        early = weigh(
            ask(), known(*before), Policy(caps=tuple(caps)), hours(opens) - timedelta(seconds=1), purposes=PURPOSES
        )
        assert again.send and not early.send


EACH = ("", "")


@pytest.mark.parametrize(
    ("held", "before", "reason", "opens"),
    [
        ({EACH: Wish("weekly")}, [], "", None),
        ({EACH: Wish("weekly")}, [mail(100, "news", "sms")], "frequency", 68),
        ({EACH: Wish("weekly")}, [mail(168)], "", None),
        ({("marketing", ""): Wish("monthly")}, [mail(100)], "frequency", 620),
        ({("marketing", ""): Wish("monthly")}, [mail(100, "news")], "", None),
        # The wish that speaks most closely holds: all of this purpose by mail, whatever is wanted otherwise.
        ({EACH: Wish("monthly"), ("marketing", "email"): Wish("all")}, [mail(1)], "", None),
        ({("marketing", ""): Wish("all"), ("", "email"): Wish("weekly")}, [mail(1)], "", None),
        # A pause holds wherever it was said.
        ({EACH: Wish("all", hours(50)), ("marketing", "email"): Wish("all")}, [], "paused", 50),
        ({EACH: Wish("all", hours(-1))}, [], "", None),
        ({EACH: Wish("all", NOW)}, [], "", None),
        ({EACH: Wish("weekly", hours(2))}, [mail(100)], "paused", 68),
        ({("news", ""): Wish("all", hours(50)), ("", "sms"): Wish("weekly")}, [mail(1)], "", None),
    ],
)
def test_wishes(held: dict[tuple[str, str], Wish], before: list[Contact], reason: str, opens: float | None) -> None:
    assert short(judged(ask(), known(*before, wishes=held))) == (reason, opens)


def rival(priority: int, due: float, channel: str = "email", purpose: str = "marketing", key: str = "r") -> Rival:
    return Rival(key, priority, hours(due), channel, purpose)


@pytest.mark.parametrize(
    ("caps", "before", "rivals", "reason", "opens"),
    [
        ([DAY], [], [], "", None),
        # A more important one in three hours would find the day's only place taken: five minutes after it is asked again.
        ([DAY], [], [rival(9, 3)], "priority", 3 + 1 / 12),
        ([DAY], [], [rival(5, 3)], "", None),  # equals do not step aside for each other
        ([DAY], [], [rival(1, 3)], "", None),
        ([], [], [rival(9, 3)], "", None),  # nothing to compete for
        ([Cap(2, 24)], [], [rival(9, 3)], "", None),
        ([Cap(2, 24)], [mail(5)], [rival(9, 3)], "priority", 3 + 1 / 12),
        ([Cap(2, 24)], [], [rival(9, 3), rival(8, 1, key="s")], "priority", 1 + 1 / 12),
        ([DAY], [], [rival(9, 3, "sms")], "", None),  # it wants another place
        ([Cap(1, 24)], [], [rival(9, 3, "sms")], "priority", 3 + 1 / 12),
        ([DAY], [], [rival(9, 25)], "", None),  # too far ahead
        ([DAY], [], [rival(9, 24)], "priority", 24 + 1 / 12),
        ([DAY], [], [rival(9, -0.5)], "priority", 1 / 12),
        ([DAY], [], [rival(9, -2)], "", None),  # long overdue: its channel may be down
        ([DAY], [], [rival(9, 3, key="k")], "", None),
    ],
)
def test_two_messages_compete(
    caps: list[Cap], before: list[Contact], rivals: list[Rival], reason: str, opens: float | None
) -> None:
    verdict = judged(ask(priority=5, rivals=tuple(rivals)), known(*before), Policy(caps=tuple(caps)))
    found, until = short(verdict)
    assert (found, until) == (reason, pytest.approx(opens) if opens is not None else None)


@pytest.mark.parametrize(
    ("reason", "until", "transactional", "found"),
    [
        ("hard_bounce", None, False, ("suppressed_hard_bounce", None)),
        ("hard_bounce", None, True, ("suppressed_hard_bounce", None)),
        ("invalid", None, True, ("suppressed_invalid", None)),
        ("complaint", None, False, ("suppressed_complaint", None)),
        ("complaint", None, True, ("", None)),
        ("soft_bounces", hours(5), False, ("suppressed_soft_bounces", 5)),
    ],
)
def test_suppressed_addresses(reason: str, until: datetime | None, transactional: bool, found: Any) -> None:
    verdict = judged(ask(transactional=transactional), known(), suppressed=Suppressed(reason, until))
    assert short(verdict) == found


def test_what_is_transactional_is_asked_for_its_address_alone() -> None:
    policy = Policy(caps=(Cap(1, 24),), quiet=(Quiet("09:00", "15:00"),), holdout=50)
    who = known(mail(1), consents={}, held_out=True, wishes={EACH: Wish("all", hours(99))})
    assert judged(ask(transactional=True, purpose=""), who, policy).send
    assert short(judged(ask(transactional=True, address=""), who, policy)) == ("no_address", None)
    assert short(judged(ask(transactional=True), Known(here=False), policy)) == ("person_gone", None)


def test_what_never_opens_decides_before_what_opens_later() -> None:
    policy = Policy(caps=(Cap(1, 24),), quiet=(Quiet("09:00", "15:00"),), holdout=50)
    who = known(mail(1), wishes={EACH: Wish("all", hours(99))})
    paused = judged(ask(), who, policy)
    assert (paused.gate, short(paused)) == ("preference", ("paused", 99))  # the first in order; the last to open
    assert [gate.name for gate in paused.gates if not gate.passed] == ["preference", "quiet_hours", "cap"]
    who.held_out = True
    assert short(judged(ask(), who, policy)) == ("held_out", None)
    who.consents = {}
    assert short(judged(ask(), who, policy)) == ("consent_unknown", None)


def test_the_zone_is_the_messages_then_the_customers_then_the_policys() -> None:
    policy = Policy(quiet=(Quiet("21:00", "08:00"),), zone="Pacific/Auckland")  # 01:00 there
    assert short(judged(ask(), known(), policy)) == ("quiet_hours", 7)
    assert judged(ask(), known(zone="Europe/Berlin"), policy).send
    assert short(judged(ask(zone="America/Denver"), known(zone="Europe/Berlin"), policy)) == ("quiet_hours", 3)


def test_gates_say_what_they_saw_in_the_words_of_the_team() -> None:
    caps = (Cap(1, 24, "email", "news"), Cap(2, 168), Cap(1, 24, "email", "marketing"))
    verdict = weigh(
        ask(), known(mail(1)), Policy(caps=caps), NOW, suppressed=Suppressed("complaint"), purposes=PURPOSES,
        channels={"email": "E-mail"},
    )  # fmt: skip
    assert [gate.seen for gate in verdict.gates] == [
        "suppressed: its owner complained", "there is one", "Marketing: granted for every channel", "no wish against it",
        "nobody is held out", "12:00 in UTC", "1 of 1 for Marketing by E-mail in 1 day", "nothing else waits",
    ]  # fmt: skip


def test_a_policy_is_written_and_read_again() -> None:
    assert read(write(USUAL)) == USUAL == checked(USUAL)


@pytest.mark.parametrize(
    ("policy", "field"),
    [
        (Policy(caps=(Cap(0, 24),)), "caps"),  # a limit of nothing would silently stop everything
        (Policy(caps=(Cap(1, 0),)), "caps"),
        (Policy(caps=(Cap(1, 93 * 24),)), "caps"),
        (Policy(caps=(Cap(1, 1),) * 31), "caps"),
        (Policy(quiet=(Quiet("24:00", "08:00"),)), "quiet"),
        (Policy(quiet=(Quiet("9", "10:00"),)), "quiet"),
        (Policy(quiet=(Quiet("09:00", "10:00", "", ()),)), "quiet"),
        (Policy(quiet=(Quiet("00:00", "00:00"),)), "quiet"),  # no hour of the week is left
        (Policy(quiet=(Quiet("00:00", "12:00", "sms"), Quiet("12:00", "00:00"))), "quiet"),
        (Policy(holdout=51), "holdout"),
        (Policy(holdout=-1), "holdout"),
        (Policy(salt=""), "salt"),
        (Policy(zone="Berlin"), "zone"),
        (Policy(priority_hours=169), "priority_hours"),
        (Policy(alike=("a", "b", "c", "d")), "alike"),
    ],
)
def test_a_policy_that_makes_no_sense_is_refused(policy: Policy, field: str) -> None:
    with pytest.raises(Invalid) as raised:
        checked(policy)
    assert raised.value.data.get("field") == field
