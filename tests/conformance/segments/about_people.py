"""What is asked of traits, identifiers, consents, companies and shares. Each answer was worked out by hand."""

from tests.conformance.segments.words import BERLIN, Case, ago, case, case_but, dated, last, some, this, trait


def identifier(namespace: str, op: str, **test: object) -> dict[str, object]:
    return {"kind": "identifier", "namespace": namespace, "test": {"op": op, **test}}


def consent(purpose: str, state: str, channel: str = "") -> dict[str, object]:
    return {"kind": "consent", "purpose": purpose, "state": state, "channel": channel}


def company(name: str, op: str, which: str = "any", **test: object) -> dict[str, object]:
    return {"kind": "company", "name": name, "test": {"op": op, **test}, "which": which}


def colleagues(of: dict[str, object], which: str) -> dict[str, object]:
    return {"kind": "colleagues", "of": of, "which": which}


def standing(field: str, op: str, **test: object) -> dict[str, object]:
    return {"kind": "standing", "field": field, "test": {"op": op, **test}}


TRAITS: list[Case] = [
    case("a text in any letter case", trait("plan", "equals", value="FAMILY"), 1, 2),
    case_but(
        "not equal also where there is no value, a list or an object", trait("plan", "not_equals", value="family"), 1, 2
    ),
    case("umlauts in any letter case", trait("city", "equals", value="köln"), 1, 2),
    case("a dotted capital I is an i", trait("city", "equals", value="izmir"), 3),
    case("the value may have the dotted capital I", trait("city", "equals", value="İZMIR"), 3),
    case("a sigma at the end of a word is a sigma", trait("plan", "equals", value="οδοσ"), 8),
    case("a sharp s is not two", trait("city", "equals", value="strasse")),
    case("a number equals a number and a text that reads as one", trait("age", "equals", value=34), 1, 2),
    case("a number is no truth value", trait("vip", "equals", value=1)),
    case("a text equals the digits of a number", trait("score", "equals", value="42"), 1, 2),  # 42.0 is "42"
    case("a text with a point is not a whole number", trait("score", "equals", value="42.0"), 3),
    case("as a number all of them are equal", trait("score", "equals", value=42), 1, 2, 3),
    case("leading zeros count in a text", trait("zip", "equals", value="007"), 4),
    case("and not in a number", trait("zip", "equals", value=7), 4, 5),
    case("a seven is not 007", trait("zip", "equals", value="7"), 5),
    case("a text 2.0 is not the number", trait("version", "equals", value="2.0"), 4),
    case("the number 2.0 is the text 2", trait("version", "equals", value="2"), 5),
    case("long numbers keep every digit", trait("id", "equals", value="12345678901234567"), 4, 5),
    case("and differ in the last", trait("id", "equals", value="12345678901234568")),
    case("blanks around and underscores in a number", trait("age", "in", values=[7, 1000]), 5, 8, 9),
    case("a trait that is true, and its text", trait("vip", "equals", value=True), 1, 2),
    case("false", trait("vip", "equals", value=False), 3),
    case("the text true", trait("vip", "equals", value="True"), 1, 2),
    case("the empty text equals the empty text", trait("nick", "equals", value=""), 1),
    case("no text equals a list", trait("plan", "equals", value='["family"]')),
    case("no text equals an object", trait("plan", "equals", value='{"name":"family"}')),
    case("contains", trait("plan", "contains", value="FAM"), 1, 2, 9),  # neither the list nor the object
    case_but("does not contain", trait("plan", "not_contains", value="fam"), 1, 2, 9),
    case("percent is no wildcard", trait("note", "contains", value="100%"), 3),
    case("nor is the underscore", trait("note", "contains", value="100_")),
    case("quotes and backslashes in a value", trait("note", "contains", value='it\'s "SO" \\'), 3),
    case("a line break and what looks like SQL", trait("note", "ends", value="\n;--"), 3),
    case("starts", trait("city", "starts", value="kö"), 1, 2),
    case("ends", trait("plan", "ends", value="LY"), 1, 2, 9),
    case("a number contains digits", trait("id", "contains", value="8901"), 4, 5),
    case("the text of a whole number has no point", trait("age", "contains", value=".0")),  # 1000.0 is "1000"
    case("a number ends with its last digit", trait("age", "ends", value="00"), 5, 9),  # 1000.0 and "1_000"
    case("a number starts", trait("age", "starts", value="3"), 1, 2, 3),
    case("a pattern anywhere, in any letter case", trait("city", "matches", value="^k.ln$"), 1, 2),
    case("a pattern does not see the point of a whole number", trait("score", "matches", value=r"^4\d$"), 1, 2),
    case("a dot does not match a line break", trait("note", "matches", value=r"\\ .;")),
    case("unless it is asked to", trait("note", "matches", value=r"(?s)\\ .;"), 3),
    case("greater", trait("age", "greater", value=34), 3, 5, 9),
    case("at least", trait("age", "at_least", value=34), 1, 2, 3, 5, 9),
    case("less", trait("age", "less", value=7), 4),
    case("at most", trait("age", "at_most", value=7), 4, 8),
    case("both ends of a range", trait("age", "range", low=34, high=34.5), 1, 2, 3),
    case("an empty range", trait("age", "range", low=35, high=34)),
    case("infinity is no number", trait("score", "greater", value=1e300)),
    case("negative numbers", trait("age", "range", low=-3, high=-2.5), 4),
    case("set", trait("plan", "set"), 1, 2, 3, 5, 7, 8, 9),  # null is not; a list and an object are
    case_but("a trait that is not set", trait("plan", "not_set"), 1, 2, 3, 5, 7, 8, 9),
    case("an empty text is not set", trait("nick", "set")),
    case("nor is an empty list", trait("tags", "set"), 1, 2, 4, 5),
    case("in", trait("plan", "in", values=["solo", "FAMILY", 5]), 1, 2, 3),
    case("in, numbers and texts", trait("score", "in", values=["42", 7, "Forty"]), 1, 2, 4, 5),
    case_but("not in", trait("plan", "not_in", values=["solo", "family"]), 1, 2, 3),
    case("in, truth values", trait("vip", "in", values=[True, False]), 1, 2, 3),
    case("list: any", trait("tags", "list_any", values=["GOLD", "x"]), 1, 2),  # one value is a list of one
    case("list: any, by number", trait("tags", "list_any", values=[5]), 4),
    case("list: any, a digit as text", trait("tags", "list_any", values=["5"]), 4),
    case("list: the text 2.0 is no number", trait("tags", "list_any", values=["2.0"]), 5),
    case("list: and the text 2 is not it", trait("tags", "list_any", values=["2"])),
    case("list: true", trait("tags", "list_any", values=[True]), 5),
    case("list: all", trait("tags", "list_all", values=["new", "gold"]), 1),
    case("list: all, numbers and texts", trait("tags", "list_all", values=["5", 5, "X Y"]), 4),
    case("list: all of one value", trait("tags", "list_all", values=["gold"]), 1, 2),
    case_but("list: none, also where there is no list", trait("tags", "list_none", values=["gold", "x y"]), 1, 2, 4),
    case("a list equals no single value", trait("tags", "equals", value="gold"), 2),
    case("a trait inside an object", trait("address.city", "equals", value="berlin"), 1, 2),
    case("leading zeros inside an object", trait("address.zip", "starts", value="01"), 1),
    case("two deep, and no list", trait("a.c.d", "equals", value=1), 7),
    case("a dot leads into the object", trait("a.b", "equals", value="deep"), 7),
    case("names of traits differ in their letter case", trait("Plan", "set"), 7),
    case("a name with quotes and a backslash", trait("q\"uo'te\\", "equals", value="hostile"), 7),
    case("a name beyond ASCII", trait("größe", "equals", value="xl"), 7),
    case("a name with brackets and what looks like SQL", trait("x']; --", "equals", value="odd"), 7),
    case("a path through a text leads nowhere", trait("city.name", "set")),
]

