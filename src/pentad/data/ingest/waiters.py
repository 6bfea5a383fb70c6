"""How those who wait for the inbox are told: requests in an event loop, and threads."""

import asyncio
import threading


class Waiter:
    """What a thread waits on: as little of a Future as the writer needs."""

    def __init__(self) -> None:
        self.done = threading.Event()
        self.error: BaseException | None = None


def settle(waiters: "list[asyncio.Future[None] | Waiter]", error: BaseException | None) -> None:
    """Tell everyone in the group: threads at once, each event loop in one call."""
    loops: dict[asyncio.AbstractEventLoop, list[asyncio.Future[None]]] = {}
    for waiter in waiters:
        if isinstance(waiter, Waiter):
            waiter.error = error
            waiter.done.set()
        else:
            loops.setdefault(waiter.get_loop(), []).append(waiter)
    for loop, futures in loops.items():
        try:
            loop.call_soon_threadsafe(_resolve, futures, error)
        except RuntimeError:  # the loop is closed: nobody waits any more
            continue


def _resolve(futures: "list[asyncio.Future[None]]", error: BaseException | None) -> None:
    for future in futures:
        if future.done():  # the request was cancelled
            continue
        if error is None:
            future.set_result(None)
        else:
            future.set_exception(error)
