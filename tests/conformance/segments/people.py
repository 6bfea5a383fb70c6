"""The people, companies and events that the definitions are asked of. Literal; the numbers tell who is who.

1-9 have traits, 20-29 events around a moment, 30-49 events around changes of the clock and ends of months, 50-69 events
in an order, 70-75 are merged, late and doubled, 80-86 have companies and shares.
"""

import json
from typing import Any

PEOPLE: dict[int, dict[str, Any]] = {
    1: {
        "traits": {"plan": "Family", "age": 34, "vip": True, "tags": ["Gold", "new"], "city": "Köln", "nick": "",
                   "address": {"city": "Berlin", "zip": "01067"}, "score": "42", "born": "1992-02-29",
                   "signup": "2026-11-20"},
        "identifiers": {"email": ["Anna@Example.com", "anna@work.example"], "user_id": ["42"]},
        "consents": {"marketing": {"": "granted"}},
        "known": True, "first_seen": "2026-01-01 00:00:00", "last_seen": "2026-11-22 11:00:00", "event_count": 12,
    },
    2: {
        "traits": {"plan": "family", "age": "34", "vip": "true", "tags": "gold", "city": "KÖLN",
                   "address": {"city": "berlin"}, "score": 42.0, "born": "1990-11-22", "signup": "2026-10-31T23:30:00"},
        "identifiers": {"email": ["ben@example.org"]},
        "consents": {"marketing": {"": "granted", "email": "denied"}},
        "known": True, "first_seen": "2026-11-21 12:00:00", "last_seen": "2026-11-21 12:00:00", "event_count": 1,
    },
    3: {
        "traits": {"plan": "solo", "age": 34.5, "vip": False, "tags": [], "city": "İzmir", "score": "42.0",
                   "born": "2000-11-25", "signup": "2026-10-31T23:30:00Z", "note": "100% it's \"so\" \\ \n;--"},
        "identifiers": {"phone": ["+49 30 1"]},
        "consents": {"marketing": {"email": "granted"}, "it's/a~b": {"sms": "denied"}},
        "known": True, "event_count": 0,
    },
    4: {
        "traits": {"plan": None, "age": -3, "tags": ["5", 5.0, "x y"], "zip": "007", "score": 7, "born": "1985-12-31",
                   "signup": "2026-02-30", "version": "2.0", "id": 12345678901234567},
        "known": True,
    },
    5: {
        "traits": {"plan": ["family"], "age": 1000.0, "tags": [None, True, "2.0"], "score": "forty", "born": "2026-11-22",
                   "signup": "yesterday", "zip": 7, "version": 2.0, "id": "12345678901234567"},
    },
    6: {"traits": {}},
    7: {
        "traits": {"Plan": "family", "a.b": "flat", "a": {"b": "deep", "c": {"d": 1}}, 'q"uo\'te\\': "hostile",
                   "größe": "XL", "x']; --": "odd", "": "empty", "plan": {"name": "family"}},
    },
    8: {"traits": {"plan": "ΟΔΟΣ", "age": " 7 ", "city": "Straße", "born": "1999-11-22T23:30:00Z",
                   "signup": "2026-11-22T12:00:00.000001+00:00"}},
    9: {"traits": {"plan": "free family", "age": "1_000", "city": "inf", "score": "inf", "born": "1970-13-01",
                   "signup": "2026-11-22T13:00:00+01:00"}},
    **{number: {} for number in (*range(20, 30), *range(30, 50), *range(50, 69), 70, 72, 73, 74, 75)},
    80: {"companies": [1]},
    81: {"companies": [1, 2], "traits": {"role": "boss"}},
    82: {"companies": [2], "traits": {"role": "Boss"}},
    83: {"companies": [3]},
    84: {"companies": []},
    85: {"companies": [4], "traits": {"role": "aide"}},
    86: {"companies": [4], "traits": {"role": "boss"}},
}  # fmt: skip
EVERYBODY = frozenset(PEOPLE)

COMPANIES: dict[int, dict[str, Any]] = {
    1: {"size": 50, "sector": "Retail", "since": "2026-11-01"},
    2: {"size": 500, "sector": "retail", "since": "2020-01-01"},
    3: {"size": "7"},
    4: {"sector": "Banking"},
}

