import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

from pentad.core import clock, errors, jobs
from pentad.core.actor import SYSTEM
from pentad.core.jobs import leases
from pentad.core.jobs.actions import cancel_job, retry_job
from pentad.core.jobs.pool import work as do
from pentad.core.models import AuditLine, Job
from tests.core import work

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def test_a_job_is_done_and_its_result_kept(transactional_db: None, pool: jobs.Pool) -> None:
    pool.start()
    job = jobs.wait(jobs.enqueue("test.mark", {"number": 3}), timeout=20)
    assert (job.status, job.result, job.progress, job.attempts) == (Job.DONE, 3, 1.0, 1)
    assert jobs.outcome(job) == 3


def test_an_unknown_kind_is_refused_at_once(db: None) -> None:
    with pytest.raises(errors.Invalid, match="There is no task of kind “test nothing”"):
        jobs.enqueue("test nothing")


def test_a_key_admits_one_unfinished_job(transactional_db: None, pool: jobs.Pool) -> None:
    first = jobs.enqueue("test.mark", {"number": 1}, key="only")
    assert jobs.enqueue("test.mark", {"number": 2}, key="only").pk == first.pk
    pool.start()
    jobs.wait(first, timeout=20)
    second = jobs.enqueue("test.mark", {"number": 3}, key="only")
    assert second.pk != first.pk
    jobs.wait(second, timeout=20)
    assert work.marks() == ["mark 1", "mark 3"]


def test_a_failing_job_is_tried_again_later_and_later(db: None) -> None:
    with clock.held(NOON):
        job = jobs.enqueue("test.broken")
        do(jobs.Context(claimed(job)))
    job.refresh_from_db()
    assert (job.status, job.attempts) == (Job.WAITING, 1)
    assert job.run_at > NOON
    assert job.error.startswith("ZeroDivisionError: no luck (broken, line")


def claimed(job: Job) -> Job:
    found = leases.claim(leases.taker("test"), only=job.pk)
    assert found is not None
    return found


