"""A campaign from its start to its end: who is chosen, when they are told, that it is once, and when it is over."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from pentad.core import clock
from pentad.core.actor import SYSTEM, Actor
from pentad.core.errors import Conflict, Denied
from pentad.core.models import OutboxMessage
from pentad.data.identity.models import Person
from pentad.engage.campaigns import audience, calendar_views, ending, queries, starting, tasks, turns
from pentad.engage.campaigns.models import Campaign, Recipient, Run
from pentad.engage.campaigns.plan import Audience
from pentad.platforms.channels.models import Delivery
from tests.engage.campaigns import running
from tests.engage.campaigns.running import outcomes, people, plan, segment, sent, started, state, work

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def mailbox() -> None:
    running.destination()


def test_members_are_told_once_and_it_is_over_when_everything_has_gone() -> None:
    with clock.held(NOON):
        ada, bo, cy = people("Ada", "Bo", "Cy")
        row = started(plan(
            audience={"include": [segment("Buyers", [ada, bo, cy]).id], "exclude": [segment("Done", [cy]).id]},
            content={"message": running.message().id},
        ))  # fmt: skip
        assert state(row) == Campaign.SCHEDULED
        work()
        assert outcomes(row) == {"Ada": ("queued", ""), "Bo": ("queued", "")}
        assert state(row) == Campaign.RUNNING, "not over while anything is in the queue"
        assert queries.progress(row).percent < 100
        assert turns._end_run(running.run_of(row)) == 0, "whoever found nothing left looks again before ending it"
        assert sent() == ["ada", "bo"]
        work()
        assert state(row) == Campaign.FINISHED
        assert sent() == ["ada", "bo"]
        told = [one.message for one in OutboxMessage.objects.all() if one.message.get("event") == "Campaign Entered"]
        assert [one["properties"]["arm"] for one in told] == ["A", "A"]
        assert (queries.progress(row).arrived, queries.progress(row).left) == (2, 0)


def test_handing_over_again_after_a_crash_adds_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    with clock.held(NOON):
        buyers = segment("Buyers", people("Ada", "Bo"))
        row = started(plan(audience={"include": [buyers.id]}, content={"message": running.message().id}))
        turns.begin_due()
        run = Run.objects.select_related("campaign").get()
        tasks.work_on(run, running.plain_step)
        Recipient.objects.update(state=Recipient.CHOSEN)  # the row of the rows' change was lost, the queue's was not
        Run.objects.update(state=Run.CHOOSING, cursor=0)
        tasks.work_on(Run.objects.select_related("campaign").get(), running.plain_step)
        assert (Recipient.objects.count(), Delivery.objects.count()) == (2, 2)
        assert turns.begin_due() == 0
        assert sent() == ["ada", "bo"]
        assert state(row) == Campaign.RUNNING


def test_each_is_told_by_their_own_clock_also_where_clocks_change() -> None:
    with clock.held(datetime(2026, 3, 27, tzinfo=UTC)):
        tokyo, berlin, york = (people(name, timezone=zone)[0] for name, zone in (
            ("Aki", "Asia/Tokyo"), ("Britt", "Europe/Berlin"), ("Carl", "America/New_York")))  # fmt: skip
        row = started(plan(
            audience={"include": [segment("All", [tokyo, berlin, york]).id]}, content={"message": running.message().id},
            when={"start": "at", "date": "2026-03-29", "time": "02:30", "zone": "Europe/Berlin", "follows": "local"},
        ))  # fmt: skip
        assert row.next_at == datetime(2026, 3, 28, 12, 30, tzinfo=UTC), "when it is that time first anywhere on earth"
    with clock.held(datetime(2026, 3, 28, 13, tzinfo=UTC)):
        work()
        assert sent() == []
        dues = dict(Recipient.objects.values_list("person__name", "due_at"))
    assert dues == {
        "Aki": datetime(2026, 3, 28, 17, 30, tzinfo=UTC),
        "Britt": datetime(2026, 3, 29, 1, 0, tzinfo=UTC),  # 02:30 is skipped there: the moment of the change
        "Carl": datetime(2026, 3, 29, 6, 30, tzinfo=UTC),
    }
    with clock.held(datetime(2026, 3, 29, 1, 0, 1, tzinfo=UTC)):
        work()
        assert sent() == ["aki", "britt"]
        assert state(row) == Campaign.RUNNING


def test_so_many_an_hour_and_no_more() -> None:
    with clock.held(NOON):
        row = started(plan(
            audience={"include": [segment("All", people("Ada", "Bo", "Cy", "Di", "Ed")).id]},
            content={"message": running.message().id}, when={"per_hour": 60},
        ))  # fmt: skip
        work()
        assert sent() == ["ada"]
    with clock.held(NOON + timedelta(minutes=1)):
        work()
        assert sent() == ["ada", "bo"]
    with clock.held(NOON + timedelta(minutes=30)):
        work()
        assert len(sent()) == 5
        work()
    assert state(row) == Campaign.FINISHED


def test_those_held_out_get_nothing_and_are_told_of() -> None:
    with clock.held(NOON):
        names = [f"P{number}" for number in range(40)]
        row = started(plan(
            audience={"include": [segment("All", people(*names)).id]}, content={"message": running.message().id},
            test={"holdout": 50},
        ))  # fmt: skip
        work()
        out = {name for name, (now, _) in outcomes(row).items() if now == "held out"}
        assert 8 <= len(out) <= 32
        assert {name.title() for name in sent()} == set(names) - out
        arms = [one.message["properties"]["arm"] for one in OutboxMessage.objects.all()
                if one.message.get("event") == "Campaign Entered"]  # fmt: skip
        assert arms.count("holdout") == len(out)


def test_paused_it_stands_still_resumed_it_goes_on_cancelled_it_is_over() -> None:
    with clock.held(NOON):
        buyers = segment("Buyers", people("Ada"))
        row = started(plan(audience={"include": [buyers.id]}, content={"message": running.message().id}))
        turns.begin_due()
        starting.pause_campaign(actor=SYSTEM, campaign=row)
        work()
        assert (Recipient.objects.count(), sent()) == (0, [])
        starting.resume_campaign(actor=SYSTEM, campaign=row)
        work()
        starting.pause_campaign(actor=SYSTEM, campaign=row)
        assert sent() == [], "what is in the queue waits too"
        starting.resume_campaign(actor=SYSTEM, campaign=row)
        starting.cancel_campaign(actor=SYSTEM, campaign=row)
        work()
        assert (sent(), state(row)) == ([], Campaign.CANCELLED)
        assert queries.progress(row).passed_over == 1


def test_a_live_audience_takes_who_enters_and_leaves_out_who_left() -> None:
    with clock.held(NOON):
        ada, bo, cy = people("Ada", "Bo", "Cy")
        buyers = segment("Buyers", [ada, bo])
        row = started(plan(
            audience={"include": [buyers.id], "live": True}, content={"message": running.message().id},
            when={"per_hour": 6},
        ))  # fmt: skip
        work()
        running.leave(buyers, bo)
        running.enter(buyers, cy)
    with clock.held(NOON + timedelta(hours=1)):
        work()
        assert sent() == ["ada", "cy"]
        assert outcomes(row)["Bo"] == ("skipped", "left_audience")


def test_the_others_wait_for_the_winner_of_the_test() -> None:
    with clock.held(NOON):
        two = {"variants": {"A": {"email": {"en": running.mail(subject="One")}},
                            "B": {"email": {"en": running.mail(subject="Two")}}}}  # fmt: skip
        row = started(plan(
            audience={"include": [segment("All", people(*(f"P{number}" for number in range(40)))).id]},
            content={"message": message_of(two)}, test={"weights": {"A": 1, "B": 1}, "sample": 50},
        ))  # fmt: skip
        work()
        first = len(sent())
        assert 8 <= first <= 32
        work()
        assert state(row) == Campaign.RUNNING, "it is not over before the others are told"
        starting.choose_winner(actor=SYSTEM, campaign=row, variant="B")
        work()
        assert len(sent()) == 40
        waited = Delivery.objects.filter(variant="B").count()
        assert waited > 40 - first
        work()
        assert state(row) == Campaign.FINISHED


def message_of(content: dict[str, object]) -> str:
    from pentad.content.messages import actions
    from tests.content.writing import purpose

    row = actions.create_message(actor=SYSTEM, name="Two", purpose=purpose(), content=content)
    actions.publish_message(actor=SYSTEM, message=row)
    return row.id


def test_a_recurring_one_runs_each_time_once_and_ends_after_its_last_day() -> None:
    with clock.held(NOON):
        buyers = segment("Buyers", people("Ada"))
        row = started(plan(
            audience={"include": [buyers.id]}, content={"message": running.message().id},
            when={"start": "every", "unit": "day", "date": "2026-11-26", "until": "2026-11-29", "time": "09:00"},
        ))  # fmt: skip
    ran = []
    for day in (26, 27, 30):  # nothing ran on the 28th and the 29th: that is made up for once
        with clock.held(datetime(2026, 11, day, 10, tzinfo=UTC)):
            work()
            work()
            sent()
            work()
            ran = [run.key for run in Run.objects.order_by("no")]
    assert ran == ["2026-11-26", "2026-11-27", "2026-11-28"]
    assert state(row) == Campaign.FINISHED


def test_entering_a_segment_sets_it_off_again_only_when_that_is_wanted() -> None:
    with clock.held(NOON):
        ada, bo = people("Ada", "Bo")
        fresh = segment("New", [bo])
        row = started(plan(
            content={"message": running.message().id},
            when={"start": "trigger", "trigger": {"on": "segment", "segment": fresh.id, "delay_minutes": 60, "again_days": 7}},
        ))  # fmt: skip
        work()
        running.enter(fresh, ada)
        work()
        assert (sent(), outcomes(row)) == ([], {"Ada": ("chosen", "")}), "Bo was in it before; Ada waits"
    with clock.held(NOON + timedelta(hours=1)):
        work()
        assert sent() == ["ada"]
        running.leave(fresh, ada)
        running.enter(fresh, ada)
        work()
        assert [one.reason for one in Recipient.objects.order_by("id")] == ["", "again"]
        assert state(row) == Campaign.RUNNING
    with clock.held(NOON + timedelta(days=8)):
        running.leave(fresh, ada)
        running.enter(fresh, ada)
        work()
    with clock.held(NOON + timedelta(days=8, hours=1)):
        work()
        assert sent() == ["ada", "ada"]


def test_nothing_goes_on_other_days_of_the_week() -> None:
    friday, workdays = datetime(2026, 11, 27, 12, tzinfo=UTC), [0, 1, 2, 3, 4]
    monday = datetime(2026, 11, 30, 9, tzinfo=UTC)
    with clock.held(friday):
        ada, bo, cy = people("Ada", "Bo", "Cy")
        fresh, news = segment("New"), running.message()
        row = started(plan(
            content={"message": news.id},
            when={"start": "trigger", "trigger": {"segment": fresh.id, "delay_minutes": 60}, "weekdays": workdays},
        ))  # fmt: skip
        work()
        running.enter(fresh, ada)
        work()
        assert Recipient.objects.get().due_at == friday + timedelta(hours=1)
        starting.pause_campaign(actor=SYSTEM, campaign=row)
        late = started(plan(
            audience={"include": [segment("D", people("Di")).id]}, content={"message": news.id}, when={"weekdays": workdays},
        ), "Late")  # fmt: skip
        work()  # it is in the queue now, and its channel stands still until Saturday
    with clock.held(friday + timedelta(days=1)):
        starting.resume_campaign(actor=SYSTEM, campaign=row)
        running.enter(fresh, bo)
        best = {
            "follows": "best",
            "weekdays": [0],
            "time": "20:00",
        }  # of the day from then on the best hour is Tuesday’s
        started(plan(audience={"include": [segment("C", [cy]).id]}, content={"message": news.id}, when=best), "Best")
        work()
        work()
        dues = dict(Recipient.objects.values_list("person__name", "due_at"))
        assert (dues["Ada"], dues["Bo"], sent()) == (monday, monday, [])
        assert dues["Cy"] == monday + timedelta(hours=11)
        kept = Delivery.objects.get(origin_id=late.id)
        assert (kept.state, kept.reason, kept.due_at) == ("held", "weekday", monday)
    with clock.held(monday):
        work()
        assert set(sent()) == {"ada", "bo", "di"}


def test_who_was_told_before_two_became_one_is_not_set_off_again() -> None:
    with clock.held(NOON):
        ada, old = people("Ada", "Old")
        fresh = segment("Fresh")
        trigger = {"on": "segment", "segment": fresh.id, "again_days": None}
        started(plan(content={"message": running.message().id}, when={"start": "trigger", "trigger": trigger}))
        work()
        running.enter(fresh, old)
        work()
        assert sent() == ["old"]
        old.root = ada
        old.save()
        running.enter(fresh, ada)
        work()
        assert Recipient.objects.get(person=ada).reason == "again" and sent() == ["old"]


def test_the_load_counts_who_was_told_and_who_is_meant() -> None:
    with clock.held(NOON):
        ada, bo = people("Ada", "Bo")
        both, one = segment("Both", [ada, bo]), segment("One", [ada])
        started(plan(audience={"include": [both.id]}, content={"message": running.message().id}))
        work()
        day = timedelta(days=1)
        assert queries.load(NOON - day, NOON + day) == queries.Load(2, 2, 0), "they stand in the queue"
        Delivery.objects.filter(person_no=bo.no).update(state="skipped")
        assert queries.load(NOON - day, NOON + day) == queries.Load(1, 1, 0), "who is held back is no load"
        Delivery.objects.filter(person_no=bo.no).update(state="queued")
        sent()
        assert queries.load(NOON - day, NOON + day) == queries.Load(2, 2, 0)
        coming = [Audience((both.id,), (one.id,)), Audience((one.id,)), Audience((both.id,)), Audience(("gone",))]
        assert queries.load(NOON - day, NOON + day, coming) == queries.Load(2, 6, 1 + 1), "three each"
        assert queries.load(NOON + day, NOON + 2 * day) == queries.Load(0, 0, 0)
        assert queries.load(NOON + day, NOON + 2 * day, [Audience(everybody=True, exclude=(one.id,))]) == queries.Load(
            1, 1, 0
        )


def test_everybody_is_taken_page_by_page_and_who_is_part_of_another_is_passed_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ada, bo, cy, di, ed = people("Ada", "Bo", "Cy", "Di", "Ed")
    Person.objects.filter(pk__in=[bo.pk, cy.pk, di.pk]).update(root=ada)
    monkeypatch.setattr(audience, "PAGE", 2)
    pages = [audience.page(Audience(everybody=True), after) for after in (0, ada.no, ed.no)]
    assert pages == [[ada.no, ed.no], [ed.no], []]


def test_every_page_tells_the_planned_time_also_where_choosing_begins_the_day_before() -> None:
    with clock.held(NOON):
        (ada,) = people("Ada", timezone="America/New_York")
        row = started(plan(
            audience={"include": [segment("All", [ada]).id]}, content={"message": running.message().id},
            when={"start": "every", "unit": "day", "interval": 7, "date": "2026-11-27", "time": "08:00",
                  "zone": "Europe/Berlin", "follows": "local"},
        ))  # fmt: skip
        assert row.next_at is not None
        assert (row.next_at.day, row.planned_at) == (26, datetime(2026, 11, 27, 7, tzinfo=UTC))
        before = _entries()
        assert before == [(date(2026, 11, 27), datetime(2026, 11, 27, 7, tzinfo=UTC), True)]
    with clock.held(row.next_at + timedelta(minutes=1)):
        work()
        assert _entries() == [(*before[0][:2], False)], "once, of whom it is known who was chosen"


def test_one_that_goes_on_is_ended_without_losing_what_is_queued_and_goes_on_again_from_then() -> None:
    ada, bo, cy, di = people("Ada", "Bo", "Cy", "Di")
    fresh = segment("Fresh")
    with clock.held(NOON):
        row = started(plan(
            content={"message": running.message().id},
            when={"start": "trigger", "trigger": {"segment": fresh.id, "delay_minutes": 60}},
        ))  # fmt: skip
        with pytest.raises(Conflict, match="has not begun"):
            ending.finish_campaign(actor=SYSTEM, campaign=row)
        work()
        running.enter(fresh, ada)
        work()
        ending.finish_campaign(actor=SYSTEM, campaign=row)
        running.enter(fresh, bo)
        work()
        assert (sent(), state(row)) == ([], Campaign.RUNNING)
    with clock.held(NOON + timedelta(hours=1)):
        ending.reopen_campaign(actor=SYSTEM, campaign=row)
        running.enter(fresh, cy)
        work()
        ending.finish_campaign(actor=SYSTEM, campaign=row)
        assert sent() == ["ada"]
    with clock.held(NOON + timedelta(hours=2)):
        work()
        assert sent() == ["ada", "cy"], "Bo entered while it was ended"
        work()
        assert state(row) == Campaign.FINISHED
        ending.reopen_campaign(actor=SYSTEM, campaign=row)
        running.enter(fresh, di)
        work()
    with clock.held(NOON + timedelta(hours=3)):
        work()
        assert sent() == ["ada", "cy", "di"]
        assert state(row) == Campaign.RUNNING


def test_a_recurring_one_that_is_ended_is_planned_no_more() -> None:
    when = {"start": "every", "unit": "day", "date": "2026-11-25", "time": "13:00"}
    with clock.held(NOON):
        buyers = segment("All", people("Ada"))
        row = started(plan(audience={"include": [buyers.id]}, content={"message": running.message().id}, when=when))
    with clock.held(NOON + timedelta(hours=1)):
        work()
        ending.finish_campaign(actor=SYSTEM, campaign=row)
        assert sent() == ["ada"]
        work()
    assert state(row) == Campaign.FINISHED
    with clock.held(NOON + timedelta(hours=2)):
        with pytest.raises(Denied, match="do not see all"):
            ending.reopen_campaign(actor=Actor("user", "9", "Cy", frozenset({"campaigns.start"})), campaign=row)
        again = ending.reopen_campaign(actor=SYSTEM, campaign=row)
        assert again.next_at == NOON + timedelta(days=1, hours=1)
        starting.cancel_campaign(actor=SYSTEM, campaign=row)
        with pytest.raises(Conflict, match="was not ended"):
            ending.reopen_campaign(actor=SYSTEM, campaign=row)


def _entries() -> list[tuple[date, datetime, bool]]:
    found = calendar_views.planned(date(2026, 11, 23), date(2026, 11, 29), ZoneInfo("Europe/Berlin"))
    return [(day, one.at, one.audience is not None) for day, some in found.items() for one in some]
