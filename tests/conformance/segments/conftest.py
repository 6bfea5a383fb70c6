"""One ledger of each engine with everybody in it, for all definitions."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pyarrow as pa
import pytest

from pentad import ledger
from pentad.ledger import Ledger, LedgerSlice, schema
from tests.conformance.conftest import ENGINES
from tests.conformance.segments.people import COMPANIES, DUPLICATES, EVENTS, LINKS, PEOPLE, as_json
from tests.ledger.rows import event, table


@pytest.fixture(scope="module", params=ENGINES)
def everybody(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    folder = tmp_path_factory.mktemp("segments")
    if request.param == "clickhouse":
        pytest.importorskip("chdb", reason="ClickHouse's engine: pip install 'clickhouse-connect[chdb]'")
    store = ledger.open(f"chdb://{folder}/ledger" if request.param == "clickhouse" else str(folder / "ledger"))
    fill(store)
    yield store
    store.close()


def fill(store: Ledger) -> None:
    rows = [
        event(seq, person, name=name, ts=datetime.fromisoformat(at), props=as_json(props)) | more
        for seq, (person, name, at, props, more) in enumerate(EVENTS, 1)
    ]
    # Typed columns are read from the properties, as those of properties that are promoted later are.
    events = table("events", rows)
    events = events.drop_columns([name for name in events.column_names if name.startswith("p_")])
    last = len(rows) + 1
    again = [
        {"seq": last + n, "source_no": 1, "message_id": f"again-{n}", "received": datetime.fromisoformat(at), "key": n}
        for n, (at, _) in enumerate(DUPLICATES)
    ]
    store.append(LedgerSlice("web-1.log", 0, 100, events, duplicates=table("duplicates", again)))
    for links in LINKS:
        store.set_links(links)
    store.derived.put("people", _people(), None)
    belongs = [{"person_no": no, "company_no": one} for no, row in PEOPLE.items() for one in row.get("companies", ())]
    store.derived.put("belongs", pa.Table.from_pylist(belongs, schema=schema.DERIVED["belongs"]), None)
    store.derived.put("companies", _companies(), None)


def _people() -> pa.Table:
    rows: list[dict[str, Any]] = []
    for number, given in PEOPLE.items():
        seen = {one: datetime.fromisoformat(given[one]) for one in ("first_seen", "last_seen") if one in given}
        row = {"person_no": number, "id": f"person-{number}", "known": given.get("known", False), "name": f"P{number}"}
        row |= {"created": datetime(2026, 1, 1), "event_count": given.get("event_count", 0)} | seen
        rows.append(row | {name: as_json(given.get(name, {})) for name in ("traits", "identifiers", "consents")})
    return pa.Table.from_pylist(rows, schema=schema.DERIVED["people"])


def _companies() -> pa.Table:
    at = datetime(2026, 1, 1)
    rows = [
        {"company_no": number, "id": f"c-{number}", "group_id": f"g{number}", "name": "", "first_seen": at,
         "last_seen": at, "traits": as_json(traits)}
        for number, traits in COMPANIES.items()
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, schema=schema.DERIVED["companies"])
