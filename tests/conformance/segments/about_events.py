"""What is asked of events: how often, first and last, figures, orders. Each answer was worked out by hand."""

from typing import Any

from tests.conformance.segments.words import (
    BERLIN,
    JSON,
    Case,
    ago,
    but,
    case,
    case_but,
    did,
    event,
    every,
    figure,
    first,
    last,
    no,
    occurrence,
    often,
    prop,
    sequence,
    some,
    step,
    this,
    time,
    trait,
)

BACK, AHEAD = "2026-10-25", "2026-03-29"  # the days on which Berlin changes its clocks
WHOLE_YEAR = (20, 21, 22, 23, 24, 25)


def between(first: str, last: str) -> JSON:
    return {"kind": "between", "first": first, "last": last}


def order(*where: JSON) -> JSON:
    return did("Order Completed", where=list(where))


TIMES: list[Case] = [
    case("later than a day ago, up to now", did("Win", when=last(1, "day")), 20, 22),
    case("a day ago or more", did("Win", when=ago(1, "day")), 21, 24, 25, 26),
    case("from 1 to 22 days ago", did("Win", when=ago(1, "day", 22)), 21, 24, 25),
    case("within the next minute", did("Win", when={"kind": "next", "n": 1, "unit": "minute"}), 23),
    case("within 12 hours", did("Win", when=last(12, "hour")), 20),
    case("within 24 hours", did("Win", when=last(24, "hour")), 20, 22),
    case("within 1441 minutes", did("Win", when=last(1441, "minute")), 20, 21, 22),
    case("within 2 weeks", did("Win", when=last(2, "week")), 20, 21, 22, 24),
    case("within more years than there are", did("Win", when=last(100_000, "year")), 20, 21, 22, 24, 25, 26),
    case("longer ago than there are years", did("Win", when=ago(100_000, "year"))),
    case("within the next of more years than there are", did("Win", when={"kind": "next", "n": 100_000, "unit": "year"}), 23),
    case("a year that never was", did("Win", when=this("year", 10_000))),
    case("between two days, both whole", did("Win", at_least=2, when=between("2026-11-10", "2026-11-15")), 24),
    case("between a moment and itself", did("Win", when=between("2026-11-21T12:00", "2026-11-21T12:00:00")), 21),
    case("between backwards", did("Win", when=between("2026-11-21T13:00", "2026-11-21T12:00"))),
    case("before a year", did("Win", when={"kind": "before", "at": "2026-01-01"}), 26),
    case("before a year in Berlin", did("Win", when={"kind": "before", "at": "2026-01-01"}), zone=BERLIN),
    case("before the calendar of the engines", did("Win", when={"kind": "before", "at": "0001-01-02"})),
    case("after their calendar", did("Win", when={"kind": "after", "at": "9999-12-31"})),
    case("after a day: from the next on", did("Win", when={"kind": "after", "at": "2026-11-22"})),
    case("after a moment, itself included", did("Win", when={"kind": "after", "at": "2026-11-22T12:00:00"}), 20, 23),
    case("after a moment in Berlin", did("Win", when={"kind": "after", "at": "2026-11-22T13:00"}), 20, 23, zone=BERLIN),
    case("after a moment with an offset", did("Win", when={"kind": "after", "at": "2026-11-22T14:00+02:00"}), 20, 23, zone=BERLIN),
    case("this day", did("Win", when=this("day")), 20, 23),
    case("this week, from Monday", did("Win", when=this("week")), 20, 21, 22, 23),
    case("the week before", did("Win", when=this("week", 1)), 24),
    case("this month", did("Win", when=this("month")), 20, 21, 22, 23, 24),
    case("this month in Berlin", did("Win", when=this("month")), *WHOLE_YEAR, zone=BERLIN),
    case("the month before", did("Win", when=this("month", 1)), 25),
    case("the month before in Berlin", did("Win", when=this("month", 1)), zone=BERLIN),
    case("this year", did("Win", when=this("year")), *WHOLE_YEAR),
    case("this year in Berlin", did("Win", when=this("year")), *WHOLE_YEAR, 26, zone=BERLIN),
    case("the day of 23 hours takes one from a day", did("Spring", when=last(1, "day")), 32, zone=BERLIN, now=f"{AHEAD} 10:00:00"),
    case("not from 24 hours", did("Spring", when=last(24, "hour")), 30, 31, 32, zone=BERLIN, now=f"{AHEAD} 10:00:00"),
    case("nor where clocks stay", did("Spring", when=last(1, "day")), 30, 31, 32, now=f"{AHEAD} 10:00:00"),
    case("a day ago over that day", did("Spring", when=ago(1, "day")), 30, 31, zone=BERLIN, now=f"{AHEAD} 10:00:00"),
    case("the day of 25 hours adds one", did("Autumn", when=last(1, "day")), 33, 34, zone=BERLIN, now=f"{BACK} 12:00:00"),
    case("not to 24 hours", did("Autumn", when=last(24, "hour")), 34, zone=BERLIN, now=f"{BACK} 12:00:00"),
    case("all of the day of 25 hours", did("Long day", when=this("day")), 35, 37, zone=BERLIN, now=f"{BACK} 22:30:00"),
    case("and the day before it", did("Long day", when=this("day", 1)), 36, zone=BERLIN, now=f"{BACK} 22:30:00"),
    case("the same by UTC", did("Long day", when=this("day")), 37, now=f"{BACK} 22:30:00"),
    case("a day back in the first pass of an hour", did("Twice", when=last(1, "day")), 38, 39, zone=BERLIN, now=f"{BACK} 00:30:00"),
    # the bound stands still at the end of the hour that comes twice: it does not run backwards
    case("a day back in its second pass", did("Twice", when=last(1, "day")), 39, zone=BERLIN, now=f"{BACK} 01:30:00"),
    case("a day back into the hour that was skipped", did("Gap", when=last(1, "day")), 41, zone=BERLIN, now="2026-03-30 00:30:00"),
    case("not skipped by UTC", did("Gap", when=last(1, "day")), 40, 41, now="2026-03-30 00:30:00"),
    case("a month back from the 31st: the end of February", did("Month", when=last(1, "month")), 43, now="2026-03-31 10:00:00"),
    case("from the last moment of the 28th the same", did("Month", when=last(1, "month")), 43, now="2026-03-28 23:59:59.999999"),
    case("a moment before not", did("Month", when=last(1, "month")), 42, 43, now="2026-03-28 23:59:59.999998"),
    case("in a leap year: the end of the 29th", did("Month", when=last(1, "month")), 45, now="2028-03-31 10:00:00"),
    case("a month ago or more in a leap year", did("Month", when=ago(1, "month")), 42, 43, 44, now="2028-03-30 10:00:00"),
    case("a month back from the 29th keeps the time", did("Month", when=last(1, "month")), 45, now="2028-03-29 12:00:00"),
    case("a month ahead of 31 January", did("Month", when={"kind": "next", "n": 1, "unit": "month"}), 42, now="2026-01-31 12:00:00"),
    case("a year back from 29 February", did("Year", when=last(1, "year")), 47, now="2028-02-29 12:00:00"),
    case("a year back from 28 February", did("Year", when=last(1, "year")), 46, 47, now="2028-02-28 12:00:00"),
    case("three years back over a leap day", did("Year", when=last(3, "year")), 48, now="2027-02-28 12:00:00"),
]  # fmt: skip

