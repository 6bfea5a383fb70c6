"""What the steps of the editor send, as parts of a plan. Pure."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import msgspec

from pentad.core.errors import Invalid
from pentad.engage.campaigns.plan import Audience, Content, Goal, Plan, Test, Trigger
from pentad.intelligence.segments.definition import EventMatch


class Given(Protocol):
    """A form as it was sent."""

    def get(self, name: str, default: str = "") -> Any: ...
    def getlist(self, name: str) -> Sequence[str]: ...


def audience(plan: Plan, given: Given) -> Plan:
    include, exclude = tuple(given.getlist("include")), tuple(given.getlist("exclude"))
    if both := set(include) & set(exclude):
        raise Invalid(
            "A segment cannot be reached and left out at once.", code="bad_plan", fix="Tick one of the two.",
            segments=sorted(both),
        )  # fmt: skip
    made = Audience(include, exclude, _said(given, "who") == "everybody", _said(given, "live") == "1")
    return msgspec.structs.replace(plan, audience=made)


def message(plan: Plan, given: Given) -> Plan:
    """The choice is sent as “message:channel”."""
    chosen, _, channel = _said(given, "message").partition(":")
    made = Content(chosen, channel or plan.content.channel, _number(given, "priority", 50))
    test = plan.test if chosen == plan.content.message else msgspec.structs.replace(plan.test, weights={})
    return msgspec.structs.replace(plan, content=made, test=test)


def when(plan: Plan, given: Given) -> Plan:
    trigger = Trigger(
        "event" if _said(given, "on") == "event" else "segment", _said(given, "segment"), _said(given, "event"),
        _minutes(given), _again(given),
    )  # fmt: skip
    made = msgspec.structs.replace(
        plan.when, start=_one_of(given, "start", ("now", "at", "every", "trigger")), date=_said(given, "date"),
        time=_said(given, "time")[:5] or "09:00", zone=_said(given, "zone") or "UTC",
        follows=_one_of(given, "follows", ("moment", "local", "best")), unit=_one_of(given, "unit", ("week", "day", "month")),
        interval=_number(given, "interval", 1), days=_days(given, "days"),
        until=_said(given, "until"), trigger=trigger, per_hour=_number(given, "per_hour", 0),
        expires_hours=_number(given, "expires_hours", 72), if_held=_one_of(given, "if_held", ("wait", "skip")),
        weekdays=some if len(some := _days(given, "weekdays")) < 7 else (),
    )  # fmt: skip
    return msgspec.structs.replace(plan, when=made)


def test(plan: Plan, given: Given) -> Plan:
    weights = {name: _number(given, f"weight-{name}", 0) for name in given.getlist("variants")[:26]}
    holdout = _decimal(given, "holdout")
    several = sum(1 for share in weights.values() if share) > 1
    made = Test(
        {name: share for name, share in weights.items() if share}, int(holdout) if holdout == int(holdout) else holdout,
        _number(given, "sample", 100) if several and _said(given, "how") == "sample" else 100,
        "auto" if _said(given, "decide") == "auto" else "manual", _number(given, "after_hours", 24),
    )  # fmt: skip
    return msgspec.structs.replace(plan, test=made)


def goal(plan: Plan, given: Given) -> Plan:
    name = _said(given, "event")
    match = msgspec.structs.replace(plan.goal.event, names=(name,)) if name else EventMatch()
    made = Goal(match, _number(given, "within_days", 7), _said(given, "property"))
    return msgspec.structs.replace(plan, goal=made)


STEPS: dict[str, Callable[[Plan, Given], Plan]] = {
    "audience": audience, "message": message, "when": when, "test": test, "goal": goal,
}  # fmt: skip
"""In the order in which one is asked."""
LABELS = {
    "audience": "Audience",
    "message": "Message",
    "when": "When",
    "test": "Test",
    "goal": "Goal",
    "check": "Check",
}
ICONS = {"audience": "users", "message": "mail", "when": "calendar", "test": "split", "goal": "target",
         "check": "list-checks"}  # fmt: skip


def changed(plan: Plan, step: str, given: Given) -> Plan:
    """The plan with what a step says. Raises Invalid."""
    made = STEPS[step](plan, given)
    try:
        return msgspec.json.decode(msgspec.json.encode(made), type=Plan)  # so that bounds are looked at
    except msgspec.ValidationError as error:
        raise Invalid(f"That cannot be: {error}.", code="bad_plan", fix="Change it.") from None


def _said(given: Given, name: str) -> str:
    """What a field says; "" where the form has none."""
    return str(given.get(name) or "").strip()


def _days(given: Given, name: str) -> tuple[int, ...]:
    """Days of the week, as numbers."""
    return tuple(int(one) for one in given.getlist(name) if one.isdecimal())


def _one_of(given: Given, name: str, allowed: tuple[str, ...]) -> Any:
    said = _said(given, name)
    return said if said in allowed else allowed[0]


def _number(given: Given, name: str, usual: int) -> int:
    said = _said(given, name).replace(",", "").replace(" ", "").strip()
    if not said:
        return usual
    try:
        return int(said)
    except ValueError:
        raise Invalid(f"“{said[:40]}” is not a whole number.", code="bad_plan", fix="Type digits.") from None


def _decimal(given: Given, name: str) -> float:
    said = _said(given, name).replace(",", ".").strip()
    try:
        return float(said or 0)
    except ValueError:
        raise Invalid(f"“{said[:40]}” is not a number.", code="bad_plan", fix="Type digits, such as 10.") from None


def _minutes(given: Given) -> int:
    units: Mapping[str, int] = {"minutes": 1, "hours": 60, "days": 1440}
    return _number(given, "delay", 0) * units.get(_said(given, "delay_unit"), 1)


def _again(given: Given) -> int | None:
    match _said(given, "again"):
        case "each":
            return 0
        case "days":
            return max(1, _number(given, "again_days", 30))
    return None


UNITS = ("minutes", "hours", "days")


def delay_parts(plan: Plan) -> tuple[int, str]:
    """The delay as a number and its unit, for the form."""
    number = plan.when.trigger.delay_minutes
    for size, unit in ((1440, "days"), (60, "hours")):
        if number and number % size == 0:
            return number // size, unit
    return number, "minutes"
