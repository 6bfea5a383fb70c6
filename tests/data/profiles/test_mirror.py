"""People, belongs and companies follow the relational rows, whatever changes these and whenever the process ends."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from pentad.core import clock, jobs
from pentad.core.actor import SYSTEM
from pentad.core.errors import Unavailable
from pentad.core.models import Job
from pentad.data.identity.actions import merge_people, undo_merge
from pentad.data.identity.models import Identifier, Person
from pentad.data.identity.rules import Ident
from pentad.data.ingest import checks
from pentad.data.privacy.actions import erase_person
from pentad.data.profiles import actions, bulk, filling, mirror
from pentad.data.profiles.company_actions import set_company_trait
from pentad.data.profiles.mirror import Mirror, Mirrored
from pentad.data.profiles.models import Company, Membership, MirrorTurn, TouchedEvent, TouchedPerson
from pentad.data.profiles.touched import touch
from pentad.roles.undo import actions as undo
from tests.data.road import NOON, Road, identify, track


@pytest.fixture
def told() -> Iterator[list[Mirrored]]:
    """What listeners heard."""
    heard: list[Mirrored] = []
    mirror.listen(heard.append)
    yield heard
    mirror.unlisten(heard.append)


def drain(road: Road) -> None:
    mirror.drain(road.folder)


def relational() -> list[tuple[Any, ...]]:
    """What people should say, read row by row."""
    found = []
    for person in Person.objects.filter(root=None).order_by("no"):
        parts = [person.no, *person.parts.values_list("no", flat=True)]
        named: dict[str, set[str]] = {}
        for row in Identifier.objects.filter(person_id__in=parts):
            named.setdefault(row.namespace, set()).add(row.value)
        companies = set(Membership.objects.filter(person_id__in=parts).values_list("company_id", flat=True))
        seen = [at and at.replace(tzinfo=None) for at in (person.first_seen, person.last_seen, person.created)]
        found.append(
            (
                person.no,
                person.id,
                person.known,
                *seen,
                person.event_count,
                person.name,
                person.traits,
                named,
                companies,
            )
        )
    return found


def mirrored(road: Road) -> list[tuple[Any, ...]]:
    """What people says, in the same form."""
    belongs: dict[int, set[int]] = {}
    for row in road.ledger.rows("SELECT person_no, company_no FROM belongs"):
        belongs.setdefault(row["person_no"], set()).add(row["company_no"])
    found = []
    for row in road.ledger.rows("SELECT * FROM people ORDER BY person_no"):
        named = {name: set(values) for name, values in json.loads(row["identifiers"]).items()}
        last = (json.loads(row["traits"]), named, belongs.pop(row["person_no"], set()))
        plain = tuple(
            row[name] for name in ("id", "known", "first_seen", "last_seen", "created", "event_count", "name")
        )
        found.append((row["person_no"], plain[0], bool(plain[1]), *plain[2:], *last))
    assert belongs == {}, "nobody else belongs to a company"
    return found


def in_step(road: Road) -> bool:
    drain(road)
    assert not TouchedPerson.objects.exists() and not TouchedEvent.objects.exists()
    return mirrored(road) == relational()


def test_people_follow_whatever_changes_them(road: Road) -> None:
    """Each change is followed by itself: none hides behind the touch of another."""
    assert in_step(road)
    road.send(
        identify("keiko", email="keiko@lumen.example", plan="family"),
        track("Order Completed", userId="keiko"),
        track("Page Viewed", anonymousId="a-1"),
        {"type": "group", "userId": "keiko", "groupId": "lumen", "traits": {"name": "Lumen"}},
    )
    assert in_step(road) and len(mirrored(road)) == 2
    road.send(track("Page Viewed", userId="keiko", anonymousId="a-1"))
    assert in_step(road) and len(mirrored(road)) == 1
    keiko = road.person("user_id:keiko")
    sven = actions.create_person(actor=SYSTEM, identifiers=[Ident("email", "sven@fjord.example")], traits={})
    assert in_step(road) and len(mirrored(road)) == 2
    actions.set_trait(actor=SYSTEM, person=keiko, name="plan", value="single")
    assert in_step(road) and "single" in str(mirrored(road))
    change = bulk.set_trait_of_all(actor=SYSTEM, records=[keiko], name="plan", value="team")
    undo.undo(actor=SYSTEM, change=change)
    assert in_step(road) and "single" in str(mirrored(road))
    change = bulk.set_trait_of_all(actor=SYSTEM, records=[keiko], name="city", value="Oslo")
    assert in_step(road) and "Oslo" in str(mirrored(road))
    undo.undo(actor=SYSTEM, change=change)
    assert in_step(road) and "Oslo" not in str(mirrored(road))
    link = merge_people(actor=SYSTEM, keep=keiko, other=sven)
    assert in_step(road) and len(mirrored(road)) == 1
    undo_merge(actor=SYSTEM, link=link)
    assert in_step(road) and len(mirrored(road)) == 2
    set_company_trait(actor=SYSTEM, company=Company.objects.get(), name="seats", value=12)
    drain(road)
    row = road.ledger.rows("SELECT name, traits FROM companies")
    assert [(one["name"], json.loads(one["traits"])) for one in row] == [("Lumen", {"name": "Lumen", "seats": 12})]


def test_listeners_hear_who_was_touched_and_by_what(road: Road, told: list[Mirrored]) -> None:
    drain(road)
    assert [one.roots for one in told] == [None], "everybody, once"
    told.clear()
    road.send(track("Order Completed", userId="keiko"), track("Page Viewed", userId="sven"))
    keiko, sven = road.person("user_id:keiko"), road.person("user_id:sven")
    drain(road)
    drain(road)
    assert told == [
        Mirrored(frozenset({keiko.no, sven.no}), frozenset({"Order Completed", "Page Viewed"}), frozenset())
    ]
    told.clear()
    merge_people(actor=SYSTEM, keep=keiko, other=sven)
    drain(road)
    assert [(one.roots, one.names) for one in told] == [(frozenset({keiko.no, sven.no}), None)]
    told.clear()
    road.send({"type": "group", "userId": "keiko", "groupId": "lumen"})
    drain(road)
    told.clear()
    company = Company.objects.get()
    set_company_trait(actor=SYSTEM, company=company, name="seats", value=12)
    drain(road)
    assert [(one.roots, one.companies) for one in told] == [(frozenset({keiko.no}), frozenset({company.no}))]


def test_names_wait_for_all_of_the_persons_they_came_with(road: Road, told: list[Mirrored]) -> None:
    drain(road)
    told.clear()
    road.send(*(track("Order Completed", userId=f"u-{n}") for n in range(5)))
    Mirror(road.folder, road.ledger, limit=2).drain()
    assert [(len(one.roots or ()), one.names) for one in told] == [
        (n, frozenset({"Order Completed"})) for n in (2, 2, 1)
    ]


def test_what_changes_meanwhile_comes_again(road: Road, told: list[Mirrored]) -> None:
    drain(road)
    road.send(track("Page Viewed", userId="keiko"))
    keiko = road.person("user_id:keiko")

    def interrupt(_: Mirrored) -> None:
        mirror.unlisten(interrupt)
        Person.objects.filter(no=keiko.no).update(name="Keiko")
        touch([keiko.no], names=["Order Completed"])

    mirror.listen(interrupt)
    told.clear()
    assert in_step(road)
    assert [one.names for one in told] == [frozenset({"Page Viewed"}), frozenset({"Order Completed"})]


class Killed(BaseException):
    """Stands for the end of the process: nothing after it is done."""


STEPS = ("_put_people", "_put_companies", "_wait_for", "_tell", "_let_go")


@pytest.mark.parametrize(
    ("step", "filled"), [*((step, True) for step in STEPS), ("_put_people", False), ("_tell", False)]
)
def test_nothing_is_lost_when_the_process_ends_between_two_steps(
    road: Road, told: list[Mirrored], monkeypatch: pytest.MonkeyPatch, step: str, filled: bool
) -> None:
    if filled:
        drain(road)
        told.clear()
    road.send(track("Order Completed", userId="keiko"), track("Page Viewed", userId="sven"))
    for before in (True, False):
        monkeypatch.undo()
        road.send({"type": "group", "userId": "keiko", "groupId": "lumen", "traits": {"n": int(before)}})
        owner: Any = mirror if step == "_let_go" else Mirror
        monkeypatch.setattr(owner, step, killing(getattr(owner, step), before))
        with pytest.raises(Killed):
            drain(road)
    monkeypatch.undo()
    assert in_step(road)
    everybody = {person.no for person in Person.objects.all()}
    assert any(one.roots is None or one.roots == everybody for one in told), "the listeners heard of all"
    assert [json.loads(row["traits"]) for row in road.ledger.rows("SELECT traits FROM companies")] == [{"n": 0}]


def killing(step: Callable[..., Any], before: bool) -> Callable[..., Any]:
    def run(*arguments: Any) -> Any:
        if before:
            raise Killed
        step(*arguments)
        raise Killed

    return run


def test_nobody_is_told_before_the_ledger_has_the_events(
    road: Road, told: list[Mirrored], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process ended between the two stores: the loader appends the slice on its next turn."""
    drain(road)
    told.clear()
    monkeypatch.setattr(mirror, "PATIENCE_SECONDS", 0.0)
    with monkeypatch.context() as cut:
        cut.setattr(road.ledger, "append", lambda part: (_ for _ in ()).throw(Unavailable("cut off")))
        with pytest.raises(Unavailable):
            road.send(track("Order Completed", userId="keiko"))
    with pytest.raises(Unavailable):
        drain(road)
    assert told == [] and TouchedPerson.objects.count() == 1
    road.loader.drain()
    assert in_step(road)
    assert [one.names for one in told] == [frozenset({"Order Completed"})]


