"""What an adapter is: it hands one message to one service, and says truthfully what became of it.

    class Postcards(Adapter):
        fields = (Field("url", "Address of the printer", "url", required=True),)
        idempotent = True

        def send(self, out: Outgoing, key: str) -> Receipt:
            ...

It is announced by the hook `channel_adapters`. `send` is called from several threads at once when the destination's
concurrency is above 1. It never tries again by itself: that is the queue's to decide, by what is raised here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

GONE = "The customer was erased meanwhile"
"""For adapters that keep messages here: what is written after an erasure nothing removes."""
Kind = Literal["text", "number", "choice", "flag", "secret", "email", "url", "long"]


@dataclass(frozen=True, slots=True)
class Field:
    """A setting of an adapter, for the form. Those of kind "secret" are kept sealed, and never shown again.

    made: Pentad makes it; nobody types it.
    """

    name: str
    label: str
    kind: Kind = "text"
    help: str = ""
    required: bool = False
    default: str | int | bool = ""
    choices: tuple[tuple[str, str], ...] = ()
    made: bool = False


@dataclass(frozen=True, slots=True)
class Setup:
    """What a destination was set up with. secret: the values of the fields of that kind, opened."""

    destination_id: int
    channel: str
    config: Mapping[str, Any]
    secret: Mapping[str, str] = field(default_factory=dict)
    name: str = ""

    def text(self, name: str, default: str = "") -> str:
        """A setting, secret or not; the default where it is empty."""
        return str(self.secret.get(name) or self.config.get(name) or default)

    def number(self, name: str, default: int) -> int:
        value = self.config.get(name)
        return default if value in (None, "") else int(value)

    def flag(self, name: str, default: bool = False) -> bool:
        value = self.config.get(name)
        return default if value in (None, "") else bool(value)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A finished message. content: the channel's fields with every placeholder filled; headers: List-Unsubscribe …

    address: where to, the best one; addresses: all of that customer's, best first, for services that reach every device.
    """

    delivery_id: str
    person_no: int
    person_id: str
    channel: str
    address: str
    content: Mapping[str, str]
    headers: Mapping[str, str] = field(default_factory=dict)
    purpose: str = ""
    transactional: bool = False
    language: str = ""
    origin_kind: str = ""
    origin_id: str = ""
    run: str = ""
    addresses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Receipt:
    """The service has taken the message over. provider_id: what its later reports call it by."""

    provider_id: str = ""
    state: Literal["sent", "delivered"] = "sent"
    status: str = ""
    detail: str = ""


class SendError(Exception):
    """Base of what `send` may raise. status: the service's own code, such as "550 5.1.1"; reason: its words."""

    def __init__(self, reason: str, *, status: str = "") -> None:
        super().__init__(reason)
        self.reason, self.status = reason[:300], status[:20]


class Refused(SendError):
    """The message was certainly not taken, and it is about this message, not about the service.

    permanent: trying again is of no use. address: the address itself does not work, so that it is suppressed.
    """

    def __init__(self, reason: str, *, status: str = "", permanent: bool = True, address: bool = False) -> None:
        super().__init__(reason, status=status)
        self.permanent, self.address = permanent, address


class Busy(SendError):
    """The message was certainly not taken, and the service is to be left alone for a while: down, too many, not let in.

    retry_after: seconds, where it said so.
    """

    def __init__(self, reason: str, *, status: str = "", retry_after: float | None = None) -> None:
        super().__init__(reason, status=status)
        self.retry_after = retry_after


class Unknown(SendError):
    """The message may have been taken: the connection broke, or no answer came, after it was handed over.

    Whatever else `send` raises is taken for this.
    """


class Adapter:
    """One of these is made for each destination, and used until the destination is changed.

    idempotent: the service takes a message that comes again under the same key for the same one; only then is one sent
    again of which it is not known whether it arrived. An adapter may set it for itself, by its settings.
    memory_hours: for how long the service remembers keys.
    addressed: messages go to an address of the customer's; False: the customer's public id is the address.
    parallel: `send` may be called from several threads; not by one that writes into our own database.
    """

    fields: ClassVar[tuple[Field, ...]] = ()
    idempotent: bool = False
    memory_hours: float = 24.0
    addressed: bool = True
    parallel: bool = True

    def __init__(self, setup: Setup) -> None:
        self.setup = setup

    def send(self, out: Outgoing, key: str) -> Receipt:
        """Hand it over. Raises Refused, Busy or Unknown."""
        raise NotImplementedError

    def check(self) -> str:
        """Try the settings without sending anything; "" when all is well, else what is wrong."""
        return ""

    def close(self) -> None:
        """Give back what is held: connections."""
