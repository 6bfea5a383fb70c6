"""The loader keeps two stores in step, whatever happens between them."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from pentad.data.identity.models import Identifier, Person
from pentad.data.identity.resolver import Resolver
from pentad.data.ingest.inbox import FrameMeta
from pentad.data.ingest.models import Gap, LoaderOffset
from pentad.data.ingest.rules import MAX_DEPTH, corrected_us, identifier_text, message_key, too_deep
from tests.data.road import NOON, Road, identify, track


def us(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1_000_000)


VECTORS = {
    "client an hour fast": ("2026-11-20T13:00:00", "2026-11-20T13:00:05", "2026-11-20T12:00:06", "2026-11-20T12:00:01"),
    "offline for two days": ("2026-11-16T10:00:00", "2026-11-18T10:00:00", "2026-11-18T10:00:01", "2026-11-16T10:00:01"),
    "no sentAt": ("2026-11-20T11:00:00", None, "2026-11-20T12:00:00", "2026-11-20T11:00:00"),
    "sent before it happened": ("2026-11-20T11:00:00", "2026-11-20T10:00:00", "2026-11-20T12:00:00", "2026-11-20T12:00:00"),
    "neither": (None, None, "2026-11-20T12:00:00", "2026-11-20T12:00:00"),
}  # fmt: skip


@pytest.mark.parametrize("vector", VECTORS)
def test_time_is_corrected_by_rule_and_in_the_ledger_alike(vector: str, road: Road) -> None:
    original, sent, received, expected = VECTORS[vector]
    ruled = corrected_us(us(received), us(sent) if sent else None, us(original) if original else None)
    assert ruled == us(expected)
    message = track(userId="u1") | ({"timestamp": original + "Z"} if original else {})
    road.send(
        message, at=datetime.fromisoformat(received).replace(tzinfo=UTC), **({"sentAt": sent + "Z"} if sent else {})
    )
    row = road.ledger.rows("SELECT ts, original, sent, received FROM events")[0]
    assert row["ts"] == datetime.fromisoformat(expected)
    assert (row["original"], row["sent"]) == tuple(datetime.fromisoformat(t) if t else None for t in (original, sent))
    assert row["received"] == datetime.fromisoformat(received)


def test_the_key_of_a_message_is_the_same_in_python_and_sql(road: Road) -> None:
    road.send(track(userId="u1", messageId="käse-🧀"))
    assert road.ledger.rows("SELECT key FROM events")[0]["key"] == message_key(road.source.no, "käse-🧀")


def test_the_same_message_twice_is_stored_once_whenever_it_comes(road: Road) -> None:
    road.send(track(userId="u1", messageId="a"), track(userId="u1", messageId="a"))
    road.send(track(userId="u1", messageId="a"), at=NOON + timedelta(days=90))
    assert road.counts() == {"accepted": 3, "stored": 1, "duplicate": 2, "quarantined": 0}


def test_the_same_id_with_another_content_keeps_the_first(road: Road) -> None:
    road.send(track("First", userId="u1", messageId="a"), track("Second", userId="u1", messageId="a"))
    road.send(track("Third", userId="u1", messageId="a"))
    assert [r["name"] for r in road.ledger.rows("SELECT name FROM events")] == ["First"]
    assert road.reasons() == ["id_conflict", "id_conflict"]


BAD: list[tuple[str, Any]] = [
    ("no_user_anon_id", track(userId=None)),
    ("wrong_type", 5),
    ("wrong_type", track(userId={"a": 1})),
    ("wrong_type", track(userId="u", properties="text")),
    ("unknown_type", {"type": "purchase", "userId": "u"}),
    ("missing_event", {"type": "track", "userId": "u"}),
    ("missing_group_id", {"type": "group", "userId": "u", "groupId": ""}),
    ("group_id_too_long", {"type": "group", "userId": "u", "groupId": "g" * 501}),
    ("missing_previous_id", {"type": "alias", "userId": "u"}),
    ("message_id_too_long", track(userId="u", messageId="m" * 101)),
    ("identifier_too_long", track(userId="u" * 501)),
    ("message_too_large", track(userId="u", properties={"text": "x" * 33_000})),
    ("too_many_properties", track(userId="u", properties={f"property {n}": n for n in range(301)})),
    ("too_deep", track(userId="u", properties={"a": json.loads("[" * 900 + "]" * 900)})),
    ("bad_timestamp", track(userId="u", timestamp="yesterday")),
    ("bad_timestamp", track(userId="u", timestamp="1066-10-14T00:00:00Z")),
    ("bad_timestamp", track(userId="u", timestamp="infinity")),
    ("bad_timestamp", track(userId="u", timestamp="2026-11-20T10:00:00+99:99")),
    ("bad_timestamp", track(userId="u", timestamp="2026-11-20T10:00:00-12:60")),
    ("bad_timestamp", track(userId="u", timestamp="2026-11-20 10:00:00.5+1600")),
    ("null_byte", track(userId="a\0b")),
    ("blocked_identifiers", track(userId="null", anonymousId="0000")),
]


def test_each_kind_of_bad_message_is_set_aside_with_its_reason_and_nothing_else_suffers(road: Road) -> None:
    for _, message in BAD:
        road.accept(message, track(userId="good"))
    road.loader.drain()
    assert road.reasons() == [reason for reason, _ in BAD]
    assert road.counts() == {"accepted": 2 * len(BAD), "stored": len(BAD), "duplicate": 0, "quarantined": len(BAD)}


def test_a_batch_whose_context_is_nested_too_deep_is_set_aside(road: Road) -> None:
    road.send(track(userId="u"), track(userId="v"), context={"a": json.loads("[" * 900 + "]" * 900)})
    assert road.reasons() == ["too_deep", "too_deep"]


@pytest.mark.parametrize(
    ("opening", "closing", "inner"),
    [("[", "]", 0), ('{"]": "}]]", "a":[1],"b":', "}", 1), ('{"\\"{[":', "}", 0), ('["\\\\",[],', "]", 1)],
)
def test_depth_is_told_by_objects_and_lists_and_not_by_texts(opening: str, closing: str, inner: int) -> None:
    found = [too_deep(opening * levels + closing * levels) for levels in (MAX_DEPTH - inner, MAX_DEPTH - inner + 1)]
    assert found == [False, True]
    assert not too_deep('{"a":"' + "[" * 900 + '", "b":[' + "[]," * 900 + "1]}")


def test_numbers_as_identifiers_and_nulls_are_taken_kindly(road: Road) -> None:
    road.send(track(userId=42, anonymousId=None, properties=None, context=None))
    assert road.person("user_id:42").event_count == 1


def test_a_whole_number_is_one_identifier_however_it_is_written(road: Road) -> None:
    for n, number in enumerate(("42", "42.0", "4.2e1", '"42"')):
        body = f'{{"batch":[{{"type":"track","event":"A","userId":{number},"messageId":"n{n}"}}]}}'
        road.inbox.append_many_sync([(FrameMeta(road.source.no, int(NOON.timestamp() * 1e6), 1), body.encode())])
    fields = {"userId": 7.0, "anonymousId": 8.0, "previousId": 9.0, "groupId": 5.0}
    ids = [{"type": "shop_id", "id": 6.0, "collection": "users"}]
    road.send(
        track(messageId=11.0, context={"externalIds": ids}, **fields),
        track(messageId=11, context={"externalIds": ids}, **fields),
    )
    road.send(track(userId="42.0"), track(userId=42.5), track(userId=9007199254740993.0))
    assert road.person("user_id:42").event_count == 4
    assert road.person("user_id:7").no == road.person("anonymous_id:8").no == road.person("shop_id:6").no
    assert (road.counts()["duplicate"], road.reasons()) == (1, [])
    row = road.ledger.rows("SELECT message_id, group_id FROM events WHERE user_id = '7'")
    assert row == [{"message_id": "11", "group_id": "5"}]
    for text in ("42.0", "42.5", "9007199254740992.0"):
        assert road.person(f"user_id:{text}").event_count == 1
    road.loader.settle()
    assert not Gap.objects.exists()


@pytest.mark.parametrize("number", [42, 42.0, -0.0, 42.5, 1e15, 2.0**53, 1e20, "42.0"])
def test_the_text_of_an_identifier_is_the_same_in_python_and_sql(road: Road, number: Any) -> None:
    road.send(track(userId="u1", messageId=number))
    assert road.ledger.rows("SELECT message_id FROM events")[0]["message_id"] == identifier_text(number)


@pytest.mark.parametrize("offset", ["+14:00", "-12:00", "+0530", "+05", "+05:30:15", "-03:59"])
def test_offsets_of_places_are_understood(road: Road, offset: str) -> None:
    road.send(track(userId="u1", timestamp=f"2026-11-18T10:00:00{offset}"))
    assert road.reasons() == []
    whole = datetime.strptime(
        f"2026-11-18T10:00:00{offset + ('00' if len(offset) == 3 else '')}", "%Y-%m-%dT%H:%M:%S%z"
    )
    assert road.ledger.rows("SELECT original FROM events")[0]["original"] == whole.astimezone(UTC).replace(tzinfo=None)


def test_half_a_surrogate_in_one_message_leaves_the_others_alone(road: Road) -> None:
    body = rb'{"batch":[{"type":"track","event":"A","userId":"u1","messageId":"1","properties":{"x":"\ud800"}},' \
           rb'{"type":"track","event":"B","userId":"u1","messageId":"2","properties":{"x":"\ud83d\ude00"}}]}'  # fmt: skip
    road.inbox.append_many_sync([(FrameMeta(road.source.no, int(NOON.timestamp() * 1e6), 2), body)])
    road.loader.drain()
    assert road.counts()["accepted"] == 2 == road.counts()["stored"] + road.counts()["quarantined"]


class Crash(BaseException):
    """The process ends here."""


def test_a_crash_between_the_two_stores_changes_nothing_in_the_end(road: Road, monkeypatch: pytest.MonkeyPatch) -> None:
    road.send(identify("u1", "d1", name="Ann"), track(anonymousId="d2"))
    road.accept(identify("u1", "d2"), track(userId="u2", anonymousId="d1"), track(anonymousId="d3"))
    append = road.ledger.append

    def crash(_: Any) -> bool:
        raise Crash

    monkeypatch.setattr(road.ledger, "append", crash)
    with pytest.raises(Crash):
        road.loader.drain()
    persons = sorted(Person.objects.values_list("no", "root_id", "event_count"))
    identifiers = sorted(Identifier.objects.values_list("namespace", "value", "person_id"))
    monkeypatch.setattr(road.ledger, "append", append)
    road.loader.drain()
    assert sorted(Person.objects.values_list("no", "root_id", "event_count")) == persons
    assert sorted(Identifier.objects.values_list("namespace", "value", "person_id")) == identifiers
    assert road.counts() == {"accepted": 5, "stored": 5, "duplicate": 0, "quarantined": 0}
    by_person = {
        r["person_no"]: r["n"] for r in road.ledger.rows("SELECT person_no, count(*) AS n FROM events GROUP BY 1")
    }
    assert by_person == dict(Person.objects.values_list("no", "own_event_count"))


def test_a_crash_before_the_first_commit_is_as_if_nothing_had_begun(
    road: Road, monkeypatch: pytest.MonkeyPatch
) -> None:
    road.accept(identify("u1", "d1"))
    with monkeypatch.context() as patch:
        patch.setattr(LoaderOffset.objects, "update_or_create", lambda **_: (_ for _ in ()).throw(Crash()))
        with pytest.raises(Crash):
            road.loader.drain()
    assert not Person.objects.exists() and road.counts()["accepted"] == 0
    road.loader.drain()
    assert road.person("user_id:u1").event_count == 1


def test_a_request_that_cannot_be_loaded_is_set_aside_alone(road: Road, monkeypatch: pytest.MonkeyPatch) -> None:
    resolve = Resolver.resolve

    def choke(self: Resolver, combos: Any, erased: Any) -> Any:
        if any(c.idents and c.idents[0].value == "poison" for c in combos):
            raise ValueError("cannot digest")
        return resolve(self, combos, erased)

    monkeypatch.setattr(Resolver, "resolve", choke)
    for n in range(9):
        road.accept(track(userId="poison" if n == 4 else f"u{n}"))
    road.loader.drain()
    assert road.counts() == {"accepted": 9, "stored": 8, "duplicate": 0, "quarantined": 1}
    assert road.reasons() == ["loader_failed"]


def test_a_log_is_deleted_only_when_every_message_was_found_again(road: Road) -> None:
    road.send(track(userId="u1"), track(userId="u1", messageId="m1"), 5)
    road.loader.settle()
    assert not list(road.folder.inbox.glob("*.log")) and not Gap.objects.exists()


def test_a_lost_message_raises_the_alarm_by_name_and_keeps_the_log(road: Road, monkeypatch: pytest.MonkeyPatch) -> None:
    import pyarrow as pa

    from pentad.data.ingest import audit

    road.send(track(userId="u1", messageId="here"), track(userId="u1", messageId="lost"))
    known = road.ledger.known
    lost = message_key(road.source.no, "lost")

    def without(keys: Any) -> pa.Table:
        found = known(keys)
        return found.filter(pa.compute.not_equal(found["key"], pa.scalar(lost, pa.uint64())))

    monkeypatch.setattr(road.ledger, "known", without)
    road.inbox.roll()
    road.loader.drain()
    assert [g.message_id for g in Gap.objects.all()] == ["lost"]
    assert list(road.folder.inbox.glob("*.log"))
    assert audit.Missing


def test_a_person_erased_before_their_log_was_deleted_leaves_no_gap(road: Road) -> None:
    road.send(track(userId="u1"), track(userId="u2"))
    road.ledger.erase([road.person("user_id:u1").no], ["u1"])
    road.loader.settle()
    assert not Gap.objects.exists() and not list(road.folder.inbox.glob("*.log"))
