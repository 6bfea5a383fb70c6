"""From the decision to write to somebody until the message is handed over, while a campaign is chosen, composed and sent by the
same process and the same service.
"""

import json
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from bench import campaign, compose, load
from bench.report import Row, at_most

CUSTOMERS, URGENT = 60_000, 400
URGENT_MS, APART_SECONDS = 500, 0.05
_RUN = """
import sys
from bench.urgent import run
run(sys.argv[1], *map(int, sys.argv[2:]))
"""


def rows(quick: bool) -> Iterator[Row]:
    sizes = (6_000, 80) if quick else (CUSTOMERS, URGENT)
    folder = load.folder()
    try:
        command = [sys.executable, "-c", _RUN, str(folder / "data"), *map(str, sizes)]
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        found = json.loads(done.stdout.splitlines()[-1])
        what = "an urgent message decided and handed over while a campaign is chosen, composed and sent, p99"
        yield at_most(what, found["p99"], "ms", URGENT_MS, f" (half of them within {found['p50']:.0f} ms)")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def run(folder: str, customers: int, urgent: int) -> None:
    """Run a campaign with the threads of an owner process; prints what urgent messages took meanwhile."""
    from pentad.config import bootstrap

    bootstrap.setup(Path(folder))
    from pentad.config.serve import SWITCH_SECONDS
    from pentad.core.actor import SYSTEM, acting_as
    from pentad.platforms.channels.running import Senders

    sys.setswitchinterval(SWITCH_SECONDS)
    compose._fill(customers)
    _addresses(customers)
    handed = _Handed()
    with acting_as(SYSTEM):
        campaign._campaign()
        _carried_by(handed)
        senders = Senders()
        senders.start()
        worker = threading.Thread(target=_work, daemon=True)
        worker.start()
        waits = sorted(_waits(handed, worker, customers, urgent))
        senders.stop()
    assert len(waits) > urgent / 4, f"The campaign was over after {len(waits)} urgent messages."
    print(json.dumps({name: 1000 * waits[int(len(waits) * share)] for name, share in (("p50", 0.5), ("p99", 0.99))}))


def _addresses(customers: int) -> None:
    from pentad.core import clock
    from pentad.data.identity.models import Identifier

    now = clock.now()
    for first in range(1, customers + 1, 2_000):
        Identifier.objects.bulk_create(
            Identifier(namespace="email", value=f"p{no}@kestrel.example", person_id=no, first_seen=now)
            for no in range(first, min(first + 2_000, customers + 1))
        )


class _Handed:
    """When each urgent message was handed over."""

    def __init__(self) -> None:
        self.at: dict[str, float] = {}
        self.bell = threading.Condition()

    def take(self, subject: str) -> None:
        with self.bell:
            self.at[subject] = time.perf_counter()
            self.bell.notify_all()

    def wait(self, subject: str) -> float:
        with self.bell:
            assert self.bell.wait_for(lambda: subject in self.at, 60), subject
            return self.at[subject]


def _carried_by(handed: _Handed) -> None:
    """A service that takes everything at once, and knows no keys, so that each message begins in a transaction of its own."""
    from pentad.platforms.channels import sending
    from pentad.platforms.channels.adapters.protocol import Adapter, Outgoing, Receipt, Setup

    class Nowhere(Adapter):
        def send(self, out: Outgoing, key: str) -> Receipt:
            if out.content["subject"].startswith("Urgent"):
                handed.take(out.content["subject"])
            return Receipt(key)

    sending.open_adapter = lambda to: Nowhere(Setup(to.pk, "email", {}))


def _work() -> None:
    """The campaign's timer and the jobs it asks for, until it has released everything."""
    from django.db import connections

    from pentad.core.actor import SYSTEM, read_as
    from pentad.core.jobs import run_here
    from pentad.core.models import Job
    from pentad.engage.campaigns import turns

    read_as(SYSTEM)
    try:
        turns.work_due()
        for job in Job.objects.filter(kind=turns.WORK, status=Job.WAITING):
            run_here(job.pk)
            job.refresh_from_db()
            assert job.status == Job.DONE, job.error
    finally:
        connections.close_all()


def _waits(handed: _Handed, worker: threading.Thread, customers: int, urgent: int) -> Iterator[float]:
    """Seconds that each took, one after the other, as long as the campaign is under way."""
    from pentad.platforms.channels import queue
    from pentad.platforms.channels.items import Item

    pause = threading.Event()
    for number in range(1, urgent + 1):
        if not worker.is_alive():
            return
        subject = f"Urgent {number}"
        item = Item(
            key=f"api:{number}", person_no=number % customers + 1, channel="email", origin_kind="api", priority=100,
            content={"subject": subject, "html": "<p>Your code</p>", "text": "Your code"}, transactional=True,
        )  # fmt: skip
        decided = time.perf_counter()
        queue.enqueue([item])
        yield handed.wait(subject) - decided
        pause.wait(APART_SECONDS)