# (person, name, time, properties, more): in the order in which they arrive.
Row = tuple[int, str, str, dict[str, Any], dict[str, Any]]
EVENTS: list[Row] = []


def _did(person: int, name: str, *times: str, **props: Any) -> None:
    EVENTS.extend((person, name, time, props, {}) for time in times)


# Around 2026-11-22 12:00 UTC, a Sunday.
_did(20, "Win", "2026-11-22 12:00:00")
_did(21, "Win", "2026-11-21 12:00:00")
_did(22, "Win", "2026-11-21 12:00:00.000001")
_did(23, "Win", "2026-11-22 12:00:00.000001")
_did(24, "Win", "2026-11-01 09:00:00", "2026-11-10 09:00:00", "2026-11-15 09:00:00")
_did(25, "Win", "2026-10-31 23:30:00")  # November in Berlin
_did(26, "Win", "2025-12-31 23:30:00")  # 2026 in Berlin

# Orders with properties.
_did(20, "Order Completed", "2026-11-01 10:00:00", revenue=10, category="Shoes", coupon="A1", items=["x", "Y"])
_did(20, "Order Completed", "2026-11-02 10:00:00", revenue="20.5", category="shoes", cart={"total": 3})
_did(21, "Order Completed", "2026-11-03 10:00:00", revenue=0.1, category=["shoes"], coupon=5.0)
_did(21, "Order Completed", "2026-11-04 10:00:00", revenue=0.2, category=7, coupon="5.0")
_did(22, "Order Completed", "2026-11-05 10:00:00", revenue="free", coupon="", at="2026-11-20")
_did(23, "Order Completed", "2026-11-06 10:00:00", category="7", coupon=None, vip=True)
_did(24, "Order Completed", "2026-11-07 10:00:00", revenue=-5, quantity="3", category="50.0", vip="true")
_did(24, "Order Refunded", "2026-11-08 10:00:00", revenue=-5)
_did(25, 'it\'s "odd" \\ name', "2026-11-08 10:00:00", **{"it's": "a'b\\c", "100%": 1})
EVENTS.append((26, "Home", "2026-11-09 10:00:00", {"path": "/Checkout/1"}, {"type": "page"}))
EVENTS.append((27, "Home", "2026-11-09 10:00:00", {"path": "/home"}, {"type": "screen"}))
EVENTS.append((28, "", "2026-11-09 10:00:00", {"path": "/checkout"}, {"type": "page"}))
EVENTS.append((29, "", "2026-11-09 10:00:00", {}, {"type": "identify"}))
_did(29, "Segment Entered", "2026-11-10 10:00:00")

# First and last, and ties.
_did(27, "Visit", "2026-11-01 10:00:00", page="a")
_did(27, "Visit", "2026-11-05 10:00:00", page="b")
_did(28, "Visit", "2026-11-05 10:00:00", page="b")
_did(28, "Visit", "2026-11-05 10:00:00", page="a")  # at the same time, arrived later
_did(29, "Visit", "2026-10-01 10:00:00", page="a")

# Berlin puts the clock forward at 2026-03-29 01:00 UTC and back at 2026-10-25 01:00 UTC.
_did(30, "Spring", "2026-03-28 10:30:00")
_did(31, "Spring", "2026-03-28 11:00:00")
_did(32, "Spring", "2026-03-28 11:00:00.000001")
_did(33, "Autumn", "2026-10-24 11:30:00")
_did(34, "Autumn", "2026-10-24 12:30:00")
_did(35, "Long day", "2026-10-24 22:00:00")
_did(36, "Long day", "2026-10-24 21:59:59.999999")
_did(37, "Long day", "2026-10-25 22:59:59.999999")
_did(38, "Twice", "2026-10-24 00:45:00")
_did(39, "Twice", "2026-10-24 01:00:00")
_did(40, "Gap", "2026-03-29 01:00:00")
_did(41, "Gap", "2026-03-29 01:00:00.000001")

# Ends of months and leap days.
_did(42, "Month", "2026-02-28 23:59:59.999999")
_did(43, "Month", "2026-03-01 00:00:00")
_did(44, "Month", "2028-02-29 12:00:00")
_did(45, "Month", "2028-03-01 00:00:00")
_did(46, "Year", "2027-02-28 15:00:00")
_did(47, "Year", "2027-03-01 00:00:00")
_did(48, "Year", "2024-02-29 12:00:00")