def test_links_are_in_the_ledger_before_anybody_is_told(road: Road, monkeypatch: pytest.MonkeyPatch) -> None:
    road.send(track(userId="keiko"), track(userId="sven"))
    keiko, sven = road.person("user_id:keiko"), road.person("user_id:sven")
    drain(road)
    monkeypatch.setattr("pentad.data.identity.actions._tell_ledger", lambda roots: None)  # ended before it
    link = merge_people(actor=SYSTEM, keep=keiko, other=sven)
    drain(road)
    roots = "SELECT DISTINCT root_no FROM events"
    assert [row["root_no"] for row in road.ledger.rows(roots)] == [keiko.no]
    undo_merge(actor=SYSTEM, link=link)
    drain(road)
    assert len(road.ledger.rows(roots)) == 2


def test_an_erased_customer_leaves_at_once_and_does_not_come_back(road: Road, monkeypatch: pytest.MonkeyPatch) -> None:
    road.send(identify("keiko", email="keiko@lumen.example"), track(userId="sven"))
    drain(road)
    keiko = road.person("user_id:keiko")
    touch([keiko.no])
    batch = Mirror(road.folder, road.ledger)
    put = road.ledger.derived.put

    def late(*arguments: Any) -> None:
        """The mirror had read the rows; then the customer was erased."""
        monkeypatch.undo()
        erase_person(actor=SYSTEM, person=keiko)
        put(*arguments)

    monkeypatch.setattr(road.ledger.derived, "put", late)
    batch.drain()
    assert [row["name"] for row in road.ledger.rows("SELECT name FROM people")] == [""]
    jobs.run_here(Job.objects.get(kind="privacy.rewrite").pk)
    assert not TouchedPerson.objects.filter(no=keiko.no).exists()
    assert in_step(road)


