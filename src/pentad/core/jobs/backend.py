"""Django's Tasks interface on our job table, so that other people's tasks land where ours do.

    TASKS = {"default": {"BACKEND": "pentad.core.jobs.backend.JobsBackend", "QUEUES": []}}

A task that raises has failed, as Django says; OPTIONS {"attempts": n} allows more. A task whose
worker was killed is done again.
"""

from typing import Any, ParamSpec, TypeVar

from django.utils.module_loading import import_string
from django_tasks import TaskContext, TaskResult, TaskResultStatus
from django_tasks.backends.base import BaseTaskBackend
from django_tasks.base import Task, TaskError
from django_tasks.exceptions import TaskResultDoesNotExist
from django_tasks.signals import task_enqueued, task_finished, task_started
from django_tasks.utils import normalize_json

from pentad.core.jobs import queue
from pentad.core.jobs.context import Context
from pentad.core.jobs.registry import task
from pentad.core.models import Job

P = ParamSpec("P")
T = TypeVar("T")

KIND = "django.task"
STATUS = {
    Job.WAITING: TaskResultStatus.READY,
    Job.RUNNING: TaskResultStatus.RUNNING,
    Job.DONE: TaskResultStatus.SUCCESSFUL,
    Job.DEAD: TaskResultStatus.FAILED,
    Job.CANCELLED: TaskResultStatus.FAILED,
}


class JobsBackend(BaseTaskBackend):
    """Tasks as jobs: durable, delayed, by priority, with results for every process."""

    supports_defer = True
    supports_async_task = True
    supports_get_result = True
    supports_priority = True

    def enqueue(self, task: Task[P, T], args: P.args, kwargs: P.kwargs) -> TaskResult[T]:  # type: ignore[valid-type]
        self.validate_task(task)
        payload = {
            "path": task.module_path,
            "args": normalize_json(args),
            "kwargs": normalize_json(kwargs),
            "backend": self.alias,
        }
        job = queue.enqueue(
            KIND,
            payload,
            run_at=task.run_after,
            priority=task.priority,
            queue=task.queue_name,
            max_attempts=self.options.get("attempts", 1),
        )
        result: TaskResult[T] = result_of(job, task)
        task_enqueued.send(type(self), task_result=result)
        return result

    def get_result(self, result_id: str) -> TaskResult[Any]:
        job = Job.objects.filter(public_id=result_id, kind=KIND).first()
        if job is None or job.payload["backend"] != self.alias:
            raise TaskResultDoesNotExist(result_id)
        return result_of(job, _task_of(job))


def _task_of(job: Job) -> "Task[..., Any]":
    found: Task[..., Any] = import_string(job.payload["path"])
    return found.using(priority=job.priority, queue_name=job.queue, backend=job.payload["backend"])


def result_of(job: Job, of: "Task[..., Any]") -> TaskResult[Any]:
    """A job as Django's value."""
    result: TaskResult[Any] = TaskResult(
        task=of,
        id=job.public_id,
        status=STATUS[job.status],
        enqueued_at=job.created,
        started_at=job.started,
        finished_at=job.finished,
        last_attempted_at=job.started,
        args=job.payload["args"],
        kwargs=job.payload["kwargs"],
        backend=job.payload["backend"],
        errors=_errors(job),
        worker_ids=[job.owner] * job.attempts,
    )
    if job.status == Job.DONE:
        object.__setattr__(result, "_return_value", job.result)
    return result


def _errors(job: Job) -> list[TaskError]:
    if job.status != Job.DEAD:
        return []
    said = job.result or {}
    path = said.get("exception", "builtins.RuntimeError")
    return [TaskError(exception_class_path=path, traceback=said.get("message", job.error))]


@task(KIND, attempts=1)
def run(job: Context, path: str, args: list[Any], kwargs: dict[str, Any], backend: str) -> Any:
    """Do a Django task."""
    of = _task_of(job.job)
    result = result_of(job.job, of)
    task_started.send(JobsBackend, task_result=result)
    given = [TaskContext(task_result=result), *args] if of.takes_context else args
    try:
        value = normalize_json(of.call(*given, **kwargs))
    except Exception:
        object.__setattr__(result, "status", TaskResultStatus.FAILED)
        task_finished.send(JobsBackend, task_result=result)
        raise
    object.__setattr__(result, "status", TaskResultStatus.SUCCESSFUL)
    object.__setattr__(result, "_return_value", value)
    task_finished.send(JobsBackend, task_result=result)
    return value
