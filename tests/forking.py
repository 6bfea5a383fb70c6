"""`pentad` in processes forked from one that has its libraries and Pentad's modules loaded.

Loading them is four fifths of a start, and the tests start Pentad some two hundred times. In all else such a process is
one of its own: settings, memory, files, signals, end; `kill -9` takes it as it takes any other. What must be told of
the installed command itself is told by tests with `Server(installed=True)`.
"""

import atexit
import multiprocessing
import os
import subprocess
import sys
import tempfile
import threading
from multiprocessing import forkserver, popen_forkserver
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

CONTEXT = multiprocessing.get_context("forkserver")
BEGUN = ["tests.forking_libraries", "tests.forking_pentad"]
CONTEXT.set_forkserver_preload(BEGUN)
_servers = forkserver.ForkServer()  # of their own: commands do not find loaded what only servers load
_servers.set_forkserver_preload([*BEGUN, "tests.forking_servers"])
_choosing = threading.Lock()


class _ServerPopen(popen_forkserver.Popen):
    def _launch(self, process_obj: Any) -> None:
        with _choosing:
            usual = forkserver.connect_to_new_process
            forkserver.connect_to_new_process = _servers.connect_to_new_process
            try:
                super()._launch(process_obj)  # type: ignore[misc]
            finally:
                forkserver.connect_to_new_process = usual


class ServerProcess(ForkServerProcess):
    @staticmethod
    def _Popen(process_obj: Any) -> Any:
        return _ServerPopen(process_obj)


class Forked:
    """What tests use of subprocess.Popen."""

    def __init__(self, arguments: list[str], output: Path, errors: Path, environment: dict[str, str]):
        self.arguments = arguments
        kind = ServerProcess if arguments[0] == "up" else CONTEXT.Process
        self.process: ForkServerProcess = kind(
            target=_pentad, args=(arguments, str(output), str(errors), str(Path.cwd()), environment)
        )
        self.process.start()
        assert self.process.pid
        self.pid = self.process.pid

    @property
    def returncode(self) -> int | None:
        return self.process.exitcode

    def poll(self) -> int | None:
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        self.process.join(timeout)
        if self.returncode is None:
            raise subprocess.TimeoutExpired(["pentad", *self.arguments], timeout or 0)
        return self.returncode

    def kill(self) -> None:
        self.process.kill()

    def send_signal(self, number: int) -> None:
        if self.returncode is None:
            os.kill(self.pid, number)


@atexit.register
def _end_what_is_left() -> None:
    """Else the exit waits for it."""
    for one in multiprocessing.active_children():
        one.kill()


def run(arguments: list[str], environment: dict[str, str], timeout: float) -> subprocess.CompletedProcess[str]:
    """As subprocess.run with its output captured as text."""
    with tempfile.TemporaryDirectory() as folder:
        output, errors = Path(folder, "output"), Path(folder, "errors")
        process = Forked(arguments, output, errors, environment)
        try:
            status = process.wait(timeout)
        finally:
            process.kill()
        return subprocess.CompletedProcess(arguments, status, output.read_text(), errors.read_text())


def _pentad(arguments: list[str], output: str, errors: str, folder: str, environment: dict[str, str]) -> None:
    """Be `pentad ARGUMENTS` in the folder, with nothing of the test's own."""
    os.chdir(folder)
    for number, path, flags in ((0, os.devnull, os.O_RDONLY), (1, output, os.O_WRONLY), (2, errors, os.O_WRONLY)):
        handle = os.open(path, flags | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(handle, number)
        os.close(handle)
    sys.stdin, sys.stdout, sys.stderr = open(0), open(1, "w"), open(2, "w", buffering=1)  # noqa: SIM115
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["pentad", *arguments]

    from pentad.cli import main

    try:
        main()
    finally:  # as the interpreter does; a fork of multiprocessing's leaves the second to its parent
        threading._shutdown()  # type: ignore[attr-defined]
        atexit._run_exitfuncs()
