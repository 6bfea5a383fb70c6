from datetime import UTC, datetime, timedelta

from pentad.core import clock, jobs
from pentad.core.jobs import schedules
from pentad.core.models import Job, Schedule
from tests.core import work  # noqa: F401  registers the tasks
from tests.serving import until

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def due_at(seconds: float) -> int:
    with clock.held(NOON + timedelta(seconds=seconds)):
        return schedules.enqueue_due()


def test_a_schedule_comes_at_its_times_and_missed_turns_are_one(db: None) -> None:
    with clock.held(NOON):
        jobs.schedule("hourly", "test.pid", 3600)
    found = []
    for seconds in (0, 3599, 3600, 5 * 3600 + 5, 5 * 3600 + 6):
        found.append(due_at(seconds))
        Job.objects.update(status=Job.DONE, key=None)
    assert found == [1, 0, 1, 1, 0]
    assert Schedule.objects.get().next_at == NOON + timedelta(hours=6)


def test_a_slow_job_does_not_pile_up_on_itself(db: None) -> None:
    with clock.held(NOON):
        jobs.schedule("hourly", "test.pid", 3600)
    assert [due_at(0), due_at(3600)] == [1, 1]
    assert Job.objects.count() == 1


def test_declaring_again_keeps_the_next_time_unless_the_interval_shrinks(db: None) -> None:
    with clock.held(NOON):
        jobs.schedule("daily", "test.pid", 86400)
        schedules.enqueue_due()
        assert jobs.schedule("daily", "test.pid", 86400).next_at == NOON + timedelta(days=1)
        assert jobs.schedule("daily", "test.pid", 60).next_at == NOON + timedelta(seconds=60)


def test_a_pool_rings_the_schedules(transactional_db: None, pool: jobs.Pool) -> None:
    jobs.schedule("soon", "test.pid", 3600)
    pool.start()
    until(lambda: Job.objects.filter(kind="test.pid", status=Job.DONE).exists(), what="the scheduled job is done")
    assert Schedule.objects.filter(name="jobs.prune").exists()
