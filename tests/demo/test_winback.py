"""The campaign that is over: what was laid down is what is measured, by the statements that the page asks."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest

from pentad import ledger
from pentad.core.actor import SYSTEM, acting_as
from pentad.demo import winback
from pentad.demo.year import Year
from pentad.intelligence.experiments import definition, measuring
from pentad.intelligence.experiments.rules import HOLDOUT, Compared
from pentad.ledger import LedgerSlice, schema

END = datetime(2026, 11, 21, 22, 0, tzinfo=UTC)
WANTED = ("Campaign Entered", "Order Completed", "Unsubscribed")


@pytest.fixture(scope="module")
def year() -> Year:
    return Year(end=END)


@pytest.fixture(scope="module")
def store(year: Year, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    rows, tails = year.rows()
    starts = tuple(f'"type":"track","event":"{name}"' for name in WANTED)
    good = np.array([tail.startswith(starts) for tail in tails])
    kept = rows.take(np.flatnonzero(np.isin(rows.who, year.winback.who) & good[np.maximum(rows.tail, 0)]))
    _, once = np.unique(kept.number, return_index=True)  # without retries
    kept = kept.take(once)
    told = [json.loads(f"{{{tails[tail]}}}") for tail in kept.tail.tolist()]
    at = kept.at.astype("datetime64[ms]").astype("datetime64[us]")
    seq = np.arange(1, len(at) + 1)
    columns = {
        "seq": seq, "person_no": kept.who + 1, "source_no": np.ones_like(seq), "type": ["track"] * len(seq),
        "name": [one["event"] for one in told], "ts": at, "received": at, "message_id": [f"m{n}" for n in seq.tolist()],
        "key": seq, "body": seq, "props": [json.dumps(one["properties"]) for one in told],
    }  # fmt: skip
    fields = [field for field in schema.EVENTS if not field.name.startswith("p_")]
    columns |= {one.name: [None] * len(seq) for one in fields if one.name not in columns}
    events = pa.table(
        {one.name: pa.array(columns[one.name]).cast(one.type) for one in fields}, schema=pa.schema(fields)
    )
    found = ledger.open(str(tmp_path_factory.mktemp("winback") / "ledger"))
    found.append(LedgerSlice("demo-1.log", 0, 100, events))
    yield
    found.close()


@pytest.mark.django_db
def test_the_planted_effect_is_found_with_the_right_size(year: Year, store: None) -> None:
    told = year.winback
    wanted = definition.standard(["Order Completed"], "revenue", winback.DAYS)
    sent = datetime.fromtimestamp(told.at / 1000, UTC)
    ends = sent + timedelta(days=winback.DAYS)

    def measured(now: datetime) -> measuring.Results:
        with acting_as(SYSTEM):
            return measuring.measured(winback.ID, wanted, winback.WEIGHTS, ends=ends, now=now)

    found = measured(END)
    assert found.state == "over" and not found.ratio.mismatch and found.mixed == 0
    assert {one.name: one.people for one in found.arms} == {
        arm: int((told.arm == arm).sum()) for arm in ("A", "B", HOLDOUT)
    }
    # Of who would not have ordered, MORE do: so much more of everybody.
    usual = found.goal.means[HOLDOUT]
    planted = {arm: more * (1 - usual) for arm, more in winback.MORE.items()}
    planted["messages"] = (planted["A"] + planted["B"]) / 2
    by_pair: dict[tuple[str, str], Compared] = {
        (one.compared.arm, one.compared.against): one.compared for one in found.goal.compared
    }
    for arm in ("messages", "A", "B"):
        one = by_pair[arm, HOLDOUT]
        assert one.low < planted[arm] < one.high
        assert abs(one.difference - planted[arm]) < 0.02
    assert by_pair["messages", HOLDOUT].verdict == by_pair["B", HOLDOUT].verdict == "better"
    assert by_pair["B", "A"].low < planted["B"] - planted["A"] < by_pair["B", "A"].high
    assert found.winner and found.winner.decided == "B"
    assert found.headline.startswith("The campaign works: ")
    assert found.goal.chief and found.goal.chief.compared.narrowed > 0.01  # CUPED found something to take away
    assert [one.state for one in found.guards] == ["held", "early"]  # nobody complained, of too few
    paid = found.others[0]
    assert (found.goal.currencies, sorted(paid.currencies)) == ((), ["DKK", "EUR", "GBP", "SEK", "USD"])
    assert [paid.goal.currency, *(one.goal.currency for one in paid.split)] == list(paid.currencies)
    # What the arms did is what was written, to the last person.
    ordered = {arm: int((told.swayed & (told.arm == arm)).sum()) for arm in ("A", "B")}
    for arm, more in ordered.items():
        assert more < found.goal.totals[arm] < more + 2 * usual * (told.arm == arm).sum()

    early = measured(sent + timedelta(hours=3))
    assert early.state == "early" and early.winner and early.winner.decided == ""
    assert measured(sent - timedelta(days=1)).state == "empty"
