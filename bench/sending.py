"""Sending: messages queued, messages handed over, and one urgent message while a hundred thousand others wait."""

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from bench import load
from bench.report import Row, at_least, at_most

QUEUED, SENT, URGENT = 100_000, 5_000, 1_000
SHARE_OF_INSERTING, SENT_SECOND, URGENT_MS = 0.3, 300, 100
_RUN = """
import sys
from bench.sending import run
run(sys.argv[1], *map(int, sys.argv[2:]))
"""
BODY = "".join(
    f"<tr><td style='padding:4px'>Row {n} of a newsletter, {n * 7919 % 1000} words</td></tr>" for n in range(100)
)


def rows(quick: bool) -> Iterator[Row]:
    sizes = (5_000, 500, 100) if quick else (QUEUED, SENT, URGENT)
    folder = load.folder()
    try:
        command = [sys.executable, "-c", _RUN, str(folder / "data"), *map(str, sizes)]
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        found = json.loads(done.stdout.splitlines()[-1])
        what = f"{sizes[0]:,} mails of {len(BODY) // 1000} kB queued, by a core"
        yield at_least(
            what, found["queued"], found["inserted"], "mails/s", "inserting the same rows alone", SHARE_OF_INSERTING
        )
        yield Row(
            "messages judged, begun, handed over and written down, by a core", f"{found['sent']:,.0f} messages/s",
            budget=f"≥ {SENT_SECOND} messages/s", holds=found["sent"] >= SENT_SECOND,
        )  # fmt: skip
        what = (
            f"an urgent message queued and handed over while {sizes[0]:,} wait for later, without waits for a core, p99"
        )
        yield at_most(what, found["p99"], "ms", URGENT_MS)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def run(folder: str, queued: int, sent: int, urgent: int) -> None:
    """Fill a folder and send; prints what it took."""
    from pentad.config import bootstrap

    bootstrap.setup(Path(folder))
    from pentad.core.actor import SYSTEM, acting_as

    with acting_as(SYSTEM):
        people = _people(max(queued, sent, urgent))
        told = {"queued": queued / _queue(people[:queued]), "inserted": queued / _insert(queued)}
        told["sent"] = sent / _send(people[:sent])
        waits = sorted(_urgent(people[:urgent]))
    print(json.dumps(told | {"p99": 1000 * waits[int(len(waits) * 0.99)]}))


def _people(number: int) -> list[int]:
    from pentad.core import clock
    from pentad.core.actor import SYSTEM
    from pentad.data.identity.models import Identifier, Person
    from pentad.intelligence.contact.actions import save_policy
    from pentad.intelligence.contact.policy import Policy

    save_policy(actor=SYSTEM, policy=Policy())
    now = clock.now()
    Person.objects.bulk_create(
        (Person(no=no, email=f"p{no}@kestrel.example", known=True) for no in range(1, number + 1)), batch_size=500
    )
    Identifier.objects.bulk_create(
        (
            Identifier(namespace="email", value=f"p{no}@kestrel.example", person_id=no, first_seen=now)
            for no in range(1, number + 1)
        ),
        batch_size=500,
    )
    return list(range(1, number + 1))


def _item(no: int, run: str, **fields: Any) -> Any:
    from pentad.platforms.channels.items import Item

    values: dict[str, Any] = {
        "key": f"campaign:{run}:{no}", "person_no": no, "channel": "email", "origin_id": "c" * 36, "run": run,
        "content": {"subject": f"Hello {no}", "html": f"<html>Dear {no} {BODY}</html>", "text": f"Dear {no}"},
        "links": [f"https://kestrel.example/{no}"], "version_id": 1, "transactional": True,
    }  # fmt: skip
    return Item(**(values | fields))


def _queue(people: Sequence[int]) -> float:
    """CPU seconds to queue a message to each for tomorrow."""
    from datetime import timedelta

    from pentad.core import clock
    from pentad.platforms.channels import queue

    later, took = clock.now() + timedelta(days=1), 0.0
    for start in range(0, len(people), 10_000):
        some = [_item(no, "later", due_at=later) for no in people[start : start + 10_000]]
        began = time.process_time()
        queue.enqueue(some)
        took += time.process_time() - began
    return took


def _insert(number: int) -> float:
    """CPU seconds to insert the same rows into a table like theirs, made of nothing anew."""
    from django.db import connection, transaction

    with connection.cursor() as cursor:
        cursor.execute("SELECT sql FROM sqlite_master WHERE tbl_name = 'pentad_platforms_delivery' AND sql NOT NULL")
        for (statement,) in cursor.fetchall():
            renamed = statement.replace('INDEX "', 'INDEX "copied_').replace("_platforms_delivery", "_platforms_copied")
            cursor.execute(renamed)
        cursor.execute("SELECT * FROM pentad_platforms_delivery")
        rows = cursor.fetchall()
        places = ", ".join(["%s"] * len(rows[0]))
        began = time.process_time()
        for start in range(0, number, 1_000):
            with transaction.atomic():
                cursor.executemany(
                    f"INSERT INTO pentad_platforms_copied VALUES ({places})", rows[start : start + 1_000]
                )
        return time.process_time() - began


def _sender() -> Any:
    """At a service that takes everything at once, and knows no keys: each message begins in a transaction of its own."""
    from pentad.platforms.channels.adapters.protocol import Adapter, Outgoing, Receipt, Setup
    from pentad.platforms.channels.models import Destination
    from pentad.platforms.channels.sending import Sender

    class Nowhere(Adapter):
        def send(self, out: Outgoing, key: str) -> Receipt:
            return Receipt(key)

    to = Destination.objects.get_or_create(channel="email", adapter="smtp", name="Nowhere", is_default=True)[0]
    sender = Sender(to)
    sender._adapter, sender._made_of = Nowhere(Setup(to.pk, "email", {})), to.changed
    return sender


def _send(people: Sequence[int]) -> float:
    """CPU seconds to send to so many."""
    from pentad.platforms.channels import queue

    queue.enqueue([_item(no, "now") for no in people])
    sender = _sender()
    began = time.process_time()
    while sender.turn():
        pass
    return time.process_time() - began


def _urgent(people: Sequence[int]) -> Iterator[float]:
    """Seconds from queueing each until it is handed over and written down: on disk, whatever else the machine does."""
    from pentad.platforms.channels import queue

    sender = _sender()
    for no in people:
        item = _item(no, "urgent", priority=9)
        began, waited = time.perf_counter(), _waited()
        queue.enqueue([item])
        assert sender.turn() == 1
        yield time.perf_counter() - began - (_waited() - waited)


def _waited() -> float:
    """Seconds for which this thread was ready to go on, and others had the cores."""
    return int(Path("/proc/thread-self/schedstat").read_text().split()[1]) / 1e9