COUNTS: list[Case] = [
    case_but("never within a day", often("exactly", 0, "Win", when=last(1, "day")), 20, 22),
    case_but("at most once", often("at_most", 1, "Win"), 24),
    case("exactly 3 times", often("exactly", 3, "Win"), 24),
    case_but("at least 0 times", often("at_least", 0, "Win")),
    case("either name", did("Order Completed", "Order Refunded", at_least=2), 20, 21, 24),
    case("names differ in their letter case", did("win")),
    case("a page by its name", did("Home", type="page"), 26),
    case("any page", did(type="page"), 26, 28),
    case("a screen", did(type="screen"), 27),
    case("pages and screens", did("Home", type="any"), 26, 27),
    case("any event on a day, but who someone is", did(type="any", when=between("2026-11-09", "2026-11-09")), 26, 27, 28),
    # 29 entered a segment on that day
    case("any event of the customer's own", did(when=between("2026-11-10", "2026-11-10")), 24, 58, 59, 74, 75),
    case("entering a segment, when it is named", did("Segment Entered"), 29),
    case("a page by its path", did(type="page", where=[prop("path", "contains", value="checkout")]), 26, 28),
    case("by number", order(prop("revenue", "greater", value=5)), 20),
    case("by number, also negative", order(prop("revenue", "at_most", value=0.15)), 21, 24),
    case("by another number than", order(prop("revenue", "not_equals", value=10)), 20, 21, 22, 23, 24),
    case("set, though it is no number", order(prop("revenue", "set")), 20, 21, 22, 24),
    case("by text, not in a list", order(prop("category", "equals", value="SHOES")), 20),
    case("the text of a number", order(prop("category", "equals", value="7")), 21, 23),
    case("the number of a text", order(prop("category", "equals", value=7)), 21, 23),
    case("50 is not the text 50.0", order(prop("category", "equals", value="50"))),
    case("the text 50.0", order(prop("category", "equals", value="50.0")), 24),
    case("contains, not in a list", order(prop("category", "contains", value="OE")), 20),
    case("by pattern", order(prop("category", "matches", value="^[0-9]$")), 21, 23),
    case("a list is set", order(prop("category", "set")), 20, 21, 23, 24),
    case("not set", order(prop("category", "not_set")), 22),
    case("one value is a list of one", order(prop("category", "list_any", values=["shoes"])), 20, 21),
    case("the number 5.0 as text", order(prop("coupon", "equals", value="5")), 21),
    case("the text 5.0", order(prop("coupon", "equals", value="5.0")), 21),
    case("empty, null and missing are not set", order(prop("coupon", "not_set")), 20, 22, 23, 24),
    case("true and its text", order(prop("vip", "equals", value=True)), 23, 24),
    case("inside an object", order(prop("cart.total", "equals", value=3)), 20),
    case("all of a list", order(prop("items", "list_all", values=["y", "X"])), 20),
    case("a date", order(prop("at", "date", when=last(3, "day"))), 22),
    case("an anniversary", order(prop("at", "anniversary", days=1)), 22, now="2027-11-19 12:00:00"),
    case("two properties of one event", order(prop("category", "equals", value="shoes"), prop("revenue", "equals", value=20.5)), 20),
    case("not of two events", order(prop("coupon", "equals", value="a1"), prop("cart.total", "equals", value=3))),
    case(
        "odd names and values",
        did('it\'s "odd" \\ name', where=[prop("it's", "equals", value="A'B\\C"), prop("100%", "equals", value=1)]), 25,
    ),
    case("in numbers and texts", order(prop("category", "in", values=["shoes", 50])), 20, 24),
]  # fmt: skip

