"""/api/v1/segments: the same verbs and answers, under the key's rights."""

import csv
import io
from typing import Any

import pyarrow.parquet as pq
import pytest
from structlog.testing import capture_logs

from pentad import ledger
from pentad.core.actor import SYSTEM, acting_as
from pentad.core.models import AuditLine
from pentad.intelligence.segments import filling, queries, refresh, shown
from pentad.intelligence.segments.definition import Definition, Matches, Trait
from pentad.intelligence.segments.models import Segment
from pentad.intelligence.segments.reading import write
from pentad.ledger.protocol import QueryFailed
from pentad.roles.access import actions as accounts
from pentad.roles.access.manage import actions as rights
from pentad.roles.access.models import User
from pentad.roles.undo.models import Change
from tests.calling import caller
from tests.data.road import identify, track
from tests.intelligence.segments.keeping import FAMILY, ORDERED, Kept

pytestmark = pytest.mark.once  # what PostgreSQL does is told by test_keeping.py
BUYERS = {"name": "Buyers", "definition": {"where": ORDERED}}
HEALTH = {"where": {"kind": "trait", "name": "health", "test": {"op": "set"}}}


@pytest.fixture(autouse=True)
def customers(kept: Kept) -> None:
    kept.send(
        *(identify(name, name=name.title(), plan="family", health="well") for name in ("ann", "bo")),
        track("Order Completed", userId="ann"), track("Order Completed", userId="cy"),
    )  # fmt: skip


def rep(kept: Kept, *owns: str) -> User:
    user = accounts.add_user(actor=SYSTEM, email="rep@kestrel.example", name="Rep", role="rep")
    for name in owns:
        rights.assign(actor=SYSTEM, record=kept.road.person(f"user_id:{name}"), owner=user, team=None)
    return user


def test_a_segment_is_saved_read_changed_archived_and_restored(kept: Kept) -> None:
    call = caller("admin")
    status, made = call("post", "/segments", BUYERS)
    assert (status, made["state"], made["version"], made["correct_as_of"]) == (201, "live", 1, None)
    assert made["job"] != ""
    kept.work()
    at = f"/segments/{made['id']}"
    read = call("get", at)[1]
    assert (read["size"], read["late"], read["job"], read["definition"]) == (2, False, "", {"where": ORDERED})
    assert call("post", "/segments/convert", {"text": read["text"]})[1]["definition"] == read["definition"]
    assert call("post", "/segments", BUYERS | {"name": "BUYERS"})[1]["code"] == "segment_taken"
    changed = call("patch", at, {"definition": {"where": FAMILY}, "seen": 1})[1]
    assert (changed["version"], changed["name"]) == (2, "Buyers")
    assert call("patch", at, {"name": "Other", "seen": 1})[1]["code"] == "changed_meanwhile"
    assert [one["number"] for one in call("get", f"{at}/versions")[1]["results"]] == [2, 1]
    user = call("post", "/segments", {"name": "Uses", "definition": {"where": {"kind": "segment", "id": made["id"]}}})[
        1
    ]
    assert call("get", at)[1]["used_by"] == [{"kind": "segment", "id": user["id"], "name": "Uses"}]
    first = call("get", "/segments?limit=1")[1]
    assert ([one["name"] for one in first["results"]], first["next"]) == (["Buyers"], made["id"])
    rest = call("get", f"/segments?limit=1&after={first['next']}")[1]
    assert ([one["name"] for one in rest["results"]], rest["next"]) == (["Uses"], None)
    assert call("post", f"{at}/archive")[1]["code"] == "segment_used"
    assert call("delete", at)[1]["code"] == "segment_used"
    cycle = call("patch", at, {"definition": {"where": {"kind": "not", "of": {"kind": "segment", "id": user["id"]}}}})[
        1
    ]
    assert (cycle["code"], cycle["detail"]) == (
        "segment_cycle", "The segment asks for itself: “Buyers” → “Uses” → “Buyers”.",
    )  # fmt: skip
    assert call("delete", f"/segments/{user['id']}")[0] == 204
    assert call("post", f"{at}/archive")[1]["state"] == "archived"
    assert [one["name"] for one in call("get", "/segments?state=archived")[1]["results"]] == ["Buyers"]
    assert call("post", f"{at}/restore")[1]["state"] == "live"
    assert call("get", f"/segments/{user['id']}")[0] == 404
    change = Change.objects.get(kind="segments.deleted")
    assert call("post", f"/changes/{change.id}/undo")[0] == 200
    assert call("get", f"/segments/{user['id']}")[1]["name"] == "Uses"


