"""Adapters that do what a test says: of a message in turn, or by its address."""

from collections import Counter
from collections.abc import Callable

from pentad.platforms.channels.adapters.protocol import Adapter, Outgoing, Receipt, SendError

Answer = SendError | Exception | Receipt
Before = Callable[[Outgoing], None]


class Service:
    """taken: (key, address) of everything it took over, in order. errors: what it says next, by turn."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self.taken: list[tuple[str, str]] = []
        self.outs: list[Outgoing] = []
        self.errors: list[Answer | None] = []
        self.by_address: dict[str, Answer] = {}
        self.after: list[Exception] = []
        """Raised once a message was taken: no answer comes."""
        self.before: Before = lambda out: None

    def take(self, out: Outgoing, key: str, *, remembers: bool) -> Receipt:
        self.before(out)
        answer = self.errors.pop(0) if self.errors else self.by_address.get(out.address)
        if isinstance(answer, Exception):
            raise answer
        if not remembers or key not in {one for one, _ in self.taken}:
            self.taken.append((key, out.address))
            self.outs.append(out)
        if self.after:
            raise self.after.pop(0)
        return answer or Receipt(f"p-{key}", "sent", "250")

    @property
    def times(self) -> Counter[str]:
        """Address → how often it got a message."""
        return Counter(address for _, address in self.taken)


SERVICE = Service()


class Scripted(Adapter):
    idempotent = True

    def send(self, out: Outgoing, key: str) -> Receipt:
        return SERVICE.take(out, key, remembers=True)


class Forgetful(Adapter):
    def send(self, out: Outgoing, key: str) -> Receipt:
        return SERVICE.take(out, key, remembers=False)