def test_the_doctor_compares_the_two(road: Road) -> None:
    road.send(track(userId="keiko"))
    drain(road)
    assert checks.mirrored() == []
    nobody = road.ledger.query("SELECT * FROM people LIMIT 0")
    road.ledger.derived.put("people", nobody, None)
    assert [problem.message for problem in checks.mirrored()] == [
        "There are 1 customers with 1 events; beside the events stand 0 with 0."
    ]
    job = jobs.enqueue("mirror.refill")
    jobs.run_here(job.pk)
    job.refresh_from_db()
    assert (job.result, checks.mirrored(), in_step(road)) == (True, [], True)
    road.ledger.derived.put("people", nobody, None)
    touch([road.person("user_id:keiko").no])
    assert checks.mirrored() == [], "it is on its way"


def test_a_store_from_another_moment_is_filled_anew(road: Road, told: list[Mirrored]) -> None:
    """One of the two was restored from a backup: nothing says who changed since."""
    road.send(track(userId="keiko"))
    drain(road)
    for earlier in (MirrorTurn.objects.all(), None):
        road.send(track(userId="sven"))
        drain(road)
        road.send(track(userId="ana"))
        drain(road)
        person = road.person("user_id:ana").no
        if earlier is not None:
            earlier.update(last=0)  # the database is older
        else:
            road.ledger.derived.set_mark(mirror.TURN, 1)  # the ledger is
        road.ledger.derived.put("people", road.ledger.query("SELECT * FROM people LIMIT 0"), [person])
        told.clear()
        assert in_step(road)
        assert [one.roots for one in told] == [None]


