"""Dates, numbers, guesses: tables of literal cells and what they mean."""

from datetime import UTC, datetime

import msgspec
import pytest

from pentad.data.imports import rules_guess as guess
from pentad.data.imports.rules import DATE_FORMATS, Layout, Reader, Unreadable, date_parser, number_text, property_name

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "decimal", "expected"),
    [
        ("12", ".", "12"), ("012.50", ".", "12.50"), ("1,234.50", ".", "1234.50"), ("1.234,50", ",", "1234.50"),
        ("€ 9,90", ",", "9.90"), ("9.90 EUR", ".", "9.90"), ("$1,000,000", ".", "1000000"), ("-3.20", ".", "-3.20"),
        ("(3.20)", ".", "-3.20"), ("3.20-", ".", "-3.20"), (".5", ".", "0.5"), ("5.", ".", "5"), ("1'234.5", ".", "1234.5"),
        ("1 234,5", ",", "1234.5"), ("0.00", ".", "0.00"), ("+7", ".", "7"), ("1e3", ".", "1000.0"), ("00", ".", "0"),
        ("123456789012345678.99", ".", "123456789012345678.99"),
    ],
)  # fmt: skip
def test_numbers_are_read_digit_for_digit(text: str, decimal: str, expected: str) -> None:
    assert number_text(text, decimal) == expected
    msgspec.json.decode(expected)


@pytest.mark.parametrize(
    "text", ["", "n/a", "1,23", "1,2345.0", "12.34.56", "--5", "1.234,50", "٣", "0x10", "nan", "inf", "9" * 50, "."]
)
def test_what_is_no_number_is_not_guessed(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        number_text(text, ".")


@pytest.mark.parametrize(
    ("text", "date_format", "expected"),
    [
        ("19970112", "%Y%m%d", datetime(1997, 1, 12, tzinfo=UTC)),
        ("2011-12-01 08:26:00", "iso", datetime(2011, 12, 1, 8, 26, tzinfo=UTC)),
        ("2011-12-01T08:26:00+02:00", "iso", datetime(2011, 12, 1, 6, 26, tzinfo=UTC)),
        ("12/1/2010 8:26", "%m/%d/%Y %H:%M", datetime(2010, 12, 1, 8, 26, tzinfo=UTC)),
        ("01.12.2010", "%d.%m.%Y", datetime(2010, 12, 1, tzinfo=UTC)),
        ("1291191960", "epoch", datetime(2010, 12, 1, 8, 26, tzinfo=UTC)),
        ("1291191960000", "epoch_ms", datetime(2010, 12, 1, 8, 26, tzinfo=UTC)),
    ],
)
def test_dates(text: str, date_format: str, expected: datetime) -> None:
    assert date_parser(date_format)(text) == expected
    if date_format in DATE_FORMATS:
        assert date_format in guess.date_formats([text])


def test_a_date_that_can_be_read_in_two_ways_is_asked_about() -> None:
    both = guess.date_formats(["03/04/2011", "05/06/2011"])
    assert both == ["%d/%m/%Y", "%m/%d/%Y"]
    assert "--date-format" in guess.problems(["id", "date"], {"customer": 0, "date": 1}, both, "03/04/2011")[0]
    assert guess.date_formats(["03/04/2011", "25/06/2011"]) == ["%d/%m/%Y"]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["a,b,c", "1,2,3", "4,5,6"], ","), (["a;b", "1,5;2", "2,5;3"], ";"), (["a\tb c", "1\t2 3"], "\t"),
        ([" id  date amount", " 1   2    3.5"], " "), (['id,"name, first"', '1,"x, y"', '2,"z"'], ","), (["one", "two"], ""),
    ],
)  # fmt: skip
def test_delimiters(lines: list[str], expected: str) -> None:
    assert guess.delimiter(lines) == expected


def test_roles_by_name_and_by_content() -> None:
    rows = [["7", "00001", "19970101", "1", "11.77"], ["8", "00002", "19970112", "5", "77.00"]]
    assert guess.roles(["InvoiceNo", "Customer ID", "Invoice Date", "Qty", "Total"], rows) == {
        "order": 0,
        "customer": 1,
        "date": 2,
        "quantity": 3,
        "amount": 4,
    }
    assert guess.roles(["a", "b", "c", "d", "e"], rows) == {"customer": 0, "date": 2, "amount": 4}
    assert guess.has_header(["id", "when"], ["1", "2011-01-01"])
    assert guess.has_header(["customer", "17"], ["a", "b"])
    assert not guess.has_header(["1", "2011-01-01"], ["2", "2011-01-01"])
    assert guess.decimal(["1,50", "2,25", "3"]) == ","


def _reader(**changes: object) -> Reader:
    settings: dict[str, object] = {
        "columns": ("who", "day", "paid", "n", "Gift Wrap"),
        "roles": {"customer": 0, "date": 1, "amount": 2, "quantity": 3},
        "date_format": "iso",
        "currency": "EUR",
    }
    return Reader(Layout(**(settings | changes)), prefix="import-x", now=NOW)  # type: ignore[arg-type]


def test_a_row_becomes_an_order() -> None:
    assert msgspec.json.decode(_reader().encode(12, ["007", "2011-05-02", "9.90", "2", "yes"])) == {
        "type": "track", "event": "Order Completed", "userId": "007", "messageId": "import-x-12", "timestamp": "2011-05-02T00:00:00Z",
        "properties": {"revenue": 9.9, "quantity": 2, "currency": "EUR", "gift_wrap": "yes"},
    }  # fmt: skip


def test_less_than_nothing_is_a_refund_and_empty_cells_are_left_out() -> None:
    message = msgspec.json.decode(_reader().encode(1, ["7", "2011-05-02", "-9.90", "", ""]))
    assert message["event"] == "Order Refunded"
    assert message["properties"] == {"revenue": -9.9, "currency": "EUR"}


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        (["", "2011-05-02", "1", "1", ""], "names no customer"), (["7", "2011-13-02", "1", "1", ""], "date is not iso"),
        (["7", "2031-01-02", "1", "1", ""], "future"), (["7", "1931-01-02", "1", "1", ""], "1970"),
        (["7", "2011-05-02", "ten", "1", ""], "amount is not a number"), (["7", "2011-05-02", "1", "x", ""], "quantity is not a number"),
        (["7", "2011-05-02", "1", "1"], "has 4 fields instead of 5"), (["7", "2011-05-02", "1", "1", "a\x00"], "null"),
        (["7" * 501, "2011-05-02", "1", "1", ""], "too long"), (["7", "2011-05-02", "1", "1", "x" * 40_000], "larger"),
        (["7", "2011-05-02", "1", "1", "", ""], "has 6 fields"),
    ],
)  # fmt: skip
def test_bad_rows_say_what_is_wrong(cells: list[str], reason: str) -> None:
    with pytest.raises(Unreadable, match=reason):
        _reader().encode(1, cells)


def test_property_names() -> None:
    assert [property_name(n) for n in ("Number of CDs", "größe (cm)", " ", "a__B")] == [
        "number_of_cds",
        "größe_cm",
        "column",
        "a__b",
    ]
