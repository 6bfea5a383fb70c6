"""Tags of our own: addresses that are numbered, and a message that there shall not be; and how JSON is written."""

import json
from collections.abc import Iterable
from html import unescape
from typing import TextIO

from liquid import RenderContext, Token
from liquid.ast import BlockNode, Node
from liquid.builtin.expressions import parse_primitive
from liquid.builtin.output import Output, OutputNode
from liquid.builtin.tags.echo_tag import EchoNode, EchoTag
from liquid.expression import Expression
from liquid.parser import get_parser
from liquid.stream import TokenStream
from liquid.stringify import to_liquid_string
from liquid.tag import Tag
from liquid.token import TOKEN_EXPRESSION, TOKEN_TAG

from pentad.content.render import links
from pentad.content.render.faults import Aborted, Failed
from pentad.content.render.running import Buffer, Context

LINK, ENDLINK = "_link", "end_link"


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
