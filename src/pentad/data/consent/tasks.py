"""What messages said of a purpose or channel before it was declared is kept once it is."""

from pentad import ledger
from pentad.core.jobs import Context, task
from pentad.data.consent.actions import CATCH_UP
from pentad.data.consent.keeping import DECIDED, keep, told
from pentad.data.identity.models import Person
from pentad.data.identity.store import chunks
from pentad.data.ingest import loader
from pentad.data.ingest.own import own_number

PORTION = 100_000
"""Messages looked through at a time."""

# No window and no `->`, which not every engine has.
TOLD = f"""
SELECT person_no, source_no, ts, message_id, {DECIDED} AS decided, json_extract_string(context, '$.consent') AS consent
FROM events WHERE seq >= ? AND seq < ? AND person_no <> 0 AND source_no <> ? AND contains(context, '"consent"')
ORDER BY ts, seq"""


@task(CATCH_UP)
def catch_up(job: Context, purpose: str = "", channel: str = "") -> None:
    """Read it from the messages themselves: of names that nobody declared only so many are noted as messages come."""
    if (running := loader.running()) is not None:
        running.settle()
    store = ledger.current()
    top = store.next_seq()
    for start in range(job.job.step * PORTION, top, PORTION):
        rows = store.rows(TOLD, [start, start + PORTION, own_number()])
        found = told([row for row in rows if row["consent"] is not None])
        wanted = {key: said for key, said in found.items() if key.purpose == purpose or key.channel == channel != ""}
        with job.checkpoint():
            roots = _roots({key.part for key in wanted})
            keep({key: said for key, said in wanted.items() if key.part in roots}, roots)
        job.progress(start / top)


def _roots(parts: set[int]) -> dict[int, int]:
    """Part → root, of those who are still here."""
    return {
        no: root or no
        for some in chunks(parts)
        for no, root in Person.objects.filter(no__in=some).values_list("no", "root_id")
    }
