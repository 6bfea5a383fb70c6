"""`pentad audit …`"""

import json
from datetime import datetime
from typing import Any

import click

from pentad.cli.options import on_data

DAY = click.DateTime(formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"])


def register(cli: click.Group) -> None:
    cli.add_command(audit)


@click.group()
def audit() -> None:
    """The audit log: who did, saw and took what."""


def _filters(command: Any) -> Any:
    for option in (
        click.option("--until", type=DAY, help="Lines before this day or moment, UTC."),
        click.option("--since", type=DAY, help="Lines from this day or moment on, UTC."),
        click.option("--subject", help="On what, such as person:0191…"),
        click.option("--action", help="What was done, such as sign_in or merge_people."),
        click.option("--actor", help="By whom, such as user:1, key:0191… or cli:cli."),
    ):
        command = option(command)
    return command


def _state(
    actor: str | None, action: str | None, subject: str | None, since: datetime | None, until: datetime | None
) -> Any:
    from pentad.roles.views.state import Filter, ListState

    asked = {"actor": actor, "action": action, "subject": subject}
    filters = [Filter(name, "is", value) for name, value in asked.items() if value]
    filters += [Filter("at", "after", since.isoformat())] if since else []
    filters += [Filter("at", "before", until.isoformat())] if until else []
    return ListState(filters=tuple(filters))


@audit.command("list")
@_filters
@click.option("--limit", type=click.IntRange(1), default=50, show_default=True, help="At most so many lines.")
@on_data()
def list_lines(limit: int, **asked: Any) -> None:
    """Lines, latest first: moment, actor, name, action, subject, address and details, separated by tabs."""
    from pentad.roles.audit.lists import AUDIT
    from pentad.roles.views.plans import plan

    for line in plan(AUDIT, _state(**asked)).rows.order_by("-at", "-id")[:limit]:
        about = json.dumps(line.detail, ensure_ascii=False, separators=(",", ":"))
        at = line.at.isoformat(timespec="seconds")
        click.echo("\t".join([at, line.actor, line.actor_name, line.action, line.subject, line.origin, about]))


@audit.command("export")
@_filters
@click.option(
    "--format", type=click.Choice(["jsonl", "csv"]), default="jsonl", show_default=True, help="What to write."
)
@on_data()
def export(format: str, **asked: Any) -> None:
    """Write lines to standard output, latest first, with marks and seals. The log tells of it."""
    from pentad.core.actor import CLI
    from pentad.roles.audit.exporting import export_audit

    for text in export_audit(actor=CLI, state=_state(**asked), format=format):
        click.echo(text, nl=False)


@audit.command("verify")
@click.option(
    "--accept", metavar="REASON", help="Accept that the end of the log is missing: an older backup was restored."
)
@on_data()
def verify(accept: str | None) -> None:
    """Check the whole chain; names the first line that was changed, removed or put in. Exit status 0 when sound."""
    from pentad.core import runtime

    if accept is not None:
        gone = runtime.as_owner("audit.accept", {"reason": accept})
        click.echo(f"accepted: lines {gone['first']} to {gone['last']} are missing")
    verdict: dict[str, Any] = runtime.as_owner("audit.verify", timeout=3600)
    if verdict["finding"]:
        click.echo(f"error: {verdict['finding']['message']}")
        raise click.exceptions.Exit(1)
    click.echo(f"sound: {verdict['lines']} lines")
