"""Listening to other processes."""

import subprocess
import threading


def hear(process: "subprocess.Popen[str]", wanted: str) -> None:
    """Read what the process says until it says this; it is killed when that takes too long."""
    assert process.stdout is not None
    deadline = threading.Timer(30, process.kill)
    deadline.start()
    try:
        while (line := process.stdout.readline()).strip() != wanted:
            assert line, f"it ended with {process.wait()} before it said “{wanted}”"
    finally:
        deadline.cancel()
