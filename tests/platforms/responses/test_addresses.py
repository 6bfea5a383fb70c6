"""Addresses in messages: signed, each for one thing, and left out where nothing is to be counted."""

import re

import pytest

from pentad.core import settings
from pentad.core.actor import SYSTEM
from pentad.data.consent.actions import change_purpose
from pentad.data.consent.models import ConsentPurpose
from pentad.data.identity.models import Person
from pentad.platforms.channels.models import Delivery, Destination
from pentad.platforms.responses import tokens
from pentad.platforms.responses.addresses import addresses, filled, forget, home, shown
from pentad.platforms.responses.checks import problems
from tests.platforms.responses.conftest import HTML, LINKS, made


def test_a_token_holds_numbers_and_cannot_be_made_up() -> None:
    for numbers in ((0,), (7, 3), (10**15, 0xFFFF), (1, 2, 300)):
        text = tokens.token(tokens.LINK, *numbers)
        assert tokens.numbers(tokens.LINK, text) == numbers and len(text) < 50
        assert re.fullmatch(r"[\w-]+", text)
    text = tokens.token(tokens.LINK, 7, 3)
    changed = text[:-2] + ("A" if text[-2] != "A" else "B") + text[-1]
    for other in ("", "x", changed, text[:-1], text + "A", text + "=", "é" * 24, "A" * 500, f" {text}"):
        with pytest.raises(ValueError):
            tokens.numbers(tokens.LINK, other)
    with pytest.raises(ValueError):
        tokens.numbers(tokens.OPEN, text)


def test_no_other_spelling_of_a_token_counts() -> None:
    """The last character of 26 holds four bits that mean nothing."""
    text = tokens.token(tokens.LINK, 1, 2, 300)
    spare = [text[:-1] + one for one in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"]
    accepted = []
    for one in spare:
        try:
            tokens.numbers(tokens.LINK, one)
            accepted.append(one)
        except ValueError:
            pass
    assert accepted == [text]


def test_every_place_is_filled(mail: Delivery) -> None:
    found = filled(mail, {"html": HTML, "text": "{{{link:1}}} {{{unsubscribe}}}", "subject": "Hi"}, LINKS)
    signed = addresses(mail)
    assert "{{{" not in str(found) and found["subject"] == "Hi"
    assert found["html"].count(signed.open) == 1 and found["html"].index(signed.open) < found["html"].index("</body>")
    assert f'<a href="{signed.trap}" tabindex="-1" aria-hidden="true" style="display:none' in found["html"]
    assert found["text"] == f"{signed.link(1, LINKS[1])} {signed.unsubscribe}"
    assert LINKS[0] not in found["html"] and signed.link(0, LINKS[0]) in found["html"]
    assert signed.headers == {
        "List-Unsubscribe": f"<{signed.unsubscribe}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    looked = shown(mail, {"html": HTML}, LINKS)["html"]
    assert "/o/" not in looked and signed.trap not in looked and signed.link(0, LINKS[0]) in looked


@pytest.mark.parametrize("place", ['<img src="{{{open}}}" alt="">', "{{{open}}}"])
def test_the_picture_stands_where_its_place_is_and_once(mail: Delivery, place: str) -> None:
    html = filled(mail, {"html": f"<body>{place}<p>{{{{{{open}}}}}}</p></body>"}, [])["html"]
    assert re.fullmatch(r'<body><img src="[^"]*/o/[\w-]+"[^>]*><p></p></body>', html), "no links: no hidden one"


def test_what_a_purpose_does_not_count_is_sent_as_it_was_written(mail: Delivery, mia: Person) -> None:
    row = ConsentPurpose.objects.get(name="news")
    change_purpose(actor=SYSTEM, row=row, label="Newsletter", track_opens=False, track_clicks=False)
    forget()
    found = filled(mail, {"html": HTML, "json": '{"to": "{{{link:2}}}"}'}, [*LINKS, 'https://k.example/"x"'])
    assert "/o/" not in found["html"] and "/t/" not in found["html"]
    assert LINKS[0].replace("&", "&amp;") in found["html"]
    assert found["json"] == '{"to": "https://k.example/\\"x\\""}'
    assert "/u/" in found["html"], "unsubscribing is offered anyhow"
    receipt = made(mia, "api:1", purpose="", transactional=True, origin_kind="api")
    assert (addresses(receipt).headers, addresses(receipt).open) == ({}, "")
    assert addresses(receipt).unsubscribe == addresses(receipt).preferences


def test_the_doctor_says_when_customers_cannot_reach_what_messages_lead_to(mia: Person) -> None:
    assert problems() == [], "nothing leaves yet"
    Destination.objects.create(channel="email", adapter="smtp", name="Mail")
    assert [one.severity for one in problems()] == ["error"]
    settings.put("access.site", "https://cx.kestrel.example/")
    assert problems() == [] and home() == "https://cx.kestrel.example"
    settings.put("responses.address", "https://hello.kestrel.example")
    assert home() == "https://hello.kestrel.example"
    for name in ("access.site", "responses.address"):
        settings.reset(name)
