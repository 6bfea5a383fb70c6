"""`make demo` in a terminal: Ctrl-C stops it, and that is no error."""

import os
import pty
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SERVER = (
    "import signal, sys; signal.signal(signal.SIGINT, lambda *_: sys.exit(0)); print('up', flush=True); signal.pause()"
)


@pytest.mark.once
def test_ctrl_c_ends_what_make_runs_without_an_error(tmp_path: Path) -> None:
    (tmp_path / "server.py").write_text(SERVER)
    run = f"{sys.executable} {ROOT}/scripts/foreground.py {sys.executable} server.py"
    (tmp_path / "Makefile").write_text(f"demo:\n\t@exec {run}\n")
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(tmp_path)
        os.execvp("make", ["make", "demo"])
    said = b""
    while b"up" not in said:
        said += os.read(terminal, 1000)
    os.write(terminal, b"\x03")
    _, status = os.waitpid(child, 0)
    os.close(terminal)
    assert os.waitstatus_to_exitcode(status) == 0
