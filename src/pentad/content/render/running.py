"""One rendering: what it knows beside its values, and what a value is that is missing.

A value that is missing stays so through every filter until one gives a fallback. Asked about, it is false; written, it
keeps the message from being composed: nobody is greeted with “Hello ,”.
"""

import json
import time
from collections.abc import Iterable, Mapping
from io import StringIO
from typing import Any, TextIO

from liquid import BoundTemplate, RenderContext, Token
from liquid.exceptions import LoopIterationLimitError, OutputStreamLimitError
from liquid.output import LimitedStringIO
from liquid.undefined import UNDEFINED, Undefined

from pentad.content.render.faults import Failed, NoValue
from pentad.content.render.limits import Limits


class Missing(Undefined):
    """A variable without value."""

    __slots__ = ()

    def __str__(self) -> str:
        raise NoValue(self.name)

    def __getitem__(self, key: str) -> object:
        return self

    def __bool__(self) -> bool:
        return False


class Buffer(LimitedStringIO):
    """Keeps the ends of lines as they are; counts characters, which is quicker than bytes."""

    def __init__(self, limit: int) -> None:
        super().__init__(limit, newline="\n")

    def write(self, text: str) -> int:
        self.size += len(text)
        if self.size > self.limit:
            raise OutputStreamLimitError("output stream limit reached", token=None)
        return StringIO.write(self, text)


class Context(RenderContext):
    """What one rendering knows: besides the values, when it has to be done, and the links it came across."""

    __slots__ = ("base_url", "began", "deadline", "language", "limits", "links", "turns", "zone")

    def __init__(self, template: BoundTemplate, **options: Any) -> None:
        super().__init__(template, **options)
        self.limits, self.began, self.deadline, self.turns = Limits(), 0.0, float("inf"), 0
        self.language, self.base_url, self.zone, self.links = "en", "", "", dict[str, int]()

    def get(self, path: list[object], *, token: Token | None, default: object = UNDEFINED) -> object:
        root = path[0]
        try:
            for held in self.scope._maps:
                if root in held:
                    found = held[root]  # type: ignore[index]
                    break
            else:
                raise KeyError(root)
            for step in path[1:]:
                found = found[step] if type(found) is dict and step in found else self.get_item(found, step)
        except (KeyError, TypeError, IndexError):
            if default is UNDEFINED:
                return self.env.undefined(said(path), token=token)
            return default
        return found

    def raise_for_loop_limit(self, length: int = 1) -> None:
        """Before each loop: its turns count with those of all others."""
        self.turns += length
        if self.turns > self.limits.turns:
            raise LoopIterationLimitError(f"its loops make more than {self.limits.turns:,} turns", token=None)
        self.in_time()

    def in_time(self) -> None:
        """By the clock, as that is quick; then by the time it had the processor, so that nobody pays for a busy machine."""
        if time.monotonic() > self.deadline:
            if time.thread_time() - self.began > self.limits.seconds:
                raise Failed(f"It takes more than {self.limits.seconds:g} seconds.")
            self.deadline = time.monotonic() + self.limits.seconds

    def get_buffer(self, buf: TextIO | None = None) -> LimitedStringIO:
        return Buffer(self.limits.output)

    def filter(self, name: str, token: Token | None) -> Any:
        self.in_time()
        return super().filter(name, token)


def said(path: Iterable[object]) -> str:
    """A path as people write it: customer.address.city, customer["Favourite colour"], event.items[0]."""
    first, *rest = path
    shown = [f".{one}" if isinstance(one, str) and _plain(one) else f"[{json.dumps(one)}]" for one in rest]
    return f"{first}{''.join(shown)}"


def _plain(name: str) -> bool:
    return name.replace("-", "_").isidentifier()


class Bound(BoundTemplate):
    context_class = Context

    def make_globals(self, render_args: Mapping[str, object]) -> Mapping[str, object]:
        return render_args
