"""What counts of what customers said: worked out by hand, and the same whatever the order in which messages arrive."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pentad.data.consent.rules import Counted, Said, Span, counting, effective, read, tell, text_version

START = datetime(2026, 3, 1, tzinfo=UTC)
WORDS = {"g": "granted", "d": "denied", "u": "unknown"}


def at(hour: int) -> datetime:
    return START + timedelta(hours=hour)


def said(*messages: str) -> list[Span]:
    """Messages in order of arrival: “g1” granted at one o'clock, “d3!” denied at three as a decision."""
    spans: list[Span] = []
    for one in messages:
        hour = int(one.rstrip("!")[1:])
        spans = tell(spans, Said(WORDS[one[0]], at(hour), one.rstrip("!"), decided=one.endswith("!")))
    return spans


def short(spans: list[Span]) -> str:
    """“g1-5” granted from one to five o'clock; with “!” as a decision."""
    found = []
    for one in spans:
        first, last = (int((moment - START).total_seconds() // 3600) for moment in (one.at, one.until))
        found.append(f"{one.state[0]}{first}" + (f"-{last}" if last > first else "") + ("!" if one.decided else ""))
    return " ".join(found)


@pytest.mark.parametrize(
    ("messages", "kept"),
    [
        ("g1", "g1"),
        ("g1 g2 g5", "g1-5"),
        ("g1 d3 g5", "g1 d3 g5"),
        ("g5 d3", "d3 g5"),  # late, and does not overwrite what is newer
        ("g1 g5 d3", "g1 d3 g5"),  # late, into the middle of what was repeated
        ("g5 g3", "g3-5"),  # late, and says the same: it was said earlier
        ("g1 g5 g3", "g1-5"),
        ("g3 d3", "d3"),  # at the same moment the one that denies
        ("d3 g3", "d3"),
        ("g1 g5 d5", "g1 d5"),
        ("g1 g5 d1", "d1 g5"),
        ("d1 d5 g5", "d1-5"),
        ("g1 g5 g3!", "g1 g3-5!"),  # a choice counts from when it was made, though it is the same
        ("g3! g1", "g1 g3!"),
        ("g1 g2! g3", "g1 g2-3!"),
        ("g1! g1!", "g1!"),
    ],
)
def test_a_source_is_kept_as_spans(messages: str, kept: str) -> None:
    assert short(said(*messages.split())) == kept


def test_a_span_holds_its_first_and_last_message_and_the_text() -> None:
    spans = [Span("granted", at(1), at(1), message_id="m1", last_message_id="m1", text_version="v2")]
    assert tell(spans, Said("granted", at(4), "m4")) == [
        Span("granted", at(1), at(4), message_id="m1", last_message_id="m4", text_version="v2")
    ]
    cut = tell(tell(spans, Said("granted", at(4), "m4")), Said("denied", at(2), "m2", "v3"))
    assert [(one.message_id, one.last_message_id, one.text_version) for one in cut] == [
        ("m1", "m1", "v2"), ("m2", "m2", "v3"), ("m4", "m4", "v2"),
    ]  # fmt: skip


@given(st.lists(st.tuples(st.sampled_from("gd"), st.integers(0, 6), st.booleans()), min_size=1, max_size=8))
def test_the_latest_statement_is_the_last_span_in_any_order_of_arrival(messages: list[tuple[str, int, bool]]) -> None:
    spans = said(*(f"{state}{hour}{'!' if decided else ''}" for state, hour, decided in messages))
    latest = max(hour for _, hour, _ in messages)
    denied = any(state == "d" and hour == latest for state, hour, _ in messages)
    assert (spans[-1].state, spans[-1].until) == ("denied" if denied else "granted", at(latest))
    edges = [moment for one in spans for moment in dict.fromkeys((one.at, one.until))]
    assert edges == sorted(set(edges)), "spans lie apart and in order"


def counted(*found: str) -> dict[str, dict[str, str]]:
    """“ads g1”, “ads/email d2”."""
    rows = []
    for one in found:
        name, word = one.split()
        purpose, _, channel = name.partition("/")
        rows.append(Counted(purpose, channel, WORDS[word[0]], at(int(word[1:]))))
    return counting(rows)


@pytest.mark.parametrize(
    ("found", "standing"),
    [
        ((), {}),
        (("ads g1",), {"ads": {"": "granted"}}),
        (("ads g1", "ads d2"), {"ads": {"": "denied"}}),  # two sources, or two parts of one customer
        (("ads d2", "ads g1"), {"ads": {"": "denied"}}),
        (("ads g2", "ads d2"), {"ads": {"": "denied"}}),
        (("ads g1", "ads/email d2"), {"ads": {"": "granted", "email": "denied"}}),
        (("ads/email d1", "ads g2"), {"ads": {"": "granted", "email": "denied"}}),  # a banner's yes lifts no single no
        (("ads/email g1", "ads d2"), {"ads": {"": "denied"}}),  # a no to everything ends every yes
        (("ads d1", "ads/email g2"), {"ads": {"": "denied", "email": "granted"}}),
        (("ads d2", "ads/email g2"), {"ads": {"": "denied"}}),
        (("ads g1", "ads u2"), {}),
        (("ads g1", "ads/email u2"), {"ads": {"": "granted"}}),
        (("ads/email g1", "ads u2"), {"ads": {"email": "granted"}}),
        (("b g1", "a d1"), {"a": {"": "denied"}, "b": {"": "granted"}}),
    ],
)
def test_the_latest_choice_counts(found: tuple[str, ...], standing: dict[str, Any]) -> None:
    assert counted(*found) == standing
    assert counted(*reversed(found)) == standing


def test_a_channel_of_which_nothing_was_said_follows_every_channel() -> None:
    states = {"": "granted", "sms": "denied"}
    assert [effective(states, one) for one in ("", "email", "sms")] == ["granted", "granted", "denied"]
    assert effective({"email": "granted"}, "sms") == "unknown"


@pytest.mark.parametrize(
    ("consent", "found"),
    [
        ({"categoryPreferences": {"ads": True, "stats": False}}, [("ads", "", "granted"), ("stats", "", "denied")]),
        ({"categoryPreferences": {"ads": {"email": True, "": False}}}, [("ads", "email", "granted"), ("ads", "", "denied")]),
        ({"categoryPreferences": {"ads": "yes", "stats": 1, "": True, "x" * 61: True, "y": None}}, []),
        ({"categoryPreferences": [True]}, []),
        ({"categoryPreferences": {"ads": {"email": {"deep": True}}}}, []),
        ({}, []),
        (None, []),
        ([1], []),
    ],
)  # fmt: skip
def test_what_a_message_says(consent: Any, found: list[tuple[str, str, str]]) -> None:
    assert read(consent) == found


def test_a_message_speaks_of_so_many_at_most() -> None:
    assert len(read({"categoryPreferences": {f"p{n}": True for n in range(80)}})) == 50


def test_the_version_of_the_text() -> None:
    assert [text_version(one) for one in ({"textVersion": "2026-01"}, {"textVersion": 3}, {"textVersion": True}, None)] == [
        "2026-01", "3", "", "",
    ]  # fmt: skip
