"""Which value survives, and the words for it."""

from datetime import UTC, datetime

from pentad.data.profiles.rules import Fact, SourceRank, display_name, number_of, text_of, why, winners, words

SHOP, CRM, OTHER = 1, 2, 3
RANKS = {
    SHOP: SourceRank(100, True, "Web shop"),
    CRM: SourceRank(50, False, "CRM"),
    OTHER: SourceRank(100, True, "App"),
}


def fact(source: int, value: object, day: int = 1, part: int = 1) -> Fact:
    return Fact("plan", source, value, datetime(2026, 1, day, tzinfo=UTC), "m", part)


def test_source_priority_comes_before_recency() -> None:
    assert winners([fact(SHOP, "new", 9), fact(CRM, "old", 1)], RANKS, {})["plan"].value == "old"


def test_the_latest_wins_among_equals() -> None:
    assert winners([fact(SHOP, "old", 1), fact(OTHER, "new", 9)], RANKS, {})["plan"].value == "new"


def test_a_trait_may_prefer_a_source() -> None:
    assert winners([fact(SHOP, "shop"), fact(CRM, "crm")], RANKS, {"plan": [SHOP]})["plan"].value == "shop"


def test_the_answer_does_not_depend_on_the_order_of_rows() -> None:
    one, two = fact(SHOP, "a", part=1), fact(SHOP, "b", part=2)
    assert winners([one, two], RANKS, {}) == winners([two, one], RANKS, {})


def test_a_removed_source_loses_to_all_others() -> None:
    assert winners([fact(99, "ghost", 9), fact(SHOP, "shop", 1)], RANKS, {})["plan"].value == "shop"


def test_why_says_what_decided() -> None:
    assert why(fact(CRM, "x"), [fact(SHOP, "y")], RANKS, []) == "CRM has priority 50, before Web shop with 100"
    assert why(fact(SHOP, "x"), [], RANKS, []) == "the only source that states it"
    assert "most recent" in why(fact(SHOP, "x", 9), [fact(OTHER, "y", 1)], RANKS, [])
    assert why(fact(SHOP, "x"), [fact(CRM, "y")], RANKS, [SHOP]) == "Web shop is preferred for this trait"


def test_names_are_made_of_what_there_is() -> None:
    assert display_name({"firstName": "Ann", "lastName": "Lee"}) == "Ann Lee"
    assert display_name({"name": " Ann ", "firstName": "X"}) == "Ann"
    assert display_name({"username": "ann7"}) == "ann7"
    assert display_name({"name": {"first": "Ann"}}) == ""


def test_values_as_text_and_number() -> None:
    assert (text_of("Pro"), text_of(True), text_of([1, "Ü"])) == ("pro", "true", '[1, "ü"]')
    assert (number_of("12.5"), number_of(3), number_of(True), number_of("x"), number_of("1e999")) == (
        12.5,
        3.0,
        None,
        None,
        None,
    )


def test_words_for_search() -> None:
    assert words("Keiko Yılmaz", "keiko.y@lumen.example") == {"keiko", "yılmaz", "lumen", "example"}
