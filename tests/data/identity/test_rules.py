"""Who is who: tables of cases worked out by hand."""

import pytest

from pentad.data.identity.rules import Cluster, Ident, Rule, Rules, components, decide

U1, U2 = Ident("user_id", "u1"), Ident("user_id", "u2")
A1, A2, A3 = (Ident("anonymous_id", f"device-{n}") for n in (1, 2, 3))
MAIL = Ident("email", "ann@example.com")
RULES = Rules()


def graph(*persons: tuple[int, set[Ident]]) -> tuple[dict[Ident, int], dict[int, Cluster]]:
    owners = {i: no for no, idents in persons for i in idents}
    return owners, {no: Cluster(no, set(idents), {no}) for no, idents in persons}


@pytest.mark.parametrize(
    "value", ["0", "0000-0000", "---", "-1", "null", "NULL", "anonymous", "undefined", "[object Object]"]
)
def test_values_that_identify_nobody_are_left_out(value: str) -> None:
    assert RULES.ordered([Ident("user_id", value), A1]) == [A1]


def test_the_teams_own_blocked_values_count_in_their_namespace_or_everywhere() -> None:
    rules = Rules(blocked=frozenset({Ident("", "kiosk"), Ident("email", "info@example.com")}))
    assert rules.ordered([Ident("user_id", "Kiosk"), Ident("email", "info@example.com"), A1]) == [A1]
    assert rules.ordered([Ident("user_id", "info@example.com")]) == [Ident("user_id", "info@example.com")]


def test_strongest_first_user_then_mail_then_the_alphabet() -> None:
    idents = [A1, Ident("zeta", "z"), Ident("beta", "b"), MAIL, U1]
    assert [i.namespace for i in RULES.ordered(idents)] == ["user_id", "email", "anonymous_id", "beta", "zeta"]


def test_nobody_known_makes_a_person_with_all_identifiers() -> None:
    decision = decide([U1, A1], {}, {}, RULES, frozenset())
    assert (decision.owner, decision.attach, decision.link, decision.dropped) == (None, [U1, A1], [], [])


def test_anonymous_becomes_known_on_the_same_person() -> None:
    owners, clusters = graph((1, {A1}))
    decision = decide([U1, A1], owners, clusters, RULES, frozenset())
    assert (decision.owner, decision.attach) == (1, [U1])


def test_two_devices_of_one_user_are_linked() -> None:
    owners, clusters = graph((1, {U1, A1}), (2, {A2}))
    decision = decide([U1, A2], owners, clusters, RULES, frozenset())
    assert (decision.owner, decision.link) == (1, [(U1, A2)])


def test_a_shared_device_goes_to_nobody_else_and_is_a_conflict() -> None:
    owners, clusters = graph((1, {U1, A1}), (2, {U2}))
    decision = decide([U2, A1], owners, clusters, RULES, frozenset())
    assert decision.owner == 2 and not decision.link
    assert [(d.ident, d.reason, d.owner) for d in decision.dropped] == [(A1, "limit", 1)]


def test_a_new_user_on_a_device_of_another_user_is_a_new_person() -> None:
    owners, clusters = graph((1, {U1, A1}))
    decision = decide([U2, A1], owners, clusters, RULES, frozenset())
    assert decision.owner is None and decision.attach == [U2]


def test_a_mail_address_of_somebody_else_is_dropped_before_the_user_id() -> None:
    owners, clusters = graph((1, {U1, MAIL}), (2, {U2, A2}))
    decision = decide([U2, MAIL, A2], owners, clusters, RULES, frozenset())
    assert decision.owner == 2
    assert {d.ident for d in decision.dropped} == {A2, MAIL}, "the lowest goes first, as the rule says"


def test_the_sixth_device_is_one_too_many() -> None:
    devices = {Ident("anonymous_id", f"device-{n}") for n in range(5)}
    owners, clusters = graph((1, {U1, *devices}))
    sixth = Ident("anonymous_id", "device-9")
    decision = decide([U1, sixth], owners, clusters, RULES, frozenset())
    assert decision.owner == 1 and not decision.attach
    assert [(d.ident, d.owner) for d in decision.dropped] == [(sixth, None)]


def test_a_limit_of_the_team_counts_instead_of_the_default() -> None:
    owners, clusters = graph((1, {U1, A1}))
    strict = Rules(own={"anonymous_id": Rule(13, 1)})
    assert decide([U1, A2], owners, clusters, strict, frozenset()).dropped[0].reason == "limit"


def test_a_person_above_a_limit_already_still_takes_other_identifiers() -> None:
    owners, clusters = graph((1, {U1, U2}))
    assert decide([U1, A1], owners, clusters, RULES, frozenset()).attach == [A1]


def test_what_a_person_has_parted_is_not_joined_again() -> None:
    owners, clusters = graph((1, {U1}), (2, {A2}))
    decision = decide([U1, A2], owners, clusters, RULES, frozenset({(1, 2)}))
    assert decision.owner == 1 and [d.reason for d in decision.dropped] == ["separated"]


def test_a_merge_that_would_pass_a_thousand_identifiers_is_refused() -> None:
    many = Rules(own={"card": Rule(20, 5000)})
    cards = {Ident("card", str(n)) for n in range(999)}
    owners, clusters = graph((1, {U1, *cards}), (2, {A2}))
    assert decide([U1, A2], owners, clusters, many, frozenset()).dropped[0].reason == "cap"


def test_components_follow_links_and_fall_apart_without_them() -> None:
    whole = components({1, 2, 3, 4}, [(1, 2), (3, 2)])
    assert whole[1] == whole[3] == {1, 2, 3} and whole[4] == {4}
    assert components({1, 2, 3}, [(3, 2)])[1] == {1}