def test_back_off_doubles_and_is_spread(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    waits = []
    with clock.held(NOON):
        for attempt in (1, 2, 3):
            job = jobs.enqueue("test.steps", {"number": "wrong"}, max_attempts=9)
            Job.objects.filter(pk=job.pk).update(attempts=attempt - 1)
            do(jobs.Context(claimed(job)))
            job.refresh_from_db()
            waits.append((job.run_at - NOON).total_seconds())
    for wait, middle in zip(waits, (2, 4, 8), strict=True):
        assert 0.75 * middle <= wait <= 1.25 * middle


def test_after_its_last_attempt_a_job_is_a_dead_letter_and_can_be_sent_again(
    transactional_db: None, pool: jobs.Pool
) -> None:
    pool.start()
    job = jobs.wait(jobs.enqueue("test.broken", key="k"), timeout=20)
    assert (job.status, job.attempts, job.key) == (Job.DEAD, 3, None)
    assert work.marks() == ["attempt 1", "attempt 2", "attempt 3"]
    assert [one.pk for one in jobs.dead()] == [job.pk]
    with pytest.raises(errors.PentadError, match="no luck"):
        jobs.outcome(job)
    Job.objects.filter(pk=job.pk).update(payload={"mend_at": 1})
    retry_job(actor=SYSTEM, job=job)
    assert jobs.outcome(jobs.wait(job, timeout=20)) == "mended"
    assert AuditLine.objects.get(action="retry_job").subject == f"job:{job.public_id}"
    with pytest.raises(errors.Conflict):
        jobs.retry(job)


def test_a_request_that_is_wrong_in_itself_is_not_tried_again(db: None) -> None:
    job = jobs.enqueue("test.wrong")
    do(jobs.Context(claimed(job)))
    job.refresh_from_db()
    assert (job.status, job.attempts) == (Job.DEAD, 1)
    with pytest.raises(errors.Conflict) as caught:
        jobs.outcome(job)
    assert caught.value.code == "two_of_these"


def test_urgent_jobs_go_first_then_the_longest_due(db: None) -> None:
    with clock.held(NOON):
        late = jobs.enqueue("test.pid", run_at=NOON - timedelta(seconds=1))
        later = jobs.enqueue("test.pid", run_at=NOON - timedelta(seconds=9))
        jobs.enqueue("test.pid", run_at=NOON + timedelta(seconds=1), priority=100)
        urgent = jobs.enqueue("test.pid", priority=1)
        taken = [leases.claim("test") for _ in range(4)]
    assert [job and job.pk for job in taken] == [urgent.pk, later.pk, late.pk, None]


def test_a_worker_whose_lease_ran_out_can_neither_commit_nor_finish(db: None) -> None:
    job = jobs.enqueue("test.mark", {"number": 1})
    with clock.held(NOON + timedelta(days=999)):
        slow = jobs.Context(claimed(job))
    with clock.held(NOON + timedelta(days=999, seconds=leases.LEASE_SECONDS + 1)):
        quick = jobs.Context(claimed(job))
    with pytest.raises(jobs.LeaseLost), slow.checkpoint():
        work.leave_mark("slow")
    with pytest.raises(jobs.LeaseLost):
        slow.finish(None, scrub=False)
    leases.give_back(slow)
    leases.fail(slow, ValueError(), None)
    job.refresh_from_db()
    assert (job.status, job.owner, job.attempts) == (Job.RUNNING, quick.job.owner, 2)
    do(quick)
    assert work.marks() == ["mark 1"]


def test_a_heartbeat_lengthens_the_lease_and_notices_a_loss(db: None) -> None:
    job = jobs.enqueue("test.pid")
    with clock.held(NOON + timedelta(days=999)):
        context = jobs.Context(claimed(job))
    with clock.held(NOON + timedelta(days=999, seconds=20)):
        leases.renew([context], 30.0)
    with clock.held(NOON + timedelta(days=999, seconds=40)):
        assert leases.claim("other") is None
    assert not context.lost
    Job.objects.filter(pk=job.pk).update(owner="other")
    leases.renew([context], 30.0)
    assert context.lost


def test_a_job_that_ends_every_worker_is_given_up(db: None) -> None:
    job = jobs.enqueue("test.pid", max_attempts=1, key="k")
    at = clock.now()
    for n in range(1 + leases.LOST_MOST):
        with clock.held(at + timedelta(minutes=n)):
            assert claimed(job).attempts == n + 1
    with clock.held(at + timedelta(minutes=9)):
        assert leases.claim("test") is None
    job.refresh_from_db()
    assert (job.status, job.key) == (Job.DEAD, None)
    with pytest.raises(errors.PentadError, match="Each of 3 workers"):
        jobs.outcome(job)


def test_a_waiting_job_is_cancelled_at_once_and_its_payload_gone(db: None) -> None:
    job = jobs.enqueue("test.endless", {"email": "keiko@lumen.example"})
    cancel_job(actor=SYSTEM, job=job)
    job.refresh_from_db()
    assert (job.status, job.payload) == (Job.CANCELLED, {})
    assert leases.claim("test") is None
    with pytest.raises(errors.Conflict):
        jobs.outcome(job)


def test_a_running_job_is_cancelled_where_it_looks(transactional_db: None, pool: jobs.Pool) -> None:
    work.started.clear()
    pool.start()
    job = jobs.enqueue("test.endless", {"email": "keiko@lumen.example"})
    assert work.started.wait(20)
    jobs.cancel(job)
    job = jobs.wait(job, timeout=20)
    assert (job.status, job.payload) == (Job.CANCELLED, {})


def test_a_stopping_pool_gives_work_back_uncounted(transactional_db: None, pool: jobs.Pool) -> None:
    work.started.clear()
    pool.start()
    job = jobs.enqueue("test.endless")
    assert work.started.wait(20)
    assert pool.stop()
    job.refresh_from_db()
    assert (job.status, job.attempts, job.lease_until) == (Job.WAITING, 0, None)


def test_a_done_job_of_a_scrubbing_task_keeps_nothing_of_the_customer(db: None) -> None:
    job = jobs.enqueue("test.secret", {"email": "keiko@lumen.example", "fails": False})
    do(jobs.Context(claimed(job)))
    job.refresh_from_db()
    assert (job.status, job.payload) == (Job.DONE, {})


def test_a_following_job_is_asked_for_when_the_first_is_done_and_scrubbed(db: None) -> None:
    job = jobs.enqueue("test.first", {"email": "keiko@lumen.example"})
    do(jobs.Context(claimed(job)))
    follower = Job.objects.get(key="second")
    do(jobs.Context(claimed(follower)))
    assert jobs.outcome(jobs.wait(follower)) == {"payload": "{}"}


def test_a_job_that_was_lost_before_its_end_asks_for_no_follower(db: None) -> None:
    job = jobs.enqueue("test.first", {"email": "keiko@lumen.example"})
    context = jobs.Context(claimed(job))
    Job.objects.filter(pk=job.pk).update(owner="other")
    do(context)
    assert not Job.objects.filter(key="second").exists()


def test_jobs_of_an_ended_process_are_free_at_once_those_of_a_running_one_are_not(db: None) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    taken = {name: claimed(jobs.enqueue("test.pid")) for name in ("ended", "earlier life", "other host", "running")}
    host, process, _life, *rest = taken["running"].owner.split(":")
    for name, owner in (
        ("ended", [host, str(ended.pid), "life", *rest]),
        ("earlier life", [host, process, "life", *rest]),
        ("other host", ["elsewhere", str(ended.pid), "life", *rest]),
    ):
        Job.objects.filter(pk=taken[name].pk).update(owner=":".join(owner))
    assert leases.free_lost() == 2
    assert {job and job.pk for job in (leases.claim("test"), leases.claim("test"), leases.claim("test"))} == {
        taken["ended"].pk, taken["earlier life"].pk, None,
    }  # fmt: skip


def test_what_the_error_of_a_scrubbing_task_says_is_not_kept(
    db: None, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    job = jobs.enqueue("test.secret", {"email": "keiko@lumen.example", "fails": True})
    do(jobs.Context(claimed(job)))
    job.refresh_from_db()
    assert job.status == Job.DEAD
    assert job.error.startswith("ValueError (secret, line")
    said = job.error + str(job.result) + caplog.text + "".join(capsys.readouterr())
    assert "keiko" not in said


def test_counts_name_every_status(db: None) -> None:
    jobs.enqueue("test.pid")
    assert jobs.counts() == {"waiting": 1, "running": 0, "done": 0, "dead": 0, "cancelled": 0}


def test_old_jobs_are_pruned_dead_letters_stay_longer(db: None) -> None:
    for status, days in ((Job.DONE, 8), (Job.DONE, 6), (Job.DEAD, 69), (Job.DEAD, 71)):
        Job.objects.create(kind="test.pid", status=status, finished=clock.now() - timedelta(days=days))
    job = jobs.enqueue("jobs.prune")
    do(jobs.Context(claimed(job)))
    job.refresh_from_db()
    assert job.result == {"finished": 1, "dead": 1}
