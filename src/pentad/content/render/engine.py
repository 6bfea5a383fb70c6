"""The language: environments for HTML, text and JSON, what a missing value does, and tags of our own.

A value that is missing stays so through every filter until one gives a fallback. Asked about, it is false; written, it
keeps the message from being composed: nobody is greeted with “Hello ,”.
"""

import json
import time
from collections.abc import Iterable, Mapping
from functools import cache
from html import unescape
from typing import Any, TextIO

from liquid import BoundTemplate, Environment, RenderContext, Token
from liquid.ast import BlockNode, Node
from liquid.builtin.expressions import parse_primitive
from liquid.builtin.expressions.logical import EqExpression, NeExpression
from liquid.builtin.expressions.primitive import Blank, Empty
from liquid.builtin.output import Output, OutputNode
from liquid.builtin.tags.echo_tag import EchoNode, EchoTag
from liquid.exceptions import LoopIterationLimitError
from liquid.expression import Expression
from liquid.output import LimitedStringIO
from liquid.parser import get_parser
from liquid.stream import TokenStream
from liquid.stringify import to_liquid_string
from liquid.tag import Tag
from liquid.token import TOKEN_EXPRESSION, TOKEN_TAG
from liquid.undefined import UNDEFINED, Undefined

from pentad.content.render import dates, filters, links
from pentad.content.render.faults import Aborted, Failed, NoValue
from pentad.content.render.limits import Limits, bounded

FORMS = ("html", "text", "json")
LINK, ENDLINK = "_link", "end_link"
TAKES_MISSING = frozenset({"default"})


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
    """Keeps the ends of lines as they are."""

    def __init__(self, limit: int) -> None:
        super().__init__(limit, newline="\n")


class Context(RenderContext):
    """What one rendering knows: besides the values, when it has to be done, and the links it came across."""

    __slots__ = ("base_url", "deadline", "language", "limits", "links", "turns", "zone")

    def __init__(self, template: BoundTemplate, **options: Any) -> None:
        super().__init__(template, **options)
        self.limits, self.deadline, self.turns = Limits(), float("inf"), 0
        self.language, self.base_url, self.zone, self.links = "en", "", "", dict[str, int]()

    def get(self, path: list[object], *, token: Token | None, default: object = UNDEFINED) -> object:
        root = path[0]
        try:
            found = self.scope[root]  # type: ignore[index]
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
        if time.monotonic() > self.deadline:
            raise Failed(f"It takes more than {self.limits.seconds:g} seconds.")

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


class Equal(EqExpression):
    """A value that is missing is as blank, and as empty, as an empty one."""

    __slots__ = ()

    def evaluate(self, context: RenderContext) -> object:
        return _both_void(self, context) or super().evaluate(context)


class Unequal(NeExpression):
    __slots__ = ()

    def evaluate(self, context: RenderContext) -> object:
        return not _both_void(self, context) and super().evaluate(context)


def _both_void(one: EqExpression | NeExpression, context: RenderContext) -> bool:
    asked = one.left if isinstance(one.right, Blank | Empty) else one.right
    return isinstance(asked.evaluate(context), Missing)


def adapt(nodes: Iterable[Node]) -> None:
    """Let comparisons in a tree that was read be ours."""
    for node in nodes:
        for expression in node.expressions():
            _adapt(expression)
        adapt(node.children(None, include_partials=False))  # type: ignore[arg-type] # no node looks at it


def _adapt(expression: Expression) -> None:
    compared = isinstance(expression, EqExpression | NeExpression)
    if compared and any(isinstance(one, Blank | Empty) for one in expression.children()):
        expression.__class__ = Equal if isinstance(expression, EqExpression) else Unequal
    for child in expression.children():
        _adapt(child)


