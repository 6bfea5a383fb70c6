"""`pentad up`, and the commands that look after a data folder."""

import sys
from pathlib import Path
from typing import Any

import click

from pentad.cli.options import data_option, database_option, on_data


def register(cli: click.Group) -> None:
    for command in (up, erase, seal, doctor, load_again, migrate):
        cli.add_command(command)


@click.command()
@data_option
@database_option
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on; 0.0.0.0 for all.")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="0 picks a free one.")
@click.option("--demo", is_flag=True, help="Fill the folder with the demo company and let its customers go on.")
def up(data: Path, database: str | None, host: str, port: int, demo: bool) -> None:
    """Run Pentad on a data folder, which is made when missing. Ctrl-C stops it."""
    from pentad.config.serve import up as serve

    serve(data, host=host, port=port, demo=demo, database=database)


@click.command()
@click.option("--identifier", metavar="NAMESPACE:VALUE", help="Such as user_id:42 or email:ada@x.org.")
@click.option("--unfinished", is_flag=True, help="Set erasures that came to a halt going again.")
@on_data()
def erase(identifier: str | None, unfinished: bool) -> None:
    """Erase a person: hidden at once, then removed from every file."""
    if unfinished == bool(identifier):
        raise click.UsageError("Give either --identifier or --unfinished.")
    if identifier:
        _erase_person(identifier)
    else:
        _finish_erasures()


def _finish_erasures() -> None:
    from pentad.core.actor import CLI
    from pentad.data.privacy.actions import finish_erasures, see_gone

    for erasure in finish_erasures(actor=CLI):
        click.echo(f"erased {see_gone(erasure).id}")


def _erase_person(identifier: str) -> None:
    from pentad.core import runtime
    from pentad.core.actor import CLI
    from pentad.core.errors import NotFound
    from pentad.data.identity.queries import as_ident, person_by_identifier
    from pentad.data.privacy.actions import erase_person, see_gone

    ident = as_ident(identifier)
    runtime.as_owner("ingest.settle")  # what was accepted a moment ago belongs to the person as well
    person = person_by_identifier(*ident)
    if person is None:
        raise NotFound(f"Nobody has the identifier {identifier}.", fix="Check namespace and value: case counts.")
    id = person.id
    erasure = erase_person(actor=CLI, person=person)
    _while_waiting("Hidden from every page. Now every file that told of the person is rewritten …")
    see_gone(erasure)
    click.echo(f"erased {id}")


def _while_waiting(text: str) -> None:
    """To somebody at a terminal; scripts read the result alone."""
    if sys.stderr.isatty():
        click.echo(text, err=True)


@click.command()
@on_data()
def seal() -> None:
    """Move closed months into their own files and rewrite what late events and erasures touched."""
    from pentad.core import runtime

    _while_waiting("Writing closed months into files of their own; a large ledger takes minutes …")
    done: dict[str, Any] = runtime.as_owner("ledger.seal", timeout=24 * 3600)
    for month in done.get("sealed", []):
        click.echo(month)


@click.command()
@on_data()
def doctor() -> None:
    """Check files, offsets, balance of receipts and indexes. Exit status 0 when sound."""
    from pentad.core import runtime

    problems: list[dict[str, str]] = runtime.as_owner("pentad.doctor")["problems"]
    for problem in problems:
        click.echo(f"{problem['severity']}: {problem['message']}")
        if problem["fix"]:
            click.echo(f"  fix: {problem['fix']}")
    errors = sum(problem["severity"] == "error" for problem in problems)
    if errors:
        raise click.exceptions.Exit(1)
    click.echo("sound" if not problems else "sound, with warnings")


@click.command("load-again")
@on_data()
def load_again() -> None:
    """Load messages again that were accepted and cannot be found; prints how many. Exit status 0 when none is missing."""
    from pentad.core import runtime
    from pentad.core.actor import CLI
    from pentad.data.ingest import actions
    from pentad.data.ingest.models import Gap

    if not Gap.objects.exists():
        click.echo("0")
        return
    done: dict[str, int] = runtime.see_through(actions.load_again(actor=CLI))
    click.echo(done["loaded"])
    if done["missing"]:
        click.echo(f"pentad: still missing: {done['missing']}. The receipts page names them.", err=True)
        raise click.exceptions.Exit(1)


@click.command()
@on_data(create=True)
def migrate() -> None:
    """Bring the database up to date. Every command does so by itself; this one only does so."""
    click.echo("the database is up to date")
