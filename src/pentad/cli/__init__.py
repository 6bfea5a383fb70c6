"""The command line: `pentad up`, `pentad source add` … Verbs call actions; what they print is for scripts.

Results go to stdout, everything else to stderr. Exit status: 0 done, 1 could not be done (one line
says why and what to do), 2 called wrongly, 130 interrupted.
"""

import os
import sys

import click

from pentad import __version__
from pentad.core.actor import CLI, read_as
from pentad.core.errors import PentadError


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, message="pentad %(version)s")
def cli() -> None:
    """Pentad: your customers, on your own server."""


def command_line() -> click.Group:
    """The command line with all its verbs."""
    from pentad.cli import (
        access,
        agents,
        audit,
        campaigns,
        importing,
        messages,
        segments,
        settings,
        sources,
        traits,
        upkeep,
    )

    for module in (upkeep, sources, segments, messages, campaigns, traits, access, agents, settings, audit, importing):
        module.register(cli)
    return cli


def main() -> None:
    """The console script."""
    os.umask(0o077)  # whatever this process writes holds customers' data: its owner's alone
    command_line()
    sys.exit(run())


def run() -> int:
    read_as(CLI)
    try:
        status = cli(prog_name="pentad", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except PentadError as error:
        click.echo(f"pentad: {error.message} {error.fix}".strip(), err=True)
        return 1
    except (click.Abort, KeyboardInterrupt):
        click.echo("pentad: interrupted", err=True)
        return 130
    except BrokenPipeError:  # the reader of our output, such as head, had enough
        sys.stderr.close()
        return 0
    return status if isinstance(status, int) else 0