PICKED: list[Case] = [
    case("the first at all", occurrence("first", "Visit"), 27, 28, 29),
    case("the first within 20 days", occurrence("first", "Visit", last(20, "day")), 28),
    case("the last within 20 days", occurrence("last", "Visit", last(20, "day")), 27, 28),
    case("the last 10 days ago or more", occurrence("last", "Visit", ago(10, "day")), 27, 28, 29),
    case(
        "the first had; at equal times the first to arrive",
        occurrence("first", "Visit", where=[prop("page", "equals", value="A")]), 27, 29,
    ),
    case("the last had; at equal times the last to arrive", occurrence("last", "Visit", where=[prop("page", "equals", value="a")]), 28, 29),
    case("the last had, and when", occurrence("last", "Visit", last(20, "day"), [prop("page", "in", values=["a", "b"])]), 27, 28),
    case("the last had not", occurrence("last", "Visit", where=[prop("page", "not_equals", value="a")]), 27),
    case("the first by time, though it arrived late", occurrence("first", "Late", where=[prop("v", "equals", value=1)]), 74),
    case("the last by time", occurrence("last", "Late", where=[prop("v", "equals", value=2)]), 74, 75),
    case("a message that came twice counts once", often("exactly", 1, "Late"), 75),
    case("merged people are one", did("Merged", at_least=2), 70),
    case("unmerged people are two", often("exactly", 1, "Merged"), 72, 73),
    case("the first event of either part", occurrence("first", "Merged", where=[prop("n", "equals", value=1)]), 70, 72),
    case("the last event of either part", occurrence("last", "Merged", where=[prop("n", "equals", value=2)]), 70, 73),
    case("in an order over both parts", sequence("Merged", "Merged"), 70),
    case("sum of cents", figure("sum", "revenue", "equals", value=0.3), 21),
    case("sum with a text that reads as a number", figure("sum", "revenue", "equals", value=30.5), 20),
    case("sum at least", figure("sum", "revenue", "at_least", value=0.3), 20, 21),
    case("sum below zero", figure("sum", "revenue", "less", value=0), 24),
    case_but("sum of nothing is 0", figure("sum", "revenue", "equals", value=0), 20, 21, 24),
    case("sum within a time", figure("sum", "revenue", "at_most", when=last(18, "day"), value=-1), 24),
    case("sum of a text", figure("sum", "quantity", "at_least", value=3), 24),
    case("sum inside an object", figure("sum", "cart.total", "range", low=3, high=3), 20),
    case("average", figure("average", "revenue", "range", low=0, high=1), 21),
    case_but("average of nothing is not set", figure("average", "revenue", "not_set"), 20, 21, 24),
    case_but("and not equal to anything", figure("average", "revenue", "not_equals", value=-5), 24),
    case("minimum", figure("minimum", "revenue", "at_most", value=0.1), 21, 24),
    case("maximum", figure("maximum", "revenue", "at_least", value=0.2), 20, 21),
    case("maximum is set", figure("maximum", "revenue", "set"), 20, 21, 24),
    case("distinct in any letter case, without lists", figure("distinct", "category", "equals", value=1), 20, 21, 23, 24),
    case("distinct: 5 and the text 5.0", figure("distinct", "coupon", "greater", value=1), 21),
    case_but("distinct of nothing is 0", figure("distinct", "coupon", "equals", value=0), 20, 21),
]  # fmt: skip


