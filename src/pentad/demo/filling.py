"""Filling a data folder with the demo company, once.

What is written is decided by a seed and an end that are stored before the first frame. A start after
a crash goes on with the same ones: frames up to the last mark are left out, those after it come again
under the message ids they had, and deduplication keeps one of each.
"""

from collections.abc import Iterator
from itertools import chain
from typing import Any

import structlog
from django.db import connection

from pentad.core import clock
from pentad.core.actor import SYSTEM
from pentad.core.models import Setting
from pentad.core.runtime import Folder
from pentad.data.ingest.actions import add_source
from pentad.data.ingest.frames import HISTORICAL, FrameMeta
from pentad.data.ingest.inbox import Inbox
from pentad.data.ingest.models import Source
from pentad.demo import COLLEAGUES, PASSWORD, cast, shop
from pentad.demo.frame import DemoFrame
from pentad.demo.year import Year
from pentad.roles.access.actions import add_user
from pentad.roles.access.models import User
from pentad.roles.views.models import SavedView

MARK = "demo.fill"
"""Name of the row that remembers seed, end and how far filling has come."""

GROUP_BYTES = 8 << 20
"""Frames written with one sync."""

SEED = 1
log = structlog.get_logger(__name__)


def fill(folder: Folder) -> bool:
    """Make the demo company's sources, colleagues and views and write its year to the inbox.

    Returns whether anything was written: a second call does nothing. Any loader may run meanwhile.
    """
    mark = _mark()
    if mark["done"]:
        return False
    sources = add_sources()
    add_colleagues()
    add_views()
    inbox = Inbox(folder.inbox, writer="demo")
    written = 0
    try:
        for group in _groups(frames(mark), skip=mark["frames"]):
            inbox.append_many_sync(
                (FrameMeta(sources[frame.source], frame.received_us, frame.count, "", "", HISTORICAL), frame.body)
                for frame in group
            )
            mark["frames"] += len(group)
            written += sum(frame.count for frame in group)
            _keep(mark)
    finally:
        inbox.close()
    _keep(mark | {"done": True})
    log.info("demo_filled", messages=written)
    return True


def frames(mark: dict[str, Any]) -> Iterator[DemoFrame]:
    """The cast first, so that its pages are there at once, then the year in the order of time."""
    end = clock.from_us(mark["end_us"])
    return chain(cast.frames(end), Year(end=end, seed=mark["seed"]).frames())


def _groups(frames: Iterator[DemoFrame], skip: int) -> Iterator[list[DemoFrame]]:
    group: list[DemoFrame] = []
    size = 0
    for n, frame in enumerate(frames):
        if n < skip:
            continue
        group.append(frame)
        size += len(frame.body)
        if size >= GROUP_BYTES:
            yield group
            group, size = [], 0
    if group:
        yield group


def _mark() -> dict[str, Any]:
    first = {"seed": SEED, "end_us": clock.now_us(), "frames": 0, "done": False}
    row, _ = Setting.objects.get_or_create(name=MARK, defaults={"value": first})
    return dict(row.value)


def _keep(mark: dict[str, Any]) -> None:
    Setting.objects.filter(name=MARK).update(value=mark, changed=clock.now())


def filled_until() -> int | None:
    """The end of the year that was filled in, microseconds; None when this folder holds no demo."""
    row = Setting.objects.filter(name=MARK).first()
    return int(row.value["end_us"]) if row else None


def add_sources() -> dict[str, int]:
    """The demo's sources, made when missing. Name → number."""
    known = dict(Source.objects.values_list("name", "no"))
    for spec in shop.SOURCES:
        if spec.name not in known:
            source = add_source(actor=SYSTEM, name=spec.name, kind=spec.kind, owned=spec.owned, priority=spec.priority)
            known[spec.name] = source.no
    return known


def add_colleagues() -> None:
    """Those who can sign in to the demo.

    PASSWORD is given past the check on passwords: it is too like the address for anybody's own, and printed anyway.
    """
    for email, name, role in COLLEAGUES:
        user = User.objects.filter(email=email).first() or add_user(actor=SYSTEM, email=email, name=name, role=role)
        if not user.has_usable_password():
            user.set_password(PASSWORD)
            user.save(update_fields=["password"])


VIEWS: tuple[tuple[str, str, dict[str, Any]], ...] = ()
"""List, name and state of the views that everybody finds."""


def add_views() -> None:
    """Saved views for everyone, those that the demo's pages speak of."""
    for position, (where, name, state) in enumerate(VIEWS):
        SavedView.objects.get_or_create(list=where, name=name, owner=None, defaults={"state": state, "position": position})


def source_numbers() -> dict[str, int]:
    """Name → number of the demo's sources that take events now; closes this thread's connection."""
    try:
        rows = Source.objects.filter(archived=None, enabled=True, name__in=[spec.name for spec in shop.SOURCES])
        return dict(rows.values_list("name", "no"))
    finally:
        connection.close()
