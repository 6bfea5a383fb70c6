from datetime import timedelta

import pytest
from django_tasks import TaskResultStatus, default_task_backend
from django_tasks.exceptions import TaskResultDoesNotExist

from pentad.core import clock, jobs
from pentad.core.models import Job
from tests.core import work


def test_a_django_task_is_a_job_with_a_result(transactional_db: None, pool: jobs.Pool) -> None:
    pool.start()
    result = work.add.enqueue(2, b=3)
    job = jobs.wait(Job.objects.get(public_id=result.id), timeout=20)
    assert (job.kind, job.priority) == ("django.task", 5)
    result.refresh()
    assert (result.status, result.return_value) == (TaskResultStatus.SUCCESSFUL, 5)
    assert work.add.get_result(result.id).return_value == 5


def test_a_failing_task_is_failed_with_its_error(transactional_db: None, pool: jobs.Pool) -> None:
    pool.start()
    result = work.fall_over.enqueue()
    jobs.wait(Job.objects.get(public_id=result.id), timeout=20)
    result.refresh()
    assert result.status == TaskResultStatus.FAILED
    assert result.errors[0].exception_class is KeyError
    assert result.attempts == 1


def test_a_task_may_wait_and_know_its_context(transactional_db: None, pool: jobs.Pool) -> None:
    late = work.attempt_number.using(run_after=clock.now() + timedelta(days=1)).enqueue()
    now = work.attempt_number.enqueue()
    pool.start()
    jobs.wait(Job.objects.get(public_id=now.id), timeout=20)
    now.refresh()
    late.refresh()
    assert now.return_value == 1
    assert late.status == TaskResultStatus.READY


def test_there_is_no_result_of_what_was_never_asked(db: None) -> None:
    with pytest.raises(TaskResultDoesNotExist):
        default_task_backend.get_result("nothing")
