"""What a page says of a campaign, for figures whose answers are known."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.template.loader import render_to_string

from pentad.core.errors import Invalid
from pentad.intelligence.experiments import definition, shown, winning, words
from pentad.intelligence.experiments.definition import Goal, Guard, Measurement
from pentad.intelligence.experiments.results import BySums, Results, Seen, as_json, assembled
from pentad.intelligence.experiments.rules import Sums
from pentad.intelligence.segments.definition import EventMatch

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
WEIGHTS = {"A": 45, "B": 45, "holdout": 10}
STANDARD = definition.standard(["Order Completed"], "revenue", 14)


def did(**some: tuple[int, int]) -> BySums:
    return {arm: Sums(people, n, n, n) for arm, (people, n) in some.items()}


def told(
    goal: BySums, *, ends: datetime | None = NOW, weights: dict[str, float] = WEIGHTS, bad: int = 0, rude: str = ""
) -> Results:  # type: ignore[assignment]
    """What is told of these, when each who did it spent 40 and `bad` of each message (or of one)
    complained.
    """
    spent = {arm: Sums(one.people, one.some, 40.0 * one.y, 3000.0 * one.y) for arm, one in goal.items()}
    left = {arm: Sums(one.people, 12, 12, 12) for arm, one in goal.items()}
    complained = {
        arm: Sums(one.people, *[bad if arm == rude or (not rude and arm != "holdout") else 0] * 3)
        for arm, one in goal.items()
    }
    half = {arm: Sums(one.people // 2, one.some // 2, one.y // 2, one.y // 2) for arm, one in goal.items()}
    seen = Seen({arm: (one.people, one.people // 2) for arm, one in goal.items()}, 2, [goal, spent, left, complained],
                [(NOW - timedelta(days=9), half), (NOW, goal)])  # fmt: skip
    return assembled("c1", STANDARD, weights, seen, ends=ends, now=NOW)


def plain(text: str) -> str:
    """Without what keeps a number and its % on one line."""
    return text.replace("\N{NO-BREAK SPACE}", " ")


WORKS = did(A=(4500, 180), B=(4500, 240), holdout=(1000, 25))


def test_a_nought_has_no_sign() -> None:
    assert plain(words.percent(-1e-9)) == "0.0 %"
    assert plain(words.number(-0.001)) == "0.00"


def test_of_messages_that_did_the_same_none_is_ahead() -> None:
    found = told(did(A=(90, 0), B=(80, 0), holdout=(100, 0)), ends=None)
    assert found.winner and found.winner.words == "No message is ahead yet."


def test_an_effect_is_told_in_words() -> None:
    found = told(WORKS)
    assert found.state == "over" and found.people == 10_000 and found.done == 5_000
    assert plain(found.headline) == (
        "The campaign works: 87 % more than the holdout on “Order Completed” (between 27 % and 239 % more)."
        " Message B is better than every other, with 95 % confidence."
    )
    assert [(one.compared.arm, one.compared.against) for one in found.goal.compared] == [
        ("messages", "holdout"), ("A", "holdout"), ("B", "holdout"), ("B", "A"),
    ]  # fmt: skip
    assert plain(found.goal.compared[3].words) == (
        "Better: 5.3 % against 4.0 %, 33 % more; between 9.5 % and 63 % more, with 95 % confidence."
    )
    assert winning.decide(found, at_end=False) == "B"
    assert [one.state for one in found.guards] == ["held", "early"]
    assert found.series[0].difference == pytest.approx(210 / 4500 - 12 / 500)
    json.dumps(as_json(found))
    assert as_json(found)["goal"]["compared"][0]["compared"]["final"] is True


def test_money_is_told_of_a_person_and_of_which_currencies() -> None:
    rare = did(A=(9000, 135), holdout=(1000, 4))
    weights = {"A": 90, "holdout": 10}
    goal = Goal(EventMatch(("Order Completed",)), "sum", "revenue", 14)
    spent = {arm: Sums(one.people, one.some, 40.0 * one.y, 1600.0 * one.y) for arm, one in rare.items()}
    arms = {arm: (one.people, one.people) for arm, one in rare.items()}

    def found(*currencies: str) -> Results:
        other = {arm: Sums(one.people, 1, 7.0, 49.0) for arm, one in rare.items()}
        seen = Seen(arms, 0, [spent], [], [currencies], [[other] * (len(currencies) - 1)])
        return assembled("c1", Measurement(goal, (), ()), weights, seen, ends=NOW, now=NOW)

    works = "The campaign works: 275 % more than the holdout on “revenue of Order Completed{}” (between +0.15 and +0.73 a person)."
    assert plain(found("EUR").headline) == works.format("")
    mixed = found("EUR", "USD")
    assert plain(mixed.headline) == works.format(" in EUR")
    told = as_json(mixed)["goal"]
    assert (told["currencies"], told["goal"]["currency"]) == (["EUR", "USD"], "EUR")
    assert [(one["goal"]["currency"], one["totals"]["A"]) for one in told["split"]] == [("USD", 7.0)]
    for currencies, split in ((("EUR",), False), (("EUR", "USD"), True)):
        page = render_to_string("experiments/_results.html", {"results": found(*currencies)})
        assert ("Revenue of Order Completed in USD" in page and "Amounts are in 2 currencies" in page) is split


def test_before_the_end_the_same_figures_say_less() -> None:
    found = told(WORKS, ends=NOW + timedelta(days=1))
    assert found.state == "running"
    assert found.headline.startswith(
        "Nothing can be said yet about “Order Completed”: beside the holdout anything between −"
    )
    assert winning.decide(found, at_end=False) is None
    assert (winning.decide(found, at_end=True, otherwise="best"), winning.decide(found, at_end=True)) == ("B", "A")
    assert (
        found.winner and found.winner.words == "No message is certainly the best yet; B is ahead, which may be chance."
    )
    goes_on = told(WORKS, ends=None)  # without an end all of the 5 % is for looking
    one, other = (each.goal.compared[0].compared for each in (found, goes_on))
    assert other.low > one.low


def test_too_little_harm_and_nobody() -> None:
    assert (
        told(did(A=(450, 8), holdout=(50, 1))).headline
        == "Too little has happened to say whether it works on “Order Completed”."
    )
    harm = told(did(A=(9000, 90), holdout=(1000, 60)), weights={"A": 90, "holdout": 10})
    assert plain(harm.headline).startswith("The campaign does harm: 83 % less than the holdout")
    assert harm.winner is None and winning.decide(harm, at_end=False) is None
    alone = told(did(A=(9000, 90)), weights={"A": 1})
    assert alone.headline.startswith("There is nothing to compare with")
    nobody = assembled("c1", STANDARD, WEIGHTS, Seen({}, 0, [{}, {}, {}, {}]), ends=None, now=NOW)
    assert (nobody.state, nobody.headline) == ("empty", "Nobody was chosen yet.")
    json.dumps(as_json(nobody))


def test_no_winner_by_itself_when_something_is_wrong() -> None:
    short = told(did(A=(4500, 180), B=(4000, 320), holdout=(1000, 25)))
    assert short.ratio.mismatch and winning.decide(short, at_end=False) is None
    loud = told(WORKS, bad=90)
    assert [one.state for one in loud.guards] == ["held", "broken"]
    assert winning.decide(loud, at_end=False) is None
    assert loud.guards[1].broken == ("A", "B") and winning.decide(loud, at_end=True, otherwise="best") == "B"
    rude = told(WORKS, bad=90, rude="B")
    assert rude.guards[1].broken == ("B",)
    assert winning.decide(rude, at_end=False) is None
    assert winning.decide(rude, at_end=True, otherwise="best") == "A"
    fine = told(did(A=(45_000, 1800), B=(45_000, 2400), holdout=(10_000, 250)), bad=1)
    assert [one.state for one in fine.guards] == ["held", "held"]


def test_who_waits_for_the_winner_is_no_message_of_the_test() -> None:
    found = told(did(A=(900, 36), B=(900, 48), winner=(7200, 300), holdout=(1000, 25)),
                 weights={"A": 9, "B": 9, "winner": 72, "holdout": 10})  # fmt: skip
    assert [(one.compared.arm, one.compared.against) for one in found.goal.compared] == [
        ("messages", "holdout"), ("A", "holdout"), ("B", "holdout"), ("B", "A"),
    ]  # fmt: skip
    assert found.goal.compared[0].compared.people == 9000
    assert found.winner and found.winner.decided == "" and found.winner.ranked == ("B", "A")


@pytest.mark.parametrize("ends", [None, NOW, NOW + timedelta(days=3)])
def test_the_page_shows_all_of_it(ends: datetime | None) -> None:
    page = plain(render_to_string("experiments/_results.html", {"results": told(WORKS, ends=ends)}))
    assert page.count("<svg") >= 6 and page.count("data-chart=") == 1
    for said in (
        "Order Completed",
        "Revenue of Order Completed",
        "All messages",
        "Held out",
        "Must not get worse",
        "Message B beside “Message A”",
    ):
        assert said in page
    assert "2 people were seen in two arms" in page
    assert 'style="' not in page and "<script" not in page
    assert ("Final: everybody had 14 days." in page) == ("+27 % to +239 %" in page) == (ends == NOW)
    bars = [row.bar for row in shown.shown(told(WORKS), UTC).figures[0].rows if row.bar]
    assert all(0 <= bar.low <= bar.at <= bar.high <= shown.WIDTH for bar in bars)


def test_an_empty_page_and_one_with_missing_people() -> None:
    nobody = assembled("c1", STANDARD, WEIGHTS, Seen({}, 0, [{}, {}, {}, {}]), ends=None, now=NOW)
    page = render_to_string("experiments/_results.html", {"results": nobody})
    assert "Nobody yet" in page and "<table" not in page
    page = render_to_string("experiments/_results.html", {"results": told(did(A=(4500, 9), B=(3000, 9)))})
    assert "People are missing" in page and "Message B 3,000 of" in page


def test_measurements_are_read_and_checked() -> None:
    text = definition.write(STANDARD)
    assert definition.read(text) == STANDARD
    assert definition.title(STANDARD.others[0]) == "revenue of Order Completed"
    bought = EventMatch(("Bought",))
    for wrong in (
        Measurement(Goal(bought, "sum")), Measurement(Goal(bought, property="revenue")),
        Measurement(Goal(bought), guards=(Guard(Goal(bought, "sum")),)),
    ):  # fmt: skip
        with pytest.raises(Invalid):
            definition.read(definition.write(wrong))
    for text in ("{", "{}", '{"goal": {"event": {"names": ["x"]}, "within_days": 0}}', "[" * 5000):
        with pytest.raises(Invalid):
            definition.read(text)
