"""What counts of what customers said: worked out by hand, and the same whatever the order in which messages arrive."""

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pentad.data.consent.rules import Counted, Said, Span, counting, effective, read, tell, tell_all, text_version

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


def by_source(*messages: str) -> dict[str, dict[str, str]]:
    """What counts of one source's word on a purpose: “g1” of every channel, “email:g2” of one. In order of arrival."""
    held: dict[str, list[Span]] = {}
    for one in messages:
        channel, _, word = one.rpartition(":")
        held = tell_all(held, {channel: [Said(WORDS[word[0]], at(int(word[1:])))]})
    return counting(Counted("ads", name, one.state, one.at) for name, spans in held.items() for one in spans)


@pytest.mark.parametrize(
    ("messages", "standing"),
    [
        ("email:g1 d2 email:g3 email:g4", {"": "denied", "email": "granted"}),  # a new yes, after a no to everything
        ("d1 email:g2 d3", {"": "denied"}),  # a new no to everything, after a yes
        ("g1 email:d2 g3", {"": "granted", "email": "denied"}),  # a yes to everything lifts no single no
        ("email:g1 g2 d3 g4", {"": "granted", "email": "granted"}),
        ("email:g1 d2 email:g3 d4 email:g5 sms:g6", {"": "denied", "email": "granted", "sms": "granted"}),
    ],
)
def test_a_no_to_everything_and_a_yes_to_a_channel_end_each_other(messages: str, standing: dict[str, str]) -> None:
    for order in itertools.permutations(messages.split()):
        assert by_source(*order) == {"ads": standing}, order


@given(
    st.permutations(range(7)),
    st.lists(st.sampled_from(["g", "d", "email:g", "email:d", "sms:g"]), min_size=7, max_size=7),
)
@settings(max_examples=150)
def test_what_counts_of_one_source_is_the_same_in_any_order_of_arrival(order: list[int], words: list[str]) -> None:
    messages = [f"{word}{hour}" for hour, word in enumerate(words)]
    found = by_source(*(messages[place] for place in order))
    latest = {word.rpartition(":")[0]: (hour, WORDS[word[-1]]) for hour, word in enumerate(words)}
    every = latest.get("", (-1, "unknown"))
    for channel in ("email", "sms", "push"):
        hour, state = latest.get(channel, every)
        counts = "denied" if every[1] == "denied" and every[0] > hour else state
        assert effective(found.get("ads", {}), channel) == counts


def test_a_repetition_by_another_source_still_lifts_nothing() -> None:
    held = tell_all(
        {},
        {
            "email": [Said("granted", at(1)), Said("granted", at(3)), Said("granted", at(5))],
            "": [Said("denied", at(2))],
        },
    )
    assert {name: short(spans) for name, spans in held.items()} == {"email": "g1 g3-5", "": "d2"}
    both = tell_all(
        {},
        {
            "email": [Said("granted", at(hour)) for hour in (1, 3, 5)],
            "": [Said("denied", at(hour)) for hour in (1, 3, 5)],
        },
    )
    assert {name: short(spans) for name, spans in both.items()} == {"email": "g1-5", "": "d1-5"}, (
        "said together, again and again"
    )


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
        ({"categoryPreferences": {" ads": False, "ads ": True}}, [("ads", "", "denied"), ("ads", "", "granted")]),
        ({"categoryPreferences": {"ads": {" email ": True}, "Ads": True}}, [("ads", "email", "granted"), ("Ads", "", "granted")]),
        ({"categoryPreferences": {"  ": True, "a\0b": True, "x": {"e\u200b": False}}}, []),
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
