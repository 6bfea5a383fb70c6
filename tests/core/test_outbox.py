import subprocess
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.db import transaction

from pentad.core import outbox
from pentad.core.models import OutboxMessage

Child = Callable[..., "subprocess.Popen[str]"]


@dataclass
class Person:
    id: str


def emit_some(number: int) -> list[str]:
    with transaction.atomic():
        return [f"pentad-{outbox.emit('track', f'Event {n}').pk}" for n in range(number)]


def test_an_event_is_a_tracking_message_with_a_stable_id(db: None) -> None:
    row = outbox.emit("track", "Note Added", person=Person("p1"), company=Person("c1"), properties={"length": 3})
    message = outbox.message_of(row)
    assert message.pop("timestamp").endswith("Z")
    assert message == {
        "type": "track",
        "event": "Note Added",
        "personId": "p1",
        "companyId": "c1",
        "properties": {"length": 3},
        "messageId": f"pentad-{row.pk}",
    }


def test_outside_a_transaction_nothing_can_be_emitted(transactional_db: None) -> None:
    with pytest.raises(RuntimeError, match="needs a transaction"):
        outbox.emit("track", "Lost")


def test_an_event_of_a_change_that_failed_is_never_told(transactional_db: None) -> None:
    with transaction.atomic():
        outbox.emit("track", "Lost")
        transaction.set_rollback(True)
    assert outbox.pending() == 0


def test_messages_are_handed_over_in_order_and_then_forgotten(db: None) -> None:
    told = emit_some(5)
    heard: list[str] = []

    def write(rows: list[OutboxMessage]) -> None:
        heard.extend(outbox.message_of(row)["messageId"] for row in rows)

    assert [outbox.relay(write, limit=3) for _ in range(3)] == [3, 2, 0]
    assert heard == told


def test_a_relay_killed_between_write_and_delete_loses_nothing_and_repeats_the_same_ids(
    transactional_db: None, child: Child, tmp_path: Path
) -> None:
    told = emit_some(5)
    file = tmp_path / "relayed"
    assert child("relay", RELAYED=str(file)).wait(20) == -9
    assert file.read_text().split() == told[:3]
    assert outbox.pending() == 5

    def write(rows: list[OutboxMessage]) -> None:
        with file.open("a") as out:
            out.writelines(f"pentad-{row.pk}\n" for row in rows)

    outbox.relay(write)
    assert outbox.pending() == 0
    heard = file.read_text().split()
    assert heard == told[:3] + told
    assert list(dict.fromkeys(heard)) == told, "deduplicated by id: each once, in order"
    assert emit_some(1)[0] not in heard, "numbers are never used twice"


def test_the_thread_hands_over_on_commit_and_survives_a_full_inbox(transactional_db: None) -> None:
    heard: list[int] = []
    refusals = [OSError("full")]
    enough = threading.Event()

    def write(rows: list[OutboxMessage]) -> None:
        if refusals:
            raise refusals.pop()
        heard.extend(row.pk for row in rows)
        enough.set()

    relay = outbox.Relay(write, poll_seconds=0.05)
    relay.start()
    told = emit_some(2)
    assert enough.wait(20)
    told += emit_some(1)
    assert relay.stop()
    assert [f"pentad-{pk}" for pk in heard] == told
    assert outbox.pending() == 0
