"""The page of benchmarks: what is measured again takes its row's place, the rest stays."""

from bench import curve
from bench.report import PAGE, Row, merge, rows_of, table


def test_rows_that_are_not_measured_again_stay() -> None:
    before = rows_of(PAGE.read_text("utf-8"))
    first = before[0]
    again = (first[0], "1 req/s", f"2 {first[2].split(' ', 1)[1]}", *first[3:])
    new = ("something new", "1 s", "", "", "", "")
    assert merge(before, [new, again]) == [again, *before[1:], new]


def test_a_page_is_read_as_it_was_written() -> None:
    row = Row("accepted (1,000 events/s)", "5 req/s", "10 req/s doing nothing", 0.5, "≥ 0.30", True)
    assert rows_of(table([row])) == [row.cells()]


def test_the_picture_of_growth_is_of_the_pages_figures() -> None:
    rows = rows_of(PAGE.read_text("utf-8"))
    assert [[events for events, _ in one.points(rows)] for one in curve.CURVES] == [[1, 5, 20, 50]] * 2
    assert curve.PICTURE.read_text("utf-8") == curve.draw(rows)
    assert str(curve.PICTURE.relative_to(PAGE.parent.parent)) in PAGE.read_text("utf-8")
