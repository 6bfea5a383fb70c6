"""What Prometheus reads at /metrics. Labels are few and never a customer's."""

from collections.abc import Callable

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

log = structlog.get_logger(__name__)

registry = CollectorRegistry()
ProcessCollector(registry=registry)


def _by_source(name: str, help: str) -> Counter:
    return Counter(name, help, ["source"], registry=registry)


ACCEPTED = _by_source("pentad_events_accepted", "Messages answered 200, durable in the inbox")
STORED = _by_source("pentad_events_stored", "Messages stored in the ledger")
DUPLICATES = _by_source("pentad_events_duplicate", "Messages recognised as duplicates")
QUARANTINED = _by_source("pentad_events_quarantined", "Messages set aside with a reason")
LOADER_LAG = Gauge("pentad_loader_lag_bytes", "Bytes in the inbox that are not loaded yet", registry=registry)
INBOX_PENDING = Gauge("pentad_inbox_pending_bytes", "Bytes accepted but not on disk yet", registry=registry)
OUTBOX_PENDING = Gauge("pentad_outbox_pending", "Own messages not handed to the inbox yet", registry=registry)
HANDED_OVER = Counter(
    "pentad_messages_handed_over",
    "Messages handed to destinations, by channel and what became of it: accepted, refused, busy, unknown",
    ["channel", "outcome"],
    registry=registry,
)
MESSAGES_DUE = Gauge(
    "pentad_messages_due", "Messages that are due and have not left, by channel", ["channel"], registry=registry
)
JOBS = Gauge("pentad_jobs", "Jobs by status", ["status"], registry=registry)
HTTP_SECONDS = Histogram(
    "pentad_http_request_seconds",
    "Time to answer a request, by method, route pattern and status",
    ["method", "route", "status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 10),
    registry=registry,
)

_readers: list[Callable[[], None]] = []


def on_read(reader: Callable[[], None]) -> Callable[[], None]:
    """Have gauges set by this function each time the metrics are read."""
    if reader not in _readers:
        _readers.append(reader)
    return reader


def count_accepted(source_no: int, count: int) -> None:
    """Messages of a source became durable in the inbox."""
    ACCEPTED.labels(str(source_no)).inc(count)


def count_loaded(source_no: int, *, stored: int = 0, duplicate: int = 0, quarantined: int = 0) -> None:
    """Messages of a source reached their end: one of the three."""
    STORED.labels(str(source_no)).inc(stored)
    DUPLICATES.labels(str(source_no)).inc(duplicate)
    QUARANTINED.labels(str(source_no)).inc(quarantined)


def count_handed_over(channel: str, outcome: str) -> None:
    """A message was handed to a destination."""
    HANDED_OVER.labels(channel, outcome).inc()


def observe_request(method: str, route: str, status: int, seconds: float) -> None:
    """A request was answered. `route` is the pattern, such as "/people/<id>/", never the path itself."""
    HTTP_SECONDS.labels(method, route, str(status)).observe(seconds)


def render() -> tuple[bytes, str]:
    """The page and its content type."""
    for reader in _readers:
        try:
            reader()
        except Exception:
            log.exception("metrics_reader_failed", reader=reader.__name__)
    return generate_latest(registry), CONTENT_TYPE_LATEST


@on_read
def _read_tables() -> None:
    from pentad.core import outbox
    from pentad.core.jobs import queue

    OUTBOX_PENDING.set(outbox.pending())
    for status, number in queue.counts().items():
        JOBS.labels(status).set(number)
