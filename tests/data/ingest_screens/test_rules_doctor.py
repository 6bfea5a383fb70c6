"""Each doctor rule speaks up on its own symptom, and says nothing about a healthy stream."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from pentad.data.ingest import rules_doctor_flow, rules_doctor_messages  # noqa: F401 - registers the rules
from pentad.data.ingest.rules_doctor import Facts, Repeat, Seen, examine, version_tuple, words

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def seen(no: int = 0, **changes: Any) -> Seen:
    """A message as a well-configured web shop sends it."""
    usual: dict[str, Any] = {
        "message_id": f"ajs-next-{no}", "type": "track", "name": "Product Viewed", "received": NOON,
        "user_id": f"u{no}", "anonymous_id": f"a{no}", "original": NOON - timedelta(seconds=2), "sent": NOON - timedelta(seconds=1),
        "context": {"library": {"name": "analytics.js", "version": "next-1.84.3"}, "page": {"url": "https://shop.kestrel.example/beans"}},
        "props": {"product_id": "p1", "price": 12.5},
    }  # fmt: skip
    return Seen(**{**usual, **changes})


def web(*messages: Seen, **changes: Any) -> Facts:
    return Facts(kind="web", messages=messages, accepted=changes.pop("accepted", 1000), **changes)


def codes(facts: Facts) -> set[str]:
    return {finding.code for finding in examine(facts)}


def test_a_healthy_stream_has_no_findings() -> None:
    pages = [seen(i, type="page", name="Home", props={"url": "https://shop.kestrel.example/"}) for i in range(40)]
    tracks = [seen(i) for i in range(40, 300)]
    assert examine(web(*pages, *tracks, daily=[900, 1100, 1000, 950, 990])) == []


def page(url: str = "https://shop.kestrel.example/", **more: str) -> dict[str, Any]:
    return {"page": {"url": url, **more}}


CASES: list[tuple[str, Callable[[], Facts]]] = [
    ("old_library", lambda: web(seen(context={"library": {"name": "analytics-python", "version": "2.3.4"}}))),
    ("self_alias", lambda: web(seen(type="alias", user_id="u1", props={"previousId": "u1"}))),
    ("no_message_id", lambda: web(seen(message_id="pentad-" + "0" * 32))),
    ("wrong_clock", lambda: web(*[seen(i, sent=NOON + timedelta(hours=1)) for i in range(6)])),
    ("no_sent_at", lambda: web(*[seen(i, sent=None) for i in range(6)])),
    ("future_times", lambda: web(seen(original=NOON + timedelta(hours=2)))),
    (
        "traits_in_context",
        lambda: web(seen(type="identify", traits={"plan": "gold"}, context={"traits": {"plan": "gold"}})),
    ),
    ("page_without_url", lambda: web(seen(type="page", props={}, context={}))),
    ("plain_http", lambda: web(seen(context=page("http://shop.kestrel.example/")))),
    ("identified_by_link", lambda: web(seen(context=page(search="?ajs_uid=u9")))),
    ("local_pages", lambda: web(seen(1, context=page("http://localhost:3000/")), seen(2))),
    ("names_by_case", lambda: web(seen(1, props={"productId": 1}), seen(2, props={"product_id": 1}))),
    ("names_by_case", lambda: web(seen(1, name="Order Completed"), seen(2, name="order_completed"))),
    ("money_as_text", lambda: web(seen(props={"revenue": "12,50 €"}))),
    ("retried", lambda: web(duplicate=20, repeats=[Repeat(f"m{i}", timedelta(seconds=8)) for i in range(20)])),
    ("sent_twice", lambda: web(duplicate=3, repeats=[Repeat(f"m{i}", timedelta(days=2)) for i in range(3)])),
    ("quarantine", lambda: web(quarantined=Counter(no_user_anon_id=30), samples={"no_user_anon_id": "m1"})),
    ("nobody_known", lambda: web(*[seen(i, user_id="") for i in range(60)])),
    ("fresh_anonymous", lambda: web(*[seen(i, user_id="") for i in range(60)])),
    ("no_reset", lambda: web(*[seen(i, anonymous_id="tablet") for i in range(3)])),
    ("mail_as_user", lambda: web(*[seen(i, user_id=f"k{i}@lumen.example") for i in range(6)])),
    ("volume_drop", lambda: web(daily=[1000, 1100, 900, 120])),
    ("no_pages", lambda: web(*[seen(i) for i in range(200)])),
    ("wrong_key", lambda: web(signals=Counter(wrong_key=4))),
    ("telemetry", lambda: web(signals=Counter(telemetry=4))),
    ("text_plain", lambda: web(signals=Counter(text_plain=4))),
]


@pytest.mark.parametrize(("code", "facts"), CASES, ids=[f"{code}-{i}" for i, (code, _) in enumerate(CASES)])
def test_a_rule_speaks_up(code: str, facts: Callable[[], Facts]) -> None:
    found = {finding.code: finding for finding in examine(facts())}
    assert code in found
    assert found[code].count >= 1 or code == "volume_drop"
    assert found[code].title and found[code].why and found[code].fix


def test_problems_come_first() -> None:
    findings = examine(
        web(seen(sent=None), quarantined=Counter(null_byte=500), signals=Counter(text_plain=9, wrong_key=2))
    )
    assert [f.severity for f in findings] == sorted(
        (f.severity for f in findings), key=["problem", "warning", "hint"].index
    )


def test_a_visitors_clock_is_a_hint_and_a_servers_a_problem() -> None:
    wrong = [seen(i, sent=NOON + timedelta(hours=1)) for i in range(6)]
    assert next(f for f in examine(Facts("web", wrong)) if f.code == "wrong_clock").severity == "hint"
    assert next(f for f in examine(Facts("server", wrong)) if f.code == "wrong_clock").severity == "problem"


def test_an_ordinary_alias_is_fine() -> None:
    assert "self_alias" not in codes(web(seen(type="alias", user_id="u2", props={"previousId": "u1"})))


def test_a_sign_up_that_keeps_its_browser_is_fine() -> None:
    messages = [seen(i, anonymous_id=f"b{i // 2}", user_id=f"u{i // 2}") for i in range(100)]
    assert "no_reset" not in codes(web(*messages))


def test_few_events_on_a_quiet_source_are_no_drop() -> None:
    assert codes(web(daily=[3, 4, 2, 0])) == set()


@pytest.mark.parametrize(
    ("context", "props"),
    [
        ({"library": "text"}, {}),
        ({"page": []}, {"url": 5}),
        ({"page": {"url": 7, "search": None}}, {}),
        ({"page": {"url": "http://[bad"}}, {}),
    ],
)
def test_odd_shapes_break_no_rule(context: dict[str, Any], props: dict[str, Any]) -> None:
    for kind in ("page", "identify", "alias", "track"):
        examine(web(seen(type=kind, context=context, props=props, traits={"previousId": {}})))


@pytest.mark.parametrize(
    ("text", "parts"),
    [("next-1.84.3", (1, 84, 3)), ("2.3.4", (2, 3, 4)), ("", ()), ("main", ()), ("2.0.0rc1", (2, 0, 1))],
)
def test_versions(text: str, parts: tuple[int, ...]) -> None:
    assert version_tuple(text)[:2] == parts[:2]


@pytest.mark.parametrize(("seconds", "text"), [(1, "1 s"), (-150, "2 min"), (7300, "2 h"), (200_000, "2 days")])
def test_words(seconds: int, text: str) -> None:
    assert words(timedelta(seconds=seconds)) == text
