"""Which time zone the programs that customers use tell of with their messages, read from the events as they come in."""

from collections.abc import Sequence
from datetime import UTC, timedelta
from typing import Any

from pentad import ledger
from pentad.core.jobs import Context
from pentad.data.identity.store import chunks
from pentad.intelligence.contact.knowing import roots_of
from pentad.intelligence.contact.models import SeenZone, SeenZoneMark
from pentad.intelligence.contact.zones import stated

PORTION = 200_000
"""Events looked through at a time."""
FRESH = timedelta(days=1)
"""The same zone again is noted when it is so much later."""

# No window and no `->`, which not every engine has.
TOLD = """
SELECT person_no, json_extract_string(context, '$.timezone') AS zone, max(ts) AS ts
FROM events WHERE seq >= ? AND seq < ? AND person_no <> 0 AND contains(context, '"timezone"')
GROUP BY person_no, zone ORDER BY ts"""


def follow(job: Context) -> int:
    """Read on from where it was left; how many customers' zones are new."""
    store, noted = ledger.current(), 0
    mark, _ = SeenZoneMark.objects.get_or_create(id=1)
    top = store.next_seq()
    if mark.seq > top:  # the ledger is another one now
        mark.seq = 0
    for start in range(mark.seq, top, PORTION):
        end = min(start + PORTION, top)
        rows = store.rows(TOLD, [start, end])
        with job.checkpoint():
            noted += note(rows)
            mark.seq = end
            mark.save()
    return noted


def note(rows: Sequence[dict[str, Any]]) -> int:
    """Keep the latest zone of each. rows: `person_no`, `zone` and `ts`, in order of time."""
    latest = {row["person_no"]: (zone, row["ts"].replace(tzinfo=UTC)) for row in rows if (zone := stated(row["zone"]))}
    here, written = roots_of(latest.keys()), 0
    for some in chunks(here):
        held = {one.person_id: one for one in SeenZone.objects.filter(person_id__in=some)}
        new = []
        for no in some:
            zone, at = latest[no]
            one = held.get(no)
            if one is None or (at > one.at and (zone != one.zone or at > one.at + FRESH)):
                new.append(SeenZone(person_id=no, zone=zone, at=at))
        SeenZone.objects.bulk_create(
            new, batch_size=200, update_conflicts=True, update_fields=["zone", "at"], unique_fields=["person_id"]
        )
        written += len(new)
    return written
