"""Each kind of condition, with the query that somebody who knows the tables would write by hand."""

from dataclasses import dataclass
from typing import Any

from tests.conformance.segments.words import (
    ago,
    did,
    figure,
    last,
    no,
    occurrence,
    often,
    prop,
    sequence,
    step,
    time,
    trait,
)

JSON = dict[str, Any]
ORDER = "type = 'track' AND name = 'Order Completed'"
VIEW = "type = 'track' AND name = 'Product Viewed'"
SINCE = "ts > TIMESTAMP '2026-06-01 12:00:00'"


@dataclass(frozen=True)
class Kind:
    """by_hand: gives person_no of the same customers."""

    name: str
    where: JSON
    by_hand: str


def _people(test: str) -> str:
    return f"SELECT person_no FROM people WHERE {test}"


def _events(test: str, having: str = "") -> str:
    return f"SELECT root_no FROM events WHERE {test} GROUP BY root_no{f' HAVING {having}' if having else ''}"


def _nobody(test: str) -> str:
    return f"SELECT person_no FROM people WHERE person_no NOT IN (SELECT root_no FROM events WHERE {test})"


def _company(test: str) -> str:
    return f"SELECT DISTINCT person_no FROM belongs WHERE company_no IN (SELECT company_no FROM companies WHERE {test})"


def _trait(name: str) -> str:
    return f"json_extract_string(traits, '$.\"{name}\"')"


def _prop(name: str) -> str:
    return f"json_extract_string(props, '$.\"{name}\"')"


def _then(first: str, second: str, same: str = "") -> str:
    """One event, and the other within a week of it."""
    return (
        f"SELECT DISTINCT root_no FROM (SELECT root_no, name, ts, max(CASE WHEN name = '{first}' THEN ts END) OVER (PARTITION"
        f" BY root_no{same} ORDER BY ts, seq ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before FROM events"
        f" WHERE type = 'track' AND name IN ('{first}', '{second}') AND {SINCE}) WHERE name = '{second}'"
        " AND ts <= before + INTERVAL 7 DAY"
    )