class LinkNode(Node):
    """An address: what it comes to is remembered, and its number is written in its place."""

    __slots__ = ("block", "fixed")

    def __init__(self, token: Token, block: BlockNode, autoescape: bool) -> None:
        super().__init__(token)
        self.block, self.blank, self.fixed = block, False, ""
        if all(type(one).__name__ == "ContentNode" for one in block.nodes):
            text = "".join(str(one) for one in block.nodes)
            self.fixed = links.tidy(unescape(text) if autoescape else text)

    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        assert isinstance(context, Context)
        address = self.fixed or self._found(context)
        if links.own(address):
            return buffer.write(address)
        address = links.whole(address, context.base_url)
        if not links.counted(address):
            return buffer.write(to_liquid_string(address, context.autoescape))
        number = context.links.setdefault(address, len(context.links))
        return buffer.write(f"{{{{{{link:{number}}}}}}}")

    def _found(self, context: Context) -> str:
        held = Buffer(context.limits.output)
        self.block.render(context, held)
        text = held.getvalue()
        address = links.tidy(unescape(text) if context.autoescape else text)
        if wrong := links.refused(address):
            raise Failed(wrong)
        return address

    def children(self, static_context: RenderContext, *, include_partials: bool = True) -> Iterable[Node]:
        return [self.block]


class LinkTag(Tag):
    """Put around addresses when a message is compiled; see links.py."""

    name, end = LINK, ENDLINK

    def parse(self, stream: TokenStream) -> Node:
        token = stream.eat(TOKEN_TAG)
        block = get_parser(self.env).parse_block(stream, frozenset({ENDLINK}))
        stream.expect(TOKEN_TAG, value=ENDLINK)
        return LinkNode(token, block, self.env.autoescape)


class AbortNode(Node):
    __slots__ = ("why",)

    def __init__(self, token: Token, why: Expression | None) -> None:
        super().__init__(token)
        self.why, self.blank = why, False

    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        raise Aborted(str(self.why.evaluate(context))[:200] if self.why else "")

    def expressions(self) -> Iterable[Expression]:
        return [self.why] if self.why else []


class AbortTag(Tag):
    """{% abort_message "why" %}: this customer is sent nothing."""

    name, block = "abort_message", False

    def parse(self, stream: TokenStream) -> Node:
        token = stream.current
        if stream.peek.kind != TOKEN_EXPRESSION:
            return AbortNode(token, None)
        next(stream)
        inner = stream.into_inner(tag=token, eat=False)
        why = parse_primitive(self.env, inner)
        inner.expect_eos()
        return AbortNode(token, why)


class Quoted(str):
    """A text that is JSON by itself, and written as it is."""

    __slots__ = ()


def _as_json(value: object) -> str:
    """What stands for a value in JSON: a text without its quotation marks, which the template has."""
    if isinstance(value, Quoted):
        return value
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, default=str)
    return json.dumps(to_liquid_string(value, False), ensure_ascii=False)[1:-1]


class JsonOutputNode(OutputNode):
    __slots__ = ()

    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        return buffer.write(_as_json(self.expression.evaluate(context)))


class JsonOutput(Output):
    node_class = JsonOutputNode


class JsonEchoNode(EchoNode):
    __slots__ = ()

    render_to_output = JsonOutputNode.render_to_output


class JsonEcho(EchoTag):
    node_class = JsonEchoNode


class Language(Environment):
    template_class = Bound
    context_depth_limit = 30
    local_namespace_limit = Limits().locals
    output_stream_limit = Limits().output


@cache
def environment(form: str, strict: bool = True) -> Language:
    """form: “html” escapes what is written; in “json” it is escaped as within a text. strict: a value that is missing
    may not be written; otherwise it is the empty text, as in the language's own tests.
    """
    env = Language(autoescape=form == "html", undefined=Missing if strict else Undefined)
    for tag in (LinkTag, AbortTag):
        env.add_tag(tag)
    if form == "json":
        env.add_tag(JsonOutput)
        env.add_tag(JsonEcho)
    for name in ("include", "render"):
        env.tags.pop(name, None)
    env.filters.update(filters.of(form) | dates.FILTERS)
    env.filters["json"] = _quoted_json if form == "json" else _json
    for name, function in list(env.filters.items()):
        env.filters[name] = bounded(name, function, _never if name in TAKES_MISSING else _missing)
    return env


def _json(value: object, indent: object = None) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def _quoted_json(value: object, indent: object = None) -> str:
    return Quoted(_json(value))


def _missing(value: object) -> bool:
    return isinstance(value, Missing)


def _never(value: object) -> bool:
    return False
