"""What pages of segments are made of: stretches of time, what versions say differently, explanations for reading."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from pentad.intelligence.hooks import timeline_entry
from pentad.intelligence.segments.explain import Reason
from pentad.intelligence.segments.growth import Point, charts, counted_back, stretches
from pentad.intelligence.segments.reasons import said, shown
from pentad.intelligence.segments.wording import changes, pieces

LISBON = ZoneInfo("Europe/Lisbon")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_a_young_segment_is_told_by_the_hour_an_older_one_by_the_day_one_of_a_year_by_the_week() -> None:
    now = at("2026-03-31 10:20")
    hours = list(stretches(at("2026-03-31 08:40"), now, UTC))
    assert [(one.hour, until.hour) for one, until in hours] == [(8, 9), (9, 10), (10, 11)]
    days = list(stretches(at("2026-03-27 12:00"), now, LISBON))
    assert [f"{since.astimezone(UTC):%d %H}" for since, _ in days] == ["27 00", "28 00", "29 00", "29 23", "30 23"]
    assert all(before[1] == after[0] for before, after in pairwise(days)), "no gap, no overlap"
    weeks = list(stretches(now - timedelta(days=365), now, LISBON))
    assert len(weeks) == 53
    assert weeks[-1][0] <= now < weeks[-1][1]


def test_sizes_are_counted_back_from_the_last_one() -> None:
    assert counted_back(5, [(4, 0), (0, 1), (2, 0)]) == [4, 3, 5]
    assert counted_back(0, []) == []


def test_a_chart_of_hours_names_their_day_once_there_are_two_of_an_hour() -> None:
    def labels(hours: int) -> list[str]:
        edges = stretches(at("2026-03-31 20:00") - timedelta(hours=hours - 1), at("2026-03-31 20:00"), UTC)
        found: list[str] = charts([Point(*edge, 0, 0, 0) for edge in edges], UTC)[0]["labels"]
        return found

    assert labels(3) == ["18:00", "19:00", "20:00"]
    assert (labels(25)[0], labels(25)[-1]) == ("30 Mar 20:00", "31 Mar 20:00")
    assert labels(24 * 5)[-1] == "31 Mar"


def test_two_sentences_are_one_with_what_went_and_what_came() -> None:
    found = changes('plan is "family" and city is set', 'plan is "single parent" and city is set')
    assert [(one.kind, one.text) for one in found] == [
        ("same", "plan is "), ("gone", '"family"'), ("new", '"single parent"'), ("same", " and city is set"),
    ]  # fmt: skip
    assert [one.kind for one in changes("same words", "same words")] == ["same"]


def test_a_sentence_has_its_values_and_joints_apart() -> None:
    found = pieces('did "Order \\"A\\"" at least 2 times and not city is set')
    assert [(one.kind, one.text) for one in found if one.kind != "same"] == [
        ("value", '"Order \\"A\\""'), ("value", "2"), ("joint", "and"), ("joint", "not"),
    ]  # fmt: skip
    assert "".join(one.text for one in found) == 'did "Order \\"A\\"" at least 2 times and not city is set'


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "nothing"), ("", "nothing"), ([], "nothing"), (True, "yes"), (1234567.5, "1,234,567.5"), (0, "0"),
        (["a", 2], "a, 2"), ("2026-06-17T23:30:00Z", "18 Jun 2026, 00:30"), ("2026-99-17T23:30:00Z", "2026-99-17T23:30:00Z"),
        ("family", "family"),
    ],
)  # fmt: skip
def test_a_value_is_said_in_words(value: Any, words: str) -> None:
    assert said(value, LISBON) == words


def test_an_explanation_is_arranged_for_reading() -> None:
    ordered = [{"at": f"2026-06-1{n}T10:00:00Z", "name": "Order", "properties": {"total": n}} for n in range(7)]
    reason = Reason("all", "…", False, {}, [
        Reason("event", "did Order", True, {"count": 7, "events": ordered}, []),
        Reason("trait", "plan is set", False, {"value": None}, []),
        Reason("not", "…", True, {}, [Reason("event", "did Refund", False, {"count": 0, "events": []}, [])]),
        Reason("segment", 'in segment "s1"', False, {"segment": "s1"}, []),
        Reason("company_trait", "a company is in tech", False, {"companies": [{"company": "Acme", "value": "food"}]}, []),
        Reason("company_trait", "a company is in tech", False, {"companies": []}, []),
        Reason("sequence", "did Visit then Order", False, {"events": ordered, "run": [], "stops": {
            "step": 2, "text": "no Order after Visit of 2026-06-17T23:30:00Z", "times": ["2026-06-17T23:30:00Z"],
        }}, []),
    ])  # fmt: skip
    node = shown(reason, {"s1": "Buyers"}.__getitem__)
    assert (node.group, node.holds) == ("All of these", False)
    event, trait, inverse, segment, company, none, sequence = node.of
    assert (event.seen, len(event.events), event.more) == ([("", "7 times")], 5, 2)
    assert event.events[0].said == [("total", "0")]
    assert (trait.seen, segment.text) == ([("", "nothing")], "in the segment “Buyers”")
    assert (inverse.group, inverse.of[0].seen, inverse.of[0].more) == ("Not", [("", "never")], 0)
    assert (company.seen, none.seen) == ([("Acme", "food")], [("", "no company")])
    assert sequence.seen == [("", "no Order after Visit of 17 Jun 2026, 23:30")], (
        "its events alone would look like a yes"
    )


def test_entering_reads_as_such_in_a_timeline_and_leads_nowhere_else() -> None:
    def event(name: str, **properties: Any) -> SimpleNamespace:
        return SimpleNamespace(type="track", name=name, properties=properties)

    entered = timeline_entry(event("Segment Entered", segment="Buyers", segment_id="../x"))
    assert entered is not None
    assert (entered.title, entered.url) == ("Entered the segment “Buyers”", "/segments/..%2Fx/")
    left = timeline_entry(event("Segment Left"))
    assert left is not None
    assert (left.title, left.url) == ("Left a segment", ""), "of one the reader may not read nothing else is there"
    assert timeline_entry(event("Order Completed")) is None