def having(name: str, **said: Any) -> JSON:
    """A step with one property."""
    return step(name, where=[prop(key, "equals", value=value) for key, value in said.items()])


_AB = (50, 52, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63, 64, 66, 67, 68)
SEQUENCES: list[Case] = [
    case("one after the other; at equal times as they arrived", sequence("A", "B"), *_AB),
    case("within a day, its last moment included", sequence("A", "B", within=time(1, "day")), *(set(_AB) - {54})),
    case("within 59 minutes", sequence("A", "B", within=time(59, "minute")), 52, 57, 60, 61, 62, 63, 64),
    case("within 60 minutes", sequence("A", "B", within=time(60, "minute")), *(set(_AB) - {54, 66, 67, 68})),
    case("a step within its time", sequence("A", step("B", within=time(1, "hour"))), *(set(_AB) - {54, 66, 67, 68})),
    case("nothing of a kind between", sequence("A", no("X"), "B"), *(set(_AB) - {55})),  # 57: after the second A
    case("nothing between, within a time", sequence("A", no("X"), "B", within=time(1, "hour")), *(set(_AB) - {54, 55, 66, 67, 68})),
    case("three steps", sequence("A", "B", "C"), 58, 66, 67, 68),
    case("before them another", sequence("X", "A", "B"), 56, 57),
    case("twice the same is two events", sequence("A", "A"), 57, 65, 66),
    case("the same three times", sequence("A", "A", "A")),
    # 66: from the first A to the second B; 50 and later ones: the time has not passed
    case("then never, within a time of all", sequence("A", "B", no("C"), within=time(5, "day")), 59, 61, 62, 63, 64, 66),
    case("then never, of the same order", sequence("A", "B", no("C"), within=time(5, "day"), same=["o"]), 62, 63, 66, 67),
    case("the same order in any letter case; 1 is 1.0", sequence("A", "B", same=["o"]), 62, 63, 66, 67, 68),
    case("a property that none has", sequence("A", "B", same=["o", "p"])),
    # 53: B arrived before; 66, 67, 68: B at the last moment of the day
    case("not followed within a day", sequence("A", no("B", within=time(1, "day"))), 51, 53, 54, 65),
    case("not followed within a time of all", sequence("A", no("B"), within=time(1, "day")), 51, 53, 54, 65),
    case("neither between nor after", sequence("A", no("X"), "B", no("X", within=time(2, "hour"))), *(set(_AB) - {55, 56, 60})),
    case("the first step within 5 days", sequence("A", "B", when=last(5, "day")), 50, 52, 55, 56, 57, 60),
    case(
        "the first step 10 days ago or more, within a day",
        sequence("A", "B", within=time(1, "day"), when=ago(10, "day")), 58, 59, 61, 62, 63, 64, 66, 67, 68,
    ),
    case("a day by UTC", sequence("D", "E", within=time(1, "day")), 47, 48),
    case("a day by the clock of Berlin", sequence("D", "E", within=time(1, "day")), 47, zone=BERLIN),
    case("a step within a day by that clock", sequence("D", step("E", within=time(1, "day"))), 47, zone=BERLIN),
    case("24 hours there", sequence("D", "E", within=time(24, "hour")), 47, 48, zone=BERLIN),
    case("a month from 31 January", sequence("D", "E", within=time(1, "month")), 47, 48, 49),
    case("28 days from 31 January", sequence("D", "E", within=time(28, "day")), 47, 48),
    case("then never, from the earlier first event too", sequence("D", "E", no("F"), within=time(3, "day")), 47, 48),
    case("then never, in a longer time", sequence("D", "E", no("F"), within=time(6, "day")), 48),
    case("nothing between and then never", sequence("D", no("D"), "E", no("F"), within=time(3, "day")), 47, 48),
    case("nothing between and then never, in days of Berlin", sequence("D", no("D"), "E", no("F"), within=time(6, "day")), 48, zone=BERLIN),
    case("any event between", sequence("D", no(), "E"), 47, 48, 49),
    case("either event", sequence({"event": event("A", "X")}, {"event": event("C")}), 58, 66, 67, 68),
    case("the first ever, in the last 20 days", sequence(first("A"), "B", when=last(20, "day")), *(set(_AB) - {54, 66, 67, 68})),
    case("a later one after it", sequence("C", "B"), 66),
    case("a later one is not the first ever", sequence("C", first("B"))),
    case("from the later one within half an hour", sequence("A", "B", within=time(30, "minute")), 52, 57, 60, 61, 62, 63, 64),
    case("from the first ever within half an hour", sequence(first("A"), "B", within=time(30, "minute")), 52, 60, 61, 62, 63, 64),
    case("the first ever that is as said", sequence(first("A", where=[prop("o", "equals", value=2)]), "B"), 66),
    case("the first ever, not that of each order", sequence(first("A"), "B", same=["o"], when=last(20, "day")), 62, 63),
    case("the first ever of two at a time arrived first", sequence(first("Visit"), having("Visit", page="a")), 28),
    case("the first ever is the earlier one", sequence(first("Visit"), having("Visit", page="b")), 27),
    case("the first ever came late", sequence(first("Late"), having("Late", v=2)), 74),
    case("the first ever of both parts", sequence(first("Merged"), having("Merged", n=2)), 70),
    case("the first ever of either event", sequence(first("A", "X"), "A"), 56, 57, 65, 66),
    case("a first ever that came between", sequence("A", first("X", absent=True), "B"), *(set(_AB) - {55})),
    case("a second one after may come", sequence("A", "B", first("X", absent=True, within=time(2, "hour"))), *(set(_AB) - {60})),
    case("the first ever, then never, in a time of all", sequence(first("A"), "B", no("C"), within=time(4, "day")), 59, 61, 62, 63, 64),
]  # fmt: skip

