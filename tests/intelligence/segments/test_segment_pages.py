"""Pages of segments over HTTP: the list, one segment with its parts, and why a customer is in one."""

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from pentad.core import clock, runtime
from pentad.core.actor import SYSTEM
from pentad.core.errors import Conflict
from pentad.core.models import AuditLine, Job
from pentad.intelligence.segments import actions, exporting, member_views, queries, shown
from pentad.intelligence.segments.models import Segment
from pentad.roles.access import actions as accounts
from pentad.roles.access.manage import actions as rights
from pentad.roles.audit import telling
from tests.data.road import identify, track
from tests.intelligence.segments.keeping import FAMILY, ORDERED, Kept

pytestmark = pytest.mark.once  # what PostgreSQL does is told by test_keeping.py
HEALTH = {"kind": "trait", "name": "health", "test": {"op": "set"}}
Signed = Callable[[str], Client]


@pytest.fixture
def signed(kept: Kept) -> Signed:
    """A browser of a new colleague with this role. Ann and Bo have a family plan, Ann and Cy ordered."""
    kept.send(
        *(identify(name, name=name.title(), plan="family", health="well") for name in ("ann", "bo")),
        track("Order Completed", userId="ann"), track("Order Completed", userId="cy"),
    )  # fmt: skip

    def browser(role: str) -> Client:
        user = accounts.add_user(actor=SYSTEM, email=f"{role}@kestrel.example", name=role.title(), role=role)
        client = Client()
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        client.user = user  # type: ignore[attr-defined]
        return client

    return browser


