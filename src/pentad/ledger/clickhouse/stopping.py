"""Stopping a statement that nobody waits for any more: the server is told by the statement's id."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import structlog
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import ClickHouseError

from pentad.ledger.limits import Ask

log = structlog.get_logger(__name__)


@contextmanager
def stoppable(client: Client, ask: Ask | None, *, alone: bool) -> Iterator[dict[str, Any]]:
    """The settings of one statement of `ask`. alone: the engine runs one statement at a time and would hear of it too late;
    there the time it is given has to do.
    """
    if ask is None:
        yield {}
        return
    if alone:
        ask.check()
        yield {}
        return
    id = str(uuid.uuid4())

    def stop() -> None:
        try:
            client.command(f"KILL QUERY WHERE query_id = '{id}' ASYNC")
        except ClickHouseError as error:  # it ends with its time
            log.warning("statement_not_stopped", error=str(error)[:300])

    with ask.running(stop):
        yield {"query_id": id}
