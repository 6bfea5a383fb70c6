"""`pentad message …`: with the server running or stopped."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pentad.cli.options import on_data

if TYPE_CHECKING:
    from pentad.content.messages.models import Message

FILE = click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path)
STATES = ["draft", "published", "archived"]


def register(cli: click.Group) -> None:
    cli.add_command(message)


@click.group()
def message() -> None:
    """What is said to customers."""


@message.command("list")
@click.option("--state", type=click.Choice(STATES), help="Only those of this state.")
@on_data()
def list_messages(state: str | None) -> None:
    """Each message: id, name, state, newest version, the one that is sent, and channels, separated by tabs."""
    from pentad.content.messages import parts, queries

    rows = list(queries.messages(state).select_related("published"))
    newest = queries.newest(rows)
    for one in rows:
        sent = str(one.published.number) if one.published else ""
        channels = ",".join(parts.channels(newest[one.no]))
        click.echo("\t".join([one.id, one.name, one.state, str(one.latest), sent, channels]))


@message.command("show")
@click.argument("name", metavar="ID|NAME")
@click.option("--version", type=int, metavar="N", help="Not the newest version.")
@on_data()
def show(name: str, version: int | None) -> None:
    """What a message says, as JSON: what `save` takes."""
    from pentad.content.messages import queries

    tree = queries.version(_message(name), version).tree
    click.echo(json.dumps(tree, ensure_ascii=False, indent=2))


@message.command("save")
@click.argument("name")
@click.option("--content", type=FILE, required=True, metavar="FILE", help="What it says, as JSON; - is standard input.")
@click.option("--purpose", metavar="NAME", help="What customers agreed to.")
@click.option("--transactional/--not-transactional", default=None, help="Part of what the customer asked for.")
@click.option("--publish", is_flag=True, help="Let it be sent, once nothing stops it.")
@on_data()
def save(name: str, content: Path, purpose: str | None, transactional: bool | None, publish: bool) -> None:
    """Write a message, or a new version of the one that is called so; prints its id."""
    from django.db import transaction

    from pentad.content.messages import actions, queries
    from pentad.core.actor import CLI

    given = _json(content)
    with transaction.atomic():  # what cannot be published is not kept either
        row = queries.named(name)
        if row is None:
            row = actions.create_message(
                actor=CLI, name=name, purpose=purpose or "", transactional=bool(transactional), content=given
            )
        else:
            row = actions.change_message(
                actor=CLI, message=row, purpose=purpose, transactional=transactional, content=given
            )
        if publish:
            actions.publish_message(actor=CLI, message=row)
    click.echo(row.id)


@message.command("check")
@click.argument("name", metavar="ID|NAME")
@on_data()
def check(name: str) -> None:
    """What keeps the newest version from being published, and what to weigh: level, code, where and what, separated by
    tabs. Ends with 1 when something stops it.
    """
    from pentad.content.messages import gate, queries

    row = _message(name)
    told = gate.told(queries.version(row).tree, row.purpose, row.transactional)
    for one in told:
        click.echo("\t".join([one["level"], one["code"], one["where"], one["text"]]))
    if any(one["level"] == "stop" for one in told):
        sys.exit(1)


@message.command("preview")
@click.argument("name", metavar="ID|NAME")
@click.option("--person", required=True, metavar="ID", help="A customer's id.")
@click.option("--channel", default="email", show_default=True, metavar="NAME", help="Of the message.")
@click.option("--variant", default="A", show_default=True, metavar="LETTER", help="Of the message.")
@click.option("--language", default="", metavar="CODE", help="Instead of the customer's.")
@on_data()
def preview(name: str, person: str, channel: str, variant: str, language: str) -> None:
    """What a customer would get, as JSON; nothing is sent. The log tells of it."""
    from pentad.content.messages import previewing, queries
    from pentad.core.actor import CLI
    from pentad.data.identity.queries import find_person
    from pentad.roles.audit.telling import looked_at, write_waiting

    somebody = find_person(person)
    tree = queries.version(_message(name)).tree
    found = previewing.preview(tree, somebody, channel=channel, variant=variant, language=language)
    looked_at(CLI, f"person:{somebody.id}", "command line, message")
    write_waiting()
    told = {one: getattr(found, one) for one in ("language", "content", "links", "reason", "problem")}
    click.echo(json.dumps(told, ensure_ascii=False, indent=2))


def _json(file: Path) -> Any:
    from pentad.core.errors import Invalid

    try:
        return json.loads(sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes())
    except ValueError as error:
        raise Invalid(f"{file} is no JSON: {error}.", code="message_parts") from None


def _message(name: str) -> "Message":
    """By id, or by the name of one in use."""
    from pentad.content.messages import queries

    return queries.messages().filter(id=name).first() or queries.named(name) or queries.find_message(name)