def test_a_definition_is_counted_and_explained_without_saving_it(kept: Kept) -> None:
    call = caller("admin")
    found = call("post", "/segments/count", {"definition": {"where": ORDERED}})[1]
    ann, cy = (kept.road.person(f"user_id:{name}") for name in ("ann", "cy"))
    assert (found["count"], [one["id"] for one in found["sample"]]) == (2, [cy.id, ann.id])
    assert [one["name"] for one in found["sample"]][1] == "Ann"
    assert call("post", "/segments/count", {"definition": {"where": ORDERED}, "sample": 0})[1]["sample"] == []
    for wrong in ({}, {"definition": {"where": {"kind": "nonsense"}}}, {"text": "?!"}):
        assert call("post", "/segments/count", wrong)[0] == 400
    made = kept.save("Family", FAMILY)
    told = call("get", f"/segments/{made.id}/people/{cy.id}")[1]
    assert (told["person"], told["reason"]["holds"]) == (cy.id, False)
    assert call("get", f"/segments/{made.id}/people/{ann.id}")[1]["reason"]["holds"] is True
    assert call("get", f"/segments/{made.id}/people/user_id:ann")[1]["person"] == ann.id
    assert [one["name"] for one in call("get", f"/people/{ann.id}/segments")[1]["results"]] == ["Family"]


def test_why_names_the_time_zone_only_where_a_date_is_compared(kept: Kept) -> None:
    asked = shown.given(words='(plan is "family" and not (last seen is today)) in Europe/Berlin')
    with acting_as(SYSTEM):
        reason = shown.explained(asked, kept.road.person("user_id:ann"))["reason"]
    plan, seen = reason["of"]
    assert plan["text"] == 'plan is "family"'
    assert all(one["text"].endswith("in Europe/Berlin") for one in (reason, seen, *seen["of"]))


def test_the_first_ever_is_shown_beside_the_latest_events(kept: Kept) -> None:
    at = [f"2026-11-01T{hour:02}:00:00Z" for hour in range(12)]
    kept.send(*(track("Visit", userId="ann", timestamp=one) for one in at))
    visit = {"event": {"names": ["Visit"]}}
    steps = {"kind": "sequence", "steps": [{**visit, "first": True}, visit]}
    with acting_as(SYSTEM):
        reason = shown.explained(shown.given({"where": steps}), kept.road.person("user_id:ann"))["reason"]
    assert (reason["holds"], [one["at"] for one in reason["values"]["events"]]) == (True, [*reversed(at[2:]), at[0]])
    assert [one["at"] for one in reason["values"]["run"]] == at[:2]


def test_members_come_in_pages_with_their_history_and_overlap(kept: Kept) -> None:
    call = caller("admin")
    buyers, family = kept.save("Buyers", ORDERED), kept.save("Family", FAMILY)
    first = call("get", f"/segments/{buyers.id}/members?limit=1")[1]
    rest = call("get", f"/segments/{buyers.id}/members?limit=1&after={first['next']}")[1]
    assert [one["name"] for one in (*first["results"], *rest["results"])] == ["Ann", ""]
    assert (rest["next"], first["results"][0]["since"] is not None) == (None, True)
    assert call("get", f"/segments/{buyers.id}/members?on=2020-01-01")[1]["code"] == "before_segment"
    assert call("get", f"/segments/{buyers.id}/members?on=yesterday")[0] == 400
    moves = call("get", f"/segments/{buyers.id}/history?limit=1")[1]
    assert (len(moves["results"]), moves["results"][0]["entered"], moves["next"] is not None) == (1, True, True)
    more = call("get", f"/segments/{buyers.id}/history?limit=1&after={moves['next']}")[1]
    assert (len(more["results"]), more["next"]) == (1, None)
    for mark, path, of in (
        (first["next"], "history", buyers),
        (moves["next"], "members", buyers),
        (first["next"], "members", family),
        ("1", "members", buyers),
        ("1", "history", buyers),
    ):
        assert not first["next"].isdecimal()
        assert call("get", f"/segments/{of.id}/{path}?after={mark}")[1]["code"] == "bad_cursor"
    assert call("get", f"/segments/{buyers.id}/overlap")[1]["results"] == [
        {"id": family.id, "name": "Family", "size": 2, "both": 1}
    ]


