"""What a custom field accepts from colleagues, and which stored values fit it."""

from typing import Any

import pytest

from pentad.core.errors import Invalid
from pentad.data.fields.rules import Declared, accepted, checked_choices, checked_name, fits

CHOICES = ("Gold", "Silver (old)", 'a "b" \\c')


def field(type: str, **more: Any) -> Declared:
    return Declared("people", "x", "Extra", type, CHOICES if type in ("one", "several") else (), **more)


TAKEN: list[tuple[str, Any, Any]] = [
    ("text", " Lisbon ", "Lisbon"),
    ("text", 7, 7),
    ("long", "two\nlines", "two\nlines"),
    ("number", "12", 12),
    ("number", "-3.50", -3.5),
    ("number", 2.5, 2.5),
    ("number", "1e3", 1000.0),
    ("yes_no", "Yes", True),
    ("yes_no", "false", False),
    ("yes_no", False, False),
    ("date", "2024-02-29", "2024-02-29"),
    ("moment", "2026-11-21T14:30", "2026-11-21T14:30:00Z"),
    ("moment", "2026-11-21T14:30:00+02:00", "2026-11-21T12:30:00Z"),
    ("one", "gold", "Gold"),
    ("several", ["silver (old)", "GOLD", "Gold"], ["Gold", "Silver (old)"]),
    ("several", 'a "b" \\c', ['a "b" \\c']),
    ("link", "https://shop.example/a?b=1", "https://shop.example/a?b=1"),
    ("email", "Keiko@fjord.example", "Keiko@fjord.example"),
    ("phone", "+49 (30) 123-4567", "+49 (30) 123-4567"),
]


@pytest.mark.parametrize(("type", "entered", "kept"), TAKEN)
def test_what_fits_is_kept_in_one_form(type: str, entered: Any, kept: Any) -> None:
    assert accepted(field(type), entered) == kept
    assert fits(field(type), kept), "and fits when it is looked at later"


@pytest.mark.parametrize(
    ("type", "entered", "wanted"),
    [
        ("text", {"a": 1}, "a text"),
        ("number", "many", "a number such as 12 or 3.5"),
        ("number", "1,5", "a number"),
        ("number", "nan", "a number"),
        ("number", True, "a number"),
        ("number", "1e999", "a number"),
        ("yes_no", "perhaps", "yes or no"),
        ("date", "21.11.2026", "a date such as 2026-11-21"),
        ("date", "2026-02-29", "a date"),
        ("date", "20261121", "a date"),
        ("moment", "2026-11-21", "a date and time"),
        ("moment", "0001-01-01T00:00+14:00", "a date and time"),
        ("one", "Bronze", "one of Gold, Silver (old)"),
        ("several", ["Gold", "Bronze"], "some of Gold, Silver (old)"),
        ("link", "javascript:alert(1)", "http:// or https://"),
        ("link", "shop.example", "http:// or https://"),
        ("email", "keiko", "an e-mail address"),
        ("phone", "call me", "a phone number"),
    ],
)
def test_what_does_not_fit_is_refused_with_the_value_and_what_is_wanted(type: str, entered: Any, wanted: str) -> None:
    with pytest.raises(Invalid) as refused:
        accepted(field(type), entered)
    assert refused.value.code == "value_does_not_fit"
    assert "Extra" in refused.value.message and wanted in refused.value.message
    assert str(entered)[:5] in refused.value.message or not isinstance(entered, str)


@pytest.mark.parametrize("empty", [None, "", "  ", []])
def test_nothing_is_unknown_unless_it_is_required(empty: Any) -> None:
    assert accepted(field("number"), empty) is None
    with pytest.raises(Invalid, match="“Extra” is required"):
        accepted(field("number", required=True), empty)


STORED: list[tuple[str, Any, bool]] = [
    ("text", ["a"], True),
    ("number", 12, True),
    ("number", "12.5", True),
    ("number", 1e300, True),
    ("number", "12 pieces", False),
    ("number", "12\n", False),
    ("number", [1], False),
    ("yes_no", True, True),
    ("yes_no", "YES", True),
    ("yes_no", 1, False),
    ("date", "2026-11-21", True),
    ("date", "2026-11-21T00:00:00.000Z", True),
    ("date", "2026-11-21T09:00:00Z", False),
    ("date", "2026-04-31", False),
    ("date", "21.11.2026", False),
    ("moment", "2026-11-21 09:00", True),
    ("moment", "2026-11-21T09:00:00.123+0100", True),
    ("moment", "2026-11-21", False),
    ("moment", "2026-11-21T25:00", False),
    ("one", "GOLD", True),
    ("one", "Gold+", False),
    ("one", "Silver [old]", False),
    ("several", ["Gold", 'a "b" \\c'], True),
    ("several", [], True),
    ("several", "Gold", False),
    ("several", ["Gold", "Bronze"], False),
    ("link", "HTTPS://shop.example", True),
    ("link", "ftp://shop.example", False),
    ("email", "a@b.example", True),
    ("email", "a b@b.example", False),
    ("phone", "030 1234567", True),
    ("phone", "unknown", False),
]


@pytest.mark.parametrize(("type", "value", "right"), STORED)
def test_what_sources_sent_fits_or_does_not(type: str, value: Any, right: bool) -> None:
    assert fits(field(type), value) is right
    assert fits(field(type), None), "nothing was said"


def test_a_name_is_made_of_the_label() -> None:
    assert checked_name("", "Contract end (planned)") == "contract_end_planned"
    assert checked_name(" renewalDate ", "Renewal") == "renewalDate"
    with pytest.raises(Invalid, match="1 to 120"):
        checked_name("", "?!")


@pytest.mark.parametrize(
    ("choices", "why"),
    [([" "], "needs choices"), (["a", "A"], "twice"), (["a|b"], "cannot be"), (["x"] * 101, "at most")],
)
def test_choices_can_be_told_apart(choices: list[str], why: str) -> None:
    with pytest.raises(Invalid, match=why):
        checked_choices("one", choices)
    assert checked_choices("number", choices) == []
