"""Small work that the owner process does every few seconds."""

import threading

from pentad.core.turns import Turns


def test_the_work_is_done_again_and_again_also_after_a_failure() -> None:
    done = threading.Semaphore(0)

    def work() -> None:
        done.release()
        raise RuntimeError("the database is away")

    turns = Turns("test", work, seconds=0.001)
    turns.start()
    assert all(done.acquire(timeout=5) for _ in range(3))
    turns.stop(grace=5)


def test_the_work_is_done_once_more_at_the_end() -> None:
    done: list[int] = []
    turns = Turns("test", lambda: done.append(1), seconds=3600)
    turns.start()
    assert done == []
    turns.stop(grace=5)
    assert done == [1]
