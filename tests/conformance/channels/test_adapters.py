"""What every adapter promises, held against a real service of each kind."""

from collections.abc import Iterator
from typing import Any

import pytest

from pentad.data.identity.models import Person
from pentad.platforms.channels.adapters.protocol import Adapter, Busy, Outgoing, Refused, SendError, Unknown
from tests.conformance.channels.rigs import (
    BUSY,
    NOT_NOW,
    REFUSE,
    REFUSE_ADDRESS,
    RIGS,
    SILENT,
    Rig,
    opened,
)
from tests.conformance.channels.web_rigs import WEB

pytestmark = [pytest.mark.django_db, pytest.mark.once]
EVERY = {**RIGS, **WEB}
TEXT = "Guten Tag, Ada — ½ price.\r\n.\r\nA line with a dot before it."


@pytest.fixture(params=EVERY)
def rig(request: pytest.FixtureRequest, db: None) -> Iterator[Rig]:
    with opened(request.param, EVERY) as one:
        yield one


@pytest.fixture
def adapter(rig: Rig) -> Iterator[Adapter]:
    made = rig.adapter()
    yield made
    made.close()


@pytest.fixture
def out(rig: Rig) -> Outgoing:
    return outgoing(rig)


def outgoing(rig: Rig, **fields: Any) -> Outgoing:
    ada = Person.objects.get_or_create(name="Ada", email="ada@kestrel.example")[0]
    content = {
        "subject": "Röst­frisch", "text": TEXT, "html": f"<p>{TEXT}</p>", "body": TEXT, "title": "Ring Ada", "note": TEXT,
    }  # fmt: skip
    values: dict[str, Any] = {
        "delivery_id": "d-1", "person_no": ada.no, "person_id": ada.id, "channel": rig.channel, "content": content,
        "address": rig.address or ada.id, "headers": {"List-Unsubscribe": "<https://k.example/u/abc>"},
    }  # fmt: skip
    return Outgoing(**(values | fields))


def only(rig: Rig, *answers: str) -> None:
    if not rig.answers >= set(answers):
        pytest.skip(f"{rig.name} never says so")


def plain(text: str) -> str:
    return " ".join(text.split())


def test_it_arrives_whole_under_its_key(rig: Rig, adapter: Adapter, out: Outgoing) -> None:
    receipt = adapter.send(out, "k-1")
    arrived = rig.arrived()
    assert [(one.key, one.address) for one in arrived] == [("k-1", rig.address)]
    assert plain(TEXT) in plain(arrived[0].text)
    assert receipt.state in ("sent", "delivered") and receipt.provider_id


def test_who_says_that_it_knows_keys_does(rig: Rig, adapter: Adapter, out: Outgoing) -> None:
    """And of who does not, nothing is claimed: then it arrives again."""
    adapter.send(out, "k-1")
    adapter.send(out, "k-1")
    adapter.send(out, "k-2")
    assert len(rig.arrived()) == (2 if adapter.idempotent else 3)


def test_a_refused_message_is_refused_for_good_and_the_next_one_goes(rig: Rig, adapter: Adapter, out: Outgoing) -> None:
    only(rig, REFUSE)
    rig.next = REFUSE
    with pytest.raises(Refused) as refused:
        adapter.send(out, "k-1")
    assert (refused.value.permanent, refused.value.address) == (True, False) and refused.value.status
    assert rig.arrived() == []
    adapter.send(out, "k-2")
    assert [one.key for one in rig.arrived()] == ["k-2"]


def test_a_refused_address_is_told_from_a_refused_message(rig: Rig, adapter: Adapter, out: Outgoing) -> None:
    only(rig, REFUSE_ADDRESS)
    rig.next = REFUSE_ADDRESS
    with pytest.raises(Refused) as refused:
        adapter.send(out, "k-1")
    assert (refused.value.permanent, refused.value.address, refused.value.status) == (True, True, "550 5.1.1")
    adapter.send(out, "k-2")
    assert len(rig.arrived()) == 1