_SOLO = trait("plan", "equals", value="solo")
_DEEP = did("Late")
for _ in range(34):
    _DEEP = but(_DEEP)

OTHERS: dict[str, tuple[JSON, str]] = {
    "buyers": (did("Order Completed"), "UTC"),
    "good buyers": (every({"kind": "segment", "id": "buyers"}, figure("sum", "revenue", "greater", value=0)), "UTC"),
    "november": (did("Win", when=this("month")), BERLIN),
}
JUNCTIONS: list[Case] = [
    case_but("all of nothing", every()),
    case("any of nothing", some()),
    case_but("not any of nothing", but(some())),
    case("all", every(did("A"), often("exactly", 0, "B")), 65),
    case("any", some(_SOLO, did("Late")), 3, 74, 75),
    case("all and not", every(did("A"), but(did("B"))), 65),
    case_but("not all", but(every(did("Late"), often("at_least", 2, "Late"))), 74),
    case("an even number of nots", _DEEP, 74, 75),
    case_but("an odd number of nots", but(_DEEP), 74, 75),
    case(
        "an event and a trait of one person",
        every(did("Order Completed"), trait("plan", "not_set"), figure("sum", "revenue", "less", value=0)), 24,
    ),
    case("an order or an event", some(sequence("A", "A", "A"), did("Long day")), 35, 36, 37),
    case("an order and an event", every(sequence("A", "B"), did("C")), 58, 66, 67, 68),
    case("an order and another event", every(sequence("A", "B"), did("X")), 55, 56, 57),
    case("members of another segment", {"kind": "segment", "id": "buyers"}, 20, 21, 22, 23, 24),
    case("of a segment of a segment", {"kind": "segment", "id": "good buyers"}, 20, 21),
    case("not members, but buyers", every({"kind": "segment", "id": "buyers"}, but({"kind": "segment", "id": "good buyers"})), 22, 23, 24),
    case("a segment keeps its own time zone", {"kind": "segment", "id": "november"}, *WHOLE_YEAR),
    case("colleagues of who did something", {"kind": "colleagues", "which": "none", "of": did("A")}, 80, 81, 82, 83, 85, 86),
]  # fmt: skip