DATES: list[Case] = [
    case("born before a day", dated("born", {"kind": "before", "at": "1990-11-22"}), 4),
    case("born after a day: from the next on", dated("born", {"kind": "after", "at": "1999-11-22"}), 3, 5),
    # 8 was born on the 22nd at 23:30 UTC, which is the 23rd in Berlin
    case("born after a day, in Berlin", dated("born", {"kind": "after", "at": "1999-11-22"}), 3, 5, 8, zone=BERLIN),
    case("born between two days, both whole", dated("born", {"kind": "between", "first": "1992-02-29", "last": "2000-11-25"}), 1, 3, 8),
    case("signed up within 3 days", dated("signup", last(3, "day")), 1, 9),  # 9: at noon exactly; 8: a moment later
    case("will be within an hour", dated("signup", {"kind": "next", "n": 1, "unit": "hour"}), 8),
    case("21 days ago or more", dated("signup", ago(21, "day")), 2, 3),
    case("30 February and yesterday are no dates", dated("signup", {"kind": "before", "at": "2100-01-01"}), 1, 2, 3, 8, 9),
    case("this month by UTC", dated("signup", this("month")), 1, 8, 9),
    # 3: 31 October 23:30 UTC is November in Berlin; 2 is a wall time and stays in October
    case("this month by Berlin", dated("signup", this("month")), 1, 3, 8, 9, zone=BERLIN),
    case("last month by Berlin", dated("signup", this("month", 1)), 2, zone=BERLIN),
    case("anniversary today", trait("born", "anniversary"), 2, 8),  # 5 was born today
    case("anniversary today, in Berlin", trait("born", "anniversary"), 2, zone=BERLIN),  # 8 is of the 23rd there
    case("anniversary within 3 days", trait("born", "anniversary", days=3), 2, 3, 8),
    case("anniversary up to the end of the year", trait("born", "anniversary", days=39), 2, 3, 4, 8),  # up to 31 December
    case("29 February on the 28th", trait("born", "anniversary"), 1, now="2026-02-28 12:00:00"),
    case("29 February on the 29th in a leap year", trait("born", "anniversary"), 1, now="2028-02-29 12:00:00"),
    case("and then not on the 28th", trait("born", "anniversary"), now="2028-02-28 12:00:00"),
    case("nor on 1 March", trait("born", "anniversary"), now="2026-03-01 12:00:00"),
    case("over the new year from December", trait("born", "anniversary", days=70), 1, 4, now="2027-12-25 12:00:00"),
    case("last seen within the last day", standing("last_seen", "date", when=last(1, "day")), 1),  # 2: a day ago exactly
    case("last seen a day ago or more", standing("last_seen", "date", when=ago(1, "day")), 2),
    case(
        "first seen on 1 January",
        standing("first_seen", "date", when={"kind": "between", "first": "2026-01-01", "last": "2026-01-01"}), 1,
    ),
    case("first seen on 1 January in Berlin", standing("first_seen", "date", when={"kind": "before", "at": "2026-01-02"}), 1, zone=BERLIN),
    case("seen at all", standing("last_seen", "set"), 1, 2),
    case("a moment is no text", standing("last_seen", "contains", value="2026")),
    case("a year since first seen", standing("first_seen", "anniversary", days=40), 1, now="2026-12-01 12:00:00"),
    case("number of events", standing("event_count", "at_least", value=1), 1, 2),
    case("number of events as text", standing("event_count", "in", values=["12", 99]), 1),
    case("known", standing("known", "equals", value=True), 1, 2, 3, 4),
    case_but("not known", standing("known", "not_equals", value=True), 1, 2, 3, 4),
]  # fmt: skip

