"""A year of Kestrel Coffee as frames for the inbox: deterministic, by seed and end.

    for frame in Year(seed=1, end=clock.now()).frames(): …

The same seed and end give the same bytes, message ids included, so writing them twice stores them once.
"""

from collections.abc import Iterator
from datetime import datetime

import msgspec
import numpy as np

from pentad.core import clock
from pentad.demo import contacts, names, shop, trouble
from pentad.demo.frame import DemoFrame
from pentad.demo.log import LONG, RAW, Log, Rows
from pentad.demo.orders import make_orders
from pentad.demo.people import CUSTOMERS, Devices, People, hashed, make_devices, make_people, user_id, uuids
from pentad.demo.season import DAY_MS, HOUR_MS, Bools, Ints, Season, batch_width
from pentad.demo.visits import act, make_visits
from pentad.demo.winback import write_winback

DAYS = 365
MOST = 2500
"""Messages in a frame, as in a batch over HTTP."""
CHUNK = 60_000
"""Messages written out at a time: bounds memory to some 40 MB of text."""
RECENT_DAYS = 40
"""What is written first."""


class Year:
    def __init__(self, *, end: datetime, seed: int = 1, customers: int = CUSTOMERS):
        self.seed = seed
        self.end = clock.to_us(end) // 1000
        self.start = self.end - DAYS * DAY_MS
        self.recent = self.end - RECENT_DAYS * DAY_MS
        self.season = Season(self.start, self.end)
        self.people: People = make_people(seed, customers, self.start, self.end, self.season)
        self.devices: Devices = make_devices(seed, self.people)
        _share_tablets(self.people, self.devices)

    def rows(self) -> tuple[Rows, list[str]]:
        """Every message as columns in the order of writing, and the texts their tails point to.

        First the CRM's exports, which name most customers, then the last weeks, then what came before in the order of time:
        whoever opens a page while the year is still being loaded sees it as it is now.
        """
        log, seed, start, end = Log(), self.seed, self.start, self.end
        identify = contacts.write_identifies(log, self.people)
        visits = make_visits(seed, self.people, self.devices, self.season, start, end)
        baskets = act(seed, log, visits, self.people, self.devices, self.season, identify)
        trouble.write_self_aliases(seed, log, log.rows(), int(identify[0]), int(identify[-1]) + len(identify) + 1, end)
        orders = make_orders(seed, log, baskets, self.people, start, end)
        contacts.write_newsletters(seed, log, self.people, self.season, start, end)
        contacts.write_support(seed, log, self.people, orders, end)
        contacts.write_crm(seed, log, self.people, start, end)
        contacts.write_offices(seed, log, self.people, start, end)
        trouble.write_bad(seed, log, self.season, start, end)
        trouble.write_retries(seed, log, end)
        self.winback = write_winback(seed, log, self.people, orders, end)
        rows = log.rows()
        arrived = np.flatnonzero((rows.received < end) & (rows.received > start))
        turn = np.where(self._introduces(rows), 0, 1 + (rows.received < self.recent))
        order = arrived[np.lexsort((rows.number[arrived], rows.received[arrived], turn[arrived]))]
        return rows.take(order), log.tails.texts

    def frames(self) -> Iterator[DemoFrame]:
        """The year as batches, in the order of `rows`."""
        rows, tails = self.rows()
        writer = _Writer(self, tails)
        first = int((self._introduces(rows) | (rows.received >= self.recent)).sum())
        for begin, stop in _chunks(0, first) + _chunks(first, len(rows)):
            yield from writer.frames(rows.take(np.arange(begin, stop)))

    def is_first(self, frame: DemoFrame) -> bool:
        """Whether the frame is one of those that come first: the CRM's exports and the last weeks."""
        return frame.source == shop.SOURCES[shop.CRM].name or frame.received_us >= self.recent * 1000

    def _introduces(self, rows: Rows) -> Bools:
        """The CRM's exports, which name the customers."""
        result: Bools = rows.source == shop.CRM
        return result


def _chunks(begin: int, stop: int) -> list[tuple[int, int]]:
    return [(at, min(at + CHUNK, stop)) for at in range(begin, stop, CHUNK)]


