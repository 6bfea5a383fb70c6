"""`pentad source …`"""

import click

from pentad.cli.options import on_data


def register(cli: click.Group) -> None:
    cli.add_command(source)


@click.group()
def source() -> None:
    """Places that send events, each with a write key."""


@source.command("add")
@click.argument("name")
@click.option(
    "--kind",
    type=click.Choice(["web", "server", "mobile", "import"]),
    default="web",
    show_default=True,
    help="What sends its events. Web and mobile sources get the visitor's network address filled in.",
)
@on_data(create=True)
def add(name: str, kind: str) -> None:
    """Add a source; prints its write key alone."""
    from pentad.core.actor import CLI
    from pentad.data.ingest.actions import add_source

    click.echo(add_source(actor=CLI, name=name, kind=kind).write_key)


@source.command("list")
@on_data()
def list_sources() -> None:
    """Each source: name, kind, state and write key, separated by tabs."""
    from pentad.data.ingest.models import Source

    for one in Source.objects.order_by("no"):
        state = "archived" if one.archived else "on" if one.enabled else "off"
        click.echo("\t".join([one.name, one.kind, state, one.write_key]))
