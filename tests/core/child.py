"""Another process on the test's data folder and database: `python -m tests.core.child VERB`."""

import os
import signal
import sys
from pathlib import Path

import django

django.setup()

from pentad.core import jobs, outbox, runtime  # noqa: E402
from pentad.core.models import OutboxMessage  # noqa: E402
from tests.core import work  # noqa: E402, F401  registers the tasks


def own() -> None:
    """Own the data folder until killed or told to go."""
    with runtime.own(runtime.folder()):
        print("owned", flush=True)
        sys.stdin.read()


def serve() -> None:
    """Own the folder and work on jobs."""
    with runtime.own(runtime.folder()):
        workers()


def workers() -> None:
    """Work on jobs until killed or told to go."""
    pool = jobs.Pool(workers=2, lease_seconds=float(os.environ.get("LEASE", "1")), poll_seconds=0.05)
    pool.start()
    print("working", flush=True)
    if os.environ.get("HANG_AT"):  # standard input belongs to the work
        signal.pause()
    sys.stdin.read()
    pool.stop()


def relay() -> None:
    """Hand messages over, and die before they are deleted."""

    def write(rows: list[OutboxMessage]) -> None:
        with Path(os.environ["RELAYED"]).open("a") as out:
            out.writelines(f"{outbox.message_of(row)['messageId']}\n" for row in rows)
            out.flush()
            os.fsync(out.fileno())
        os.kill(os.getpid(), signal.SIGKILL)

    outbox.relay(write, limit=3)


{"own": own, "serve": serve, "workers": workers, "relay": relay}[sys.argv[1]]()