def _share_tablets(people: People, devices: Devices) -> None:
    """Some tablets lie on a kitchen table: two customers sign in on the same one and nobody signs out."""
    owners = np.flatnonzero(people.device_count[:-1] == 3)[: len(people) // 300 : 2]
    for first in owners.tolist():
        second = first + 1
        tablet = int(people.device_first[first]) + 2
        devices.kind[tablet] = shop.TABLET_WEB
        people.city[second] = people.city[first]
        last = int(people.device_first[second] + people.device_count[second]) - 1
        devices.kind[last] = shop.TABLET_WEB
        devices.anonymous_id[last] = devices.anonymous_id[tablet]


class _Writer:
    """Turns columns into batches. Pieces that repeat are rendered once: who, device, context, tail."""

    def __init__(self, year: Year, tails: list[str]):
        self.seed, self.end, self.tails = year.seed, year.end, tails
        # The empty text at the end answers to NOBODY (-1).
        self.who = [f'"userId":"{user_id(n)}",' for n in range(len(year.people))] + [""]
        self.device = [f'"anonymousId":"{text}",' for text in year.devices.anonymous_id] + [""]
        self.context = _contexts(year.devices)
        self.library = [msgspec.json.encode(spec.library).decode() for spec in shop.SOURCES]

    def frames(self, rows: Rows) -> list[DemoFrame]:
        """The frames of one chunk in the order in which they arrived."""
        texts = self._texts(rows)
        bucket = _buckets(rows.received, self.end)
        order = np.lexsort((np.arange(len(rows)), bucket, rows.source))
        source, bucket, received = rows.source[order], bucket[order], rows.received[order]
        cut = np.flatnonzero((np.diff(source) != 0) | (np.diff(bucket) != 0)) + 1
        frames = []
        for begin, stop in zip([0, *cut.tolist()], [*cut.tolist(), len(rows)], strict=True):
            for at in range(begin, stop, MOST):
                some = order[at : min(at + MOST, stop)].tolist()
                frames.append(self._frame(int(source[at]), int(received[at + len(some) - 1]), [texts[n] for n in some]))
        frames.sort(key=lambda frame: (frame.received_us, frame.source))
        return frames

    def _frame(self, source: int, received_ms: int, texts: list[str]) -> DemoFrame:
        sent = str(np.datetime64(received_ms, "ms"))
        body = f'{{"batch":[{",".join(texts)}],"sentAt":"{sent}Z","context":{{"library":{self.library[source]}}}}}'
        return DemoFrame(shop.SOURCES[source].name, received_ms * 1000, len(texts), body.encode())

    def _texts(self, rows: Rows) -> list[str]:
        stamps = np.datetime_as_string(rows.at.astype("datetime64[ms]")).tolist()
        ids = uuids(hashed(self.seed + 3, rows.number), hashed(self.seed + 4, rows.number))
        context = np.where(rows.device >= 0, rows.device * 2 + (rows.context == LONG), -1)
        who, device, tails, contexts = self.who, self.device, self.tails, self.context
        prefix = ["ajs-next-", "", "", "node-next-", "", ""]
        texts = [
            f'{{"messageId":"{prefix[s]}{i}","timestamp":"{t}Z",{who[w]}{device[d]}{tails[n]}{contexts[c]}}}'
            for s, i, t, w, d, n, c in zip(
                rows.source.tolist(),
                ids,
                stamps,
                np.maximum(rows.who, -1).tolist(),
                rows.device.tolist(),
                rows.tail.tolist(),
                context.tolist(),
                strict=True,
            )
        ]
        for n in np.flatnonzero(rows.who == RAW).tolist():
            texts[n] = tails[int(rows.tail[n])]
        return texts


def _buckets(received: Ints, end: int) -> Ints:
    """Which messages share a batch: two different numbers wherever the width changes."""
    width = batch_width(received, end)
    result: Ints = received // width * 8 + np.select([width == HOUR_MS, width == 6 * HOUR_MS], [1, 2], 0)
    return result


def _contexts(devices: Devices) -> list[str]:
    """Two texts for each device, the short and the long, and an empty one at the end for messages without a device."""
    texts = []
    for n, (kind, country) in enumerate(zip(devices.kind.tolist(), devices.country.tolist(), strict=True)):
        place = names.COUNTRIES[country]
        if kind >= shop.IOS:
            maker, model, system = shop.APP_DEVICES[kind][n % 3]
            name, version = system.split()
            short = f',"context":{{"os":{{"name":"{name}","version":"{version}"}}}}'
            long = (
                f',"context":{{"app":{{"name":"Kestrel","version":"5.{n % 4}.0"}},"device":{{"manufacturer":"{maker}",'
                f'"model":"{model}","type":"{name.lower()}"}},"os":{{"name":"{name}","version":"{version}"}},'
                f'"locale":"{place.locale}","timezone":"{place.timezone}"}}'
            )
        else:
            agents = shop.USER_AGENTS[kind]
            short = f',"context":{{"locale":"{place.locale}"}}'
            long = f',"context":{{"locale":"{place.locale}","timezone":"{place.timezone}","userAgent":"{agents[n % len(agents)]}"}}'
        texts += [short, long]
    return [*texts, ""]
