"""Who may send, how much one request may hold, and how many may come."""

import math
from dataclasses import dataclass, field

from prometheus_client import Counter

from pentad.core import metrics, pace
from pentad.core.errors import Denied, NotSignedIn, RateLimited

KB = 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes in bytes, after decompression. The libraries stay below the defaults by themselves."""

    message: int = 32 * KB
    batch: int = 500 * KB
    items: int = 2_500
    import_batch: int = 10_000 * KB
    import_items: int = 50_000
    posthog: int = 5_000 * KB
    """PostHog's libraries send up to 5 MB at once; each event is still held to `message`."""
    body_seconds: float = 30.0
    """How long a body may take to arrive once its first part is here."""


class Bucket:
    """The requests of a write key: `rate` a second on average, two seconds' worth at once."""

    __slots__ = ("_bucket", "rate", "source_no")

    def __init__(self, rate: int, source_no: int = 0):
        self.rate, self.source_no = rate, source_no
        self._bucket = pace.Bucket(rate, 2.0 * rate)

    def take(self) -> None:
        """Take a token, or raise RateLimited with the whole seconds to wait."""
        if wait := self._bucket.take():
            raise RateLimited(
                f"This write key may send {self.rate} requests a second.",
                fix="Send batches, or raise the rate of the source.",
                retry_after=max(1, math.ceil(wait)),
                source_no=self.source_no,
            )


@dataclass(slots=True)
class SourceKey:
    """What the tracking API must know of a source."""

    no: int
    key: str
    name: str = ""
    kind: str = "web"
    enabled: bool = True
    origins: frozenset[str] = frozenset()
    rate: int = 1000
    bucket: Bucket = field(init=False)
    accepted: Counter = field(init=False)

    def __post_init__(self) -> None:
        self.bucket = Bucket(self.rate, self.no)
        self.accepted = metrics.ACCEPTED.labels(str(self.no))

    def check(self, origin: str) -> None:
        """Raise unless the source takes events, and takes them from this browser origin ("" for none)."""
        if not self.enabled:
            raise NotSignedIn(
                "The source of this write key is disabled.",
                code="source_disabled",
                fix="Enable the source, or use the write key of another.",
                source_no=self.no,
            )
        if origin and self.origins and origin.lower() not in self.origins:
            raise Denied(
                f"The source of this write key takes no events from {origin[:200]}.",
                code="origin_not_allowed",
                fix="Add the origin to the source's allowed origins.",
                source_no=self.no,
            )
