"""`pentad import …`: each importer brings its own command."""

import click

from pentad.cli.options import on_data


def register(cli: click.Group) -> None:
    cli.add_command(import_)


class _Importers(click.Group):
    """Looked up when asked for, so that other commands do not wait for the importers' libraries."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return ["transactions"]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name != "transactions":
            return None
        from pentad.data.imports.cli import transactions

        return click.command("transactions")(on_data(create=True)(transactions))


@click.command("import", cls=_Importers)
def import_() -> None:
    """Bring in files: preview first, then import."""
