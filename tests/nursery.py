"""Processes that are killed in the middle of their work, forked from one that is prepared for it.

A nursery is a module run with `-m` that makes things ready, says so, and forks a process for each order it reads: see `serve`.
Orders are lines of JSON: {"do": "live", …} answers with the number of the process, {"do": "reap", "pid": …} with how it
ended, and whatever else is told, the nursery does itself.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
Order = dict[str, Any]


class Nursery:
    """The test's end of it."""

    def __init__(self, module: str, *arguments: str) -> None:
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("PENTAD_", "DJANGO_"))}
        self.process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments], cwd=ROOT, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment,
        )  # fmt: skip
        assert self.said() == "ready"

    def said(self) -> str:
        assert self.process.stdout
        return self.process.stdout.readline().strip()

    def tell(self, **order: Any) -> int:
        assert self.process.stdin
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        return int(self.said())

    def reap(self, pid: int) -> bool:
        """Whether it was killed; else it did all there was."""
        status = self.tell(do="reap", pid=pid)
        assert status == 0 or os.WIFSIGNALED(status), status
        return status != 0

    def close(self) -> None:
        assert self.process.stdin
        self.process.stdin.close()
        self.process.wait(10)


def serve(live: Callable[[Order], None], **others: Callable[[Order], None]) -> None:
    """Do what is asked for, until nothing more is. live: the whole life of a process that is forked for it."""
    print("ready", flush=True)
    for line in sys.stdin:
        order = json.loads(line)
        answer = 0
        if order["do"] == "live":
            answer = _born(live, order)
        elif order["do"] == "reap":
            answer = os.waitpid(order["pid"], 0)[1]
        else:
            others[order["do"]](order)
        print(answer, flush=True)


def _born(live: Callable[[Order], None], order: Order) -> int:
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        live(order)
        status = 0
    finally:
        os._exit(status)


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def doom(module: Any, name: str, side: str, nth: int) -> None:
    """Let this process end when it comes to this function, before or after it, for the nth time."""
    usual: Callable[..., Any] = getattr(module, name)
    left = [nth]

    def fatal(*args: Any, **kwargs: Any) -> Any:
        left[0] -= 1
        if not left[0] and side == "before":
            die()
        found = usual(*args, **kwargs)
        if not left[0]:
            die()
        return found

    setattr(module, name, fatal)
