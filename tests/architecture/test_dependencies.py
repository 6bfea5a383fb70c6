"""What is imported is declared and locked; what is declared has its reason on its line."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions

from tests.architecture.source import ROOT, name, python_files

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
EXTRAS = {"src/pentad/ledger/clickhouse": "clickhouse", "src/pentad/config": "postgres"}


def _normal(requirement: str) -> str:
    return re.split(r"[\[~=<>! ;]", requirement)[0].lower().replace("_", "-")


def test_what_the_package_imports_is_declared() -> None:
    declared = {_normal(one) for one in PROJECT["dependencies"]}
    owners = packages_distributions()
    strays = []
    for path in python_files("src"):
        extra = next((extra for folder, extra in EXTRAS.items() if name(path).startswith(folder)), None)
        allowed = declared | {_normal(one) for one in PROJECT["optional-dependencies"].get(extra or "", [])}
        for node in ast.walk(ast.parse(path.read_text())):
            modules = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and not node.level and node.module:
                modules = [node.module]
            for top in {module.split(".")[0] for module in modules} - set(sys.stdlib_module_names) - {"pentad"}:
                if not {_normal(owner) for owner in owners.get(top, [top])} & allowed:
                    strays.append(f"{name(path)} imports {top}")
    assert strays == []


def test_what_is_declared_is_used() -> None:
    source = "".join(path.read_text() for path in python_files("src"))
    modules: dict[str, set[str]] = {}
    for module, owners in packages_distributions().items():
        for owner in owners:
            modules.setdefault(_normal(owner), set()).add(module)
    idle = [
        one
        for one in map(_normal, PROJECT["dependencies"])
        if not any(re.search(rf"\b{module}\b", source) for module in modules.get(one, set()))
    ]
    assert idle == []


def test_what_is_declared_is_locked_with_hashes() -> None:
    for lock in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / lock).read_text()
        pinned = set(re.findall(r"^([\w.-]+)==", text, re.M))
        assert sorted({_normal(one) for one in PROJECT["dependencies"]} - pinned) == [], f"{lock}: run `make lock`"
        without = [line for line in re.findall(r"^[\w.-]+==.*$", text, re.M) if not line.endswith("\\")]
        assert without == [], f"{lock} has pins without a hash"


def test_each_dependency_has_its_reason() -> None:
    text = (ROOT / "pyproject.toml").read_text()
    block = text[text.index("dependencies = [") : text.index("[project.optional-dependencies]")]
    lines = [line for line in block.splitlines() if line.strip().startswith('"')]
    assert [line for line in lines if "#" not in line] == []


def test_types_are_excused_only_for_what_is_used() -> None:
    tool = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]
    excused = [one.removesuffix(".*") for part in tool["mypy"]["overrides"] for one in part["module"]]
    source = "".join(path.read_text() for folder in ("src", "tests", "bench") for path in python_files(folder))
    assert [module for module in excused if not re.search(rf"\b{module}\b", source)] == []
