"""What is pure of the editor: parts more and less, versions beside each other, the dark, and the layouts to begin with."""

import pytest

from pentad.content.messages import editing, gate, parts
from pentad.content.messages.comparing import differences
from pentad.content.messages.editing import Spot
from pentad.content.messages.gate import Facts
from pentad.content.messages.starters import STARTERS
from pentad.content.render.dark import dark, light
from pentad.core.errors import Invalid
from tests.content.writing import content, mail

A = Spot("A", "email", "en")


def tree() -> parts.Parts:
    return parts.read(content(email=mail()))


def test_parts_come_and_go_in_every_variant() -> None:
    found, letter = editing.add_variant(editing.add_channel(tree(), "sms"), A)
    assert letter == "B" and parts.channels(found) == ("email", "sms")
    found = editing.add_language(found, A, "pt_br")
    assert list(found["variants"]["B"]["email"]) == ["en", "pt-br"]
    assert found["variants"]["B"]["email"]["pt-br"] == found["variants"]["A"]["email"]["en"]
    assert parts.channels(editing.without(found, Spot("B", "sms", "en"), "channel")) == ("email",)
    assert parts.variants(editing.without(found, Spot("B", "sms", "en"), "variant")) == ("A",)
    assert parts.languages(editing.without(found, Spot("A", "email", "en"), "language")) == ("pt-br", "en")
    assert parts.read(found) == found
    with pytest.raises(Invalid, match="cannot be taken away"):
        editing.without(tree(), A, "variant")
    with pytest.raises(Invalid, match="no language"):
        editing.add_language(tree(), A, "klingon!")


def test_the_nearest_part_is_shown() -> None:
    found = editing.add_language(editing.add_channel(tree(), "sms"), A, "de")
    assert [str(editing.spot(found, asked)) for asked in ("A.email.de", "A.sms.de", "Z.push.fr", "")] == [
        "A.email.de", "A.sms.en", "A.email.en", "A.email.en",
    ]  # fmt: skip
    assert editing.spot(parts.empty()) is None


def test_two_versions_differ_line_by_line() -> None:
    old = parts.read(content(email=mail() | {"text": "a\nb\nc\nd\ne\nf\ng\nh"}))
    new = parts.read(content(email=mail() | {"text": "a\nb\nc\nd\ne\nf\nG\nh"}))
    (found,) = differences(old, new)
    assert (found.where, found.field) == ("A · email · en", "text")
    assert [(one.kind, one.text) for one in found.lines] == [
        ("skip", ""), ("same", "e"), ("same", "f"), ("gone", "g"), ("new", "G"), ("same", "h"),
    ]  # fmt: skip
    assert not differences(old, old)


def test_a_mail_is_seen_in_the_dark_by_its_own_rules_else_turned_round() -> None:
    own = "<head><style>@media (prefers-color-scheme: dark) {p{color:#fff}}</style></head>"
    assert "@media (min-width:0)" in dark(own) and "invert" not in dark(own)
    assert "@media (max-width:0)" in light(own)
    assert "invert(1)" in dark("<head></head><p>x</p>") and "invert" not in light("<head></head>")


@pytest.mark.parametrize("one", STARTERS, ids=lambda one: one.key)
def test_layouts_lack_nothing_but_where_their_button_leads(one: object) -> None:
    from pentad.content.messages.starters import Starter

    assert isinstance(one, Starter)
    known = Facts(frozenset({"first_name", "email"}), frozenset())
    found = gate.checked(parts.read(content(email={"en": one.fields})), one.transactional, known)
    assert {check.code for check in found if check.level == "stop"} <= {"link_empty"}
    assert {check.code for check in found if check.level == "warn"} <= {"no_fallback"}  # of an event's properties
