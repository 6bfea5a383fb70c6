"""The same tree, faster: what is known when a template is read is not looked up again for each customer."""

from collections.abc import Iterable
from typing import Any

from liquid import Environment, RenderContext
from liquid.ast import Node
from liquid.builtin.expressions import FilteredExpression, Path
from liquid.builtin.expressions.arguments import KeywordArgument
from liquid.builtin.expressions.filtered import Filter
from liquid.builtin.expressions.logical import EqExpression, NeExpression
from liquid.builtin.expressions.primitive import Literal
from liquid.exceptions import FilterArgumentError, LiquidTypeError
from liquid.expression import Expression

from pentad.content.render.running import Context


class FixedPath(Path):
    """A variable whose steps are all written out."""

    __slots__ = ()

    def evaluate(self, context: RenderContext) -> object:
        return context.get(self.path, token=self.token)  # type: ignore[arg-type] # a list of the steps, as it wants


class KnownFilter(Filter):
    """A filter that was found. fixed: its arguments, where they are all written out."""

    __slots__ = ("environment", "fixed", "function", "named", "with_context", "with_environment")

    def __init__(self, one: Filter, env: Environment) -> None:
        super().__init__(one.token, one.name, one.args)
        self.function = env.filters[one.name]
        self.environment = env
        self.with_context = bool(getattr(self.function, "with_context", False))
        self.with_environment = bool(getattr(self.function, "with_environment", False))
        literal = all(isinstance(arg.value, Literal) and not isinstance(arg, KeywordArgument) for arg in one.args)
        self.fixed: list[object] | None = None
        self.named = not literal

    def evaluate(self, left: object, context: RenderContext) -> object:
        assert isinstance(context, Context)
        context.in_time()
        options: dict[str, Any] = {}
        if self.named:
            arguments, options = self.evaluate_args(context)
        elif (given := self.fixed) is not None:
            arguments = given
        else:
            arguments = self.fixed = [arg.value.evaluate(context) for arg in self.args]
        if self.with_context:
            options["context"] = context
        if self.with_environment:
            options["environment"] = self.environment
        try:
            return self.function(left, *arguments, **options)
        except TypeError as error:
            raise LiquidTypeError(f"{self.name}: {error}", token=self.token) from error
        except (LiquidTypeError, FilterArgumentError) as error:
            error.token = self.token
            raise


def quicken(nodes: Iterable[Node], env: Environment) -> None:
    """Put these in place of what was read."""
    for node in nodes:
        for expression in node.expressions():
            _quicken(expression, env)
        quicken(node.children(None, include_partials=False), env)  # type: ignore[arg-type] # no node looks at it


def _quicken(expression: Expression, env: Environment) -> None:
    if isinstance(expression, FilteredExpression):
        expression.left = _fixed(expression.left)
        expression.filters = [
            KnownFilter(one, env) if one.name in env.filters else one for one in expression.filters or ()
        ]
    elif isinstance(expression, EqExpression | NeExpression):
        expression.left, expression.right = _fixed(expression.left), _fixed(expression.right)
    for child in expression.children():
        _quicken(child, env)


def _fixed(expression: Expression) -> Expression:
    if type(expression) is Path and not any(isinstance(step, Path) for step in expression.path):
        return FixedPath(expression.token, expression.path)
    return expression
