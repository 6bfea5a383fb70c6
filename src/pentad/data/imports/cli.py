"""`pentad import transactions FILE`: the options of the command and what it prints. The work is in actions."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from pentad.core.errors import Invalid
from pentad.data.imports.rules import ROLES
from pentad.data.ingest.rules import REASONS

_NAMES = {"\t": "tab", " ": "spaces", "": "none, it is Parquet"}


def transactions_options(function: Callable[..., None]) -> Callable[..., None]:
    """The arguments of `pentad import transactions`."""
    for option in reversed(
        (
            click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False)),
            click.option(
                "--map",
                "mapping",
                default="",
                metavar="ROLE=COLUMN,…",
                help=f"What columns mean; a column by name or place, - for none. Roles: {', '.join(ROLES)}.",
            ),
            click.option(
                "--date-format",
                default="",
                metavar="FORMAT",
                help="As in strptime (%d.%m.%Y %H:%M), or iso, epoch, epoch_ms.",
            ),
            click.option(
                "--delimiter", default="", metavar="CHARACTER", help="One of , ; | tab space; guessed otherwise."
            ),
            click.option(
                "--header/--no-header", default=None, help="Whether the first row names the columns; guessed otherwise."
            ),
            click.option("--columns", default="", metavar="NAME,…", help="Names for the columns."),
            click.option("--decimal", type=click.Choice([".", ","]), help="The decimal sign; guessed otherwise."),
            click.option("--encoding", default="", help="Such as utf-8 or cp1252; guessed otherwise."),
            click.option(
                "--currency", default="", metavar="CODE", help="The currency of amounts without a currency column."
            ),
            click.option(
                "--name",
                default="",
                metavar="SOURCE",
                help="The source to import into, made when missing; the file's name otherwise.",
            ),
            click.option(
                "--rejects",
                type=click.Path(path_type=Path, dir_okay=False),
                metavar="FILE",
                help="Where rows that cannot be read go; FILE.rejects.csv otherwise.",
            ),
            click.option(
                "--preview",
                type=click.IntRange(0, 1000),
                metavar="N",
                help="Show the first N rows as they would be imported, and stop.",
            ),
            click.option("--again", is_flag=True, help="Import although the file was imported before in another way."),
            click.option("--yes", is_flag=True, help="Do not ask."),
        )
    ):
        function = option(function)
    return function


@transactions_options
def transactions(
    file: Path,
    mapping: str,
    date_format: str,
    delimiter: str,
    header: bool | None,
    columns: str,
    decimal: str | None,
    encoding: str,
    currency: str,
    name: str,
    rejects: Path | None,
    preview: int | None,
    again: bool,
    yes: bool,
) -> None:
    """Import transactions from a CSV, TSV, space-aligned or Parquet file.

    Shows how the file is understood and asks before it imports. Each row becomes an "Order Completed" event (or
    "Order Refunded", when the amount is below zero). Importing the same file again changes nothing.
    """
    from pentad.core.actor import CLI
    from pentad.data.imports.actions import import_transactions
    from pentad.data.imports.plans import Options, make_plan

    plan = make_plan(
        file,
        Options(
            roles=_mapping(mapping),
            date_format=date_format,
            delimiter=delimiter,
            header=header,
            currency=currency,
            columns=[part.strip() for part in columns.split(",")] if columns else (),
            encoding=encoding,
            decimal=decimal or "",
        ),
    )
    readable = _show(plan, 5 if preview is None else preview)
    if plan.problems:
        raise Invalid(" ".join(plan.problems), code="import_unclear")
    if preview is not None:
        return
    if not readable:
        raise Invalid(
            "None of the first rows can be read; see above.",
            code="import_unclear",
            fix="Say more with --map or --date-format.",
        )
    if not yes:
        click.confirm("Import?", abort=True, err=True)
    rejects = rejects or file.with_name(f"{file.name}.rejects.csv")
    bar = _Bar()
    done, holds = import_transactions(
        actor=CLI, plan=plan, name=name or file.stem, rejects=rejects, again=again, progress=bar.tell
    )
    bar.end()
    click.echo(
        f"{done.rows} rows: {done.stored} new, {done.duplicate} duplicates, "
        f"{done.quarantined} quarantined, {done.rejected} rejected"
    )
    click.echo(
        f"the source holds {holds['events']} orders of {holds['customers']} customers: "
        f"{holds['items']} items, amount {holds['amount']}"
    )
    for reason, count in holds["reasons"].items():
        click.echo(f"quarantined: {count} × {REASONS[reason].says if reason in REASONS else reason}", err=True)
    click.echo("it can be undone for 30 days: in the browser, on the page of this import", err=True)
    if done.rejected:
        click.echo(f"rejected rows are in {rejects}", err=True)


def _mapping(text: str) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        role, sign, column = part.partition("=")
        if not sign or not column.strip():
            raise click.UsageError(f"“{part}” in --map is not ROLE=COLUMN, such as customer=customer_id.")
        pairs[role.strip().lower()] = column.strip()
    return pairs


def _show(plan: Any, count: int) -> int:
    """Print how the file is understood and its first rows; returns how many of those can be read."""
    layout = plan.layout
    names = {place: role for role, place in layout.roles.items()}
    about = plan.facts.encoding or "Parquet"
    _say(
        f"{plan.path.name}: {plan.facts.size:,} bytes, {about}, delimiter {_NAMES.get(plan.delimiter, plan.delimiter)}"
    )
    for place, column in enumerate(layout.columns):
        _say(f"  {column:<24} {names.get(place, 'property')}")
    if "date" in layout.roles:
        _say(f"dates {layout.date_format}, decimal sign {layout.decimal}, currency {layout.currency or 'not said'}")
    if plan.problems:
        return 0
    messages, bad = plan.preview(max(count, 1))
    for message in messages[:count]:
        said = ", ".join(f"{key} {_plain(value)}" for key, value in message["properties"].items())
        _say(f"  {message['userId']} · {message['timestamp']} · {message['event']} · {said}")
    for row, problem in bad[:count]:
        _say(f"  line {row.line} {problem.reason}: “{problem.value}”")
    return len(messages) or len(plan.preview(1000)[0])


def _plain(value: Any) -> str:
    return bytes(value).decode() if not isinstance(value, str) else value


def _say(text: str) -> None:
    click.echo(text, err=True)


class _Bar:
    """A line that tells how far an import is, on a terminal only."""

    def __init__(self) -> None:
        self._shown = False

    def tell(self, rows: int, rejected: int) -> None:
        if sys.stderr.isatty():
            self._shown = True
            click.echo(f"\r{rows:,} rows read, {rejected:,} rejected", nl=False, err=True)

    def end(self) -> None:
        if self._shown:
            click.echo("", err=True)
