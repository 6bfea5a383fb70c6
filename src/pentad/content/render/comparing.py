"""Comparisons with “blank” and “empty”, for which the language has no answer of its own when a value is missing."""

from collections.abc import Iterable

from liquid import RenderContext
from liquid.ast import Node
from liquid.builtin.expressions.logical import EqExpression, NeExpression
from liquid.builtin.expressions.primitive import Blank, Empty
from liquid.expression import Expression

from pentad.content.render.running import Missing


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
