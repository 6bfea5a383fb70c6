"""Was it a person? Cases worked out by hand: the odds are 4 (open) or 9 (click), times the factor of each sign."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pentad.core import settings
from pentad.platforms.responses import networks
from pentad.platforms.responses.rules import CLICK, OPEN, SIGNS, Hit, judge, signs_of

SENT = datetime(2026, 11, 20, 9, tzinfo=UTC)
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0"


def hit(kind: str, seconds: float, link: int | None = None, client: str = "mia", *signs: str) -> Hit:
    return Hit(kind, SENT + timedelta(seconds=seconds), link, client, frozenset(signs))


CASES = [
    ("read at lunch", [hit(OPEN, 3600)], [(0.8, True)]),
    ("read, then followed a link", [hit(OPEN, 3600), hit(CLICK, 3610, 0)], [(0.8, True), (0.973, True)]),
    ("a link without pictures", [hit(CLICK, 3600, 0)], [(0.9, True)]),
    ("quick, but awake", [hit(OPEN, 8), hit(CLICK, 12, 0)], [(0.667, True), (0.947, True)]),
    ("nobody clicks two seconds after sending", [hit(CLICK, 2, 0)], [(0.474, False)]),
    ("nor within one", [hit(CLICK, 0.4, 0)], [(0.153, False)]),
    (
        "a gateway follows all links an hour later",
        [hit(CLICK, 3600, 0), hit(CLICK, 3600.2, 1), hit(CLICK, 3601, 2)],
        [(0.213, False)] * 3,
    ),
    (
        "a person follows three links in a minute",
        [hit(CLICK, 3600, 0), hit(CLICK, 3620, 1), hit(CLICK, 3650, 2)],
        [(0.9, True)] * 3,
    ),
    ("a robot by name", [hit(CLICK, 3600, 0, "bot", "robot")], [(0.153, False)]),
    ("from a data centre", [hit(CLICK, 3600, 0, "vm", "data_centre")], [(0.474, False)]),
    (
        "from a data centre: an opening by the same does not vouch for it",
        [hit(OPEN, 3600, None, "vm", "data_centre"), hit(CLICK, 3610, 0, "vm", "data_centre")],
        [(0.286, False), (0.474, False)],
    ),
    ("Apple loads every picture", [hit(OPEN, 600, None, "apple", "mail_privacy")], [(0.286, False)]),
    (
        "who follows the hidden link gives its other clicks away; another reader's stay theirs",
        [hit(CLICK, 60, 0, "gate"), hit(CLICK, 63, None, "gate", "hidden_link"), hit(CLICK, 64, 0, "mia")],
        [(0.153, False), (0.083, False), (0.9, True)],
    ),
    (
        "an opening by another vouches for nobody",
        [hit(OPEN, 3600, None, "proxy"), hit(CLICK, 3610, 0, "mia", "no_program")],
        [(0.8, True), (0.474, False)],
    ),
    (
        "an opening that was loaded in the same second vouches for nobody",
        [hit(OPEN, 3600), hit(CLICK, 3601, 0, "mia", "data_centre")],
        [(0.8, True), (0.474, False)],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("name", "hits", "expected"), CASES, ids=[one[0] for one in CASES])
def test_by_hand(name: str, hits: list[Hit], expected: list[tuple[float, bool]]) -> None:
    assert [(one.confidence, one.human) for one in judge(hits, sent=SENT, links=5)] == expected
    backwards = judge(hits[::-1], sent=SENT, links=5)[::-1]
    assert [(one.confidence, one.human) for one in backwards] == expected, "the order in which rows come is no matter"


def test_of_two_links_both_at_once_are_a_sweep_and_of_five_two_are_not() -> None:
    both = [hit(CLICK, 3600, 0), hit(CLICK, 3601, 1)]
    assert [one.why for one in judge(both, sent=SENT, links=2)] == [("all_at_once",)] * 2
    assert [one.why for one in judge(both, sent=SENT, links=5)] == [(), ()]


def test_what_left_at_an_unknown_time_is_not_judged_by_it() -> None:
    assert judge([hit(OPEN, 0)], sent=None)[0].confidence == 0.8


@pytest.mark.parametrize(
    ("kind", "agent", "network", "headers", "signs"),
    [
        (OPEN, FIREFOX, "", {}, set()),
        (CLICK, FIREFOX, "data_centre", {}, {"data_centre"}),
        (CLICK, FIREFOX, "", {"sec-purpose": "prefetch;prerender"}, {"ahead"}),
        (OPEN, "Mozilla/5.0", "", {}, {"mail_privacy"}),
        (CLICK, "Mozilla/5.0", "", {}, {"no_program"}),
        (CLICK, "", "", {}, {"no_program"}),
        (OPEN, "Mozilla/5.0 (Windows NT 5.1) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)", "data_centre", {}, set()),
        (CLICK, "Slackbot-LinkExpanding 1.0", "", {}, {"robot"}),
        (CLICK, "python-requests/2.34", "data_centre", {}, {"robot", "data_centre"}),
        (CLICK, "Mozilla/5.0 (compatible; Barracuda Sentinel)", "", {}, {"robot"}),
        (CLICK, "Mozilla/5.0 (Linux; Android 16; CUBOT X90) Chrome/141.0 Mobile", "", {}, set()),
    ],
)  # fmt: skip
def test_signs_of_a_request(kind: str, agent: str, network: str, headers: dict[str, str], signs: set[str]) -> None:
    found = signs_of(kind, agent=agent, network=network, headers=headers)
    assert found == signs and found <= set(SIGNS)


@pytest.mark.django_db
@pytest.mark.once
def test_networks_of_data_centres() -> None:
    data_centres = ("3.67.1.2", "20.70.1.1", "34.20.0.1", "167.99.1.1", "::ffff:3.67.1.2", "2a01:4f8:1::1")
    assert [networks.kind_of(one) for one in data_centres] == [networks.DATA_CENTRE] * 6
    others = ("127.0.0.1", "84.215.7.9", "::1", "", "no address", "2.0.0.0", "255.255.255.255")
    assert [networks.kind_of(one) for one in others] == [""] * 7
    settings.put("responses.networks", ["84.215.7.0/24", "no network", "2001:db8::/32"])
    assert [networks.kind_of(one) for one in ("84.215.7.9", "2001:db8::5", "84.215.8.9")] == ["scanner", "scanner", ""]
    settings.reset("responses.networks")


def test_the_documentation_names_every_sign_with_its_factor() -> None:
    page = (Path(__file__).parents[3] / "docs" / "how-to" / "responses.md").read_text()
    rows = [line for line in page.splitlines() if line.startswith("| ")]
    for sign in SIGNS.values():
        assert any(sign.words in row and row.endswith(f" {sign.factor:g} |") for row in rows), sign.words
