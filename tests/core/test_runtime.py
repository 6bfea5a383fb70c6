import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from pentad.core import jobs, runtime
from pentad.core.errors import Conflict, Unavailable
from pentad.core.models import Job
from tests.core import work
from tests.core.processes import hear
from tests.serving import until

Child = Callable[..., "subprocess.Popen[str]"]


def test_one_process_owns_a_folder_and_a_killed_one_lets_go(child: Child) -> None:
    other = child("own", hears="owned")
    with pytest.raises(Unavailable) as caught, runtime.own(runtime.folder()):
        pass
    assert caught.value.code == "folder_in_use"
    assert str(other.pid) in caught.value.message
    assert not runtime.is_owner()
    other.kill()
    with runtime.own(runtime.folder(), wait=10):
        assert runtime.is_owner()
    assert not runtime.is_owner()


def test_a_forked_child_of_the_owner_owns_nothing() -> None:
    with runtime.own(runtime.folder()):
        child = os.fork()
        if child == 0:
            os._exit(int(runtime.is_owner()))
        assert os.waitpid(child, 0)[1] == 0


def test_work_for_the_owner_is_done_here_when_nobody_owns(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []

    @contextmanager
    def open_ledger(folder: runtime.Folder) -> Iterator[None]:
        seen.append(("open", runtime.is_owner(), folder.ledger.is_dir()))
        yield
        seen.append(("closed", runtime.is_owner(), True))

    monkeypatch.setattr(runtime, "_equipment", [open_ledger])
    assert runtime.as_owner("test.pid") == os.getpid()
    assert seen == [("open", True, True), ("closed", True, True)]
    assert not runtime.is_owner()


def test_work_for_the_owner_is_done_here_when_this_process_owns(transactional_db: None) -> None:
    with runtime.own(runtime.folder()):
        assert runtime.as_owner("test.pid") == os.getpid()


def test_work_for_the_owner_is_done_there_when_another_process_owns(transactional_db: None, child: Child) -> None:
    other = child("serve", hears="working")
    assert runtime.as_owner("test.pid", timeout=20) == other.pid


def test_work_moves_here_when_the_owner_ends(transactional_db: None, child: Child) -> None:
    other = child("serve", hears="working", HANG_AT="inside")
    job = jobs.enqueue("test.steps", {"number": 5})
    hear(other, "inside")
    other.kill()
    other.wait()

    def done_here() -> bool:
        """What as_owner does while it waits: take the job when its lease has run out and the lock is free."""
        runtime._try_here(job.pk)
        return Job.objects.get(pk=job.pk).status == Job.DONE

    until(done_here)
    job.refresh_from_db()
    assert jobs.outcome(job) == {"pid": os.getpid()}
    assert work.marks() == [f"step {n}" for n in range(5)]


def test_an_error_comes_back_as_it_was(transactional_db: None, child: Child) -> None:
    child("serve", hears="working")
    with pytest.raises(Conflict) as caught:
        runtime.as_owner("test.wrong", timeout=20)
    assert (caught.value.code, caught.value.fix) == ("two_of_these", "Remove one.")


def test_an_unfinished_job_says_so_after_the_time(transactional_db: None, child: Child) -> None:
    child("own", hears="owned")  # owns, but does no jobs
    with pytest.raises(jobs.Unfinished):
        runtime.as_owner("test.pid", timeout=0.2)
