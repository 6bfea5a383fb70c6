"""Times in which a message may not leave, whatever the contact policy says: it was meant for other days of the week, and was
kept too long, by the pace of its destination or by the policy itself.
"""

from collections.abc import Sequence
from datetime import datetime

from pentad.platforms.channels.items import Rests
from pentad.platforms.channels.models import HELD, Delivery
from pentad.platforms.channels.telling import Told, tell
from pentad.platforms.channels.writing import write

REASON = "weekday"


def put_off(asked: Sequence[tuple[Delivery, Rests | None]], now: datetime) -> set[int]:
    """Keys of those whose rest it is: held until it ends. Not of one that may have left already: its answer is looked for."""
    rows, told = list[Delivery](), list[Told]()
    for row, rests in asked:
        if rests is None or row.unsure or not rests[0] <= now < rests[1]:
            continue
        again = row.reason == REASON
        row.state, row.due_at, row.reason, row.detail = HELD, rests[1], REASON, ""
        row.lease_owner, row.lease_until = "", None
        rows.append(row)
        if not again:
            told.append(Told(row, {"reason": REASON, "until": rests[1].isoformat()}))
    write(rows, ("state", "reason", "detail", "due_at", "lease_owner", "lease_until"))
    tell(told)
    return {row.pk for row in rows}