def page(client: Client, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, answer.content[:500]
    return " ".join(answer.content.decode().split())


def post(client: Client, path: str, **given: Any) -> Any:
    return client.post(path, given, headers={"HX-Request": "true"})


def test_an_empty_list_says_that_data_is_still_being_loaded(
    kept: Kept, signed: Signed, monkeypatch: pytest.MonkeyPatch
) -> None:
    nadia = signed("admin")
    monkeypatch.setattr(runtime, "folder", lambda: kept.road.folder)
    assert "still being loaded" not in page(nadia, "/segments/")
    kept.road.accept(track("Order Completed", userId="dora"))
    assert "Data is still being loaded" in page(nadia, "/segments/"), "it waits in the inbox"


def test_the_list_says_of_each_segment_how_large_it_is_and_what_uses_it(kept: Kept, signed: Signed) -> None:
    nadia = signed("admin")
    assert "No segments yet" in page(nadia, "/segments/")
    buyers = kept.save("Buyers", ORDERED)
    kept.save("Both", {"kind": "all", "of": [{"kind": "segment", "id": buyers.id}, FAMILY]})
    old = kept.save("Old", FAMILY)
    Segment.objects.filter(pk=buyers.pk).update(created=clock.now() - timedelta(days=2))
    post(nadia, f"/segments/{old.id}/state/?to=archived")
    assert nadia.get("/segments/").headers["Location"] == "/segments/?view=own-0"
    rows = page(nadia, "/segments/?view=own-0").partition("<tbody")[2].split("<tr")
    told = {name: row for row in rows for name in ("Buyers", "Both", "Old") if f">{name}</span>" in row}
    assert set(told) == {"Buyers", "Both"}, "what is in the archive is out of sight"
    for part in (">2<", "+2", ">1<"):
        assert part in told["Buyers"].replace(" ", ""), "members, how many more than yesterday, what uses it"
    assert ">new<" in told["Both"].replace(" ", ""), "what it began with is no change since yesterday"
    assert ">Old</span>" in page(nadia, "/segments/?view=own-3")
    assert "1 · 50 %" in page(nadia, f"/segments/{buyers.id}/overlap/"), "of Ann and Cy, Ann is in Both too"
    assert "/segments/" in page(nadia, "/palette/?q=buye"), "search finds it"
    assert "/segments/traits/new/" in page(nadia, "/palette/?q=computed+trait"), "and the pages beside"
    assert "sort=size" in page(nadia, "/segments/?view=own-0")
    rep = signed("rep")
    assert "sort=size" not in page(rep, "/segments/?view=own-0"), "the order would tell of members that are hidden"


def test_a_segments_page_shows_what_it_asks_its_members_then_and_now(
    kept: Kept, signed: Signed, monkeypatch: pytest.MonkeyPatch
) -> None:
    nadia, buyers = signed("admin"), kept.save("Buyers", ORDERED)
    user = kept.save("Uses", {"kind": "not", "of": {"kind": "segment", "id": buyers.id}})
    at = f"/segments/{buyers.id}/"
    whole = page(nadia, at)
    assert '"Order Completed"' in whole.replace("&quot;", '"')
    assert f'href="/segments/{user.id}/"' in whole, "what uses it"
    assert "“Buyers”" not in whole
    assert '"Buyers"' in page(nadia, f"/segments/{user.id}/").replace("&quot;", '"'), "by name and not by id"
    assert "2 entered, 0 left" in page(nadia, f"{at}chart/?span=7")
    monkeypatch.setattr(member_views, "PAGE", 1)
    first = page(nadia, f"{at}members/")
    assert ">Ann<" in first
    following = first.partition("after=")[2].partition('"')[0]
    assert ">Ann<" not in page(nadia, f"{at}members/?after={following}")
    assert page(nadia, f"{at}members/?q=ann").count("<tr data-row") == 1
    assert "No member is called so" in page(nadia, f"{at}members/?q=bo"), "he is in no such segment"
    today = clock.now().date().isoformat()
    assert "2 customers on that day" in page(nadia, f"{at}members/?on={today}")
    assert "The segment was made on " in page(nadia, f"{at}members/?on=2020-01-01", 422)
    page(nadia, f"{at}members/?on=nonsense", 422)
    page(nadia, f"{at}members/?after=nonsense", 400)
    assert page(nadia, f"{at}history/?which=entered").count("Entered</span>") == 1
    assert "Nobody has left" in page(nadia, f"{at}history/?which=left")
    telling.write_waiting()
    looks = AuditLine.objects.filter(subject=f"segment:{buyers.id}", action="view")
    assert {line.detail["how"] for line in looks} == {"members", "history"}, "reading names of members is a look"


def test_versions_are_compared_and_gone_back_to(kept: Kept, signed: Signed) -> None:
    nadia, row = signed("admin"), kept.save("Asked", ORDERED)
    kept.change(row, FAMILY)
    at = f"/segments/{row.id}/versions/"
    told = page(nadia, at)
    assert "Version 1 → version 2" in told
    assert "<del" in told
    assert "<ins" in told
    figures = page(nadia, f"{at}compared/?old=1&new=2")
    assert all(f">{text}<" in figures for text in ("2", "+1", "−1")), "Ann and Cy; Ann and Bo"
    asked = page(nadia, f"{at}1/")
    assert 'name="seen" value="2"' in asked
    assert "+1" in asked
    assert post(nadia, f"{at}1/", seen="1").status_code == 409, "somebody changed it meanwhile"
    assert post(nadia, f"{at}1/", seen="2").headers["HX-Redirect"] == f"/segments/{row.id}/"
    kept.work()
    assert kept.members(row) == {"ann", "cy"}
    assert Segment.objects.get(pk=row.pk).version == 3
    page(nadia, f"{at}9/", 404)


def test_a_segment_is_put_away_brought_back_and_deleted_with_a_way_back(kept: Kept, signed: Signed) -> None:
    nadia, row = signed("admin"), kept.save("Buyers", ORDERED)
    at = f"/segments/{row.id}/"

    def state() -> str:
        return Segment.objects.get(pk=row.pk).state

    for wanted in ("draft", "archived", "draft", "live", "archived", "live"):
        assert post(nadia, f"{at}state/?to={wanted}").headers["HX-Redirect"] == at
        assert state() == wanted
    assert post(nadia, f"{at}state/?to=nothing").status_code == 400
    kept.work()
    assert post(nadia, f"{at}refresh/").status_code == 204
    assert "Asking everybody" in page(nadia, f"{at}status/")
    post(nadia, f"{at}stop/")
    assert (state(), Job.objects.filter(key__startswith=f"segments.fill:{row.id}").exists()) == ("live", False)
    assert nadia.get(f"{at}status/?was=filling").headers["HX-Refresh"] == "true"
    post(nadia, f"{at}state/?to=draft")
    post(nadia, f"{at}state/?to=live")
    post(nadia, f"{at}stop/")
    kept.work()
    assert (state(), kept.members(row)) == ("draft", set()), "nobody is in one that was not asked to the end"
    assert post(nadia, f"{at}refresh/").status_code == 400
    assert post(nadia, f"{at}delete/").headers["HX-Redirect"] == "/segments/"
    undo = page(nadia, "/segments/").partition('data-undo="')[2].partition('"')[0]
    page(nadia, at, 404)
    assert post(nadia, undo).status_code in (200, 204)
    page(nadia, at)


def test_a_customers_page_says_which_segments_and_why(kept: Kept, signed: Signed) -> None:
    nadia, buyers, health = signed("admin"), kept.save("Buyers", ORDERED), kept.save("Well", HEALTH)
    ann, bo = (kept.road.person(f"user_id:{name}") for name in ("ann", "bo"))
    assert f"/people/{ann.id}/segments/?segment={buyers.id}" in page(nadia, f"/people/{ann.id}/")
    why = page(nadia, f"/people/{ann.id}/segments/?segment={buyers.id}")
    assert "In it" in why
    assert "once" in why
    not_in = page(nadia, f"/people/{bo.id}/segments/?segment={buyers.id}")
    assert "Not in it" in not_in
    assert "never" in not_in
    member = signed("member")
    assert "Well" in page(member, f"/people/{ann.id}/segments/")
    rep = signed("rep")
    page(rep, f"/people/{ann.id}/segments/", 404)
    rights.assign(actor=SYSTEM, record=ann, owner=rep.user, team=None)  # type: ignore[attr-defined]
    listed = page(rep, f"/people/{ann.id}/segments/")
    assert "Buyers" in listed
    page(rep, f"/people/{bo.id}/segments/", 404)
    assert health.name


def test_who_does_not_see_everything_sees_no_more_by_segments(kept: Kept, signed: Signed) -> None:
    buyers, rep = kept.save("Buyers", ORDERED), signed("rep")
    rights.assign(actor=SYSTEM, record=kept.road.person("user_id:cy"), owner=rep.user, team=None)  # type: ignore[attr-defined]
    at = f"/segments/{buyers.id}/"
    assert "1 entered, 0 left" in page(rep, f"{at}chart/")
    assert page(rep, f"{at}members/").count("<tr data-row") == 1
    assert page(rep, f"{at}history/").count("<tr data-row") == 1
    family = kept.save("Family", FAMILY)
    moved = page(rep, f"/segments/{family.id}/").partition("Last change")[2].partition("</dd>")[0]
    assert "<time" not in moved, "that somebody entered would tell that there is somebody"
    colleagues = kept.save("Mates", {"kind": "colleagues", "of": FAMILY})
    hidden = page(rep, f"/segments/{colleagues.id}/")
    assert "You see its name only" in hidden
    assert "family" not in hidden
    for part in ("members", "history", "chart", "overlap", "versions", "versions/compared"):
        page(rep, f"/segments/{colleagues.id}/{part}/", 403)


def test_members_are_exported_as_the_actor_may(kept: Kept, signed: Signed) -> None:
    nadia, row = signed("admin"), kept.save("Family", FAMILY)
    answer: Any = post(nadia, f"/segments/{row.id}/export/", format="csv")
    lines = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode())))
    assert (len(lines), answer["Content-Disposition"]) == (3, 'attachment; filename="family.csv"')
    assert AuditLine.objects.filter(subject=f"segment:{row.id}", action="export_segment").exists()
    answer = post(nadia, f"/segments/{row.id}/export/", format="parquet")
    assert b"".join(answer.streaming_content)[:4] == b"PAR1"


def test_a_segment_that_nobody_was_asked_for_is_no_file(kept: Kept, signed: Signed) -> None:
    made = actions.create_segment(actor=SYSTEM, name="New", definition=shown.given({"where": FAMILY}))
    job = queries.job_of(made)
    assert job is not None
    answer = signed("admin").post(f"/segments/{made.id}/export/", {"format": "csv"})
    assert (answer.status_code, job.public_id in answer.content.decode()) == (409, True)
    with pytest.raises(Conflict, match=job.public_id):
        exporting.export(SYSTEM, made, "csv")
    assert not AuditLine.objects.filter(action="export_segment").exists()
