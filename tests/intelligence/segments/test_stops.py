"""Of a sequence that does not hold it is told which step fails, and how far the customer came."""

from datetime import datetime

import pytest

from pentad.intelligence.segments import definition as d
from pentad.intelligence.segments.stops import stop_of
from pentad.intelligence.segments.text import parse

NOW = datetime.fromisoformat("2026-06-20T12:00:00Z")


@pytest.mark.parametrize(
    ("sentence", "seen", "step", "told"),
    [
        ('did "A" in the last 7 days then "B"', [], 1, "A: none in the last 7 days"),
        ('did "A" where total is more than 5 then "B"', [], 1, "A where total is more than 5: none"),
        ('did the first "A" then "B"', [], 1, "first A ever: none"),
        ('did "A" then "B" within 2 hours', [(1, 9), (2, 12)], 2, "no B within 2 hours after A of 9:00"),
        ('did "A" then "B", all within 2 hours', [(1, 8), (1, 9)], 2, "no B within 2 hours after A of 9:00"),
        ('did "A" then "B" then "C", all within 2 hours', [(1, 7), (2, 8), (1, 9)], 3,
         "no C after B of 8:00, all within 2 hours"),
        ('did "A" then "B", same cart', [(1, 9)], 2, "no B with the same cart after A of 9:00"),
        ('did "A" then not "B" then "C"', [(1, 7), (2, 8), (3, 9)], 2, "B came between A of 7:00 and C of 9:00"),
        ('did "A" then not "B" then "C"', [(1, 7), (2, 8)], 3, "no C after A of 7:00"),
        ('did "A" then not "B" within 2 hours', [(1, 7), (2, 8)], 2, "B of 8:00 came after A of 7:00"),
        ('did "A" then not "B" within 2 hours', [(1, 11)], 2, "B may still come after A of 11:00, until 13:00"),
    ],
)  # fmt: skip
def test_the_step_that_fails_is_named(sentence: str, seen: list[tuple[int, int]], step: int, told: str) -> None:
    definition = parse(sentence)
    assert isinstance(definition.where, d.Sequence)
    same = {f"same{n}": "c1" for n in range(len(definition.where.same))}
    rows = [{"step": of, "ts": datetime(2026, 6, 20, hour), "seq": n, **same} for n, (of, hour) in enumerate(seen)]
    stop = stop_of(definition.where, rows, NOW, "UTC")
    short = stop.text
    for at in stop.times:
        short = short.replace(at, f"{datetime.fromisoformat(at).hour}:00")
    assert (stop.step, short) == (step, told)
