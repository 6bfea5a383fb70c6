"""What a computed trait would hold, asked on the spot before it is saved."""

import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyarrow as pa

from pentad import ledger
from pentad.core import clock
from pentad.core.actor import reader
from pentad.data.identity.models import Person
from pentad.intelligence.computed.definition import Computed, asked
from pentad.intelligence.computed.keeping import figures
from pentad.intelligence.segments.access import require_fields, seen_numbers
from pentad.intelligence.segments.engine import numbers, people
from pentad.intelligence.segments.patience import waited_for
from pentad.intelligence.segments.queries import definition_of

SAMPLE = 10
_LOOKED_AT = 50
"""How many of the newest customers who did it are looked at for some with a value."""
_VALUE = "value"


@dataclass(frozen=True, slots=True)
class Preview:
    """count: of the customers whom the reader may see and who did what it asks for; a few of them may have no value by it.
    sample: some of them with their values, the newest first.
    """

    count: int
    sample: list[tuple[Person, Any]]
    milliseconds: float
    as_of: datetime


@waited_for
def preview(computed: Computed, sample: int = SAMPLE) -> Preview:
    """Raises Denied when it asks for what the reader does not see."""
    definition = asked(computed)
    require_fields(reader(), definition, definition_of)
    began, as_of = time.perf_counter(), clock.now()
    found = numbers(definition, seen_numbers())
    some = found[max(0, len(found) - max(_LOOKED_AT, sample)) :].to_pylist()
    values = figures(ledger.current(), {_VALUE: computed}, some).values if some and sample else {}
    spent = (time.perf_counter() - began) * 1000
    shown = people(pa.array(sorted(values)[-sample:] if sample else [], pa.int64()))
    return Preview(len(found), [(one, values[one.no][_VALUE]) for one in shown], round(spent, 1), as_of)
