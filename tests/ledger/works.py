"""What the crash tests do, in the process that is killed and again afterwards. No pytest: it starts often."""

from datetime import date
from pathlib import Path
from typing import Any

from pentad import ledger
from pentad.ledger import Ledger
from tests.ledger.rows import NOON, event, slice_of

TOLD = '{"shared_by":"sven@fjord.example"}'  # in the row of another person


def append(store: Ledger) -> None:
    store.append(slice_of(event(21, 1), event(22, 3), start=100, end=200, quarantined=[bad(23)]))


def seal(store: Ledger) -> None:
    store.seal(date(2026, 10, 1))


def erase(store: Ledger) -> None:
    store.erase([2], ["sven@fjord.example"])


def promote(store: Ledger) -> None:
    store.promote("plan", "string")


def bad(seq: int) -> dict[str, Any]:
    row = {"seq": seq, "source_no": 1, "message_id": f"q-{seq}", "received": NOON, "reason": "wrong_type"}
    return row | {"detail": "", "raw": "sven@fjord.example"}


def fill(folder: Path | str) -> None:
    """Twenty events of three persons over four months: two of them sealed, one late event for a sealed one."""
    store = ledger.open(folder)
    at = [NOON.replace(month=6 + n % 4) for n in range(1, 18)]
    early = [event(n, 1 + n % 3, ts=ts, props='{"plan":"gold"}') for n, ts in enumerate(at, start=1)]
    store.append(slice_of(*early, start=0, end=50))
    store.seal(date(2026, 8, 1))
    store.append(slice_of(event(18, 1, props=TOLD), event(19, 2, ts=NOON.replace(month=6)), later(), start=50, end=100))
    store.close()


def later() -> dict[str, Any]:
    return event(20, 2, traits='{"email":"sven@fjord.example"}')


def put(store: Ledger) -> None:
    store.derived.put("people", store.query("SELECT * REPLACE ('Ana' AS name) FROM people"), [1, 2])


def refresh(store: Ledger) -> None:
    store.derived.refresh("SELECT person_no, 'new' AS f_text FROM people")


def forget(store: Ledger) -> None:
    store.erase([1])
