"""Writes what the code says of itself into docs/reference: commands, settings, hooks, rights, metrics, errors.

    make reference      after adding one of these; a test fails while a page is behind

Pages are written by people, but for the parts between `<!-- from the code: NAME -->` and `<!-- end -->`.
What is a file of its own, such as a JSON Schema, is the code's altogether.
"""

import ast
import importlib
import inspect
import os
import pkgutil
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "src" / "pentad"
PAGES = ROOT / "docs" / "reference"
PART = re.compile(r"(<!-- from the code: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def import_everything() -> None:
    """Import each module of the package, so that registries are full."""
    for module in pkgutil.walk_packages([str(PACKAGE)], "pentad."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)


def _table(*rows: tuple[str, ...]) -> str:
    head, *rest = [" | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in row) for row in rows]
    return "\n".join([f"| {head} |", "|" + "---|" * len(rows[0]), *(f"| {row} |" for row in rest)]) + "\n"


# Commands


def verbs(command: Any = None, path: str = "pentad") -> Iterator[tuple[str, Any]]:
    """(full name, command) of each verb of the command line, in the order of its help."""
    import click

    if command is None:
        from pentad.cli import command_line

        command = command_line()
    context = click.Context(command)
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            if (found := command.get_command(context, name)) and not found.hidden:
                yield from verbs(found, f"{path} {name}")
    else:
        yield path, command


def commands() -> str:
    import click

    sections = []
    for path, command in verbs():
        arguments = [p.make_metavar(click.Context(command)) for p in command.params if isinstance(p, click.Argument)]
        rows = [("option", "default", "what it does")]
        for option in command.params:
            if (
                isinstance(option, click.Option)
                and not option.hidden
                and option.opts[0] not in ("--data", "--database")
            ):
                metavar = "" if option.is_flag else f" {option.make_metavar(click.Context(command))}"
                usual = option.default if isinstance(option.default, str | int) and not option.is_flag else ""
                rows.append(
                    (f"`{'`, `'.join(option.opts)}{metavar}`", f"`{usual}`" if usual != "" else "", option.help or "")
                )
        text = inspect.cleandoc(command.help or "")
        sections.append(
            f"### `{' '.join([path, *arguments])}`\n\n{text}\n" + (f"\n{_table(*rows)}" if len(rows) > 1 else "")
        )
    return "\n".join(sections).rstrip() + "\n"


# Settings


def environment() -> str:
    text = ast.get_docstring(ast.parse((PACKAGE / "config" / "settings.py").read_text())) or ""
    found = re.findall(r"^(PENTAD_\w+)\s+(.*(?:\n {4,}.*)*)", text, re.M)
    return _table(("variable", "what it says"), *((f"`{name}`", says[:1].upper() + says[1:]) for name, says in found))


def settings() -> str:
    from pentad.core import settings as registry

    def bounds(one: Any) -> str:
        low, high = (f"{bound:,g}" if bound is not None else "" for bound in (one.minimum, one.maximum))
        return ", ".join(f"`{choice}`" for choice in one.choices) or (f"{low} – {high}" if low or high else "")

    rows = [(f"`{one.name}`", f"`{one.default!r}`", bounds(one), one.help) for one in registry.definitions()]
    return _table(("name", "default", "allowed", "what it does"), *rows)


# Hooks, rights, metrics


def hooks() -> str:
    from pentad.core.hooks import Hooks

    rows = [("hook", "when it is asked, what it returns")]
    for name, hook in vars(Hooks).items():
        if not name.startswith("_"):
            arguments = ", ".join(parameter for parameter in inspect.signature(hook).parameters if parameter != "self")
            rows.append((f"`{name}`({arguments})", inspect.cleandoc(hook.__doc__ or "")))
    return _table(*rows)


def rights() -> str:
    from pentad.roles.access import builtin

    asked: dict[str, dict[str, str]] = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        tree = ast.parse(path.read_text())
        for function in ast.walk(tree):
            if isinstance(function, ast.FunctionDef):
                for right in _rights_of(function):
                    says = (ast.get_docstring(function) or function.name.replace("_", " ")).splitlines()[0].rstrip(".")
                    asked.setdefault(right, {})[function.name] = says
    rows = []
    for right in sorted(asked):
        roles = ", ".join(role for role in builtin.ROLES if builtin.policy(role).may(right))
        actions = [f"`{name}`" for name, _ in sorted(asked[right].items())]
        rows.append((f"`{right}`", roles, ", ".join(actions)))
    return _table(("right", "roles that hold it", "asked by"), *rows)


def _rights_of(function: ast.FunctionDef) -> set[str]:
    """Rights in the decorators and calls `action("…")`, `signed_in("…")`, `check(actor, "…")` of a function."""
    found = set()
    for node in [*function.decorator_list, *ast.walk(function)]:
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            if name in {"action", "signed_in", "check", "may"}:
                found |= {a.value for a in node.args if isinstance(a, ast.Constant) and _is_right(a.value)}
    return found


def _is_right(text: object) -> bool:
    return isinstance(text, str) and re.fullmatch(r"[a-z]+\.[a-z_]+", text) is not None


def metrics() -> str:
    from pentad.core.metrics import registry

    rows = []
    for metric in registry.collect():
        if metric.name.startswith("pentad_"):
            name = metric.name + ("_total" if metric.type == "counter" else "")
            rows.append((f"`{name}`", metric.type, metric.documentation))
    return _table(("name", "kind", "what it counts"), *sorted(rows))


# Errors

GENERIC = {
    "internal": "Something went wrong inside Pentad; the log has the details.",
    "invalid": "A value in the request cannot be used.",
    "not_signed_in": "The request comes from nobody known.",
    "denied": "The actor lacks the right that this needs; `right` names it.",
    "not_found": "There is no such thing.",
    "conflict": "It does not fit what is there already.",
    "too_large": "The request is larger than allowed.",
    "rate_limited": "Too many requests; `Retry-After` says in how many seconds to come back.",
    "unavailable": "It cannot be done now; try again later.",
}
"""What the kinds of error say of themselves, when no more particular code is given."""


def errors() -> str:
    """Each code that is raised anywhere, with its HTTP status and its sentence; … stands for a value."""
    from pentad.core.errors import PentadError

    found = {one.code: (one.status, GENERIC.get(one.code, "")) for one in [PentadError, *_below(PentadError)]}
    for path in sorted(PACKAGE.rglob("*.py")):
        dotted = ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__")
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and node.args:
                code = next(
                    (k.value.value for k in node.keywords if k.arg == "code" and isinstance(k.value, ast.Constant)),
                    None,
                )
                kind = _named(dotted, node.func) if code else None
                if isinstance(kind, type) and issubclass(kind, PentadError):
                    found[str(code)] = (kind.status, _sentence(node.args[0]))
    rows = [(f"`{code}`", str(status), says or "—") for code, (status, says) in sorted(found.items())]
    return _table(("code", "status", "what it says"), *rows)


def _named(module: str, node: ast.expr) -> Any:
    """What a name in a module stands for: errors go by other names where they would clash."""
    from pentad.core import errors as common

    found = sys.modules.get(module)
    for part in ast.unparse(node).split("."):
        found = getattr(found, part, None) or getattr(common, part, None)  # imported inside a function
    return found


def _below(kind: type) -> Iterator[type]:
    for one in kind.__subclasses__():
        yield one
        yield from _below(one)


def _sentence(node: ast.expr) -> str:
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in node.values)
    if isinstance(node, ast.BinOp):
        return _sentence(node.left) + _sentence(node.right)
    return ""


def reasons() -> str:
    from pentad.data.ingest.rules import REASONS

    rows = [(f"`{one.code}`", one.says, one.fix) for one in REASONS.values()]
    return _table(("reason", "what was wrong", "what to do"), *rows)


PARTS: dict[str, Callable[[], str]] = {
    "commands": commands,
    "environment": environment,
    "settings": settings,
    "hooks": hooks,
    "rights": rights,
    "metrics": metrics,
    "errors": errors,
    "reasons": reasons,
}


def _segment_schema() -> str:
    from pentad.intelligence.segments.schema import schema

    return schema()


def _computed_schema() -> str:
    from pentad.intelligence.computed.definition import schema

    return schema()


FILES: dict[str, Callable[[], str]] = {
    "segment-definition.schema.json": _segment_schema,
    "computed-trait.schema.json": _computed_schema,
}


def filled(text: str) -> str:
    """A page with its parts as the code has them now."""
    return PART.sub(lambda match: f"{match[1]}\n{PARTS[match[2]]()}\n{match[3]}", text)


def main(check: bool = False) -> int:
    """Write the pages; with `check`, only name those that are behind the code."""
    os.environ["PENTAD_DATA"] = tempfile.mkdtemp(prefix="pentad-reference-")
    os.environ["DJANGO_SETTINGS_MODULE"] = "pentad.config.settings"
    import django

    django.setup()
    import_everything()
    behind = 0
    pages = {page: filled(page.read_text()) for page in sorted(PAGES.glob("*.md"))}
    for page, now in (pages | {PAGES / name: written() for name, written in FILES.items()}).items():
        if not page.exists() or page.read_text() != now:
            behind += 1
            if not check:
                page.write_text(now)
            print(f"{'behind the code:' if check else 'wrote'} {page.relative_to(ROOT)}")
    shutil.rmtree(os.environ["PENTAD_DATA"])
    return behind if check else 0


if __name__ == "__main__":
    raise SystemExit(main(check="--check" in sys.argv))
