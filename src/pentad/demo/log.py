"""The columns in which a year of messages is kept until it is written out.

A message is a row of numbers: when it happened and arrived, who and which device sent it, and which
`tail` (the rest of its JSON, written once and shared by many rows) it ends with. A million rows
take 40 MB and a second to write; a million dictionaries would take neither.
"""

from dataclasses import dataclass

import msgspec
import numpy as np

from pentad.demo.season import Ints

NOBODY = -1
RAW = -2
"""`who` of a row whose tail is a whole message, kept as it is: the bad ones."""

SHORT, LONG = 0, 1
"""How much context a device adds: library and locale, or the browser as well."""


def members(value: dict[str, object]) -> str:
    """A dictionary as the members of a JSON object, without its braces."""
    return msgspec.json.encode(value).decode()[1:-1]


class Tails:
    """Texts by number."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def add(self, texts: list[str]) -> int:
        """Keep texts and return the number of the first."""
        at = len(self.texts)
        self.texts += texts
        return at

    def add_members(self, values: list[dict[str, object]]) -> int:
        return self.add([members(value) for value in values])


@dataclass
class Rows:
    """Messages as columns. `at` and `received` are milliseconds; `number` makes the message id."""

    at: Ints
    received: Ints
    source: Ints
    who: Ints
    device: Ints
    tail: Ints
    context: Ints
    number: Ints

    def __len__(self) -> int:
        return len(self.at)

    def take(self, which: Ints) -> "Rows":
        return Rows(*(getattr(self, name)[which] for name in self.__dataclass_fields__))


class Log:
    """Collects rows from every part of the generator."""

    def __init__(self) -> None:
        self.tails = Tails()
        self._parts: list[list[Ints]] = []
        self._count = 0

    def add(
        self,
        source: int,
        at: Ints,
        *,
        who: Ints | int = NOBODY,
        device: Ints | int = NOBODY,
        tail: Ints | int,
        delay: Ints | int = 1200,
        context: Ints | int = SHORT,
    ) -> None:
        """Add messages. `delay` is the milliseconds from happening to arriving."""
        numbers = np.arange(self._count, self._count + len(at))
        columns = (at, at + delay, source, who, device, tail, context, numbers)
        self._parts.append([np.broadcast_to(np.asarray(column, np.int64), len(at)) for column in columns])
        self._count += len(at)

    def add_again(self, rows: Rows, *, delay: Ints, tail: Ints | None = None) -> None:
        """Add copies that arrive later under the same message ids: retries."""
        again = rows.tail if tail is None else tail
        columns = (rows.at, rows.received + delay, rows.source, rows.who, rows.device, again, rows.context, rows.number)
        self._parts.append([np.asarray(column, np.int64) for column in columns])

    def rows(self) -> Rows:
        return Rows(*(np.concatenate(column) for column in zip(*self._parts, strict=True)))
