"""Pages and API of campaigns over HTTP: written step by step, started, looked at, and why somebody was told or not."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from click.testing import CliRunner
from django.test import Client

from pentad.cli import command_line
from pentad.config import bootstrap
from pentad.core import clock
from pentad.core.actor import SYSTEM
from pentad.core.errors import Denied
from pentad.core.models import AuditLine
from pentad.engage.campaigns import actions, audience, goals, measuring, people_views, queries, starting, why
from pentad.engage.campaigns.models import Campaign, Recipient, Run
from pentad.intelligence.segments.definition import Definition, Equals, Trait
from pentad.intelligence.segments.ideas import Idea
from pentad.intelligence.segments.models import Segment
from pentad.platforms.responses.models import Response
from pentad.roles.access import actions as accounts
from pentad.roles.audit import telling
from tests.data.road import Road, identify, track
from tests.engage.campaigns import running
from tests.engage.campaigns.running import people, plan, segment, sent, started, state, work
from tests.intelligence.segments.conftest import road

__all__ = ["road"]
pytestmark = [pytest.mark.once, pytest.mark.django_db]  # what PostgreSQL does is told by test_campaigns_running.py
Signed = Callable[[str], Client]


@pytest.fixture
def signed(road: Road) -> Signed:
    running.destination()

    def browser(role: str) -> Client:
        user = accounts.add_user(actor=SYSTEM, email=f"{role}@kestrel.example", name=role.title(), role=role)
        client = Client()
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return browser


def page(client: Client, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, answer.content[:500]
    return " ".join(answer.content.decode().split())


def test_a_campaign_is_written_step_by_step_started_and_looked_at(
    signed: Signed, monkeypatch: pytest.MonkeyPatch
) -> None:
    tom = signed("marketer")
    assert "Nothing is live yet" in page(tom, "/marketing/")
    ada, bo = people("Ada", "Bo")
    buyers, done = segment("Buyers", [ada, bo]), segment("Done")
    news = running.message()
    assert "Give the campaign a name" in tom.post("/campaigns/new/", {"name": " "}).content.decode()
    at = tom.post("/campaigns/new/", {"name": "Autumn"}).headers["Location"].removesuffix("audience/")
    assert ">2 customers<" in page(tom, f"{at}audience/count/?include={buyers.id}")
    steps: list[tuple[str, dict[str, Any]]] = [
        ("audience", {"include": [buyers.id], "exclude": [done.id], "who": "segments"}),
        ("message", {"message": f"{news.id}:email", "priority": "75"}),
        ("when", {"start": "now", "zone": "Europe/Berlin", "time": "09:00"}),
        ("test", {"variants": ["A"], "weight-A": "1", "holdout": "0"}),
        ("goal", {"event": "Order Completed", "within_days": "5"}),
    ]
    for step, given in steps:
        page(tom, f"{at}{step}/")
        answer = tom.post(f"{at}{step}/", given)
        assert answer.status_code == 302, answer.content[:800]
    assert "There is no time zone" in tom.post(f"{at}when/", {"zone": "Mars", "time": "09:00"}).content.decode()
    check = page(tom, f"{at}check/")
    assert "Buyers, without Done" in check
    assert "“Order Completed” within 5 days" in check
    row = Campaign.objects.get()
    assert tom.post(f"/campaigns/{row.id}/start/", {"seen": str(row.version)}).status_code == 302
    work()
    sent()
    work()
    assert state(row) == Campaign.FINISHED
    whole = page(tom, f"/campaigns/{row.id}/")
    assert "Everything has gone" in whole
    assert 'data-duplicates="0"' in whole
    again = f'hx-get="/campaigns/{row.id}/results/?part=1" hx-trigger="every'
    assert again in page(tom, f"/campaigns/{row.id}/results/?part=1"), "the ledger tells of who was chosen in a moment"
    with clock.held(clock.now() + timedelta(minutes=3)):
        assert again not in page(tom, f"/campaigns/{row.id}/results/?part=1")
    monkeypatch.setattr(people_views, "PAGE", 1)
    first = page(tom, f"/campaigns/{row.id}/people/?which=arrived")
    following = first.partition("after=")[2].partition('"')[0]
    second = page(tom, f"/campaigns/{row.id}/people/?which=arrived&after={following}")
    assert {name for name in ("Ada", "Bo") if f">{name}</span>" in first + second} == {"Ada", "Bo"}
    assert page(tom, f"/campaigns/{row.id}/people/?which=skipped").count("<tr data-row") == 0
    page(tom, f"/campaigns/{row.id}/people/?after=nonsense", 400)
    why = page(tom, f"/campaigns/{row.id}/people/{ada.id}/")
    for gate in ("In the audience", "Consent", "Provider’s answer, attempt 1"):
        assert gate in why, gate
    telling.write_waiting()
    assert AuditLine.objects.filter(subject=f"campaign:{row.id}", action="view").exists(), "reading names is a look"
    assert "Autumn" in page(tom, "/campaigns/?view=own-3")
    assert "Autumn" in page(tom, "/campaigns/calendar/")
    assert "Nothing is planned" in (none := page(tom, "/campaigns/calendar/?month=2021-01")) and "New campaign" in none
    assert f"/campaigns/{row.id}/" in page(tom, "/palette/?q=autu")
    assert "Autumn" in page(tom, "/marketing/")


def test_variants_of_a_message_are_compared_evenly_unless_told_otherwise(signed: Signed) -> None:
    tom = signed("marketer")
    news = running.written({"variants": {name: {"email": {"en": running.mail(subject=name)}} for name in ("A", "B")}})
    at = tom.post("/campaigns/new/", {"name": "Two"}).headers["Location"].removesuffix("audience/")
    assert tom.post(f"{at}message/", {"message": f"{news.id}:email", "priority": "50"}).status_code == 302
    assert Campaign.objects.get().tree.test.weights == {"A": 1, "B": 1}
    asked = page(tom, f"{at}test/")
    for name in ("A", "B"):
        assert f'name="weight-{name}" value="1"' in asked, name


def test_why_says_which_gate_stopped_it_and_of_others_that_they_were_not_meant(
    signed: Signed, monkeypatch: pytest.MonkeyPatch
) -> None:
    tom = signed("marketer")
    (ada,), bo, (cy,) = people("Ada"), running.customer("Bo", consents=False), people("Cy")
    row = started(
        plan(audience={"include": [segment("Buyers", [ada, bo]).id]}, content={"message": running.message().id})
    )
    work()
    assert sent() == ["ada"]
    told = page(tom, f"/campaigns/{row.id}/people/{bo.id}/")
    assert "Does not agree to be told of this" in told
    assert "stopped:" in told
    not_meant = page(tom, f"/campaigns/{row.id}/people/{cy.id}/")
    assert "Not in the audience" in not_meant
    assert "is not in it" in not_meant
    for module in (why, audience):
        monkeypatch.setattr(module, "readable", lambda segment: False)
    draft = actions.copy_campaign(actor=SYSTEM, campaign=row)
    assert "How many these are, you may not see" in page(tom, f"/campaigns/{draft.id}/edit/audience/")
    hidden = page(tom, f"/campaigns/{row.id}/people/{cy.id}/")
    assert "you may not see" in hidden and "asks what you do not see" in hidden
    assert "is not in it" not in hidden and "Not in the audience" not in hidden
    rep = signed("rep")
    page(rep, f"/campaigns/{row.id}/people/{bo.id}/", 403)


def test_a_goal_leads_to_a_segment_and_a_campaign_with_it(signed: Signed, monkeypatch: pytest.MonkeyPatch) -> None:
    tom = signed("marketer")
    definition = Definition(Trait("city", Equals("Oslo")))
    at = datetime(2026, 11, 22, 9, 17, tzinfo=UTC)
    found = [Idea(key, words, definition, 12, at) for key, words in (
        ("gone", "Not seen for 60 days"), ("lapsed", "Bought, not for 90 days"), ("new-sign-ups", "Signed up"))]  # fmt: skip
    monkeypatch.setattr(goals, "ideas", lambda zone: found)
    monkeypatch.setattr(goals, "find_idea", lambda key, zone: next((one for one in found if one.key == key), None))
    assert "/campaigns/new/?goal=winback" in page(tom, "/marketing/")
    asked = page(tom, "/campaigns/new/?goal=winback")
    assert 'value="Win back"' in asked
    assert "/campaigns/new/whom/?goal=winback" in asked
    offered = page(tom, "/campaigns/new/whom/?goal=winback")
    assert offered.index("Bought, not for 90 days") < offered.index("Not seen for 60 days"), "the fittest first"
    assert "Signed up" not in offered and "Counts as of" in offered
    given = {"name": "Come back", "goal": "winback", "idea": "lapsed"}
    for _ in range(2):
        at = tom.post("/campaigns/new/", given).headers["Location"]
        assert "Bought, not for 90 days" in page(tom, at)
    reached = {one.tree.audience.include for one in Campaign.objects.all()}
    assert reached == {(Segment.objects.get().id,)}, "the segment is made once"
    assert tom.post("/campaigns/new/", given | {"idea": "new-sign-ups"}).status_code == 422
    tom.post("/campaigns/new/", {"name": "Hello", "goal": "welcome", "idea": "new-sign-ups"})
    when = Campaign.objects.get(name="Hello").tree.when
    assert (when.start, when.trigger.segment) == ("trigger", Segment.objects.get(name="Signed up").id)


def test_what_goes_once_is_moved_in_the_calendar_and_back(signed: Signed) -> None:
    tom, ann = signed("marketer"), signed("analyst")
    about = {
        "audience": {"include": [segment("Buyers", people("Ada")).id]},
        "content": {"message": running.message().id},
    }
    when = {"start": "at", "date": "2030-05-15", "time": "23:30", "zone": "America/New_York", "weekdays": [0, 2, 6]}
    row = actions.create_campaign(actor=SYSTEM, name="Spring", plan=plan(**about, when=when))
    weekly = actions.create_campaign(
        actor=SYSTEM, name="Weekly", plan=plan(**about, when=when | {"start": "every", "days": [2]})
    )
    url = f"/campaigns/{row.id}/move/"

    def moved(to: str, status: int = 204) -> Any:
        answer = tom.post(url, {"to": to, "id": row.id})
        assert answer.status_code == status, answer.content[:500]
        return json.loads(answer.headers["HX-Trigger"]) if status == 204 else answer.content.decode()

    def planned() -> str:
        return Campaign.objects.get(pk=row.pk).tree.when.date

    month = page(tom, "/campaigns/calendar/?month=2030-05&part=1")
    assert f'data-move="{url}"' in month and 'data-drop="2030-05-20"' in month
    assert f"/campaigns/{weekly.id}/" in month and f"/campaigns/{weekly.id}/move/" not in month
    assert tom.post(f"/campaigns/{weekly.id}/move/", {"to": "2030-05-20"}).status_code == 409
    assert 'value="2030-05-16"' in page(tom, url)
    assert "Spring" in (seen := page(ann, "/campaigns/calendar/?month=2030-05")) and "data-move" not in seen
    told = moved("2030-05-20")
    assert (told["moved"], planned()) == ({"id": row.id, "to": "2030-05-20"}, "2030-05-19")
    assert tom.post(told["toast"]["undo"]).status_code == 204 and planned() == "2030-05-15"
    assert tom.post(f"{url}?to=2030-05-27&seen=2").status_code == 409, "changed meanwhile"
    moved("soon", 400)
    moved("2020-01-06", 409)
    assert "kept to other days" in moved("2030-05-22", 409), "a Tuesday there"
    row = starting.start_campaign(actor=SYSTEM, campaign=row)
    moved("2030-05-20")
    row.refresh_from_db()
    assert (row.state, row.planned_at) == (Campaign.SCHEDULED, datetime(2030, 5, 20, 3, 30, tzinfo=UTC))
    row = starting.unschedule_campaign(actor=SYSTEM, campaign=row)
    starting.ask_approval(actor=SYSTEM, campaign=row)
    moved("2030-05-21", 409)
    assert planned() == "2030-05-19" and "data-move" not in page(tom, "/campaigns/calendar/?month=2030-05")


def test_one_that_goes_on_is_ended_from_its_page_and_let_go_on(signed: Signed, monkeypatch: pytest.MonkeyPatch) -> None:
    tom = signed("marketer")
    when = {"start": "trigger", "trigger": {"segment": segment("Fresh").id}}
    row = started(plan(content={"message": running.message().id}, when=when))
    work()
    at = f"/campaigns/{row.id}/"
    assert f"{at}finish/" in page(tom, at)
    assert tom.post(f"{at}finish/").status_code == 204
    told = page(tom, at)
    assert "Nobody new is chosen since" in told
    assert f'data-undo="{at}reopen/"' in told
    assert f"{at}finish/" not in told
    assert tom.post(f"{at}reopen/").status_code == 204
    assert "Nobody new is chosen since" not in page(tom, at)
    monkeypatch.setattr(bootstrap, "setup", lambda *_, **__: None)
    kept = CliRunner().invoke(command_line(), ["campaign", "cancel", "Autumn"], input="n\n")
    assert (kept.exit_code, "Nothing was changed." in kept.stderr, state(row)) == (1, True, Campaign.RUNNING)


def test_programs_write_start_stop_and_read(signed: Signed) -> None:
    signed("admin")
    _, token = accounts.add_key(actor=SYSTEM, name="Reader’s", role="admin")
    (ada,) = people("Ada")
    buyers, news = segment("Buyers", [ada]), running.message()

    def call(method: str, path: str, body: Any = None, status: int = 200) -> Any:
        answer = Client().generic(method, f"/api/v1/campaigns{path}", json.dumps(body or {}), "application/json",
                                  headers={"Authorization": f"Bearer {token}"})  # fmt: skip
        assert answer.status_code == status, answer.content
        return answer.json() if answer.content else None

    made = call("post", "", {"name": "Autumn", "plan": {"audience": {"include": [buyers.id]}}}, 201)
    assert call("post", f"/{made['id']}/start", {}, 409)["code"] == "campaign_not_ready"
    call("patch", f"/{made['id']}", {"plan": {"audience": {"whom": 1}}}, 400)
    whole = {"audience": {"include": [buyers.id]}, "content": {"message": news.id}}
    assert call("patch", f"/{made['id']}", {"plan": whole, "seen": 1})["version"] == 2
    assert call("post", f"/{made['id']}/start", {"seen": 2})["state"] == "scheduled"
    work()
    assert call("post", f"/{made['id']}/pause")["state"] == "paused"
    assert call("post", f"/{made['id']}/resume")["state"] == "running"
    sent()
    work()
    told = call("get", f"/{made['id']}")
    assert (told["state"], told["progress"]["arrived"], told["progress"]["percent"]) == ("finished", 1, 100)
    assert [one["state"] for one in call("get", f"/{made['id']}/recipients")["results"]] == ["delivered"]
    gates = call("get", f"/{made['id']}/people/{ada.id}")["times"][0]["gates"]
    assert all(gate["passed"] for gate in gates)
    assert call("get", f"/{made['id']}/results") is None
    copy = call("post", f"/{made['id']}/copy", None, 201)
    call("post", f"/{copy['id']}/archive")
    assert [one["name"] for one in call("get", "?state=finished")["results"]] == ["Autumn"]
    assert call("post", f"/{made['id']}/cancel", None, 409)["code"] == "campaign_not_running"


def test_an_event_that_arrives_sets_a_campaign_off_once(road: Road) -> None:
    running.destination()
    with clock.held(datetime(2026, 11, 20, 12, 5, tzinfo=UTC)):
        said = running.content(
            email=running.mail("<mj-text>You bought {{ event.properties.bean | default: '-' }}</mj-text>")
        )
        news = running.written(said, transactional=True)
        row = started(plan(
            content={"message": news.id}, when={"start": "trigger", "trigger": {"on": "event", "event": "Bought", "again_days": 0}},
        ))  # fmt: skip
        work()
        road.send(identify("ada", email="ada@kestrel.example"))
        road.send(track("Bought", userId="ada", properties={"bean": "Sidamo"}, messageId="x1"))
        road.send(track("Bought", userId="ada", properties={"bean": "Yirga"}, messageId="x2"))
        road.send(track("Looked", userId="ada", messageId="x3"))
        work()
        Run.objects.update(cursor=0)  # looked at again from the beginning, as after a crash
        work()
        assert sent() == ["ada", "ada"]
        texts = "".join(one.content["text"] for one in running.MailboxMessage.objects.order_by("pk"))
        assert "Sidamo" in texts
        assert "Yirga" in texts
        assert state(row) == Campaign.RUNNING, "it goes on until somebody ends it"


def test_results_that_a_reader_may_not_see_are_no_error_page(signed: Signed, monkeypatch: pytest.MonkeyPatch) -> None:
    (ada,) = people("Ada")
    buyers, news = segment("Buyers", [ada]), running.message()
    row = started(plan(audience={"include": [buyers.id]}, content={"message": news.id}))
    work()

    def hidden(*_: Any) -> None:
        raise Denied("The definition asks for what Ann does not see in full.", right="people.view")

    monkeypatch.setattr(measuring, "results", hidden)
    told = page(signed("marketer"), f"/campaigns/{row.id}/results/")
    assert "cannot be told here" in told and "does not see in full" in told


def test_a_test_that_shows_nothing_is_decided_when_its_time_is_over(road: Road) -> None:
    running.destination()
    letters = {name: {"email": {"en": running.mail(subject=f"Letter {name}")}} for name in ("A", "B")}
    with clock.held(datetime(2026, 11, 20, 12, tzinfo=UTC)):
        row = started(plan(
            audience={"include": [segment("All", people(*(f"P{number}" for number in range(12)))).id]},
            content={"message": running.written({"variants": letters}).id},
            test={"weights": {"B": 1, "A": 1}, "sample": 40, "decide": "auto", "after_hours": 6},
            goal={"event": {"names": ["Order Completed"]}},
        ))  # fmt: skip
        work()
        first = len(sent())
        assert 0 < first < 12
    with clock.held(datetime(2026, 11, 20, 13, tzinfo=UTC)):
        work()
        assert Campaign.objects.get(pk=row.pk).winner == "", "nothing is certain, and there is time left"
    with clock.held(datetime(2026, 11, 20, 18, 1, tzinfo=UTC)):
        work()
        decided = Campaign.objects.get(pk=row.pk)
        assert decided.winner in ("A", "B")
        assert decided.decided_by == "Pentad"
        work()
        assert len(sent()) == 12
        work()
        assert state(row) == Campaign.FINISHED


def test_the_load_of_home_ends_with_the_next_week_and_figures_of_a_campaign_open_whom_they_count(
    signed: Signed, monkeypatch: pytest.MonkeyPatch
) -> None:
    sunday = datetime(2026, 11, 22, 12, tzinfo=UTC)
    asked: list[Any] = []
    monkeypatch.setattr(queries, "load", lambda *those: asked.append(those))
    with clock.held(sunday):
        every = {"start": "every", "unit": "week", "date": "2026-11-23", "time": "09:00", "zone": "UTC", "days": [0, 1]}
        twice = plan(audience={"everybody": True}, content={"message": running.message().id}, when=every)
        row = started(twice)
        tom = signed("marketer")
        assert tom.get("/").headers["Location"] == "/marketing/", "where a marketer's day begins"
        assert signed("analyst").get("/").headers["Location"] == "/people/"
        page(tom, "/marketing/")
        begin, end, meant = asked[-1]
        assert (begin.date().isoformat(), end.date().isoformat()) == ("2026-11-16", "2026-11-30")
        assert len(meant) == 2, "Monday and Tuesday of the next week, not those after it"
        shown = page(tom, f"/campaigns/{row.id}/")
        for which in ("waiting", "told", "arrived", "opened", "clicked", "bounced", "unsubscribed", "complained", "failed",
                      "held", "passed_over", "skipped", "held_out"):  # fmt: skip
            assert f'href="/campaigns/{row.id}/people/?which={which}"' in shown, which
            page(tom, f"/campaigns/{row.id}/people/?which={which}")


def test_every_figure_lists_just_those_whom_it_counts_page_by_page(
    signed: Signed, monkeypatch: pytest.MonkeyPatch
) -> None:
    people("Ada", "Bo", "Cy", "Di")
    row = started(plan(audience={"everybody": True}, content={"message": running.message().id}))
    work()
    sent()
    ada, bo, cy, di = queries.deliveries(row.id).order_by("person_no")
    about = {"channel": "email", "origin_kind": "campaign", "origin_id": row.id}
    for one, kind, human in ((ada, "open", True), (bo, "open", False), (ada, "unsubscribe", None)):
        Response.objects.create(delivery_no=one.pk, person_no=one.person_no, kind=kind, human=human, **about)
    for one, became in ((bo, "bounced"), (cy, "queued")):
        queries.deliveries(row.id).filter(pk=one.pk).update(state=became, sent_at=None)
    queries.deliveries(row.id).filter(pk=di.pk).delete()
    Recipient.objects.filter(person_id=di.person_no).update(state=Recipient.WAITING)
    Run.objects.update(state=Run.SENDING)
    monkeypatch.setattr(people_views, "PAGE", 1)

    def listed(which: str) -> list[int]:
        found, after = people_views.page_of(row, which, "")
        while after:
            more, after = people_views.page_of(row, which, after)
            found += more
        return [one.person_id for one in found]

    a, b, c, d = (one.person_no for one in (ada, bo, cy, di))
    assert listed("") == [d, c, b, a]
    assert listed("told") == [b, a]
    assert listed("arrived") == listed("opened") == listed("unsubscribed") == [a], "no robots"
    assert listed("bounced") == [b]
    assert listed("waiting") == [c, d], "those in the queue, then those whose message is not written yet"
    Run.objects.update(state=Run.CANCELLED)
    assert listed("passed_over") == [d]
    progress = queries.progress(row)
    assert (progress.told, progress.arrived, progress.left, progress.passed_over) == (2, 1, 1, 1)
