"""Telephone numbers, and services that are reached by apprise."""

from typing import Any

import pytest

from pentad.core import settings
from pentad.platforms.channels.adapters.phones import e164
from pentad.platforms.channels.adapters.protocol import Busy, Refused, Setup
from pentad.platforms.channels.registry import adapter_class
from tests.conformance.channels.rigs import opened
from tests.conformance.channels.test_adapters import outgoing
from tests.conformance.channels.web_rigs import WEB

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.mark.parametrize(
    ("text", "country", "number"),
    [
        ("+47 900 00 001", "", "+4790000001"), ("0047 90000001", "", "+4790000001"), ("900 00 001", "no", "+4790000001"),
        ("(0170) 123-4500", "DE", "+491701234500"), ("07700 900123", "GB", "+447700900123"), ("900 00 001", "", ""),
        ("+1", "", ""), ("ada@kestrel.example", "NO", ""), ("", "NO", ""), ("90000001", "XX", ""),
    ],
)  # fmt: skip
def test_numbers_become_e164_or_are_refused(text: str, country: str, number: str) -> None:
    if number:
        assert e164(text, country) == number
        return
    with pytest.raises(Refused) as refused:
        e164(text, country)
    assert refused.value.address


@pytest.mark.parametrize("name", ["http", "apprise"])
def test_a_text_message_goes_to_the_number_as_gateways_want_it(name: str) -> None:
    from tests.conformance.channels.rigs import RIGS

    with opened(name, {**RIGS, **WEB}) as rig:
        adapter = rig.adapter(country="NO")
        adapter.send(outgoing(rig, address="900 00 001"), "k-1")
        assert [one.address for one in rig.arrived()] == ["+4790000001"]
        with pytest.raises(Refused):
            adapter.send(outgoing(rig, address="none"), "k-2")
        adapter.close()


def adapter(url: str) -> Any:
    return adapter_class("apprise")(Setup(1, "chat", {}, {"url": url}))


def test_a_service_is_only_called_on_the_internet() -> None:
    with opened("apprise", WEB) as rig:
        settings.put("outgoing.private", [])
        with pytest.raises(Busy, match="not on the Internet"):
            rig.adapter().send(outgoing(rig), "k-1")
        assert rig.arrived() == []


def test_what_apprise_does_not_know_or_does_not_reach_by_the_web_is_said() -> None:
    assert "does not know" in adapter("nowhere://x").check()
    assert "not spoken to by the web" in adapter("mailto://user:pw@kestrel.example").check()
    assert adapter("tgram://123456789:abcdefg_hijklmnop/{to}").check() == ""