NAMES: list[Case] = [
    case("one identifier of several", identifier("email", "contains", value="@WORK"), 1),
    case("an identifier exactly, in any letter case", identifier("email", "equals", value="anna@example.com"), 1),
    case_but("none is it", identifier("email", "not_equals", value="anna@work.example"), 1),
    case_but("none contains it", identifier("email", "not_contains", value="@"), 1, 2),
    case("has any", identifier("email", "set"), 1, 2),
    case_but("has none", identifier("email", "not_set"), 1, 2),
    case("an identifier that is a number", identifier("user_id", "equals", value=42), 1),
    case("all of them", identifier("email", "list_all", values=["anna@example.com", "ANNA@work.example"]), 1),
    case("any of them", identifier("email", "in", values=["ben@example.org", "x"]), 2),
    case("an identifier by pattern", identifier("phone", "matches", value=r"^\+49"), 3),
    case("consent for every channel", consent("marketing", "granted"), 1, 2),
    case("and so for a channel of which nothing was said", consent("marketing", "granted", "email"), 1, 3),
    case("denied for a channel", consent("marketing", "denied", "email"), 2),
    case_but("unknown", consent("marketing", "unknown"), 1, 2),
    case_but("unknown for a channel", consent("marketing", "unknown", "email"), 1, 2, 3),
    case("a purpose with odd letters", consent("it's/a~b", "denied", "sms"), 3),
    case("company: any", company("size", "at_least", value=100), 81, 82),
    case("company: all", company("size", "at_least", "all", value=50), 80, 81, 82),
    case("company: all, of one and not the other", company("size", "less", "all", value=100), 80, 83),
    case_but("company: none, also who has no company", company("size", "less", "none", value=100), 80, 81, 83),
    case("company: a negative test of each", company("sector", "not_equals", value="retail"), 83, 85, 86),
    case("company: since this month", company("since", "date", when=this("month")), 80, 81),
    case(
        "colleagues: any, oneself included",
        colleagues(trait("role", "equals", value="boss"), "any"),
        80,
        81,
        82,
        85,
        86,
    ),
    case("colleagues: all of a company", colleagues(trait("role", "equals", value="boss"), "all"), 81, 82),
    case("colleagues: none of a company", colleagues(trait("role", "equals", value="boss"), "none"), 83),
    case("colleagues: who has no company has none", colleagues(trait("role", "not_set"), "none"), 81, 82, 85, 86),
    case("share: nobody", {"kind": "share", "percent": 0}),
    case_but("share: everybody", {"kind": "share", "percent": 100}),
    case_but(
        "share: more than everybody's part",
        some({"kind": "share", "percent": 100, "seed": "it's"}, trait("plan", "set")),
    ),
]
