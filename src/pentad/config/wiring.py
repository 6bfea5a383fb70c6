"""What an owner process runs beside the web: ledger, inbox, loader, mirror, outbox relay, job workers.

Built here, by name, and nowhere else; features find them through `ledger.current()` and the like.
"""

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import msgspec
import structlog
from django.conf import settings

from pentad import ledger
from pentad.core import clock, metrics, outbox, runtime
from pentad.core.health import readiness
from pentad.core.jobs import Pool
from pentad.core.models import OutboxMessage
from pentad.core.runtime import Folder
from pentad.core.turns import Turns
from pentad.data.ingest import signal_store
from pentad.data.ingest.inbox import OUTBOX, FrameMeta, Inbox
from pentad.data.ingest.loader import SLICE_BYTES, Loader
from pentad.data.ingest.own import own_source
from pentad.data.privacy import queries as privacy
from pentad.data.profiles import mirror
from pentad.data.profiles.mirroring import Mirroring
from pentad.engage.campaigns import turns as campaigns
from pentad.intelligence.computed import following as computing
from pentad.intelligence.segments import following  # noqa: F401  listens to the mirror
from pentad.intelligence.segments.due import DueTimer
from pentad.ledger import Ledger
from pentad.platforms.channels.queries import due
from pentad.platforms.channels.running import Senders
from pentad.roles.audit import keeping

log = structlog.get_logger(__name__)

BEHIND_BYTES = 64 << 20
"""With more than this not loaded yet, /readyz says that the loader does not keep up."""

JOB_WORKERS = 2

STOP_SECONDS = 1.0
"""How long jobs and the relay may take to come to a resting point when asked to stop."""

SENDING_SECONDS = 10.0
"""How long a message that is being handed over may take to its end: without an answer it would be in doubt."""


@runtime.equip
@contextmanager
def equipped(folder: Folder) -> Iterator[Ledger]:
    """The open ledger with everything loaded that was accepted, and mirrored: what a command needs to do an owner's work."""
    engine = ledger.open(settings.LEDGER or folder.ledger)
    try:
        loader = Loader(folder, engine)
        try:
            loader.drain()
        finally:
            loader.stop()
        mirror.drain(folder)
        yield engine
    finally:
        engine.close()


@contextmanager
def running(folder: Folder) -> Iterator["Services"]:
    """The long-running parts of an owner process, started; stopped in the order in which they feed each
    other, so that little is left for the next start. What was started stops also when the next would not start.
    """
    with ExitStack() as stack:
        engine = ledger.open(settings.LEDGER or folder.ledger)
        stack.callback(engine.close)
        services = Services(folder, engine)
        services.mirror.start()
        stack.callback(services.mirror.stop, grace=STOP_SECONDS)
        services.due.start()
        stack.callback(services.due.stop, grace=STOP_SECONDS)
        services.computed.start()
        stack.callback(services.computed.stop, grace=STOP_SECONDS)
        services.loader.start()
        stack.callback(services.loader.stop)
        stack.callback(services.inbox.close)
        services.audit.start()
        stack.callback(services.audit.stop, grace=STOP_SECONDS)
        services.campaigns.start()
        stack.callback(services.campaigns.stop, grace=STOP_SECONDS)
        services.signals.start()
        stack.callback(services.signals.stop, grace=STOP_SECONDS)
        services.relay.start()
        stack.callback(services.relay.stop, grace=STOP_SECONDS)
        services.senders.start()
        stack.callback(services.senders.stop, grace=SENDING_SECONDS)
        services.jobs.start()
        stack.callback(services.jobs.stop, grace=STOP_SECONDS)
        readiness.add("loader", services.loader_keeps_up)
        stack.callback(readiness.remove, "loader")
        readiness.warn("erasures", privacy.warning)
        stack.callback(readiness.remove, "erasures")
        readiness.warn("mirror", services.mirror.warning)
        stack.callback(readiness.remove, "mirror")
        metrics.on_read(services.measure)
        yield services


class Services:
    """What `running` starts and stops."""

    def __init__(self, folder: Folder, engine: Ledger):
        self.inbox = Inbox(folder.inbox)
        self.loader = Loader(folder, engine, roll=self.inbox.roll)
        self.inbox.written = _Waker(self.loader)
        self.mirror = Mirroring(folder, engine, behind=lambda: self.loader.lag_bytes() > SLICE_BYTES)
        self.due = DueTimer(engine)
        self.computed = computing.by_time()
        self.relay = outbox.Relay(self._hand_over)
        self.campaigns = campaigns.timer()
        self.signals = Turns("signals", signal_store.flush, signal_store.EVERY_SECONDS)
        self.audit = Turns("audit", keeping.keep, keeping.EVERY_SECONDS)
        self.senders = Senders()
        self.jobs = Pool(JOB_WORKERS)

    def loader_keeps_up(self) -> str | None:
        if self.loader.failure:
            return f"The loader stands still: {self.loader.failure}"
        lag = self.loader.lag_bytes()
        return f"The loader is behind by {lag >> 20} MB." if lag > BEHIND_BYTES else None

    def measure(self) -> None:
        metrics.LOADER_LAG.set(self.loader.lag_bytes())
        metrics.INBOX_PENDING.set(self.inbox.waiting)
        metrics.MESSAGES_DUE.clear()  # else a channel for which nothing waits any more would keep its number
        for channel, number in due(clock.now()).items():
            metrics.MESSAGES_DUE.labels(channel).set(number)

    def _hand_over(self, rows: list[OutboxMessage]) -> None:
        """Our own events take the same road as everybody's."""
        source_no = own_source().no
        now = clock.now_us()
        self.inbox.append_many_sync(
            (
                FrameMeta(source_no, now, 1, str(row.message["type"]), "", OUTBOX),
                msgspec.json.encode(outbox.message_of(row)),
            )
            for row in rows
        )


class _Waker(threading.Event):
    """What the inbox sets after each group of frames on disk: wakes the loader at once."""

    def __init__(self, loader: Any):
        super().__init__()
        self._loader = loader

    def set(self) -> None:
        self._loader.wake()
