"""Logs: one event a line on stderr, as JSON or for a person to read. No customer data.

log = structlog.get_logger(__name__)
log.info("source_added", source=source.no)
"""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from pentad.core import ids

PERSONAL = frozenset(
    {
        "address",
        "anonymous_id",
        "authorization",
        "body",
        "cookie",
        "email",
        "first_name",
        "identifier",
        "ip",
        "last_name",
        "password",
        "payload",
        "person_name",
        "phone",
        "properties",
        "raw",
        "secret",
        "token",
        "traits",
        "user_id",
        "value",
        "write_key",
    }
)
"""Names whose values never reach a log: they are, or may hold, what identifies a customer, or a secret."""


def configure(style: Literal["json", "console"] | None = None, level: str = "INFO") -> None:
    """Set logging up for this process. Without `style`: for a person on a terminal, else JSON."""
    chosen = style or ("console" if sys.stderr.isatty() else "json")
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        mask,
    ]
    last: list[Processor] = (
        [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())]
        if chosen == "console"
        else [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)]
    )
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    # Django's own handlers would say things twice, and its request log holds whole addresses.
    for name in ("django", "django.server", "django.request"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
    logging.getLogger("django.request").setLevel(logging.ERROR)


def mask(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Hide the values of names that speak of a customer or a secret."""
    for name in event.keys() & PERSONAL:
        event[name] = "…"
    return event


@contextmanager
def request(request_id: str = "", **about: Any) -> Iterator[str]:
    """Put a request id on every line said inside; a new one unless the caller's is short and plain."""
    plain = 8 <= len(request_id) <= 64 and request_id.replace("-", "").isalnum() and request_id.isascii()
    chosen = request_id if plain else ids.new_id()
    with structlog.contextvars.bound_contextvars(request=chosen, **about):
        yield chosen
