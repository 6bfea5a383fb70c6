"""Whatever operators, plugins and programs rely on has its line in docs/reference, with words; the test names what lacks one."""

import ast
import re
import subprocess
import sys
from collections import Counter

import click
import pytest

from scripts import reference
from tests.architecture.source import PACKAGE, REFERENCE, matches, python_files

ROOT = PACKAGE.parents[1]


@pytest.fixture(scope="module", autouse=True)
def everything() -> None:
    reference.import_everything()


def page(file: str) -> str:
    return (REFERENCE / file).read_text()


@pytest.mark.parametrize("name", sorted(reference.PARTS))
def test_each_part_has_a_page(name: str) -> None:
    assert f"<!-- from the code: {name} -->" in "".join(path.read_text() for path in REFERENCE.glob("*.md"))


def test_pages_say_what_the_code_says() -> None:
    """In a process of its own: other tests make settings, rights and errors that are not Pentad's."""
    done = subprocess.run(
        [sys.executable, "-m", "scripts.reference", "--check"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, f"run `make reference` and read what it writes\n{done.stdout}{done.stderr}"


def test_verbs_and_options_say_what_they_do() -> None:
    silent = [path for path, command in reference.verbs() if not command.help]
    silent += [
        f"{path} {option.opts[0]}"
        for path, command in reference.verbs()
        for option in command.params
        if isinstance(option, click.Option) and not option.help
    ]
    assert silent == []


def test_what_scripts_rely_on_is_there() -> None:
    """The calls that are promised to operators, whatever else changes."""
    have = {path: {o for p in command.params for o in p.opts} for path, command in reference.verbs()}
    promised = {
        "pentad up": {"--data", "--port", "--demo"},
        "pentad source add": {"--data", "name"},
        "pentad key add": {"--data", "--role", "name"},
        "pentad erase": {"--data", "--identifier"},
        "pentad seal": {"--data"},
        "pentad doctor": {"--data"},
        "pentad import transactions": {"--data"},
    }
    missing = {path: sorted(options - have.get(path, set())) for path, options in promised.items()}
    assert {path: options for path, options in missing.items() if options} == {}


def test_environment() -> None:
    """Variables that the code reads are explained at the head of config/settings.py, whence the page takes them."""
    read = matches(r"environ(?:\.get|\.setdefault|\.pop)?[\[(]\s*\"(PENTAD_[A-Z_]+)\"")
    shown = page("configuration.md")
    assert sorted(name for name in read if f"`{name}`" not in shown) == []


def test_settings_hooks_metrics_have_words() -> None:
    from pentad.core import settings
    from pentad.core.hooks import Hooks
    from pentad.core.metrics import registry

    silent = [one.name for one in settings.definitions() if len(one.help) < 10]
    silent += [name for name, hook in vars(Hooks).items() if not name.startswith("_") and not hook.__doc__]
    silent += [one.name for one in registry.collect() if one.name.startswith("pentad") and not one.documentation]
    assert [one for one in silent if not one.startswith("tests.")] == []


def test_rights() -> None:
    from pentad.core.action import RIGHTS

    ours = [right for right in RIGHTS if not right.startswith("tests.")]
    assert sorted(right for right in ours if f"`{right}`" not in page("rights.md")) == []


def test_schemas_of_the_api_have_names_of_their_own() -> None:
    """The document keeps one schema of each name: a second one would be described as the first."""
    document = page("openapi.json")
    defined = Counter(
        node.name
        for path in python_files("src/pentad")
        if path.name.endswith("api.py")
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.ClassDef)
    )
    assert sorted(name for name, count in defined.items() if count > 1 and f'schemas/{name}"' in document) == []


def test_error_codes() -> None:
    """Codes in whatever way they are given, found by text, beside those the page's generator finds by syntax."""
    raised = matches(r"\bcode=\"(\w+)\"")
    assert sorted(code for code in raised if f"`{code}`" not in page("errors.md")) == []


def test_the_index_leads_to_every_page() -> None:
    docs = REFERENCE.parent
    index = (docs / "README.md").read_text()
    pages = [str(path.relative_to(docs)) for path in sorted(docs.rglob("*.md")) if path.name != "README.md"]
    assert [one for one in pages if f"({one})" not in index] == []


def test_links_between_pages_lead_somewhere() -> None:
    broken = []
    for path in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", path.read_text()):
            if "://" not in target and not target.startswith("mailto:") and not (path.parent / target).exists():
                broken.append(f"{path.relative_to(ROOT)} → {target}")
    assert broken == []


def test_nothing_names_a_registry() -> None:
    """Where packages come from is the business of the machine that installs them."""
    hosts = re.compile(r"https?://[\w.-]*(pypi|pythonhosted|npmjs|debian)\.[a-z]+", re.IGNORECASE)
    files = [*ROOT.glob("*.lock"), *ROOT.glob("*.toml"), *ROOT.glob("*.md"), ROOT / "Makefile"]
    assert [path.name for path in files if hosts.search(path.read_text())] == []


def test_a_fresh_process_knows_every_right_that_something_asks_for() -> None:
    """Also those of modules that are loaded when somebody first needs them, such as SCIM's."""
    told = (
        "import django; django.setup(); from pentad.roles.access.manage.queries import all_rights; print(*all_rights())"
    )
    fresh = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    asked = matches(r"(?:@action|signed_in|check)\((?:actor, )?\"([a-z]+\.[a-z]+)\"")
    assert {"scim.edit", "admin.users", "people.erase"} <= asked.keys()
    assert sorted(asked.keys() - {*fresh.stdout.split(), "account.own"}) == []
