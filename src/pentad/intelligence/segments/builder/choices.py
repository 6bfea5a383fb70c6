"""What the form offers to choose from, and what each choice is called in a sentence. Pure."""

from typing import TypeAlias

Options: TypeAlias = list[tuple[str, str]]
"""Value and label."""
Groups: TypeAlias = list[tuple[str, Options]]
"""Label of a group ("" for none) and what is in it."""

KINDS: Groups = [
    ("Customer", [
        ("trait", "Customer’s"), ("standing", "Activity"), ("identifier", "Identifier"), ("consent", "Consent"),
        ("segment", "Segment"), ("share", "Random share"),
    ]),
    ("Events", [
        ("event", "Did"), ("occurrence", "Their"), ("aggregate", "Figure"), ("sequence", "Sequence"),
    ]),
    ("Company", [("company", "Company’s"), ("colleagues", "Colleagues")]),
]  # fmt: skip
"""As the first word of a sentence."""
NAMED = dict(one for _, some in KINDS for one in some) | {
    "trait": "Trait", "event": "Event", "occurrence": "First or last event", "aggregate": "Figure of events", "company": "Company’s trait",
}  # fmt: skip
"""As what is added."""
EXPLAINED = {
    "trait": "Plan is family, age is more than 30", "standing": "First or last seen, number of events, known",
    "identifier": "Email ends with @example.com", "consent": "What they said about a purpose: by one channel, or of all at once",
    "segment": "In another segment",
    "share": "10 %, always the same ones", "event": "Did it so often, or never", "occurrence": "Their first order was last month",
    "aggregate": "Sum, average or number of different values", "sequence": "This, then that, then not that",
    "company": "A trait of their company", "colleagues": "What others of their company are or did",
}  # fmt: skip
ICONS = {
    "trait": "tag", "standing": "clock", "identifier": "at-sign", "consent": "check", "segment": "filter", "share": "circle-dot",
    "event": "zap", "occurrence": "activity", "aggregate": "chart-column", "sequence": "arrow-right",
    "company": "building-2", "colleagues": "users",
}  # fmt: skip

UNITS: Options = [
    ("minute", "minutes"),
    ("hour", "hours"),
    ("day", "days"),
    ("week", "weeks"),
    ("month", "months"),
    ("year", "years"),
]
CALENDAR: Options = [("day", "day"), ("week", "week"), ("month", "month"), ("year", "year")]
WHENS: Options = [
    ("last", "in the last"), ("ago", "more than … ago"), ("this", "in the calendar"), ("between", "between"), ("before", "before"),
    ("after", "after"), ("next", "in the next"),
]  # fmt: skip
EVER: Options = [("", "at any time")]
BACK: Options = [("0", "this"), ("1", "last"), *((str(n), f"{n} before this") for n in range(2, 13))]

OPS = {
    "equals": "is", "not_equals": "is not", "in": "is one of", "not_in": "is none of",
    "contains": "contains", "not_contains": "does not contain", "starts": "starts with", "ends": "ends with",
    "matches": "matches pattern", "greater": "is more than", "at_least": "is at least", "less": "is less than",
    "at_most": "is at most", "range": "is between", "date": "falls", "anniversary": "has its anniversary",
    "list_any": "has any of", "list_all": "has all of", "list_none": "has none of", "set": "is set", "not_set": "is not set",
}  # fmt: skip
_SAME, _SET = ["equals", "not_equals"], ["set", "not_set"]
_SIZES = ["greater", "at_least", "less", "at_most", "range"]
OPS_OF = {
    "text": [*_SAME, "in", "not_in", "contains", "not_contains", "starts", "ends", "matches", *_SET],
    "number": [*_SIZES, *_SAME, "in", "not_in", *_SET],
    "yes_no": [*_SAME, *_SET],
    "date": ["date", "anniversary", *_SET],
    "list": ["list_any", "list_all", "list_none", *_SET],
    "object": _SET,
}
"""By the type of what is tested, the usual first."""
FIGURES = [*_SIZES, *_SAME, *_SET]
"""What a figure can be tested for."""


def tests_for(type: str, chosen: str, only: bool) -> Groups:
    """only: no other tests than those of the type."""
    usual = FIGURES if only else OPS_OF.get(type, [])
    rest = [op for op in OPS if op not in usual and (op == chosen or not only)]
    named = [("", [(op, OPS[op]) for op in usual])] if usual else []
    return [*named, ("Other tests" if usual else "", [(op, OPS[op]) for op in rest])] if rest else named


COUNTS: Options = [("at_least", "at least"), ("at_most", "at most"), ("exactly", "exactly"), ("never", "never")]
EVENT_TYPES: Options = [("track", "event"), ("page", "page view"), ("screen", "screen view"), ("any", "anything")]
WHICH: Options = [("first", "first"), ("last", "last")]
STANDING: Options = [
    ("first_seen", "first seen"), ("last_seen", "last seen"), ("event_count", "number of events"), ("known", "known by name"),
]  # fmt: skip
STANDING_TYPES = {"first_seen": "date", "last_seen": "date", "event_count": "number", "known": "yes_no"}
STATES: Options = [("granted", "granted"), ("denied", "denied"), ("unknown", "not said")]
COMPANIES: Options = [("any", "any company’s"), ("all", "every company’s"), ("none", "no company’s")]
COLLEAGUES: Options = [("any", "any of them"), ("all", "all of them"), ("none", "none of them")]
FUNCTIONS: Options = [
    ("sum", "sum of"), ("average", "average of"), ("minimum", "smallest"), ("maximum", "largest"), ("distinct", "number of different"),
]  # fmt: skip
JOINTS: Options = [("all", "and"), ("any", "or")]
YES_NO: Options = [("true", "yes"), ("false", "no")]
THEN: Options = [("", "then"), ("1", "then not")]
FIRST_EVER: Options = [("", "any"), ("1", "the first ever")]
