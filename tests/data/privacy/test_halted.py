"""An erasure that came to a halt is named plainly, and can be set going again."""

import pytest
from django.test import Client

from pentad.core import jobs, runtime
from pentad.core.actor import CLI, Actor
from pentad.core.errors import Denied
from pentad.core.health import Readiness
from pentad.core.hooks import doctor_checks
from pentad.core.jobs.queue import discard
from pentad.core.models import Job
from pentad.data.privacy import queries
from pentad.data.privacy.actions import erase_person, finish_erasures, see_gone
from pentad.data.privacy.models import Erasure
from tests.data.road import Road, identify


@pytest.fixture
def halted(road: Road, monkeypatch: pytest.MonkeyPatch) -> Erasure:
    """Somebody was erased; the job gave up as after a full disk."""
    monkeypatch.setattr(runtime, "folder", lambda: road.folder)
    road.send(identify("u1", email="zoe@quill.example"))
    erasure = erase_person(actor=CLI, person=road.person("user_id:u1"))
    give_up(queries.REWRITE)
    return erasure


def give_up(kind: str) -> None:
    assert Job.objects.filter(kind=kind, status=Job.WAITING).update(status=Job.DEAD, attempts=5, key=None)


def named() -> list[str]:
    return [problem.message for problem in doctor_checks() if problem.check == "privacy"]


def test_an_erasure_under_way_or_done_is_no_problem(road: Road, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runtime, "folder", lambda: road.folder)
    road.send(identify("u1"))
    erasure = erase_person(actor=CLI, person=road.person("user_id:u1"))
    assert (named(), queries.warning()) == ([], None)
    with runtime.own(road.folder):
        assert see_gone(erasure).gone
    assert (named(), queries.warning()) == ([], None)


def test_the_doctor_and_the_health_check_name_it_and_what_to_do(halted: Erasure) -> None:
    [problem] = [problem for problem in doctor_checks() if problem.check == "privacy"]
    assert problem.severity == "error"
    assert halted.id in problem.message
    assert "privacy.rewrite gave up after 5 attempts" in problem.message
    assert "pentad erase --unfinished" in problem.fix
    ready = Readiness()
    ready.warn("erasures", queries.warning)
    result = ready.result()
    assert result["ready"]
    assert result["warnings"]["erasures"].startswith("1 erasure has come to a halt: data of erased people is left.")
    for text in (problem.message, problem.fix, result["warnings"]["erasures"]):
        assert "zoe" not in text
        assert "u1" not in text


def test_trying_again_on_the_jobs_page_ends_the_warning(halted: Erasure) -> None:
    jobs.retry(Job.objects.get(status=Job.DEAD))
    assert named() == []


def test_a_stopped_job_is_named_too(halted: Erasure) -> None:
    discard(Job.objects.get(status=Job.DEAD))
    [message] = named()
    assert "its job was stopped" in message


@pytest.mark.parametrize("how", ["dead", "discarded", "wipe"])
def test_it_can_be_set_going_again(road: Road, halted: Erasure, how: str) -> None:
    if how == "discarded":
        discard(Job.objects.get(status=Job.DEAD))
    with runtime.own(road.folder):
        if how == "wipe":
            jobs.retry(Job.objects.get(status=Job.DEAD))
            jobs.run_here(Job.objects.get(status=Job.WAITING).pk)
            give_up(queries.WIPE)
            assert "privacy.wipe gave up" in named()[0]
        [erasure] = finish_erasures(actor=CLI)
        assert see_gone(erasure).gone
    assert (named(), queries.warning(), finish_erasures(actor=CLI)) == ([], None, [])
    assert not Job.objects.filter(payload__icontains="zoe").exists()
    with pytest.raises(Denied):
        finish_erasures(actor=Actor("user", "7", "Lea", frozenset({"people.view"})))


def test_readyz_tells_it(client: Client, db: None) -> None:
    assert client.get("/readyz").json()["warnings"] == {}
