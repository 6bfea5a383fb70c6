"""Reach by channel: who has an address and may be written to, worked out by hand, equal on every engine."""

from typing import Any

import pytest

from pentad.data.consent.reaching import ChannelReach, counted, reach_sql
from pentad.data.consent.rules import USUAL_CHANNELS, Channel
from pentad.ledger import Ledger
from tests.conformance.test_derived import person, put_people

CHANNELS = (
    Channel("email", "E-mail", ("identifier:email", "trait:email")),
    Channel("sms", "SMS", ("identifier:phone", "trait:phone")),
    Channel("phone", "Telephone", ("identifier:phone", "trait:phone")),
    Channel('odd"~/.', "Odd", ('identifier:o"d.d', "trait:a~b/c.d")),
    Channel("smoke", "Smoke", ()),
)
PEOPLE = (
    person(1, "Keiko", identifiers='{"email":["k@x.example"],"phone":["+81"]}', consents='{"ads":{"":"granted"}}'),
    person(2, "Sven", identifiers='{"email":["s@x.example"]}', consents='{"ads":{"":"granted","email":"denied"}}'),
    person(3, "Ana", traits='{"email": "a@x.example", "phone": 4930}', consents='{"ads":{"email":"granted"}}'),
    person(4, "Bo", traits='{"note": "\\"phone\\":[1]", "email": ""}', consents='{"ads":{"":"denied"}}'),
    person(5, "Cy", identifiers='{"user_id":["\\"email\\":[", "email"],"phone":["+49"]}', consents='{"news":{"":"denied"}}'),
    person(6, "Di", identifiers='{"o\\"d.d":["1"]}', consents='{"ads":{"":"denied","odd\\"~/.":"granted"}}'),
    person(7, "Ed", traits='{"a~b/c.d": {"street": "x"}, "email": null, "phone": [], "address": {}}'),
)  # fmt: skip


@pytest.fixture
def asked(store: Ledger) -> Ledger:
    put_people(store, *PEOPLE)
    return store


def figures(store: Ledger, members: str = "", purpose: str = "ads", *, opt_out: bool = False, scope: Any = None) -> Any:
    rows = store.rows(reach_sql(members, CHANNELS, scoped=scope is not None), scope=scope)
    found = counted(rows, CHANNELS, purpose, opt_out=opt_out)
    return {one.name: (one.reachable, one.no_address, one.denied, one.silent) for one in found}


def test_everybody(asked: Ledger) -> None:
    assert figures(asked) == {
        "email": (2, 4, 1, 0),  # 1, 3; 4, 5, 6, 7 without; 2 denied
        "sms": (1, 4, 0, 2),  # 1; 2, 4, 6, 7 without; 3 spoke of e-mail alone, 5 of something else
        "phone": (1, 4, 0, 2),
        'odd"~/.': (1, 5, 0, 1),  # 6; 7 said nothing
        "smoke": (0, 7, 0, 0),
    }


def test_a_purpose_to_which_one_objects_reaches_the_silent_too(asked: Ledger) -> None:
    assert figures(asked, opt_out=True)["sms"] == (3, 4, 0, 0)
    assert figures(asked, purpose="news")["sms"] == (0, 4, 1, 2)
    assert figures(asked, purpose="never heard of", opt_out=True)["email"] == (3, 4, 0, 0)


def test_some(asked: Ledger) -> None:
    assert figures(asked, "SELECT person_no FROM people WHERE person_no <= 3")["email"] == (2, 0, 1, 0)
    assert figures(asked, scope=[2, 3, 99])["email"] == (1, 0, 1, 0)
    few = figures(asked, "SELECT person_no FROM people WHERE person_no IN (SELECT person_no FROM scope)", scope=[2])
    assert few["email"] == (0, 0, 1, 0)
    assert figures(asked, scope=[])["email"] == (0, 0, 0, 0)


def test_the_usual_channels_need_something_to_reach(asked: Ledger) -> None:
    rows = asked.rows(reach_sql("", USUAL_CHANNELS))
    post = counted(rows, USUAL_CHANNELS, "ads", opt_out=True)[-1]
    assert post == ChannelReach("post", "Post", 0, 7, 0, 0)
