"""Liquid, as messages are written in it: compiled once, rendered for each customer within limits.

    template = compile("Hello {{ customer.first_name | default: 'there' }}", form="text")
    template.render({"customer": {"first_name": "Ann"}})

What differs from the language as it is published: a variable without value may be asked about but not written without a
fallback (NoValue); in HTML what is written is escaped, in JSON too; `include` and `render` have nothing to include. Added are
`abort_message` and the filters of dates.py and filters.py. Raises Faulty for what cannot be read, NotWritten for a customer.
"""

import re
import time
from collections.abc import Mapping
from decimal import DecimalException
from typing import Any

from liquid import BoundTemplate, Token
from liquid.exceptions import LiquidError, LiquidInterrupt, ResourceLimitError, UnknownFilterError
from liquid.token import TOKEN_WORD

from pentad.content.render.comparing import adapt
from pentad.content.render.engine import environment
from pentad.content.render.faults import Failed, Faulty, NotWritten
from pentad.content.render.limits import MOST_SOURCE, Limits
from pentad.content.render.quick import quicken
from pentad.content.render.running import Buffer, Context
from pentad.content.render.usage import Use, uses

_LIMITS = Limits()
MOST_OPEN = 100
"""Beginnings without an end."""
_ENDS = [(re.compile(r"\{\{"), "}}"), (re.compile(r"\{%"), "%}")] + [
    (re.compile(rf"\{{%-?\s*{name}\b"), f"end{name}") for name in ("raw", "comment", "doc")
]
_BEYOND = (ResourceLimitError, MemoryError, RecursionError)


class Template:
    """A text with Liquid in it, read. `links` of a rendering are shared by those of one message: see render."""

    __slots__ = ("_bound", "fixed", "form", "text")

    def __init__(self, text: str, form: str, bound: BoundTemplate) -> None:
        self.text, self.form, self._bound = text, form, bound
        plain = all(type(node).__name__ == "ContentNode" for node in bound.nodes)
        self.fixed = "".join(str(node) for node in bound.nodes) if plain else None

    def render(
        self, context: Mapping[str, Any], limits: Limits = _LIMITS, *, language: str = "en", base_url: str = "",
        links: dict[str, int] | None = None, zone: str = "",
    ) -> str:  # fmt: skip
        """links: address → number, of those met so far; new ones are added. zone: in which moments are shown that are
        stated in UTC, where the template names none. Raises NotWritten.
        """
        if self.fixed is not None:
            return self.fixed
        run = Context(self._bound, globals=context)
        run.limits, run.began, run.deadline = limits, time.thread_time(), time.monotonic() + limits.seconds
        run.language, run.base_url, run.zone = language, base_url, zone
        if links is not None:
            run.links = links
        buffer = Buffer(limits.output)
        try:
            for node in self._bound.nodes:
                node.render(run, buffer)
        except NotWritten:
            raise
        except LiquidInterrupt as error:
            raise Failed(f"“{error}” stands outside a loop.") from None
        except _BEYOND as error:
            raise Failed(_words(error) or "It takes too much memory.") from None
        except LiquidError as error:
            raise Failed(_words(error)) from None
        except (ArithmeticError, DecimalException, ValueError, TypeError, AttributeError, LookupError) as error:
            raise Failed(f"A filter cannot take its value: {error}"[:200]) from None
        return buffer.getvalue()

    def variables(self) -> list[Use]:
        """Where it takes what from: see usage.py."""
        return uses(self._bound)

    def filters(self) -> frozenset[str]:
        """Names of the filters it uses."""
        return frozenset(self._bound.analyze().filters)


def compile(text: str, form: str = "text", *, strict: bool = True) -> Template:
    """Read a template. form: html, text or json. Raises Faulty, with the place."""
    if len(text) > MOST_SOURCE:
        raise Faulty(f"The text has {len(text):,} characters; {MOST_SOURCE:,} are allowed.")
    for begin, end in _ENDS:  # for each that has none the engine looks through all the rest
        if len(begin.findall(text, text.rfind(end) + 1)) > MOST_OPEN:
            raise Faulty(f"Expected “{end}”, found the end of the text.")
    env = environment(form, strict)
    try:
        bound = env.from_string(text)
        if strict:
            adapt(bound.nodes)
        unknown = [(name, spans) for name, spans in bound.analyze().filters.items() if name not in env.filters]
        quicken(bound.nodes, env)
        if strict and unknown:
            at = Token(TOKEN_WORD, unknown[0][0], unknown[0][1][0].index, text)
            raise UnknownFilterError(f"unknown filter '{unknown[0][0]}'", token=at)
        return Template(text, form, bound)
    except (LiquidError, LiquidInterrupt) as error:
        line, column = _place(error, text)
        raise Faulty(_words(error), line, column) from None
    except RecursionError:
        raise Faulty("It is nested too deeply.") from None


def variables(text: str) -> list[Use]:
    """What a template takes, and whether it says what happens without it. Raises Faulty."""
    return compile(text).variables()


def _place(error: Exception, text: str) -> tuple[int, int]:
    at = getattr(getattr(error, "token", None), "start_index", -1)
    if not 0 <= at <= len(text):
        return 1, 1
    return text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)


_NAMED = (
    (re.compile(r"unknown filter '?(.+?)'?$"), "There is no filter “{0}”."),
    (re.compile(r"(?:unexpected|unknown) tag '?(.+?)'?$"), "There is no tag “{0}” here."),
    (re.compile(r"expected tag '?(\w+)'?, found .*"), "“{0}” is missing."),
    (re.compile(r"output stream limit reached"), "It becomes larger than is allowed."),
    (re.compile(r"local namespace limit reached"), "What it assigns becomes larger than is allowed."),
)


def _words(error: BaseException) -> str:
    """What the engine says, as a sentence."""
    said = str(getattr(error, "message", "") or error).strip().splitlines()[0] if str(error) else ""
    for pattern, words in _NAMED:
        if found := pattern.match(said):
            return words.format(*found.groups())
    return said[:1].upper() + said[1:] + ("" if said.endswith((".", "!", "?")) or not said else ".")
