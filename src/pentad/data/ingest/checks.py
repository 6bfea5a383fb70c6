"""What `pentad doctor` looks at on the road from the inbox to the profiles."""

from django.db import connection
from django.db.models import Count, Q, Sum

from pentad import ledger
from pentad.core.hookvalues import Problem
from pentad.core.runtime import folder
from pentad.data.identity.models import MergeLink, Person
from pentad.data.ingest.frames import logs
from pentad.data.ingest.models import LoaderOffset
from pentad.data.ingest.own import own_number
from pentad.data.profiles.mirror import FILLED
from pentad.data.profiles.models import TouchedPerson
from pentad.ledger.protocol import DERIVED_DAMAGED

ANEW = (
    "Stop Pentad and delete derived.*.duckdb in the ledger's folder (on ClickHouse the rows of t_state whose names begin"
    " with mark:mirror): the next start writes all of it anew."
)


def ledger_files() -> list[Problem]:
    """The ledger's own check of its files, offsets and counts."""
    fix = "Restore the data folder from a backup, or report this with the output of `pentad doctor`."
    return [
        Problem("ledger", "error", f"{p.message} {p.where}".strip(), ANEW if p.code == DERIVED_DAMAGED else fix)
        for p in ledger.current().check()
    ]


def mirrored() -> list[Problem]:
    """What is kept of customers beside the events is what the profiles say, once nothing waits to be written there."""
    roots = Person.objects.filter(root=None).aggregate(n=Count("no"), events=Sum("event_count"))
    sums = "SELECT count(*) AS n, CAST(coalesce(sum(event_count), 0) AS BIGINT) AS events FROM people"
    found = ledger.current().rows(sums)[0]
    if TouchedPerson.objects.exists() or not ledger.current().derived.mark(FILLED):
        return []
    wanted, there = (roots["n"], roots["events"] or 0), (found["n"], found["events"])
    if wanted == there:
        return []
    text = "There are {:,} customers with {:,} events; beside the events stand {:,} with {:,}."
    return [Problem("mirror", "error", text.format(*wanted, *there), "Run `pentad segment refill`.")]


def offsets() -> list[Problem]:
    """Both stores follow the same logs; the ledger trails by one slice at the most, and never leads."""
    mine, theirs = dict(LoaderOffset.objects.values_list("log", "offset")), ledger.current().offsets()
    sizes = {path.name: path.stat().st_size for path in logs(folder().inbox)}
    found = []
    for log in sorted(mine.keys() | theirs.keys()):
        ahead = theirs.get(log, 0) - mine.get(log, 0)
        if log in sizes and ahead > 0:
            found.append(f"The ledger is {ahead} bytes ahead of the profiles in {log}.")
        if log in sizes and max(mine.get(log, 0), theirs.get(log, 0)) > sizes[log]:
            found.append(f"The log {log} is shorter than what was read of it.")
    return [Problem("offsets", "error", text, "The log was changed from outside: restore it.") for text in found]


def graph() -> list[Problem]:
    """Roots are roots, and every merged part has a link that explains it."""
    found = []
    if nested := Person.objects.filter(root__root__isnull=False).count():
        found.append(f"{nested} parts of customers point to a part that is no root.")
    linked = set(MergeLink.objects.filter(undone=None).values_list("keep_id", "other_id"))
    explained = {no for pair in linked for no in pair}
    merged = set(Person.objects.exclude(root=None).values_list("no", flat=True))
    if loose := merged - explained:
        found.append(f"{len(loose)} merged parts have no merge that explains them, such as number {min(loose)}.")
    return [
        Problem("identity", "error", text, "Undo the merge on the customer's page and merge again.") for text in found
    ]


def totals() -> list[Problem]:
    """The numbers of events on the profiles are those of the ledger."""
    counted = Person.objects.aggregate(own=Sum("own_event_count"), whole=Sum("event_count", filter=Q(root=None)))
    theirs = f"person_no <> 0 AND source_no <> {own_number()}"
    stored = ledger.current().rows(f"SELECT count(*) AS n FROM events WHERE {theirs}")[0]["n"]
    found = []
    if (counted["own"] or 0) != stored:
        found.append(f"Profiles count {counted['own'] or 0} events, the ledger holds {stored}.")
    if (counted["own"] or 0) != (counted["whole"] or 0):
        found.append(f"Parts of customers count {counted['own'] or 0} events, customers {counted['whole'] or 0}.")
    return [
        Problem("profiles", "error", text, "Report this; the events themselves are in the ledger.") for text in found
    ]


def database() -> list[Problem]:
    """The relational database's own look at its pages and indexes."""
    if connection.vendor != "sqlite":
        return []
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA quick_check(10)")
        said = [row[0] for row in cursor.fetchall() if row[0] != "ok"]
    return [Problem("database", "error", text, "Restore the database from a backup.") for text in said]


CHECKS = (ledger_files, offsets, graph, totals, mirrored, database)