NOTHING_AFTER = (
    "SELECT DISTINCT root_no FROM (SELECT root_no, name, ts, min(CASE WHEN name = 'Order Completed' THEN ts END)"
    " OVER (PARTITION BY root_no ORDER BY ts, seq ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING) AS following FROM events"
    f" WHERE type = 'track' AND name IN ('Product Added', 'Order Completed') AND {SINCE}) WHERE name = 'Product Added'"
    " AND ts <= TIMESTAMP '2026-06-30 12:00:00' AND coalesce(following > ts + INTERVAL 1 DAY, TRUE)"
)
MONTH = last(30, "day")
_SEATS = {"kind": "company", "name": "seats", "test": {"op": "greater", "value": 250}, "which": "any"}
KINDS = (
    # Customers
    Kind("trait equals", trait("plan", "equals", value="family"), _people(f"lower({_trait('plan')}) = 'family'")),
    Kind(
        "trait is not",
        trait("plan", "not_equals", value="family"),
        _people(f"coalesce(lower({_trait('plan')}) <> 'family', TRUE)"),
    ),
    Kind(
        "trait contains", trait("city", "contains", value="eed"), _people(f"contains(lower({_trait('city')}), 'eed')")
    ),
    Kind(
        "trait starts with",
        trait("email", "starts", value="u-77"),
        _people(f"starts_with(lower({_trait('email')}), 'u-77')"),
    ),
    Kind(
        "trait matches a pattern",
        trait("email", "matches", value="^u-.*99@"),
        _people(f"regexp_matches({_trait('email')}, '(?i)^u-.*99@')"),
    ),
    Kind("trait greater than", trait("age", "greater", value=80), _people(f"TRY_CAST({_trait('age')} AS DOUBLE) > 80")),
    Kind("trait is set", trait("city", "set"), _people(f"{_trait('city')} <> ''")),
    Kind(
        "trait one of",
        trait("city", "in", values=["Porto", "Leeds"]),
        _people(f"lower({_trait('city')}) IN ('porto', 'leeds')"),
    ),
    Kind(
        "list holds any of",
        trait("likes", "list_any", values=["tea", "bread"]),
        _people("list_has_any(CAST(json_extract(traits, '$.likes') AS VARCHAR[]), ['tea', 'bread'])"),
    ),
    Kind(
        "date within the next 30 days",
        trait("renewal", "date", when={"kind": "next", "n": 30, "unit": "day"}),
        _people(
            f"TRY_CAST({_trait('renewal')} AS TIMESTAMP) > TIMESTAMP '2026-07-01 12:00:00' AND"
            f" TRY_CAST({_trait('renewal')} AS TIMESTAMP) <= TIMESTAMP '2026-07-31 12:00:00'"
        ),
    ),
    Kind(
        "anniversary within 7 days",
        trait("birthday", "anniversary", days=7),
        _people(f"strftime(TRY_CAST({_trait('birthday')} AS DATE), '%m-%d') BETWEEN '07-01' AND '07-08'"),
    ),
    Kind(
        "last seen before",
        {"kind": "standing", "field": "last_seen", "test": {"op": "date", "when": ago(60, "day")}},
        _people("last_seen <= TIMESTAMP '2026-05-02 12:00:00'"),
    ),
    Kind(
        "identifier",
        {"kind": "identifier", "namespace": "user_id", "test": {"op": "ends", "value": "777"}},
        _people(
            "len(list_filter(json_extract_string(identifiers, '$.user_id[*]'), lambda x: ends_with(lower(x), '777'))) > 0"
        ),
    ),
    Kind(
        "consent",
        {"kind": "consent", "purpose": "news", "state": "granted", "channel": "email"},
        _people("json_extract_string(consents, '$.news.email') = 'granted'"),
    ),
    Kind("share", {"kind": "share", "percent": 10, "seed": "a"}, _people("left(md5('a:' || id), 8) < '1999999a'")),
    Kind("company of any", _SEATS, _company(f"TRY_CAST({_trait('seats')} AS DOUBLE) > 250")),
    # Events
    Kind("event in 30 days", did("Order Completed", when=MONTH), _events(f"{ORDER} AND {SINCE}")),
    Kind("event at least twice", did("Order Completed", at_least=2), _events(ORDER, "count(*) >= 2")),
    Kind("event never", often("exactly", 0, "Order Completed"), _nobody(ORDER)),
    Kind(
        "property, promoted",
        did("Order Completed", where=[prop("revenue", "greater", value=80)]),
        _events(f"{ORDER} AND p_revenue > 80"),
    ),
    Kind(
        "property equals",
        did("Product Viewed", where=[prop("coupon", "equals", value="vip-20")]),
        _events(f"{VIEW} AND lower({_prop('coupon')}) = 'vip-20'"),
    ),
    Kind(
        "property contains",
        did("Product Viewed", where=[prop("coupon", "contains", value="vip")]),
        _events(f"{VIEW} AND contains(lower({_prop('coupon')}), 'vip')"),
    ),
    Kind(
        "property as a list",
        did("Product Viewed", where=[prop("tags", "list_any", values=["t3", "bulk"])]),
        _events(f"{VIEW} AND list_has_any(json_extract_string(props, '$.tags[*]'), ['t3', 'bulk'])"),
    ),
    Kind(
        "property greater than",
        did("Product Viewed", where=[prop("rating", "greater", value=4)]),
        _events(f"{VIEW} AND TRY_CAST({_prop('rating')} AS DOUBLE) > 4"),
    ),
    Kind(
        "first event within",
        occurrence("first", "Order Completed", MONTH),
        _events(ORDER, f"min({SINCE[:2]}) > {SINCE[5:]}"),
    ),
    Kind(
        "last event before",
        occurrence("last", "Order Completed", ago(60, "day")),
        _events(ORDER, "max(ts) <= TIMESTAMP '2026-05-02 12:00:00'"),
    ),
    Kind(
        "last event has",
        occurrence("last", "Order Completed", None, [prop("revenue", "greater", value=80)]),
        _events(ORDER, "arg_max(p_revenue > 80, (ts, seq))"),
    ),
    Kind("sum, promoted", figure("sum", "revenue", "greater", value=400), _events(ORDER, "sum(p_revenue) > 400")),
    Kind(
        "average",
        figure("average", "rating", "greater", value=4),
        _events(ORDER, f"avg(TRY_CAST({_prop('rating')} AS DOUBLE)) > 4"),
    ),
    Kind(
        "distinct",
        figure("distinct", "coupon", "at_least", value=4),
        _events(ORDER, f"count(DISTINCT lower({_prop('coupon')})) >= 4"),
    ),
    Kind(
        "two events",
        {"kind": "all", "of": [did("Order Completed", when=MONTH), did("Order Refunded", when=MONTH)]},
        "SELECT root_no FROM events WHERE type = 'track' AND name IN ('Order Completed', 'Order Refunded') AND "
        f"{SINCE} GROUP BY root_no HAVING count(*) FILTER (name = 'Order Completed') > 0 AND count(*) FILTER (name = 'Order Refunded') > 0",
    ),
    Kind(
        "event and trait",
        {"kind": "all", "of": [did("Order Completed", when=MONTH), trait("plan", "equals", value="family")]},
        f"SELECT root_no FROM events SEMI JOIN people ON people.person_no = root_no AND"
        " lower(json_extract_string(people.traits, '$.plan')) = 'family'"
        f" WHERE {ORDER} AND {SINCE} GROUP BY root_no",
    ),
    # Sequences and colleagues
    Kind(
        "then, within 7 days",
        sequence("Product Viewed", step("Order Completed", within=time(7, "day")), when=MONTH),
        _then("Product Viewed", "Order Completed"),
    ),
    Kind(
        "then, of the same order",
        sequence("Order Completed", step("Order Refunded", within=time(7, "day")), same=["order_id"], when=MONTH),
        _then("Order Completed", "Order Refunded", ", p_order_id"),
    ),
    Kind(
        "then not, within a day",
        sequence("Product Added", no("Order Completed", within=time(1, "day")), when=MONTH),
        NOTHING_AFTER,
    ),
    Kind(
        "colleagues of any",
        {"kind": "colleagues", "of": did("Order Completed", when=MONTH), "which": "any"},
        "SELECT DISTINCT person_no FROM belongs WHERE company_no IN (SELECT company_no FROM belongs WHERE person_no"
        f" IN (SELECT root_no FROM events WHERE {ORDER} AND {SINCE}))",
    ),
)
