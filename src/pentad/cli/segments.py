"""`pentad segment …`: with the server running or stopped."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pentad.cli.options import on_data

if TYPE_CHECKING:
    from pentad.intelligence.segments.definition import Definition
    from pentad.intelligence.segments.models import Segment
    from pentad.intelligence.segments.reasons import Node

FILE = click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path)
_definition = click.option(
    "--definition", type=FILE, metavar="FILE", help="A definition as JSON or as text; - is standard input."
)
_text = click.option("--text", metavar="TEXT", help="A definition as text.")
_segment = click.option("--segment", metavar="ID|NAME", help="A saved segment.")


def register(cli: click.Group) -> None:
    cli.add_command(segment)


@click.group()
def segment() -> None:
    """Groups of customers that a definition describes."""


@segment.command("list")
@click.option("--state", type=click.Choice(["draft", "live", "archived"]), help="Only those of this state.")
@on_data()
def list_segments(state: str | None) -> None:
    """Each segment: id, name, state, size and the moment as of which that is correct, separated by tabs."""
    from pentad.intelligence.segments import queries

    for one in queries.segments(state):
        until = queries.freshness(one).correct_as_of
        size = str(one.size) if until else ""
        click.echo("\t".join([one.id, one.name, one.state, size, until.isoformat(timespec="seconds") if until else ""]))


@segment.command("show")
@click.argument("name", metavar="ID|NAME")
@click.option("--json", "as_json", is_flag=True, help="The definition as JSON, alone.")
@on_data()
def show(name: str, as_json: bool) -> None:
    """What a segment asks, as text, and how it stands."""
    from pentad.intelligence.segments import shown

    row = _saved(name)
    if as_json:
        click.echo(json.dumps(json.loads(row.definition), ensure_ascii=False, indent=2))
        return
    told = shown.whole(row)
    click.echo(told["text"])
    for field in ("id", "name", "state", "version", "size", "correct_as_of", "cost_ms", "last_move", "failure"):
        click.echo(f"{field.replace('_', ' ')}\t{told[field] if told[field] is not None else ''}")
    for use in told["used_by"]:
        click.echo(f"used by {use['kind']}\t{use['name']}")


@segment.command("add")
@click.argument("name")
@_definition
@_text
@click.option("--description", default="", metavar="TEXT", help="What it is for.")
@click.option("--draft", is_flag=True, help="Save it without keeping it up.")
@on_data()
def add(name: str, definition: Path | None, text: str | None, description: str, draft: bool) -> None:
    """Save a segment and ask everybody; prints its id alone."""
    from pentad.core import runtime
    from pentad.core.actor import CLI
    from pentad.intelligence.segments import queries
    from pentad.intelligence.segments.actions import create_segment

    asked = _asked(definition, text, None)
    made = create_segment(actor=CLI, name=name, definition=asked, description=description, draft=draft)
    if (job := queries.job_of(made)) is not None:
        runtime.see_through(job)
    click.echo(made.id)


@segment.command("count")
@_definition
@_text
@_segment
@on_data()
def count(definition: Path | None, text: str | None, segment: str | None) -> None:
    """How many customers a definition describes; prints the count alone."""
    from pentad.intelligence.segments.reading import write

    click.echo(_by_owner("segments.count", {"definition": write(_asked(definition, text, segment))})["count"])


@segment.command("explain")
@_definition
@_text
@_segment
@click.option(
    "--person", required=True, metavar="ID", help="A customer's id or user_id, or an identifier as NAMESPACE:VALUE."
)
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
@on_data()
def explain(definition: Path | None, text: str | None, segment: str | None, person: str, as_json: bool) -> None:
    """Why a customer is described by a definition or not, condition by condition with the values seen."""
    from pentad.core.actor import CLI
    from pentad.intelligence.segments.reading import write
    from pentad.roles.audit.telling import looked_at, write_waiting

    asked = _asked(definition, text, segment)
    payload = {"definition": write(asked), "person": _person(person)}
    told = _by_owner("segments.explain", payload)
    looked_at(CLI, f"person:{payload['person']}", "command line, segment")
    write_waiting()
    click.echo(json.dumps(told, ensure_ascii=False, indent=2) if as_json else _lines(told["reason"], asked))


@segment.command("export")
@click.argument("name", metavar="ID|NAME")
@click.option(
    "--format", type=click.Choice(["csv", "parquet"]), default="csv", show_default=True, help="What to write."
)
@click.option("--columns", default="", metavar="A,B", help="Columns of the list of customers; those it shows at first.")
@on_data()
def export(name: str, format: str, columns: str) -> None:
    """Write the members of a segment to standard output. The log tells of it."""
    from pentad.core.actor import CLI
    from pentad.intelligence.segments import exporting

    named = [one for one in columns.split(",") if one]
    for piece in exporting.export(CLI, _saved(name), format, named):  # type: ignore[arg-type]  # a Choice of just these
        sys.stdout.buffer.write(piece)
    sys.stdout.buffer.flush()


@segment.command("refill")
@on_data()
def refill() -> None:
    """Write what segments are asked of anew, should `doctor` say that it is not as the profiles are.

    That is customers and companies beside the events. With the server running this is begun, and goes on in the background;
    segments answer as before until they follow.
    """
    from pentad.core import runtime
    from pentad.core.models import Job
    from pentad.intelligence.segments.actions import FILL

    done = _by_owner("mirror.refill", {})
    if done:
        job = Job.objects.filter(key=f"{FILL}:", status=Job.WAITING).first()
        if job is not None:
            runtime.see_through(job)
    click.echo("Done." if done else "Begun: /readyz tells how far it has got.")


def _asked(file: Path | None, text: str | None, segment: str | None) -> "Definition":
    from pentad.intelligence.segments.compile import compiled
    from pentad.intelligence.segments.naming import parsed
    from pentad.intelligence.segments.queries import definition_of
    from pentad.intelligence.segments.reading import read

    if sum(one is not None for one in (file, text, segment)) != 1:
        raise click.UsageError("Give one of --definition, --text or --segment.")
    if segment is not None:
        found = _saved(segment).tree
    elif text is not None:
        found = parsed(text)
    else:
        assert file is not None
        given = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
        # A sentence never begins with a brace.
        found = read(given) if given.lstrip()[:1] in (b"{", b"") else parsed(given.decode("utf-8", "replace"))
    compiled(found, definition_of)  # said here, where it may name what was asked
    return found


def _person(given: str) -> str:
    """The public id of whom is meant."""
    from pentad.core.errors import NotFound
    from pentad.data.identity.queries import as_ident, person_by_identifier, person_seen

    named = person_by_identifier(*as_ident(given)) if ":" in given else person_seen(given)
    found = named or person_by_identifier("user_id", given)
    if found is None:
        raise NotFound(
            f"Nobody has the id or the identifier {given!r}.", code="person_not_found",
            fix="Write an identifier as NAMESPACE:VALUE; case counts.",
        )  # fmt: skip
    return found.id


def _saved(name: str) -> "Segment":
    from pentad.core.errors import NotFound
    from pentad.intelligence.segments import queries

    found = queries.segments().filter(id=name).first() or queries.named(name)
    if found is None:
        raise NotFound(f"There is no segment “{name}”.", code="segment_not_found", fix="See “pentad segment list”.")
    return found


def _by_owner(kind: str, payload: dict[str, Any]) -> Any:
    """Ask the process that owns the ledger. The row goes with the answer: it tells of a customer."""
    from pentad.core import jobs, runtime

    job = jobs.enqueue(kind, payload, max_attempts=1, priority=100)
    try:
        return runtime.see_through(job)
    finally:
        job.delete()


def _lines(reason: dict[str, Any], definition: "Definition") -> str:
    """The reasons as a tree of lines, with the values seen as a customer's page has them."""
    from zoneinfo import ZoneInfo

    import msgspec

    from pentad.intelligence.segments import queries, reasons
    from pentad.intelligence.segments.explain import Reason

    names = dict(queries.segments().values_list("id", "name"))
    told = msgspec.convert(reason, Reason)
    return _branch(reasons.shown(told, lambda id: names.get(id, id), ZoneInfo(definition.time_zone)))


def _branch(node: "Node", depth: int = 0) -> str:
    """Yes or no, what was asked, what was seen; below it the events it is about."""
    indent = "  " * depth
    seen = "; ".join(f"{what}: {value}" if what else value for what, value in node.seen)
    own = f"{indent}{'yes' if node.holds else 'no '}  {node.group or node.text}" + (f"  ({seen})" if seen else "")
    events = [
        "  ".join(
            [f"{indent}       {one.at:%Y-%m-%dT%H:%M:%SZ}", one.name, *(f"{name} {value}" for name, value in one.said)]
        )
        for one in node.events
    ]
    more = [f"{indent}       and {node.more:,} more"] if node.more else []
    return "\n".join([own, *events, *more, *(_branch(one, depth + 1) for one in node.of)])
