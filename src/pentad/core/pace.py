"""How many a moment: token buckets, kept by this process alone."""

import threading
import time
from collections import OrderedDict
from ipaddress import IPv6Address, ip_address, ip_network


class Bucket:
    """`rate` a second on average, `most` at once."""

    __slots__ = ("_at", "_tokens", "most", "rate")

    def __init__(self, rate: float, most: float) -> None:
        self.rate, self.most = rate, most
        self._tokens, self._at = most, time.monotonic()

    def take(self) -> float:
        """Take a token: 0.0; or, where there is none, the seconds until there is."""
        now = time.monotonic()
        tokens = min(self.most, self._tokens + (now - self._at) * self.rate)
        self._at = now
        self._tokens = tokens if tokens < 1.0 else tokens - 1.0
        return 0.0 if tokens >= 1.0 else (1.0 - tokens) / self.rate


class Buckets:
    """A bucket for each key. Only the keys that came last are known: one that is forgotten begins anew."""

    def __init__(self, rate: float, most: float, keys: int = 10_000) -> None:
        self._rate, self._most, self._keys = rate, most, keys
        self._lock = threading.Lock()
        self._known: OrderedDict[str, Bucket] = OrderedDict()

    def take(self, key: str) -> float:
        with self._lock:
            bucket = self._known.pop(key, None) or Bucket(self._rate, self._most)
            self._known[key] = bucket
            if len(self._known) > self._keys:
                self._known.popitem(last=False)
            return bucket.take()

    def clear(self) -> None:
        self._known.clear()


def place(address: str) -> str:
    """What counts as one place: an address, or of IPv6 the network of 64 bits that one connection is given."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    return str(ip_network((found, 64), strict=False)) if isinstance(found, IPv6Address) else str(found)
