"""An erasure leaves no quote of the customer in what segments ask or asked, nor in what is suggested."""

from typing import Any

import msgspec
import pytest

from pentad.core.actor import SYSTEM, acting_as
from pentad.data.privacy import actions as privacy
from pentad.intelligence.segments import actions
from pentad.intelligence.segments.catalogue import remembering, seen
from pentad.intelligence.segments.catalogue.suggesting import suggest
from pentad.intelligence.segments.models import Segment, SegmentVersion
from pentad.intelligence.segments.quotes import Quotes
from pentad.intelligence.segments.reading import read
from tests.data.road import identify, track
from tests.intelligence.segments.keeping import FAMILY, Kept

pytestmark = pytest.mark.once
EVE = {"eve@kestrel.example", "42", "Eve Moss", "+49 30 1234567", "device-0123456789"}


def trait(op: str, **test: Any) -> dict[str, Any]:
    return {"kind": "trait", "name": "note", "test": {"op": op, **test}}


@pytest.mark.parametrize(
    ("asked", "left"),
    [
        (trait("equals", value="EVE@kestrel.example"), trait("equals", value="[erased]")),
        (trait("contains", value="to eve@kestrel.example;"), trait("contains", value="to [erased];")),
        (trait("matches", value=r"^eve@kestrel\.example$"), trait("matches", value=r"^\[erased\]$")),
        (trait("in", values=["a", "device-0123456789"]), trait("in", values=["a", "[erased]"])),
        (trait("equals", value="eve moss"), trait("equals", value="[erased]")),
        (trait("equals", value="+49 30 1234567"), trait("equals", value="[erased]")),
        (trait("equals", value="42"), None),  # an age, a plan: nobody's number
        (trait("contains", value="Eve Mossing"), None),
        ({"kind": "identifier", "namespace": "user_id", "test": {"op": "in", "values": [42, "42", "43", 420]}},
         {"kind": "identifier", "namespace": "user_id", "test": {"op": "in", "values": ["[erased]", "[erased]", "43", 420]}}),
        ({"kind": "not", "of": {"kind": "event", "event": {"names": ["42"], "where": [
            {"name": "to", "test": {"op": "starts", "value": "eve@kestrel.example"}}]}}},
         {"kind": "not", "of": {"kind": "event", "event": {"names": ["42"], "where": [
             {"name": "to", "test": {"op": "starts", "value": "[erased]"}}]}}}),
    ],
)  # fmt: skip
def test_what_is_blotted_out(asked: dict[str, Any], left: dict[str, Any] | None) -> None:
    before = msgspec.json.encode({"where": asked}).decode()
    after = Quotes(EVE).without(before)
    assert after == (before if left is None else msgspec.json.encode({"where": left}).decode())
    read(after)


def test_an_erasure_takes_quotes_out_of_segments_and_suggestions(kept: Kept) -> None:
    mail = {"kind": "trait", "name": "email", "test": {"op": "equals", "value": "eve@kestrel.example"}}
    kept.send(
        identify("eve", email="eve@kestrel.example", plan="family", nick="evie"),
        identify("ann", plan="family", note="ask eve@kestrel.example"),
        track("Only Eve", userId="eve", properties={"to": "evie"}),
        track("Order Completed", userId="ann"),
    )
    changed = kept.save("Eve@kestrel.example", mail, description="For eve@kestrel.example alone")
    archived = kept.save("Old", mail)
    actions.archive_segment(actor=SYSTEM, segment=archived)
    other = kept.save("Family", FAMILY)
    told = kept.save("Told", trait("contains", value="eve@kestrel.example"))
    assert kept.members(told) == {"ann"}
    kept.change(changed, {"kind": "not", "of": mail})
    assert kept.members(changed) == {"ann"}
    with acting_as(SYSTEM):
        assert "evie" in [one.value for one in suggest("trait_value", name="nick")]
        assert "Only Eve" in [one.value for one in suggest("event")]
    privacy.erase_person(actor=SYSTEM, person=kept.road.person("email:eve@kestrel.example"))
    texts = [
        *Segment.objects.values_list("name", "description", "definition"),
        *SegmentVersion.objects.values_list("definition"),
    ]
    assert "eve" not in str(texts).lower().replace("never", "")
    assert (Segment.objects.get(pk=changed.pk).name, other.definition) == (
        "[erased]",
        Segment.objects.get(pk=other.pk).definition,
    )
    kept.work()
    kept.follow()
    assert kept.members(changed) == {"ann"}
    assert kept.members(told) == set(), "what it asks now is another question"
    with acting_as(SYSTEM):
        assert suggest("trait_value", name="nick") == []


def test_events_that_are_gone_are_not_counted_for_long(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    from pentad.core import jobs
    from pentad.core.jobs import run_here

    kept.send(track("Only Eve", userId="eve"), track("Order Completed", userId="ann"))
    remembering.forget()
    assert set(seen.names()) == {("track", "Only Eve"), ("track", "Order Completed")}
    kept.road.ledger.hide([kept.road.person("user_id:eve").no])
    monkeypatch.setattr(seen.Counted, "ANEW_SECONDS", -1.0)
    run_here(jobs.enqueue("segments.names").pk)
    remembering.forget()
    assert set(seen.names()) == {("track", "Order Completed")}
