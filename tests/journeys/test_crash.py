"""kill -9 at random moments under load: what was answered 200 is stored, once, and the receipts balance."""

import base64
import contextlib
import http.client
import json
import random
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.serving import Server, until

KILLS = 50
PEOPLE = 40
PAUSE = 0.01
"""Between the requests of a client, in seconds: enough is always under way, and the server is not starved of time."""

SEED = random.SystemRandom().randrange(10**6)


@dataclass
class Sender(threading.Thread):
    """A client that sends batches for ever, and the same batch again until it is answered 200, as libraries do."""

    server: Server
    seed: int
    acknowledged: Counter[str] = field(default_factory=Counter)  # message id → times answered 200
    attempted: int = 0  # messages in requests that may have arrived, answered or not
    invalid: set[str] = field(default_factory=set)
    wrong: list[str] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        super().__init__(daemon=True)
        self.chance = random.Random(self.seed)
        basic = base64.b64encode(f"{self.server.write_key}:".encode()).decode()
        self.headers = {"authorization": f"Basic {basic}", "content-type": "application/json"}

    __hash__ = threading.Thread.__hash__

    def run(self) -> None:
        connection: http.client.HTTPConnection | None = None
        batch: list[dict[str, Any]] = []
        while not self.over.is_set():
            batch = batch or self.batch()
            try:
                connection = connection or http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=20)
                connection.connect() if connection.sock is None else None
                self.attempted += len(batch)
                connection.request("POST", "/v1/batch", json.dumps({"batch": batch}), self.headers)
                answer = connection.getresponse()
                body = answer.read()
            except (OSError, http.client.HTTPException):
                with contextlib.suppress(Exception):
                    connection.close() if connection else None
                connection = None
                self.over.wait(0.01)
                continue
            self.over.wait(PAUSE)
            if answer.status == 200:
                self.acknowledged.update(one["messageId"] for one in batch)
                again = self.chance.random() < 0.1  # a library that missed the answer
                batch = batch if again else []
            elif answer.status not in (429, 503):
                self.wrong.append(f"{answer.status} {body[:300]!r}")
                batch = []

    def batch(self) -> list[dict[str, Any]]:
        return [self.message() for _ in range(self.chance.choice((1, 3, 20)))]

    def message(self) -> dict[str, Any]:
        one: dict[str, Any] = {"messageId": str(uuid.uuid4()), "type": "track", "event": "Poured"}
        if self.chance.random() < 0.03:
            self.invalid.add(one["messageId"])
            return one
        one["userId"] = f"u-{self.chance.randrange(PEOPLE)}"
        if self.chance.random() < 0.2:
            return one | {"type": "identify", "traits": {"cups": self.chance.randrange(1000)}}
        return one | {"properties": {"ml": self.chance.randrange(500)}}


def _kill_at_a_random_moment(server: Server, chance: random.Random, sent: Callable[[], int]) -> None:
    """Mostly under load; now and then while it starts or while it replays what it had."""
    if chance.random() < 0.15:
        server.start(ready=False)
        pause = chance.uniform(0.2, 2.5)
    else:
        server.start()
        before = sent()
        until(lambda: sent() > before, 20, "the load goes on")
        pause = chance.uniform(0.0, 0.7)
    assert server.process
    with contextlib.suppress(Exception):  # the moment is meant to be random: nothing to wait for
        server.process.wait(pause)
    server.kill()


def test_nothing_acknowledged_is_lost_or_stored_twice(new_server: Callable[..., Server]) -> None:
    server = new_server()
    print(f"seed {SEED}")
    chance = random.Random(SEED)
    senders = [Sender(server, chance.randrange(10**9)) for _ in range(2)]
    for sender in senders:
        sender.start()

    def sent() -> int:
        return sum(sender.acknowledged.total() for sender in senders)

    started = time.monotonic()
    for _kill in range(KILLS):
        _kill_at_a_random_moment(server, chance, sent)
    print(f"{KILLS} kills in {time.monotonic() - started:.0f} s, {sent()} messages acknowledged")
    server.start()
    for sender in senders:
        sender.over.set()
    for sender in senders:
        sender.join(30)
    assert [wrong for sender in senders for wrong in sender.wrong] == []

    acknowledged = sum((sender.acknowledged for sender in senders), Counter[str]())
    invalid = set().union(*(sender.invalid for sender in senders))
    totals = until(lambda: _complete(server, acknowledged.total()), 60, "everything acknowledged is loaded")
    assert totals["accepted"] <= sum(sender.attempted for sender in senders)

    stored = Counter(row["message_id"] for n in range(PEOPLE) for row in _events_of(server, f"user_id:u-{n}"))
    twice = [message for message, times in stored.items() if times > 1]
    lost = [message for message in acknowledged if message not in stored and message not in invalid]
    assert (lost, twice) == ([], [])
    assert stored.total() == totals["stored"]
    assert not invalid & set(stored)
    # A batch in flight at a kill may have arrived unanswered; the client then sends it again, so none is unknown
    # but those of the last batch of each sender.
    assert len(set(stored) - set(acknowledged)) <= 20 * len(senders)
    sample = chance.sample(sorted(invalid & set(acknowledged)), min(5, len(invalid & set(acknowledged))))
    assert {server.api(f"/receipts/{message}")["state"] for message in sample} <= {"quarantined"}

    server.cli("doctor")
    server.stop()
    server.cli("doctor")


def _complete(server: Server, acknowledged: int) -> dict[str, int] | None:
    now = server.totals()
    loaded = now["stored"] + now["duplicate"] + now["quarantined"]
    return now if loaded == now["accepted"] >= acknowledged else None


def _events_of(server: Server, identifier: str) -> list[dict[str, Any]]:
    person = server.person(identifier)
    return server.events(person["id"]) if person else []