# In an order.
_did(50, "A", "2026-11-20 10:00:00")
_did(50, "B", "2026-11-20 11:00:00")
_did(51, "B", "2026-11-20 10:00:00")
_did(51, "A", "2026-11-20 11:00:00")
_did(52, "A", "2026-11-20 10:00:00")
_did(52, "B", "2026-11-20 10:00:00")  # at the same time, arrived later
_did(53, "B", "2026-11-20 10:00:00")
_did(53, "A", "2026-11-20 10:00:00")
_did(54, "A", "2026-11-01 10:00:00")
_did(54, "B", "2026-11-20 10:00:00")
_did(55, "A", "2026-11-20 10:00:00")
_did(55, "X", "2026-11-20 10:30:00")
_did(55, "B", "2026-11-20 11:00:00")
_did(56, "X", "2026-11-20 09:00:00")
_did(56, "A", "2026-11-20 10:00:00")
_did(56, "B", "2026-11-20 11:00:00")
_did(56, "X", "2026-11-20 12:00:00")
_did(57, "A", "2026-11-20 10:00:00", "2026-11-20 10:45:00")
_did(57, "X", "2026-11-20 10:30:00")  # arrived after both
_did(57, "B", "2026-11-20 11:00:00")
_did(58, "A", "2026-11-10 10:00:00")
_did(58, "B", "2026-11-10 11:00:00")
_did(58, "C", "2026-11-10 12:00:00")
_did(59, "A", "2026-11-10 10:00:00")
_did(59, "B", "2026-11-10 11:00:00")
_did(60, "A", "2026-11-22 11:00:00")
_did(60, "B", "2026-11-22 11:30:00")
for _person, _first, _second in ((61, 1, 2), (62, 1, 1.0), (63, "x", "X"), (64, None, None)):
    _did(_person, "A", "2026-11-12 10:00:00", o=_first)
    _did(_person, "B", "2026-11-12 10:30:00", o=_second)
_did(65, "A", "2026-11-20 10:00:00", "2026-11-20 11:00:00")
_did(66, "A", "2026-11-01 10:00:00", o=1)
_did(66, "B", "2026-11-02 10:00:00", o=1)
_did(66, "C", "2026-11-03 10:00:00", o=1)
_did(66, "A", "2026-11-05 10:00:00", o=2)
_did(66, "B", "2026-11-06 10:00:00", o=2)
_did(67, "A", "2026-11-01 10:00:00", o=1)
_did(67, "B", "2026-11-02 10:00:00", o=1)
_did(67, "C", "2026-11-03 10:00:00", o=2)
_did(68, "A", "2026-11-01 10:00:00", o=1)
_did(68, "B", "2026-11-02 10:00:00", o=1)
_did(68, "C", "2026-11-03 10:00:00", o=1)
_did(49, "D", "2026-01-31 12:00:00")
_did(49, "E", "2026-02-28 23:00:00")
_did(48, "D", "2026-03-28 12:00:00")
_did(48, "E", "2026-03-29 11:30:00")  # 23.5 hours later; a day and half an hour by the clock of Berlin
_did(47, "D", "2026-11-01 12:00:00")
_did(47, "D", "2026-11-03 12:00:00")
_did(47, "E", "2026-11-04 12:00:00")
_did(47, "F", "2026-11-06 13:00:00")

# 71 is a part of 70. 73 was a part of 72 and is no more.
LINKS = [{71: 70, 73: 72}, {73: 73}]
_did(70, "Merged", "2026-11-02 10:00:00", n=2)
_did(71, "Merged", "2026-11-01 10:00:00", n=1)
_did(72, "Merged", "2026-11-01 10:00:00", n=1)
_did(73, "Merged", "2026-11-02 10:00:00", n=2)
# The later one arrived first; and one message came twice.
_did(74, "Late", "2026-11-10 10:00:00", v=2)
_did(74, "Late", "2026-11-01 10:00:00", v=1)
_did(75, "Late", "2026-11-10 10:00:00", v=2)
DUPLICATES = [("2026-11-10 10:00:00", 75)]


def as_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
