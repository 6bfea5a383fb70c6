"""When campaigns are due, worked out by hand: zones, clocks that change, days that months lack, pace."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
import pytest

from pentad.core.errors import Invalid
from pentad.engage.campaigns import drafting, plan, rules, wording
from pentad.engage.campaigns.plan import Plan, Test, Trigger, When


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


BERLIN = {"zone": "Europe/Berlin", "time": "09:00"}
NIGHT = {"zone": "Europe/Berlin", "time": "02:30"}
FORTNIGHT = {"start": "every", "date": "2026-11-24", "unit": "week", "interval": 2, "days": (0, 4), **BERLIN}
FIRST = [
    # now, the plan, the day it is for, when choosing begins
    ("2026-11-22T10:00", {"start": "now"}, "2026-11-22", "2026-11-22T10:00"),
    ("2026-11-22T10:00", {"start": "at", "date": "2026-11-25", **BERLIN}, "2026-11-25", "2026-11-25T08:00"),
    ("2026-07-22T10:00", {"start": "at", "date": "2026-07-25", **BERLIN}, "2026-07-25", "2026-07-25T07:00"),
    # by each one's own clock: the far east of Kiribati reaches nine o'clock 14 hours before UTC does
    ("2026-11-22T10:00", {"start": "at", "date": "2026-11-25", "follows": "local", **BERLIN}, "2026-11-25", "2026-11-24T19:00"),
    # clocks are put forward in Berlin on 29 March, and back on 25 October: 02:30 is skipped, and comes twice
    ("2026-03-01T00:00", {"start": "at", "date": "2026-03-29", **NIGHT}, "2026-03-29", "2026-03-29T01:00"),
    ("2026-10-01T00:00", {"start": "at", "date": "2026-10-25", **NIGHT}, "2026-10-25", "2026-10-25T00:30"),
    # past
    ("2026-11-25T08:00", {"start": "at", "date": "2026-11-25", **BERLIN}, None, None),
    # every other Monday and Friday, counted from the week of the first day
    ("2026-11-22T10:00", FORTNIGHT, "2026-11-27", "2026-11-27T08:00"),
    ("2026-11-28T10:00", FORTNIGHT, "2026-12-07", "2026-12-07T08:00"),
    # each month on the 31st: where there is none, on its last day
    ("2027-02-01T10:00", {"start": "every", "date": "2026-10-31", "unit": "month", **BERLIN}, "2027-02-28", "2027-02-28T08:00"),
    ("2026-11-27T10:00", {"start": "every", "date": "2026-11-20", "unit": "day", "until": "2026-11-27", **BERLIN}, None, None),
]  # fmt: skip


@pytest.mark.parametrize(("now", "when", "day", "begins"), FIRST)
def test_when_it_begins(now: str, when: dict[str, Any], day: str | None, begins: str | None) -> None:
    found = rules.first(When(**when), at(now))
    wanted = None if day is None or begins is None else (date.fromisoformat(day), at(begins))
    assert (found and tuple(found)) == wanted


def test_what_was_missed_is_left_out_but_for_what_is_under_way() -> None:
    when = When(start="every", date="2026-11-20", unit="day", **BERLIN)  # type: ignore[arg-type]
    following = rules.following(when, date(2026, 11, 20), at("2026-11-25T12:00"))
    assert following == (date(2026, 11, 26), at("2026-11-26T08:00"))


TRIGGERED = [
    # by the clock of New York, where it is 15:00: four hours later is 19:00, so the next nine o'clock is tomorrow's
    ({"follows": "local", "trigger": Trigger(delay_minutes=240)}, "2026-11-26T14:00"),
    ({"follows": "local"}, "2026-11-26T14:00"),
    ({"follows": "local", "time": "15:30"}, "2026-11-25T20:30"),
    ({"trigger": Trigger(delay_minutes=90)}, "2026-11-25T21:30"),
]  # fmt: skip


@pytest.mark.parametrize(("when", "due"), TRIGGERED)
def test_when_somebody_is_due_whom_something_set_off(when: dict[str, Any], due: str) -> None:
    now = at("2026-11-25T20:00")
    assert rules.triggered(When(start="trigger", **when), now, "America/New_York", now) == at(due)


WORKDAYS = (0, 1, 2, 3, 4)
ON = [
    # a moment, the zone, and when it may be on a working day: at nine in that zone
    ("2026-11-27T20:00", "Europe/Berlin", "2026-11-27T20:00"),
    ("2026-11-28T12:00", "Europe/Berlin", "2026-11-30T08:00"),
    ("2026-11-27T23:30", "Europe/Berlin", "2026-11-30T08:00"),  # half past midnight there, on Saturday
    ("2026-11-27T23:30", "America/New_York", "2026-11-27T23:30"),
    ("2026-03-28T12:00", "Europe/Berlin", "2026-03-30T07:00"),  # clocks are put forward on that Sunday
]


@pytest.mark.parametrize(("moment", "zone", "due"), ON)
def test_what_falls_on_another_day_of_the_week_waits_for_the_next(moment: str, zone: str, due: str) -> None:
    assert rules.on_weekday(When(weekdays=WORKDAYS, zone="Asia/Tokyo"), at(moment), zone) == at(due)


def test_a_message_rests_on_the_next_days_on_which_none_may_be_due() -> None:
    when = When(weekdays=(0, 1, 2, 4), **BERLIN)  # type: ignore[arg-type]
    wednesday, thursday = at("2026-11-25T20:00"), at("2026-11-25T23:00")
    assert rules.rest(when, wednesday, "Europe/Berlin") == (thursday, at("2026-11-27T08:00"))
    assert rules.rest(when, at("2026-11-27T12:00"), "Europe/Berlin") == (at("2026-11-27T23:00"), at("2026-11-30T08:00"))
    assert rules.rest(When(), wednesday, "UTC") is None


def test_a_recurring_one_leaves_other_days_out_but_comes_each_month() -> None:
    daily = When("every", "2026-11-20", unit="day", weekdays=WORKDAYS, **BERLIN)
    assert rules.following(daily, date(2026, 11, 27), at("2026-11-27T12:00")) == (
        date(2026, 11, 30),
        at("2026-11-30T08:00"),
    )
    monthly = When("every", "2026-10-31", unit="month", weekdays=WORKDAYS)  # a Saturday
    wanted = [date(2026, 11, 2), date(2026, 11, 30), date(2026, 12, 31), date(2027, 2, 1), date(2027, 3, 1)]
    for before, one in zip([date(2026, 10, 31), *wanted], wanted, strict=False):
        assert next(rules.days(monthly, before)) == one


def test_whose_hour_has_passed_is_due_at_once() -> None:
    when, now = When(start="at", follows="local", time="09:00"), at("2026-11-25T08:00")
    assert rules.due(when, date(2026, 11, 25), "Asia/Tokyo", now) == now
    assert rules.due(when, date(2026, 11, 25), "America/New_York", now) == at("2026-11-25T14:00")


def test_messages_are_moved_apart_and_no_more_than_there_is_room_for() -> None:
    noon, minute = at("2026-11-25T12:00"), timedelta(minutes=1)
    assert rules.slots([noon] * 3, None, 60) == [noon, noon + minute, noon + 2 * minute]
    assert rules.slots([noon, noon + 5 * minute], noon, 60) == [noon + minute, noon + 5 * minute]
    assert rules.slots([noon] * 2, None, 0) == [noon] * 2
    assert rules.room(None, noon, noon + 5 * minute, 60) == 6
    assert rules.room(noon + 5 * minute, noon, noon + 5 * minute, 60) == 0


def test_arms_add_up_and_the_first_variant_goes_when_none_is_named() -> None:
    assert rules.arms(Test(), ("A", "B")) == {"A": 1}
    found = rules.arms(Test({"A": 1, "B": 3}, holdout=20, sample=50), ("A", "B"))
    assert found == pytest.approx({"A": 0.1, "B": 0.3, "winner": 0.4, "holdout": 0.2})


WRONG = [
    {"when": {"zone": "Mars/Olympus"}}, {"when": {"time": "25:00"}}, {"when": {"date": "2026-02-30"}},
    {"when": {"date": "2026-03-02", "until": "2026-03-01"}}, {"test": {"weights": {"A": 0}}},
    {"test": {"weights": {"holdout": 1}}}, {"test": {"holdout": 60}}, {"audience": {"whom": []}}, {"when": {"days": [7]}},
    {"when": {"weekdays": [1, 1]}},
]  # fmt: skip


@pytest.mark.parametrize("given", WRONG)
def test_what_can_never_be_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        plan.read(json.dumps(given))


@pytest.mark.parametrize(("day", "zone"), [("9999-12-31", "Etc/GMT+12"), ("0001-01-01", "Pacific/Kiritimati")])
def test_a_day_that_no_calendar_can_show_is_refused(day: str, zone: str) -> None:
    with pytest.raises(Invalid, match="is too far away"):
        plan.check_new(Plan(when=When(start="at", date=day, zone=zone)))
    stored = When(start="every", date=day, unit="day", zone=zone)
    assert 2019 <= rules.moment(date.fromisoformat(day), stored).year <= 2200
    assert all(one.year < 2200 for one in rules.days(stored, date(2026, 11, 22)))


def test_a_plan_says_what_it_lacks() -> None:
    assert plan.missing(Plan()) == {"audience": "Choose who is to be reached.", "message": "Choose a message."}
    triggered = Plan(when=When(start="trigger"))
    assert set(plan.missing(triggered)) == {"message", "when"}
    weekly = Plan(audience=plan.Audience(("s",)), content=plan.Content("m"), when=When("every", "2026-11-25"))
    assert plan.missing(weekly) == {"when": "Choose at least one day of the week."}
    for when in (
        When("at", "2026-11-28", weekdays=WORKDAYS),
        When("every", "2026-11-25", days=(5,), weekdays=WORKDAYS),
    ):
        assert "Nothing may be sent on" in plan.missing(msgspec.structs.replace(weekly, when=when))["when"]


def test_it_is_read_aloud() -> None:
    weekly = When("every", "2026-11-25", "08:30", "Europe/Berlin", days=(4, 0), interval=2)
    assert wording.start(weekly) == "Every 2 weeks on Mondays, Fridays at 08:30 (Europe/Berlin), from 25 November 2026"
    assert wording.weekdays(When(weekdays=WORKDAYS)) == "only from Monday to Friday"
    assert wording.weekdays(When(weekdays=(6, 1, 0))) == "only on Mondays, Tuesdays and Sundays"
    assert wording.minutes(1530) == "1 day 1 hour 30 minutes"
    assert wording.again(When(trigger=Trigger(again_days=30))) == "Again after 30 days at the earliest"
    assert wording.again(When(trigger=Trigger(again_days=1))) == "Again after 1 day at the earliest"
    tested = Plan(test=Test({"A": 1, "B": 3}, 10, 40, "auto", 6))
    assert wording.test(tested) == (
        "Variants A 25 %, B 75 % among 40 % of customers; the others get what the figures find best after 6 hours;"
        " 10 % are held out"
    )


class Form(dict[str, Any]):
    def getlist(self, name: str) -> list[str]:
        return list(self.get(name, []))


def test_forms_become_parts_of_the_plan() -> None:
    form = Form(start="trigger", on="event", event=" Order Completed ", delay="2", delay_unit="days", again="days",
                again_days="", time="10:15", zone="Asia/Tokyo", per_hour="1,000", follows="best",
                weekdays=["1", "2"])  # fmt: skip
    made = drafting.changed(Plan(), "when", form).when
    assert made.trigger == Trigger("event", "", "Order Completed", 2880, 30)
    assert (made.per_hour, made.follows, made.zone, made.time) == (1000, "best", "Asia/Tokyo", "10:15")
    assert drafting.delay_parts(Plan(when=made)) == (2, "days")
    assert made.weekdays == (1, 2)
    assert drafting.changed(Plan(), "when", Form(weekdays=list("0123456"))).when.weekdays == (), "any day"
    with pytest.raises(Invalid, match="not a whole number"):
        drafting.changed(Plan(), "when", Form(per_hour="many"))
    with pytest.raises(Invalid, match="at once"):
        drafting.changed(Plan(), "audience", Form(include=["s"], exclude=["s"]))
    assert drafting.changed(Plan(), "test", Form(variants=["A", "B"], **{"weight-A": "1", "weight-B": "1"},
                            how="sample", sample="20", holdout="2,5")).test == Test({"A": 1, "B": 1}, 2.5, 20)  # fmt: skip
