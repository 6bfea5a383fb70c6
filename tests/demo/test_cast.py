"""The cast: the people that tests, pictures and documents rely on."""

import json
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from pentad.core import clock
from pentad.demo import cast, story
from pentad.demo.shop import SOURCES

END = datetime(2026, 11, 21, 14, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def sent() -> list[cast.Sent]:
    return cast.messages(END)


def _of(sent: list[cast.Sent], who: cast.Member) -> list[cast.Sent]:
    return [one for one in sent if one.message.get("userId") == who.user_id]


def test_thirty_people_with_a_story(sent: list[cast.Sent]) -> None:
    people = {one.message["userId"] for one in sent if "userId" in one.message}
    assert 27 <= len(people) <= 35
    assert 550 <= len(sent) <= 900
    assert {one.source for one in sent} == {spec.name for spec in SOURCES}
    assert [one.received_us for one in sent] == sorted(one.received_us for one in sent)
    assert all(one.received_us <= clock.to_us(END) for one in sent)


def test_the_same_end_gives_the_same_messages(sent: list[cast.Sent]) -> None:
    assert cast.messages(END) == sent
    assert {m.message["messageId"] for m in cast.messages(END + timedelta(days=1))}.isdisjoint(
        m.message["messageId"] for m in sent
    )


def test_keiko_has_four_devices_a_subscription_and_an_office(sent: list[cast.Sent]) -> None:
    hers = _of(sent, story.KEIKO)
    assert {one.message["anonymousId"] for one in hers if "anonymousId" in one.message} == set(
        story.KEIKO_DEVICES.values()
    )
    events = Counter(one.message.get("event", one.message["type"]) for one in hers)
    assert events["Subscription Started"] == 1
    assert events["Order Completed"] >= 12
    assert events["group"] == 1
    before = [
        m for m in sent if m.message.get("anonymousId") in story.KEIKO_DEVICES.values() and "userId" not in m.message
    ]
    assert len(before) >= 10


def test_two_sign_in_on_the_kitchen_tablet(sent: list[cast.Sent]) -> None:
    users = {m.message.get("userId") for m in sent if m.message.get("anonymousId") == story.KITCHEN_TABLET} - {None}
    assert users == {story.ELIF.user_id, story.QUENTIN.user_id}


def test_ines_has_a_slip_in_her_second_address() -> None:
    assert story.INES.name == story.INES_AGAIN.name
    assert (story.INES.email, story.INES_AGAIN.email) == ("ines.jensen@fjord.example", "ines.jensn@fjord.example")


def test_sven_is_silent_for_half_a_year(sent: list[cast.Sent]) -> None:
    own = [m for m in _of(sent, story.SVEN) if m.source != "Newsletter"]
    assert clock.to_us(END) - own[-1].received_us > 180 * 86_400_000_000


def test_what_goes_wrong_is_there(sent: list[cast.Sent]) -> None:
    ids = Counter(one.message["messageId"] for one in sent)
    assert sum(count > 1 for count in ids.values()) == 5
    assert any(one.message["type"] == "purchase" for one in sent)
    assert any("userId" not in one.message and "anonymousId" not in one.message for one in sent)
    assert any(one.message["type"] == "alias" and one.message["previousId"] == one.message["userId"] for one in sent)


def test_frames_hold_the_same_messages_and_keep_their_times(sent: list[cast.Sent]) -> None:
    """Corrected time, received − (sentAt − timestamp), must not depend on how messages are batched."""

    def corrected(message: dict[str, str], received_us: int) -> int:
        skew = datetime.fromisoformat(message["sentAt"]) - datetime.fromisoformat(message["timestamp"])
        return received_us // 1000 - round(skew / timedelta(milliseconds=1))

    expected = Counter((m.message["messageId"], corrected(m.message, m.received_us)) for m in sent)
    found = Counter[tuple[str, int]]()
    for frame in cast.frames(END):
        batch = json.loads(frame.body)["batch"]
        assert len(batch) == frame.count
        found.update((message["messageId"], corrected(message, frame.received_us)) for message in batch)
    assert found == expected