@pytest.mark.parametrize("pattern", ["(", "[", "(?=a)", r"(a)\1", "(a{900}){900}", "((a{30}){30}){30}", "*", "\\"])
def test_a_pattern_that_is_none_is_neither_saved_nor_asked(kept: Kept, pattern: str) -> None:
    call, test = caller("admin"), {"op": "matches", "value": pattern}
    someone = kept.road.person("user_id:ann").id
    good = kept.save("Good", FAMILY)
    occurred = {"kind": "event", "event": {"where": [{"name": "sku", "test": test}]}}
    for where in ({"kind": "trait", "name": "plan", "test": test}, occurred, {"kind": "colleagues", "of": occurred}):
        asked = {"definition": {"where": {"kind": "not", "of": where}}}
        for method, path, more in (
            ("post", "/segments", {"name": "Bad"}), ("post", "/segments/count", {}),
            ("patch", f"/segments/{good.id}", {}), ("post", f"/segments/{good.id}/difference", {}),
        ):  # fmt: skip
            status, told = call(method, path, {**asked, **more})
            assert (status, told["code"]) == (400, "definition"), (path, told)
            assert "The pattern" in told["detail"]
    assert Segment.objects.count() == 1
    Segment.objects.update(definition=write(Definition(Trait("plan", Matches(pattern)))))
    assert call("get", f"/segments/{good.id}/people/{someone}")[1]["code"] == "definition"
    good.refresh_from_db()
    filling.fill(ledger.current(), [good])
    assert "The pattern" in Segment.objects.get().failure


@pytest.mark.parametrize("value", ["nan", "1e999", "-inf", "Infinity", "many"])
def test_no_figure_equals_what_is_no_number(kept: Kept, value: str) -> None:
    call, event = caller("admin"), {"names": ["Order Completed"]}
    for function in ("minimum", "sum", "distinct"):
        test = {"op": "equals", "value": value}
        where = {"kind": "aggregate", "function": function, "property": "total", "event": event, "test": test}
        assert call("post", "/segments/count", {"definition": {"where": where}})[1]["count"] == 0


