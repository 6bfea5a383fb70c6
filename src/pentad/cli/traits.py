"""`pentad trait …`: computed traits, with the server running or stopped."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pentad.cli.options import on_data

if TYPE_CHECKING:
    from pentad.intelligence.computed.definition import Computed
    from pentad.intelligence.computed.models import ComputedTrait

FILE = click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path)
_definition = click.option("--definition", type=FILE, metavar="FILE", help="What it is as JSON; - is standard input.")
_text = click.option("--text", metavar="TEXT", help="What it is as text: 'number of \"Order Completed\"'.")


def register(cli: click.Group) -> None:
    cli.add_command(trait)


@click.group()
def trait() -> None:
    """Traits that are worked out of what customers do."""


@trait.command("list")
@click.option("--state", type=click.Choice(["live", "archived"]), help="Only those of this state.")
@on_data()
def list_traits(state: str | None) -> None:
    """Each computed trait: id, name, state, how many have a value, and what it is, separated by tabs."""
    from pentad.intelligence.computed import queries, text

    for one in queries.traits(state):
        click.echo("\t".join([one.id, one.name, one.state, str(queries.size(one)), text.say(one.computed)]))


@trait.command("show")
@click.argument("name", metavar="ID|NAME")
@click.option("--json", "as_json", is_flag=True, help="The definition as JSON, alone.")
@on_data()
def show(name: str, as_json: bool) -> None:
    """What a computed trait is, as text, and how it stands."""
    from pentad.intelligence.computed import shown

    told = shown.trait(_saved(name))
    if as_json:
        click.echo(json.dumps(told["definition"], ensure_ascii=False, indent=2))
        return
    click.echo(told["text"])
    for field in ("id", "name", "state", "version", "size", "correct_as_of", "cost_ms", "failure"):
        click.echo(f"{field.replace('_', ' ')}\t{told[field] if told[field] is not None else ''}")


@trait.command("add")
@click.argument("name")
@_definition
@_text
@click.option("--description", default="", metavar="TEXT", help="What it is for.")
@on_data()
def add(name: str, definition: Path | None, text: str | None, description: str) -> None:
    """Save a computed trait and work it out for everybody; prints its id alone."""
    from pentad.core.actor import CLI
    from pentad.intelligence.computed.actions import create_trait

    made = create_trait(actor=CLI, name=name, computed=_given(definition, text), description=description)
    _see_through(made)
    click.echo(made.id)


@trait.command("change")
@click.argument("name", metavar="ID|NAME")
@_definition
@_text
@on_data()
def change(name: str, definition: Path | None, text: str | None) -> None:
    """Make a computed trait something else, and work it out for everybody."""
    from pentad.core.actor import CLI
    from pentad.intelligence.computed.actions import change_trait

    _see_through(change_trait(actor=CLI, trait=_saved(name), computed=_given(definition, text)))


@trait.command("archive")
@click.argument("name", metavar="ID|NAME")
@on_data()
def archive(name: str) -> None:
    """Put a computed trait into the archive; its values go."""
    from pentad.core.actor import CLI
    from pentad.intelligence.computed.actions import archive_trait

    _see_through(archive_trait(actor=CLI, trait=_saved(name)))


@trait.command("refresh")
@click.argument("name", metavar="ID|NAME")
@on_data()
def refresh(name: str) -> None:
    """Work a computed trait out for everybody again."""
    from pentad.core.actor import CLI
    from pentad.intelligence.computed.actions import refresh_trait

    row = _saved(name)
    refresh_trait(actor=CLI, trait=row)
    _see_through(row)


def _see_through(row: "ComputedTrait") -> None:
    from pentad.core import runtime
    from pentad.intelligence.computed import queries

    if (job := queries.job_of(row)) is not None:
        runtime.see_through(job)


def _given(file: Path | None, text: str | None) -> "Computed":
    from pentad.intelligence.computed import text as words
    from pentad.intelligence.computed.definition import read

    if (file is None) == (text is None):
        raise click.UsageError("Give one of --definition and --text.")
    if text is not None:
        return words.parse(text)
    assert file is not None
    return read(sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes())


def _saved(name: str) -> "ComputedTrait":
    from pentad.core.errors import NotFound
    from pentad.intelligence.computed import queries

    found = queries.traits().filter(id=name).first() or queries.named(name) or queries.traits().filter(name=name).last()
    if found is None:
        raise NotFound(
            f"There is no computed trait “{name}”.", code="computed_not_found", fix="See “pentad trait list”."
        )
    return found
