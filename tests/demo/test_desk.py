"""The colleagues' tasks and notes: given once, as soon as the cast is there."""

import time

import pytest

from pentad import demo
from pentad.core import clock
from pentad.core.actor import acting_as
from pentad.data.identity.models import Identifier, Person
from pentad.data.profiles.models import Note
from pentad.demo import desk, kestrel
from pentad.roles.access.models import User
from pentad.roles.access.queries import actor_of
from pentad.roles.notices.models import Notice
from pentad.roles.work.models import Task

pytestmark = pytest.mark.django_db


def _load(users: set[str]) -> None:
    for user in sorted(users):
        person = Person.objects.create(name=user, known=True)
        Identifier.objects.create(person=person, namespace="user_id", value=user, first_seen=clock.now())


def _cast() -> set[str]:
    said = {job.about.user_id for job in desk.TASKS} | {who.user_id for _, who, _ in desk.NOTES}
    return said | {who.user_id for who in desk.HERS}


def test_the_desks_wait_for_the_whole_cast_and_are_filled_once() -> None:
    kestrel.add_colleagues()
    _load(_cast() - {desk.KEIKO.user_id})
    assert not desk.lay_out()
    assert not Task.objects.exists()
    _load({desk.KEIKO.user_id})
    start = time.perf_counter()
    assert desk.lay_out()
    assert time.perf_counter() - start < 3  # a third of a second when nothing else runs
    assert Task.objects.count() == len(desk.TASKS)
    Task.objects.all().delete()
    assert desk.lay_out()
    assert not Task.objects.exists()


def test_everybody_has_something_to_do_and_nadia_and_tom_something_to_read() -> None:
    kestrel.add_colleagues()
    _load(_cast())
    desk.lay_out()
    now, rows = clock.now(), list(Task.objects.select_related("owner"))
    assert {row.owner.email for row in rows if row.owner and row.done is None} == {
        email for email, *_ in demo.COLLEAGUES
    }
    assert all(row.about_no and row.why for row in rows)
    assert any(row.done for row in rows)
    assert any(row.due and row.due < now and row.done is None for row in rows)
    assert any(row.due and row.due > now for row in rows)
    assert Note.objects.count() == len(desk.NOTES)
    mentioned = Notice.objects.filter(kind="mention").values_list("user__email", flat=True)
    assert {desk.NADIA, desk.TOM} <= set(mentioned)


def test_lea_sees_her_own_customers_and_nobody_elses() -> None:
    kestrel.add_colleagues()
    _load(_cast())
    desk.lay_out()
    with acting_as(actor_of(User.objects.get(email=desk.LEA))):
        assert {person.name for person in Person.seen.all()} == {member.user_id for member in desk.HERS}
    with acting_as(actor_of(User.objects.get(email=desk.OMAR))):
        assert Person.seen.count() == len(_cast())


def test_nothing_is_written_for_colleagues_who_are_gone() -> None:
    _load(_cast())
    assert desk.lay_out()
    assert not Task.objects.exists()
