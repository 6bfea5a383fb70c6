"""Whatever operators, plugins and programs rely on has its line in docs/reference; the test names what lacks one."""

import re
from collections.abc import Iterable, Iterator

import click
import pytest

from tests.architecture.source import PACKAGE, REFERENCE, import_everything, matches


def page(file: str) -> str:
    path = REFERENCE / file
    return path.read_text() if path.exists() else ""


def missing(file: str, names: Iterable[str]) -> list[str]:
    """Names that the page does not show in code type."""
    text = page(file)
    shown = set(re.findall(r"`([^`\n]+)`", text))
    return sorted(one for one in set(names) if one not in shown)


@pytest.fixture(scope="module", autouse=True)
def everything() -> None:
    import_everything()


def verbs(command: click.Command, path: str = "pentad") -> Iterator[tuple[str, click.Command]]:
    if isinstance(command, click.Group):
        for name in command.commands:
            yield from verbs(command.commands[name], f"{path} {name}")
    else:
        yield path, command


def cli() -> click.Command:
    from pentad.cli import main

    assert isinstance(main, click.Command)
    return main


def test_command_line() -> None:
    assert missing("cli.md", [path for path, command in verbs(cli()) if not command.hidden]) == []


def test_options_of_the_command_line() -> None:
    undocumented = []
    sections = re.split(r"^#+ ", page("cli.md"), flags=re.M)
    for path, command in verbs(cli()):
        section = next((part for part in sections if part.split("\n")[0].strip().strip("`").startswith(path)), "")
        common = sections[0] + next((part for part in sections if part.startswith("Everywhere")), "")
        for parameter in command.params:
            if isinstance(parameter, click.Option) and not parameter.hidden:
                option = parameter.opts[-1]
                if option not in section and option not in common:
                    undocumented.append(f"{path} {option}")
    assert undocumented == []


def test_environment() -> None:
    assert missing("configuration.md", matches(r"\b(PENTAD_[A-Z_]+)\b(?!_)")) == []


def test_run_time_settings() -> None:
    from pentad.core import settings

    assert missing("configuration.md", [one.name for one in settings.definitions()]) == []


def test_hooks() -> None:
    from pentad.core.hooks import Hooks

    assert missing("hooks.md", [name for name in vars(Hooks) if not name.startswith("_")]) == []


def test_rights() -> None:
    from pentad.core.action import RIGHTS

    asked = matches(r"(?:signed_in|check|may|action|access)\([^()\n]*\"([a-z]+\.[a-z]+)\"")
    assert missing("rights.md", set(RIGHTS) | set(asked)) == []


def test_metrics() -> None:
    names = matches(r"(?:Counter|Gauge|Histogram|Summary|Info|Enum|MetricFamily)\(\s*\"(pentad_\w+)\"")
    assert names, "there are metrics"
    assert missing("metrics.md", names) == []


def test_error_codes() -> None:
    from pentad.data.ingest.rules import REASONS

    classes = matches(r"^    code(?:, status)? = \"(\w+)\"")
    raised = matches(r"\bcode=\"(\w+)\"")
    assert missing("errors.md", {*classes, *raised, *REASONS}) == []


def test_pages_name_nothing_that_is_gone() -> None:
    """Each `pentad …` heading of the command line's page is a command."""
    known = {path for path, _ in verbs(cli())}
    headings = re.findall(r"^#+ `(pentad [a-z ]+?)(?: [A-Z\[<-].*)?`", page("cli.md"), flags=re.M)
    assert [heading for heading in headings if heading not in known] == []


def test_the_index_leads_to_every_page() -> None:
    docs = REFERENCE.parent
    index = (docs / "README.md").read_text()
    pages = [str(path.relative_to(docs)) for path in sorted(docs.rglob("*.md")) if path.name != "README.md"]
    assert [one for one in pages if f"({one})" not in index] == []


def test_links_between_pages_lead_somewhere() -> None:
    root = PACKAGE.parents[1]
    broken = []
    for path in [*root.glob("*.md"), *(root / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", path.read_text()):
            if "://" not in target and not target.startswith("mailto:") and not (path.parent / target).exists():
                broken.append(f"{path.relative_to(root)} → {target}")
    assert broken == []
