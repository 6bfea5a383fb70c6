"""Workers in several processes: killed in the middle, racing, taking over."""

import subprocess
from collections.abc import Callable

import pytest

from pentad.core import jobs
from pentad.core.models import Job
from tests.core import work

Child = Callable[..., "subprocess.Popen[str]"]


@pytest.mark.parametrize("moment", ["inside", "between"])
def test_another_worker_takes_over_after_kill_9_and_no_effect_is_doubled(
    transactional_db: None, child: Child, pool: jobs.Pool, moment: str
) -> None:
    job = jobs.enqueue("test.steps", {"number": 6})
    first = child("workers", hears=moment, HANG_AT=moment)
    assert work.marks() == [f"step {n}" for n in range(3 if moment == "inside" else 4)]
    first.kill()
    pool.start()
    job = jobs.wait(job, timeout=30)
    assert (job.status, job.attempts, job.step) == (Job.DONE, 2, 6)
    assert work.marks() == [f"step {n}" for n in range(6)]


def test_atomic_work_killed_before_its_end_has_its_effect_once(
    transactional_db: None, child: Child, pool: jobs.Pool
) -> None:
    job = jobs.enqueue("test.whole")
    child("workers", hears="inside", HANG_AT="inside").kill()
    pool.start()
    job = jobs.wait(job, timeout=30)
    assert (job.status, job.attempts) == (Job.DONE, 2)
    assert work.marks() == ["whole"]


def test_racing_workers_do_each_job_once(transactional_db: None, child: Child, pool: jobs.Pool) -> None:
    asked = [jobs.enqueue("test.mark", {"number": n}) for n in range(40)]
    # Leases that outlast any pause of a busy machine: here nobody may take over, only race.
    pool.keeper.lease_seconds = 60.0
    other = child("workers", hears="working", LEASE="60")
    pool.start()
    done = [jobs.wait(job, timeout=60) for job in asked]
    assert {(job.status, job.attempts) for job in done} == {(Job.DONE, 1)}
    assert sorted(work.marks()) == sorted(f"mark {n}" for n in range(40))
    assert other.stdin is not None
    other.stdin.close()
    assert other.wait(20) == 0, "it stops cleanly when told to"


def test_a_job_enqueued_by_another_process_is_seen(transactional_db: None, child: Child) -> None:
    other = child("workers", hears="working")
    assert jobs.outcome(jobs.wait(jobs.enqueue("test.pid"), timeout=20)) == other.pid
