"""What the demo hands to the inbox."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DemoFrame:
    """A batch as one source sent it. `received_us`: the server's clock when it arrived, microseconds."""

    source: str
    received_us: int
    count: int
    body: bytes
