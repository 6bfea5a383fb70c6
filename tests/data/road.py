"""The road in one process, for tests: messages in, loader by hand, ledger and profiles to look at."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from pentad.core.runtime import Folder
from pentad.data.identity.models import Person
from pentad.data.identity.queries import person_by_identifier
from pentad.data.ingest.inbox import FrameMeta, Inbox
from pentad.data.ingest.loader import Loader
from pentad.data.ingest.models import Source
from pentad.ledger import Ledger

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


@dataclass
class Road:
    folder: Folder
    ledger: Ledger
    inbox: Inbox
    loader: Loader
    source: Source
    sent: int = field(default=0)

    def accept(
        self, *messages: Any, at: datetime = NOON, source: Source | None = None, flags: int = 0, **batch: Any
    ) -> None:
        """As the tracking API accepts a batch: in the inbox, not loaded."""
        for message in messages:
            self.sent += 1
            if isinstance(message, dict):
                message.setdefault("messageId", f"m{self.sent}")
        meta = FrameMeta((source or self.source).no, int(at.timestamp() * 1e6), len(messages), flags=flags)
        self.inbox.append_many_sync([(meta, json.dumps({"batch": messages, **batch}).encode())])

    def send(self, *messages: Any, **options: Any) -> None:
        """Accept and load."""
        self.accept(*messages, **options)
        self.loader.drain()

    def person(self, identifier: str) -> Person:
        person = person_by_identifier(*identifier.split(":", 1))
        assert person is not None, f"nobody has {identifier}"
        return person

    def counts(self) -> dict[str, int]:
        row = self.ledger.rows(
            "SELECT sum(accepted) AS accepted, sum(stored) AS stored, sum(duplicate) AS duplicate,"
            " sum(quarantined) AS quarantined FROM counts"
        )[0]
        return {name: int(value or 0) for name, value in row.items()}

    def reasons(self) -> list[str]:
        return [r["reason"] for r in self.ledger.rows("SELECT reason FROM quarantined ORDER BY seq")]


def track(event: str = "Clicked", **fields: Any) -> dict[str, Any]:
    return {"type": "track", "event": event, **fields}


def identify(user: str | None = None, device: str | None = None, **traits: Any) -> dict[str, Any]:
    ids = {"userId": user, "anonymousId": device}
    return {"type": "identify", **{k: v for k, v in ids.items() if v}, "traits": traits}
