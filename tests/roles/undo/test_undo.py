"""Taking back: what was not changed again is as before, what was stays and is named; one's own, others' by right."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from pentad.core import clock, jobs
from pentad.core.actor import SYSTEM, Actor
from pentad.core.errors import Conflict, Denied
from pentad.core.models import AuditLine, Job, OutboxMessage
from pentad.data.identity.actions import merge_people, undo_merge
from pentad.data.identity.models import MergeLink, Person
from pentad.data.ingest.own import own_source
from pentad.data.privacy.actions import erase_person
from pentad.data.profiles import actions as profiles
from pentad.data.profiles import attachments, bulk, note_actions
from pentad.data.profiles.models import Attachment, Company, Note
from pentad.roles.access.manage.actions import assign, set_field_rule, set_grant
from pentad.roles.access.models import User
from pentad.roles.access.queries import actor_of
from pentad.roles.access.rights_models import Role, Team, TeamMember
from pentad.roles.undo import actions as undo
from pentad.roles.undo import owners, tasks
from pentad.roles.undo.models import Change, ChangedRecord
from pentad.roles.views.actions import delete_view
from pentad.roles.views.models import SavedView
from pentad.roles.work import actions as work
from pentad.roles.work.models import Task
from tests.data.road import Road, identify
from tests.roles.notices.conftest import Browser


def _people(number: int, **fields: Any) -> list[Person]:
    return [Person.objects.create(name=f"Customer {n}", known=True, **fields) for n in range(number)]


def _plan(person: Person) -> Any:
    return Person.objects.get(pk=person.pk).traits.get("plan")


def _set(actor: Actor, people: list[Person], value: str) -> Change:
    return bulk.set_trait_of_all(actor=actor, records=people, name="plan", value=value)


def test_what_was_not_changed_since_is_as_before_and_the_rest_stays_and_is_named(nadia: User, browser: Browser) -> None:
    actor, people = actor_of(nadia), _people(3)
    profiles.set_trait(actor=actor, person=people[0], name="plan", value="team")
    change = _set(actor, people, "pro")
    assert [_plan(person) for person in people] == ["pro"] * 3
    profiles.set_trait(actor=actor, person=people[2], name="plan", value="free")

    client = browser(nadia)
    answer = client.post(f"/changes/{change.id}/undo/")
    assert [_plan(person) for person in people] == ["team", None, "free"]
    change.refresh_from_db()
    assert (change.undone_by, change.stayed, change.count) == ("Nadia Karim", 1, 3)
    page = client.get(answer["HX-Redirect"]).content.decode()
    assert "1 of 3 was changed since and stays as it is" in page
    assert [person.id in page for person in people] == [False, False, True]
    assert AuditLine.objects.get(action="undo_change").subject == f"change:{change.id}"
    told = OutboxMessage.objects.filter(message__event="Change undone").get().message
    assert (told["personId"], told["properties"]["what"]) == (people[1].id, "trait"), (
        "a hidden trait is not named there"
    )
    assert not ChangedRecord.objects.exclude(before={}).exists(), "nothing is kept of what is as before"


def test_traits_of_companies_too(nadia: User, browser: Browser) -> None:
    now = clock.now()
    rows = [Company.objects.create(group_id=f"g{n}", name="", first_seen=now, last_seen=now) for n in range(2)]
    client, ids = browser(nadia), [row.id for row in rows]
    assert client.get("/companies/bulk/trait/", {"id": ids}).status_code == 200
    for value in ("gold", "silver"):
        assert client.post("/companies/bulk/trait/", {"id": ids, "name": "tier", "value": value}).status_code == 204
    second, first = Change.objects.order_by("-no")
    assert client.post(f"/changes/{second.id}/undo/").status_code == 204
    assert [row.traits for row in Company.objects.order_by("no")] == [{"tier": "gold"}] * 2
    undo.undo(actor=actor_of(nadia), change=first)
    assert [row.traits for row in Company.objects.order_by("no")] == [{}] * 2, (
        "the second taken back, the first can be too"
    )
    assert Change.objects.get(pk=first.pk).stayed == 0


def test_a_trait_that_is_hidden_from_the_reader_is_not_named(nadia: User, sam: User, browser: Browser) -> None:
    bulk.set_trait_of_all(actor=actor_of(nadia), records=_people(1), name="health", value="fine")
    set_grant(actor=SYSTEM, role=Role.objects.get(name="rep"), right="changes.others", scope="all")
    set_field_rule(
        actor=SYSTEM, role=Role.objects.get(name="rep"), kind="people", target="trait:health", level="hidden"
    )
    for path in ("/changes/", f"/changes/{Change.objects.get().id}/"):
        assert "health" in browser(nadia).get(path).content.decode()
        assert "health" not in browser(sam).get(path).content.decode()
    row = f"/changes/{Change.objects.get().id}/"
    assert row in browser(nadia).get("/changes/?q=heal").content.decode()
    assert row in browser(sam).get("/changes/?q=nadia").content.decode()
    assert row not in browser(sam).get("/changes/?q=heal").content.decode(), "nor guessed by searching"


def test_a_statement_taken_back_lets_other_sources_count_even_when_its_event_comes_late(road: Road) -> None:
    road.send(identify("keiko", plan="free"))
    person = road.person("user_id:keiko")
    change = _set(SYSTEM, [person], "pro")
    undo.undo(actor=SYSTEM, change=change)
    assert _plan(person) == "free"
    for row in OutboxMessage.objects.order_by("id"):
        message = {**row.message, "messageId": f"pentad-{row.pk}", "timestamp": row.at.isoformat()}
        road.send(message, source=own_source(), at=clock.now())
    assert _plan(person) == "free"
    _set(SYSTEM, [person], "team")
    assert _plan(person) == "team", "a new statement counts"


@pytest.fixture
def lead(rita: User) -> Actor:
    rita.role = "lead"
    rita.save()
    TeamMember.objects.create(team=Team.objects.create(name="North"), user=rita)
    return actor_of(rita)


def test_who_gave_records_out_of_their_own_reach_gets_them_back(lead: Actor, rita: User, sam: User) -> None:
    people = _people(2, owner=rita)
    companies = [Company.objects.create(group_id="g", owner=rita, first_seen=clock.now(), last_seen=clock.now())]
    for rows in (people, companies):
        change = owners.assign_many(actor=lead, records=rows, owner=sam, team=None)
        assert {type(row)._base_manager.get(pk=row.pk).owner for row in rows} == {sam}
        undo.undo(actor=lead, change=change)
        assert {type(row)._base_manager.get(pk=row.pk).owner for row in rows} == {rita}


def test_nothing_is_given_when_one_of_them_is_out_of_reach(lead: Actor, rita: User, sam: User) -> None:
    people = [*_people(1, owner=rita), *_people(1, owner=sam)]
    with pytest.raises(Denied):
        owners.assign_many(actor=lead, records=people, owner=sam, team=None)
    assert not Change.objects.exists()
    assert Person.objects.get(pk=people[0].pk).owner == rita


def test_what_a_colleague_may_not_change_waits_for_who_may(
    lead: Actor, rita: User, sam: User, nadia: User, browser: Browser
) -> None:
    set_grant(actor=SYSTEM, role=Role.objects.get(name="lead"), right="changes.others", scope="all")
    people = [*_people(1, owner=rita), *_people(2, owner=sam)]
    nadias = actor_of(nadia)
    plans, owner = (
        _set(nadias, people, "wrong"),
        owners.assign_many(actor=nadias, records=people, owner=None, team=None),
    )
    for change in (plans, owner):
        before = list(change.records.values())
        assert browser(rita).post(f"/changes/{change.id}/undo/").status_code == (204 if change is owner else 403)
        change.refresh_from_db()
        assert (change.undone, change.stayed) == (None, 0)
        if change is plans:
            assert list(change.records.values()) == before, "she reaches none of them now: nothing is written"
    assert Person.objects.get(pk=people[0].pk).owner == rita
    page = browser(nadia).get(f"/changes/{owner.id}/").content.decode()
    assert "2 of 3 not undone" in page and "changed since" not in page
    for change in (owner, plans):
        undo.undo(actor=nadias, change=change)
        change.refresh_from_db()
        assert change.undone and change.stayed == 0
    assert [Person.objects.get(pk=person.pk).owner for person in people] == [rita, sam, sam]
    assert [_plan(person) for person in people] == [None] * 3


def test_ones_own_and_others_by_right_alone(
    nadia: User, rita: User, sam: User, keiko: Person, browser: Browser
) -> None:
    assign(actor=SYSTEM, record=keiko, owner=rita, team=None)
    note = note_actions.add_note(actor=actor_of(rita), person=keiko, text="Wrong customer")
    note_actions.delete_note(actor=actor_of(rita), row=note)
    change = Change.objects.get()
    for user, sees in ((rita, True), (nadia, True), (sam, False)):
        client = browser(user)
        assert (change.what in client.get("/changes/").content.decode()) is sees
        assert (client.get(f"/changes/{change.id}/").status_code == 200) is sees
    hidden, missing = (browser(sam).post(f"/changes/{one}/undo/") for one in (change.id, "0"))
    assert (hidden.status_code, missing.status_code) == (404, 404)
    with pytest.raises(Denied):
        undo.undo(actor=actor_of(sam), change=change)
    mates = Team.objects.create(name="North")
    for user in (rita, sam):
        TeamMember.objects.create(team=mates, user=user)
    set_grant(actor=SYSTEM, role=Role.objects.get(name="rep"), right="changes.others", scope="team")
    assert "Note deleted" in browser(sam).get("/changes/").content.decode()
    page = browser(sam).get(f"/changes/{change.id}/").content.decode()
    assert "Keiko" not in page, "but not the customer whom he may not see"
    assert browser(sam).post(f"/changes/{change.id}/undo/").status_code == 403
    assert Note.objects.get().deleted is not None


def test_it_is_taken_back_once_and_within_thirty_days(nadia: User) -> None:
    actor, people = actor_of(nadia), _people(1)
    change = _set(actor, people, "pro")
    undo.undo(actor=actor, change=change)
    with pytest.raises(Conflict, match="before"):
        undo.undo(actor=actor, change=change)
    late = _set(actor, people, "team")
    Change.objects.filter(pk=late.pk).update(at=clock.now() - timedelta(days=31))
    with pytest.raises(Conflict, match="30 days"):
        undo.undo(actor=actor, change=late)
    assert _plan(people[0]) == "team"


@pytest.mark.django_db(transaction=True)
def test_many_are_restored_by_a_job_that_goes_on_where_it_stopped(nadia: User, monkeypatch: pytest.MonkeyPatch) -> None:
    actor, people = actor_of(nadia), _people(7)
    change = _set(actor, people, "pro")
    monkeypatch.setattr(undo, "AT_ONCE", 5)
    monkeypatch.setattr(tasks, "STEP", 3)
    change = undo.undo(actor=actor, change=change)
    assert change.undone is None
    with pytest.raises(Conflict, match="being undone"):
        undo.undo(actor=actor, change=change)
    whole, steps = undo.restore, list[int]()

    def cut_off(*given: Any) -> None:
        whole(*given)
        steps.append(1)
        if len(steps) == 2:
            raise OSError("the power went")

    monkeypatch.setattr(undo, "restore", cut_off)
    job = Job.objects.get(public_id=change.job)
    jobs.run_here(job.pk)
    assert sorted(str(_plan(person)) for person in people) == ["None"] * 3 + ["pro"] * 4, (
        "the second step did not count"
    )
    monkeypatch.setattr(undo, "restore", whole)
    Job.objects.filter(pk=job.pk).update(run_at=clock.now())
    jobs.run_here(job.pk)
    assert [_plan(person) for person in people] == [None] * 7
    change.refresh_from_db()
    assert (change.undone_by, change.stayed) == ("Nadia Karim", 0)


@pytest.mark.django_db(transaction=True)
def test_a_job_leaves_what_is_out_of_reach_too(
    lead: Actor, rita: User, sam: User, nadia: User, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_grant(actor=SYSTEM, role=Role.objects.get(name="lead"), right="changes.others", scope="all")
    people = [*_people(2, owner=sam), *_people(1, owner=rita)]
    change = _set(actor_of(nadia), people, "wrong")
    monkeypatch.setattr(undo, "AT_ONCE", 1)
    monkeypatch.setattr(tasks, "STEP", 1)
    for who, left in ((rita, ["wrong", "wrong", None]), (nadia, [None] * 3)):
        job = undo.undo(actor=actor_of(who), change=change).job
        jobs.run_here(Job.objects.get(public_id=job).pk)
        assert [_plan(person) for person in people] == left
        change.refresh_from_db()
        assert (change.undone is None) is (who is rita) and change.stayed == 0
        page = browser(nadia).get(f"/changes/{change.id}/").content.decode()
        assert "half-way" not in page and ("2 of 3 not undone" in page) is (who is rita)


def test_a_merge_is_under_the_same_roof(nadia: User) -> None:
    actor, (keep, other) = actor_of(nadia), _people(2)
    merge_people(actor=actor, keep=keep, other=other)
    undo.undo(actor=actor, change=Change.objects.get())
    assert Person.objects.filter(root=None).count() == 2
    assert Change.objects.get().undone is not None
    link = merge_people(actor=actor, keep=keep, other=other)
    undo_merge(actor=actor, link=link)
    assert not Change.objects.filter(undone=None).exists(), "undone on the customer's page, it is undone here too"


def test_what_was_deleted_comes_back(
    nadia: User, keiko: Person, browser: Browser, settings: Any, tmp_path: Path
) -> None:
    settings.DATA = tmp_path
    actor, client = actor_of(nadia), browser(nadia)
    upload = SimpleUploadedFile("offer.txt", b"An offer")
    note = note_actions.add_note(actor=actor, person=keiko, text="Call back", files=[upload])
    task = work.create_task(actor=actor, title="Call", about=keiko)
    view = SavedView.objects.create(list="people", name="Mine", owner=nadia, state={"q": "pro"})
    client.post(f"/people/notes/files/{note.files.get().id}/remove/")
    client.post(f"/people/notes/{note.id}/delete/")
    assert client.post(f"/tasks/{task.id}/delete/").status_code == 204
    delete_view(actor=actor, view=view)
    assert client.get(f"/tasks/{task.id}/").status_code == 404
    assert "Call" not in client.get("/tasks/").content.decode().replace("Call a", "")
    file = Change.objects.get(kind="notes.file")
    assert client.post(f"/changes/{file.id}/undo/").status_code == 409, "its note comes first"
    for kind in ("notes.deleted", "notes.file", "tasks.deleted", "views.deleted"):
        assert client.post(f"/changes/{Change.objects.get(kind=kind).id}/undo/").status_code == 204, kind
    assert Note.objects.get().deleted is None
    assert note.files.get().name == "offer.txt"
    assert client.get(f"/tasks/{task.id}/").status_code == 200
    assert SavedView.objects.get().state["q"] == "pro"


@pytest.mark.django_db(transaction=True)
def test_after_thirty_days_what_was_deleted_goes_for_good(keiko: Person, settings: Any, tmp_path: Path) -> None:
    settings.DATA = tmp_path
    note = note_actions.add_note(actor=SYSTEM, person=keiko, text="x", files=[SimpleUploadedFile("a.txt", b"a")])
    stays = note_actions.add_note(actor=SYSTEM, person=keiko, text="y", files=[SimpleUploadedFile("b.txt", b"b")])
    task = work.create_task(actor=SYSTEM, title="Call", about=keiko)
    for one in (note, stays):
        note_actions.delete_note(actor=SYSTEM, row=one)
    work.delete_task(actor=SYSTEM, row=task)
    note_actions.restore_note(actor=SYSTEM, row=stays)
    Change.objects.update(at=clock.now() - timedelta(days=31))
    assert undo.prune() == 3
    assert list(Note.objects.all()) == [stays]
    assert not Task.objects.exists()
    assert [path.read_bytes() for path in attachments.home().rglob("*") if path.is_file()] == [b"b"]
    assert Attachment.with_removed.count() == 1
    assert not ChangedRecord.objects.exists()


def test_an_erasure_takes_what_was_kept_of_the_customer(nadia: User, keiko: Person) -> None:
    actor, (other,) = actor_of(nadia), _people(1)
    for person in (keiko, other):
        profiles.set_trait(actor=actor, person=person, name="plan", value=f"plan of {person.name}")
    profiles.set_trait(actor=actor, person=keiko, name="email", value="keiko@fjord.example")
    change = _set(actor, [keiko, other], "pro")
    state = {"q": "keiko@fjord.example"}
    delete_view(actor=actor, view=SavedView.objects.create(list="people", name="K", owner=nadia, state=state))
    merge_people(actor=actor, keep=keiko, other=other)
    undo_merge(actor=actor, link=MergeLink.objects.get())
    note = note_actions.add_note(actor=actor, person=keiko, text="x")
    note_actions.delete_note(actor=actor, row=note)
    erase_person(actor=actor, person=Person.objects.get(pk=keiko.pk))
    kept = repr(list(Change.objects.values())) + repr(list(ChangedRecord.objects.values()))
    assert "Keiko" not in kept
    assert "keiko" not in kept
    assert not Change.objects.filter(kind="notes.deleted").exists()
    undo.undo(actor=actor, change=change)
    assert _plan(other) == "plan of Customer 0"


def test_who_has_changed_nothing_yet_is_told_what_the_page_is_for(rita: User, browser: Browser) -> None:
    page = browser(rita).get("/changes/").content.decode()
    assert "Nothing to take back" in page
    assert "given to you" not in page