def test_what_waits_in_the_inbox_does_not_count_yet(road: Road, settings: Any) -> None:
    settings.DATA = road.folder.root
    road.send(track(userId="ada"))
    road.accept(track(userId="ada"), at=NOON + timedelta(hours=1))
    drain(road)
    assert mirror.correct_as_of() == NOON + timedelta(hours=1)
    road.loader.drain()
    drain(road)
    assert mirror.correct_as_of() > NOON + timedelta(hours=1)


def test_readers_see_who_stood_there_while_everybody_is_written_anew(road: Road) -> None:
    road.send(track(userId="keiko"), track(userId="sven"), track(userId="ana"))
    drain(road)
    gone = road.person("user_id:ana")
    road.ledger.derived.put("people", road.ledger.query("SELECT * REPLACE (99 AS person_no) FROM people LIMIT 1"), [99])
    began = NOON + timedelta(hours=2)
    with clock.held(began):
        mirror.refill(road.ledger)
        seen: list[set[int]] = []
        Mirror(road.folder, road.ledger, limit=1, progress=lambda _: seen.append(_standing(road))).turn()
        assert all(gone.no in one for one in seen) and len(seen) == 3, "nobody is missing meanwhile"
        assert _standing(road) == set(Person.objects.values_list("no", flat=True)), "whom nobody knows has gone"
    assert mirror.correct_as_of() > began


def _standing(road: Road) -> set[int]:
    assert mirror.correct_as_of() == clock.now()
    filling.require_there()
    return {row["person_no"] for row in road.ledger.rows("SELECT person_no FROM people")}


def test_what_is_lost_is_not_said_to_be_right(road: Road) -> None:
    road.send(track(userId="keiko"), track(userId="sven"))
    drain(road)
    road.ledger.derived.renew()
    work = Mirror(road.folder, road.ledger, limit=1, progress=lambda _: work.stopping.set())
    work.turn()
    with pytest.raises(Unavailable, match="being filled anew"):
        filling.require_there()
    assert mirror.correct_as_of() <= clock.now() - filling.UNKNOWN
    mirror.refill(road.ledger)  # asked for again meanwhile: nobody has come back by that
    work = Mirror(road.folder, road.ledger, limit=1, progress=lambda _: work.stopping.set())
    work.turn()
    with pytest.raises(Unavailable):
        filling.require_there()
    assert in_step(road)
    filling.require_there()
    assert filling.right_until() is None
