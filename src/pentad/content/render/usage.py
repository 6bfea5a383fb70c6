"""What a template takes from its context, read off its tree: each variable, and what happens when it has no value."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from liquid import BoundTemplate
from liquid.ast import Node
from liquid.builtin.expressions import FilteredExpression, Path
from liquid.builtin.output import OutputNode
from liquid.builtin.tags.assign_tag import AssignNode
from liquid.builtin.tags.for_tag import ForNode
from liquid.expression import Expression

from pentad.content.render.running import said
from pentad.content.render.tags import AbortNode

Steps = tuple[str | int, ...]
BUILT_IN = frozenset({"forloop", "tablerowloop", "block"})
DATA = frozenset({"customer", "company", "event"})
"""Whatever else a template gives such a name to, it may still mean these: behind a condition, or after an empty loop."""


@dataclass(frozen=True, slots=True)
class Use:
    """path: its steps; one that is taken from another variable ends it. written: it becomes part of the text. fallback:
    a `default` follows. asked: it stands where a condition has asked for it.
    """

    path: Steps
    written: bool
    fallback: bool
    asked: bool
    line: int

    @property
    def name(self) -> str:
        return said(self.path)

    @property
    def guarded(self) -> bool:
        """Whether the template says what happens without a value."""
        return not self.written or self.fallback or self.asked


def uses(template: BoundTemplate) -> list[Use]:
    """In the order of the text; what the template names itself is left out, and taken back to where it came from."""
    reading = _Reading(str(template.name), getattr(template, "env", None) is not None)
    for node in template.nodes:
        reading.node(node, frozenset(), frozenset())
    return reading.found


class _Reading:
    def __init__(self, name: str, known: bool) -> None:
        self.found: list[Use] = []
        self.named: dict[str, tuple[Steps, bool]] = {}
        """What it assigned: whence, and whether with a fallback."""

    def node(self, node: Node, inner: frozenset[str], asked: frozenset[Steps]) -> None:
        """inner: names of the loops around it. asked: what the conditions around it speak of."""
        if isinstance(node, AssignNode):
            self._assign(node, inner, asked)
        else:
            written = isinstance(node, OutputNode | AbortNode)
            for expression in node.expressions():
                self._expression(expression, written, inner, asked)
        for name in () if isinstance(node, AssignNode) else node.template_scope():
            self._name(str(name), ((), True))
        around = inner | ({str(name) for name in node.block_scope()} - DATA)
        if not isinstance(node, ForNode):
            asked |= frozenset(self._asked(node))
        for child in node.children(None, include_partials=False):  # type: ignore[arg-type] # no node looks at it
            self.node(child, around, asked)

    def _asked(self, node: Node) -> Iterator[Steps]:
        """What a condition speaks of, and the other branches of the same."""
        conditions = [] if isinstance(node, OutputNode | AssignNode) else list(node.expressions())
        held = getattr(node, "condition", None)
        if isinstance(held, Expression):
            conditions.append(held)
        for branch in (*getattr(node, "alternatives", ()), getattr(node, "consequence", None)):
            conditions += [one for one in (getattr(branch, "expression", None),) if isinstance(one, Expression)]
        for condition in conditions:
            for path in _paths(condition):
                yield self._origin(_steps(path))[0]

    def _assign(self, node: AssignNode, inner: frozenset[str], asked: frozenset[Steps]) -> None:
        expression = node.expression
        self._expression(expression, False, inner, asked)
        origin: tuple[Steps, bool] = ((), True)
        if isinstance(expression, FilteredExpression) and isinstance(expression.left, Path):
            steps, safe = self._origin(_steps(expression.left))
            if str(steps[0] if steps else "") not in inner:
                origin = steps, safe or _falls_back(expression)
        self._name(str(node.name), origin)

    def _name(self, name: str, origin: tuple[Steps, bool]) -> None:
        if name not in DATA:
            self.named[name] = origin

    def _expression(
        self, expression: Expression, written: bool, inner: frozenset[str], asked: frozenset[Steps]
    ) -> None:
        falls_back = _falls_back(expression)
        left = expression.left if isinstance(expression, FilteredExpression) else expression
        for path in _paths(expression):
            steps, safe = self._origin(_steps(path))
            root = str(steps[0]) if steps else ""
            if not steps or root in inner or root in BUILT_IN:
                continue
            fallback = safe or (falls_back and path is left)
            self.found.append(Use(steps, written, fallback, steps in asked, _line(path)))

    def _origin(self, steps: Steps) -> tuple[Steps, bool]:
        if steps and isinstance(steps[0], str) and steps[0] in self.named:
            origin, safe = self.named[steps[0]]
            return ((*origin, *steps[1:]) if origin else ()), safe
        return steps, False


def _falls_back(expression: Expression) -> bool:
    filters = expression.filters if isinstance(expression, FilteredExpression) else None
    return any(one.name == "default" for one in filters or ())


def _paths(expression: Expression) -> Iterable[Path]:
    """Each variable in it, those in filters' arguments and brackets too."""
    if isinstance(expression, Path):
        yield expression
    for child in expression.children():
        yield from _paths(child)


def _steps(path: Path) -> Steps:
    found: list[str | int] = []
    for step in path.path:
        if isinstance(step, Path):
            break
        found.append(step)
    return tuple(found)


def _line(path: Path) -> int:
    token = path.token
    source = getattr(token, "source", "") or ""
    return source.count("\n", 0, token.start_index) + 1
