"""What providers say of addresses and accounts, and what they are told besides the text."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from pentad.platforms.channels.adapters.protocol import Busy, Refused
from tests.conformance.channels.rigs import REFUSE, opened
from tests.conformance.channels.test_adapters import outgoing
from tests.conformance.channels.web_rigs import APIS, WEB, Web

pytestmark = [pytest.mark.django_db, pytest.mark.once]
ONE_CLICK = {"List-Unsubscribe": "<https://k.example/u/abc>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}


@pytest.fixture(params=APIS)
def provider(request: pytest.FixtureRequest, db: None) -> Iterator[Web]:
    with opened(request.param, WEB) as rig:
        assert isinstance(rig, Web)
        yield rig


def answering(rig: Any, status: int, told: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rig, "api", replace(rig.api, refused=(status, told)))
    rig.next = REFUSE


def told(rig: Any, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Fills with what the provider is sent."""
    bodies: list[str] = []
    read = rig.read

    def kept(raw: bytes, headers: dict[str, str]) -> Any:
        bodies.append(raw.decode())
        return read(raw, headers)

    monkeypatch.setattr(rig, "read", kept)
    return bodies


def test_an_account_that_is_not_let_in_is_no_fault_of_the_message(
    provider: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    answering(provider, 401, {"message": "Invalid key"}, monkeypatch)
    with pytest.raises(Busy, match="Invalid key"):
        provider.adapter().send(outgoing(provider), "k-1")


def test_headers_of_unsubscribing_go_along(provider: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    bodies = told(provider, monkeypatch)
    provider.adapter().send(outgoing(provider, headers=ONE_CLICK), "k-1")
    assert "List-Unsubscribe-Post" in bodies[0] and "One-Click" in bodies[0]


def test_an_address_that_postmark_knows_as_dead_is_told_from_a_refused_message(monkeypatch: pytest.MonkeyPatch) -> None:
    with opened("postmark", WEB) as rig:
        found = "You tried to send to recipient(s) that are inactive. Found inactive addresses: ada@kestrel.example."
        for said in (found, f"{found} Inactive recipients are ones that have generated a hard bounce."):
            answering(rig, 422, {"ErrorCode": 406, "Message": said}, monkeypatch)
            with pytest.raises(Refused) as refused:
                rig.adapter().send(outgoing(rig), "k-1")
            assert refused.value.address and refused.value.permanent


def test_postmark_is_asked_not_to_change_links(monkeypatch: pytest.MonkeyPatch) -> None:
    with opened("postmark", WEB) as rig:
        bodies = told(rig, monkeypatch)
        rig.adapter(stream="broadcast").send(outgoing(rig), "k-1")
        body = json.loads(bodies[0])
        assert (body["TrackOpens"], body["TrackLinks"], body["MessageStream"]) == (False, "None", "broadcast")
