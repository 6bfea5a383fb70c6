"""`pentad campaign …`: with the server running or stopped."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pentad.cli.options import on_data

if TYPE_CHECKING:
    from pentad.engage.campaigns.models import Campaign

FILE = click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path)
STATES = ["draft", "scheduled", "running", "paused", "finished", "cancelled"]


def register(cli: click.Group) -> None:
    cli.add_command(campaign)


@click.group()
def campaign() -> None:
    """Telling customers something at the right time."""


@campaign.command("list")
@click.option("--state", type=click.Choice(STATES), help="Only those of this state.")
@on_data()
def list_campaigns(state: str | None) -> None:
    """Each campaign: id, name, state, chosen, sent and when it runs next, separated by tabs."""
    from pentad.engage.campaigns import queries

    rows = queries.campaigns().filter(archived=None, **({"state": state} if state else {}))
    for one in rows:
        done = queries.progress(one) if one.started else queries.Progress()
        at = one.next_at.isoformat(timespec="minutes") if one.next_at else ""
        click.echo("\t".join([one.id, one.name, one.state, str(done.chosen), str(done.told), at]))


@campaign.command("show")
@click.argument("name", metavar="ID|NAME")
@on_data()
def show(name: str) -> None:
    """Everything about a campaign, as JSON: its plan, how far it is, and what keeps it from starting."""
    from pentad.engage.campaigns import shown, starting

    row = _campaign(name)
    lacks = {"lacks": starting.faults(row)} if row.state == row.DRAFT else {}
    click.echo(json.dumps({**shown.whole(row), **lacks}, ensure_ascii=False, indent=2, default=str))


@campaign.command("create")
@click.argument("name")
@click.option("--plan", type=FILE, required=True, metavar="FILE", help="The plan as JSON; - is standard input.")
@click.option("--description", default="", metavar="TEXT", help="What it is for.")
@on_data()
def create(name: str, plan: Path, description: str) -> None:
    """Write a campaign, as a draft; prints its id."""
    from pentad.core.actor import CLI
    from pentad.engage.campaigns import actions
    from pentad.engage.campaigns.plan import read

    given = sys.stdin.buffer.read() if str(plan) == "-" else plan.read_bytes()
    click.echo(actions.create_campaign(actor=CLI, name=name, description=description, plan=read(given)).id)


@campaign.command("start")
@click.argument("name", metavar="ID|NAME")
@on_data()
def start(name: str) -> None:
    """Start a campaign, or schedule it; it runs in the server. Prints when it begins."""
    row = _act("start_campaign", name)
    assert row.next_at is not None
    click.echo(row.next_at.isoformat(timespec="seconds"))


@campaign.command("pause")
@click.argument("name", metavar="ID|NAME")
@on_data()
def pause(name: str) -> None:
    """Stop a campaign until it is resumed."""
    _act("pause_campaign", name)


@campaign.command("resume")
@click.argument("name", metavar="ID|NAME")
@on_data()
def resume(name: str) -> None:
    """Go on with a paused campaign."""
    _act("resume_campaign", name)


@campaign.command("finish")
@click.argument("name", metavar="ID|NAME")
@on_data()
def finish(name: str) -> None:
    """End a recurring or triggered campaign: nobody new is chosen, what is queued still goes."""
    _act("finish_campaign", name)


@campaign.command("reopen")
@click.argument("name", metavar="ID|NAME")
@on_data()
def reopen(name: str) -> None:
    """Take that back: it goes on from now, without what it missed meanwhile."""
    _act("reopen_campaign", name)


@campaign.command("cancel")
@click.argument("name", metavar="ID|NAME")
@click.option("--yes", is_flag=True, help="Do not ask; it cannot be taken back.")
@on_data()
def cancel(name: str, yes: bool) -> None:
    """Stop a campaign for good: what has not left stays here."""
    if not yes and not click.confirm("A cancelled campaign does not start again. Cancel it?", err=True):
        click.echo("pentad: Nothing was changed.", err=True)
        click.get_current_context().exit(1)
    _act("cancel_campaign", name)


@campaign.command("why")
@click.argument("name", metavar="ID|NAME")
@click.option("--person", required=True, metavar="ID", help="A customer's id.")
@on_data()
def why(name: str, person: str) -> None:
    """Why a customer was told or not: every gate with the value seen, as JSON. The log tells of it."""
    from pentad.core.actor import CLI
    from pentad.data.identity.queries import find_person, part_numbers
    from pentad.engage.campaigns import shown
    from pentad.roles.audit.telling import looked_at, write_waiting

    row = _campaign(name)
    somebody = find_person(person)
    told = shown.explained(row, somebody, list(part_numbers(somebody)))
    looked_at(CLI, f"person:{somebody.id}", "command line, campaign")
    write_waiting()
    click.echo(json.dumps(told, ensure_ascii=False, indent=2, default=str))


def _act(verb: str, name: str) -> "Campaign":
    from pentad.core.actor import CLI
    from pentad.engage.campaigns import ending, starting

    made: Any = getattr(ending if hasattr(ending, verb) else starting, verb)(actor=CLI, campaign=_campaign(name))
    row: Campaign = made
    return row


def _campaign(name: str) -> "Campaign":
    from pentad.core.errors import Conflict, NotFound
    from pentad.engage.campaigns import queries

    row = queries.campaigns().filter(id=name).first()
    found = [row] if row else list(queries.campaigns().filter(name__iexact=name, archived=None)[:2])
    if not found:
        raise NotFound(f"There is no campaign “{name}”.", code="campaign_not_found", fix="See “pentad campaign list”.")
    if len(found) > 1:
        raise Conflict(f"Several campaigns are called “{name}”.", code="campaign_ambiguous", fix="Give its id.")
    return found[0]