def test_what_the_engine_says_stays_in_the_log(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    segment = kept.save("Family", FAMILY)
    monkeypatch.setattr("pentad.intelligence.segments.compile.raw_sql", lambda *_, **__: "SELECT * FROM secret_table")
    with capture_logs() as logs:
        status, told = caller("admin")("post", "/segments/count", {"definition": {"where": FAMILY}})
    assert (status, told["code"], set(told)) == (
        500,
        "ledger_query",
        {"type", "title", "status", "code", "detail", "fix"},
    )
    assert "secret_table" not in str(told)
    assert any("secret_table" in one.get("sql", "") and "secret_table" in one["error"] for one in logs)
    refresh.failed(segment.no, QueryFailed("Binder Error: secret_table", sql="SELECT secret_table"))
    assert Segment.objects.get().failure == "The event store could not answer this."
    refresh.failed(segment.no, ValueError("secret_table"))
    assert "secret_table" not in Segment.objects.get().failure


def test_one_counts_only_whom_one_may_see(kept: Kept) -> None:
    buyers, colleagues = kept.save("Buyers", ORDERED), {"where": {"kind": "colleagues", "of": ORDERED}}
    call = caller("rep", rep(kept, "ann", "bo"))
    assert call("post", "/segments/count", {"definition": {"where": ORDERED}})[1]["count"] == 1
    read = call("get", f"/segments/{buyers.id}")[1]
    assert (read["size"], read["readable"]) == (1, True)
    for path in ("members", "history"):
        assert len(call("get", f"/segments/{buyers.id}/{path}")[1]["results"]) == 1
    hidden = kept.road.person("user_id:cy")
    assert call("get", f"/segments/{buyers.id}/people/{hidden.id}")[0] == 404
    assert call("post", "/segments/count", {"definition": colleagues})[1]["code"] == "segment_fields"
    assert call("post", "/segments", BUYERS)[0] == 403
    assert call("get", f"/segments/{buyers.id}/export")[0] == 403


def test_a_hidden_field_is_no_way_to_ask_and_neither_is_a_colleagues_segment(kept: Kept) -> None:
    whole = caller("admin")("post", "/segments", {"name": "Well", "definition": HEALTH})[1]
    nested = {"where": {"kind": "any", "of": [ORDERED, {"kind": "segment", "id": whole["id"]}]}}
    kept.work()
    call = caller("marketer")
    for definition in (HEALTH, nested):
        for path, body in (("/segments", {"name": "New"}), ("/segments/count", {})):
            status, said = call("post", path, {**body, "definition": definition})
            assert (status, said["code"]) == (403, "segment_fields")
    read = call("get", f"/segments/{whole['id']}")[1]
    assert [read[name] for name in ("name", "readable", "size", "definition", "text")] == [
        "Well",
        False,
        None,
        None,
        None,
    ]
    kept_to_itself = ("correct_as_of", "cost_ms", "last_move", "late", "failure", "job", "used_by")
    assert not any(read[name] for name in kept_to_itself), "how old and how dear it is says something of what it asks"
    whole = caller("admin")("get", f"/segments/{whole['id']}")[1]
    assert whole["correct_as_of"] and whole["cost_ms"]
    for path in ("members", "history", "versions", "overlap", "export", f"people/{kept.road.person('user_id:ann').id}"):
        assert call("get", f"/segments/{whole['id']}/{path}")[0] == 403, path
    assert call("post", f"/segments/{whole['id']}/archive")[0] == 403
    assert call("delete", f"/segments/{whole['id']}")[0] == 403
    assert call("get", f"/people/{kept.road.person('user_id:ann').id}/segments")[1]["results"] == []
    by_property = {"where": ORDERED | {"event": {"names": ["X"], "where": [{"name": "health", "test": {"op": "set"}}]}}}
    assert call("post", "/segments/count", {"definition": by_property})[1]["code"] == "segment_fields"


def test_the_timeline_names_no_segment_that_one_may_not_read(kept: Kept) -> None:
    well, family = kept.save("Well", HEALTH["where"]), kept.save("Family", FAMILY)
    told = [
        track("Segment Entered", userId="ann", properties={"segment_id": one.id, "segment": one.name})
        for one in (well, family)
    ]
    kept.send(*told)
    at = f"/people/{kept.road.person('user_id:ann').id}/events"
    for role, names in (("admin", {"Well", "Family"}), ("marketer", {None, "Family"})):
        found = [one for one in caller(role)("get", at)[1]["results"] if one["name"] == "Segment Entered"]
        assert {one["properties"].get("segment") for one in found} == names
        assert len({one["properties"].get("segment_id") for one in found}) == 2


def test_members_are_taken_away_as_a_file_and_the_log_tells_of_it(kept: Kept) -> None:
    from django.test import Client

    family = kept.save("Family", FAMILY)
    _, token = accounts.add_key(actor=SYSTEM, name="Nightly", role="marketer")
    client = Client(headers={"authorization": f"Bearer {token}"})
    at = f"/api/v1/segments/{family.id}/export?columns=name,event_count"

    def body(path: str) -> bytes:
        answer: Any = client.get(path)
        return b"".join(answer.streaming_content)

    lines = list(csv.reader(io.StringIO(body(at).decode("utf-8-sig"))))
    ann, bo = (kept.road.person(f"user_id:{name}").id for name in ("ann", "bo"))
    assert client.get(at)["Content-Disposition"] == 'attachment; filename="family.csv"'
    assert lines == [["id", "Name", "Events"], [ann, "Ann", "2"], [bo, "Bo", "1"]]
    table = pq.read_table(io.BytesIO(body(f"{at}&format=parquet")))
    assert table.to_pydict() == {"id": [ann, bo], "name": ["Ann", "Bo"], "event_count": [2, 1]}
    assert client.get(f"{at},nonsense").status_code == 400
    line = AuditLine.objects.filter(action="export_segment").latest("id")
    assert (line.subject, line.detail["rows"], line.detail["format"]) == (f"segment:{family.id}", 2, "parquet")


def test_customers_are_filtered_by_segment(kept: Kept) -> None:
    from pentad.core.actor import acting_as
    from pentad.core.errors import Invalid
    from pentad.data.profiles.lists import PEOPLE
    from pentad.roles.access.queries import actor_of
    from pentad.roles.views.plans import plan
    from pentad.roles.views.state import Filter, ListState

    buyers, family = kept.save("Buyers", ORDERED), kept.save("Family", FAMILY)
    well = kept.save("Well", HEALTH["where"])

    def found(operator: str, *segments: Segment) -> set[str]:
        value = "|".join(str(one.no) for one in segments)
        rows = plan(PEOPLE, ListState(filters=(Filter("segment", operator, value),))).rows
        return {one.name for one in rows}

    assert (found("is", buyers), found("isnt", buyers)) == ({"Ann", ""}, {"Bo"})
    assert (found("in", buyers, family), found("notin", buyers, family)) == ({"Ann", "Bo", ""}, set())
    assert [name for _, name in PEOPLE.field("segment").choices()] == ["Buyers", "Family", "Well"]
    with acting_as(actor_of(rep(kept, "ann", "bo"))):
        assert found("in", buyers, family) == {"Ann", "Bo"}
        assert [name for _, name in PEOPLE.field("segment").choices()] == ["Buyers", "Family"]
        for hidden in (well, Segment(no=9999)):
            with pytest.raises(Invalid, match="cannot be filtered by this segment"):
                found("is", hidden)
    assert queries.uses(buyers) == []