def test_not_now_is_not_never(rig: Rig, adapter: Adapter, out: Outgoing) -> None:
    only(rig, NOT_NOW)
    rig.next = NOT_NOW
    with pytest.raises(SendError) as error:
        adapter.send(out, "k-1")
    assert isinstance(error.value, Busy) or (isinstance(error.value, Refused) and not error.value.permanent)
    if isinstance(error.value, Busy):
        assert error.value.retry_after == 7.0
    assert rig.arrived() == []


def test_a_busy_service_is_busy(rig: Rig, adapter: Adapter, out: Outgoing) -> None:
    only(rig, BUSY)
    rig.next = BUSY
    with pytest.raises(Busy):
        adapter.send(out, "k-1")
    adapter.send(out, "k-1")
    assert len(rig.arrived()) == 1


def test_no_answer_after_the_message_is_unknown_and_nothing_else(rig: Rig, adapter: Adapter, out: Outgoing) -> None:
    """It was taken: whoever says Busy here sends it twice."""
    only(rig, SILENT)
    rig.next = SILENT
    with pytest.raises(Unknown):
        adapter.send(out, "k-1")
    assert len(rig.arrived()) == 1
    adapter.send(out, "k-2")
    assert [one.key for one in rig.arrived()] == ["k-1", "k-2"]


def test_a_service_that_is_down_is_busy_not_unknown(rig: Rig, adapter: Adapter, out: Outgoing) -> None:
    """Nothing can have been taken: whoever says Unknown here leaves messages in doubt that never left."""
    if not rig.can_be_down:
        pytest.skip("it is our own database")
    assert adapter.check() == ""
    rig.down()
    adapter.close()
    fresh = rig.adapter()
    with pytest.raises(Busy):
        fresh.send(out, "k-1")
    assert rig.name != "smtp" or "No connection" in fresh.check()


def test_a_connection_that_was_hung_up_is_made_anew(rig: Rig, adapter: Adapter, out: Outgoing) -> None:
    adapter.send(out, "k-1")
    server = getattr(getattr(adapter, "_own", None), "server", None)
    if server is not None:
        server.sock.close()
    adapter.send(out, "k-2")
    assert len(rig.arrived()) == 2


def test_what_customers_call_themselves_writes_no_headers(rig: Rig, adapter: Adapter) -> None:
    content = {
        "subject": "Hi\r\nBcc: all@kestrel.example\r\n\r\nBody",
        "text": "x",
        "html": "",
        "body": "x",
        "title": "a\r\nb",
    }
    adapter.send(outgoing(rig, content=content), "k-1")
    arrived = rig.arrived()
    assert [one.address for one in arrived] == [rig.address]
    if arrived[0].mail is not None:
        assert arrived[0].mail["Bcc"] is None and arrived[0].mail["Subject"] == "Hi Bcc: all@kestrel.example Body"


def test_a_customer_who_is_gone_or_an_address_that_cannot_be(rig: Rig, adapter: Adapter) -> None:
    if rig.name == "task":
        bad = outgoing(rig, person_id="gone")
    elif rig.name == "smtp":
        bad = outgoing(rig, address="no address at all")
    else:
        pytest.skip("it takes any address")
    with pytest.raises(Refused):
        adapter.send(bad, "k-1")
    adapter.send(outgoing(rig), "k-2")
    assert len(rig.arrived()) == 1


def test_a_gateway_is_told_of_a_test(db: None) -> None:
    with opened("http", RIGS) as rig:
        adapter = rig.adapter()
        adapter.send(outgoing(rig), "k-1")
        adapter.send(outgoing(rig, origin_kind="test"), "k-2")
        assert [(one.headers or {}).get("Pentad-Test") for one in rig.arrived()] == [None, "true"]
        adapter.close()
