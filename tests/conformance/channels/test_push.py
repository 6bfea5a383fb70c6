"""Browsers that are gone, and several browsers of one customer."""

from collections.abc import Iterator

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec

from pentad.platforms.channels.adapters.protocol import Busy, Refused
from pentad.platforms.web.models import PushSubscription
from tests.conformance.channels.rigs import BUSY, opened
from tests.conformance.channels.test_adapters import outgoing
from tests.conformance.channels.web_rigs import WEB, Api, PushService
from tests.pushing import Subscription, decoded

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture
def service(db: None) -> Iterator[PushService]:
    with opened("webpush", WEB) as rig:
        assert isinstance(rig, PushService)
        yield rig


def test_a_subscription_that_is_over_is_an_address_that_does_not_work(
    service: PushService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "api", Api("webpush", {}, (), (), {}, refused=(410, {})))
    adapter = service.adapter()
    service.next = "refuse"
    with pytest.raises(Refused) as gone:
        adapter.send(outgoing(service), "k-1")
    assert gone.value.address and PushSubscription.objects.get().ended
    with pytest.raises(Refused) as again:
        adapter.send(outgoing(service), "k-2")
    assert again.value.address and service.arrived() == []
    with pytest.raises(Refused) as phone:
        adapter.send(outgoing(service, address="a-token-of-an-app"), "k-3")
    assert not phone.value.address, "it may be good for another service"


def test_it_has_left_when_one_of_several_browsers_takes_it(service: PushService) -> None:
    one = PushSubscription.objects.get()
    other = PushSubscription.objects.create(
        handle="web.other", endpoint=f"{one.endpoint}0", p256dh=one.p256dh, auth=one.auth, person_no=1
    )
    adapter = service.adapter()
    service.next = BUSY
    adapter.send(outgoing(service, addresses=(one.handle, other.handle)), "k-1")
    assert [arrived.key for arrived in service.arrived()] == ["k-1"]
    PushSubscription.objects.filter(pk=other.pk).delete()
    service.next = BUSY
    with pytest.raises(Busy):
        adapter.send(outgoing(service, addresses=(one.handle, other.handle)), "k-2")


def test_a_long_text_is_cut_to_what_services_take(service: PushService) -> None:
    adapter = service.adapter()
    adapter.send(outgoing(service, content={"title": "Hi", "body": "½" * 9_000}), "k-1")
    assert 1_000 < len(service.arrived()[0].text) < 1_500


def test_nothing_is_sent_before_there_is_a_key(service: PushService) -> None:
    service.own = ""
    adapter = service.adapter()
    assert "key" in adapter.check()
    with pytest.raises(Busy):
        adapter.send(outgoing(service), "k-1")


def test_our_reader_reads_the_example_of_the_standard_and_nobody_elses() -> None:
    """RFC 8291, 5: what these tests find out with it does not lean on the library that encrypts."""
    number = int.from_bytes(decoded("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"))
    browser = Subscription(ec.derive_private_key(number, ec.SECP256R1()), decoded("BTBZMqHH6r4Tts7J_aSIgg"))
    body = decoded(
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95b"
        "Qpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )
    assert browser.read(body) == b"When I grow up, I want to be a watermelon"
    with pytest.raises(InvalidTag):
        Subscription().read(body)
