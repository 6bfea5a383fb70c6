"""The source tree as the architecture tests read it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "pentad"
REFERENCE = ROOT / "docs" / "reference"


def python_files(*folders: str) -> list[Path]:
    """Every Python file of ours below these folders, generated migrations left out."""
    found = (path for folder in folders for path in (ROOT / folder).rglob("*.py"))
    return sorted(path for path in found if "migrations" not in path.parts)


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def strings(path: Path) -> Iterator[tuple[int, str]]:
    """(line, text) of each string literal that is not a docstring; the fixed parts of f-strings are joined by \x00."""
    tree = ast.parse(path.read_text())
    inside: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            inside.add(id(node.value))
        if isinstance(node, ast.JoinedStr):
            inside.update(id(part) for part in node.values)
            yield (
                node.lineno,
                "\x00".join(str(part.value) if isinstance(part, ast.Constant) else "" for part in node.values),
            )
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in inside:
            yield node.lineno, node.value


def matches(pattern: str, *, under: Path = PACKAGE) -> dict[str, str]:
    """First group of each match in the source → the file it was first seen in."""
    found: dict[str, str] = {}
    for path in sorted(under.rglob("*.py")):
        for match in re.finditer(pattern, path.read_text()):
            found.setdefault(match.group(1), name(path))
    return found
