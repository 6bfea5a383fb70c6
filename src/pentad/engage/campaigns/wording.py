"""A campaign in words: whom, when, and why somebody was told or not. Pure."""

from datetime import UTC, datetime

from pentad.engage.campaigns.plan import Plan, When

DAYS = ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays")
FOLLOWS = {"moment": "everybody at the same moment", "local": "each by the clock of their own time zone",
           "best": "each at the hour at which they are likeliest to read"}  # fmt: skip
REASONS = {
    "holdout": "Held out of this campaign, so that it can be told what it changes",
    "global_holdout": "Held out of every campaign, so that it can be told what all of them change",
    "left_audience": "Left the audience before it was time",
    "again": "Was chosen by it before; it is too early to choose them again",
    "merged": "Is told as another part of the same customer",
    "winner": "Waits until the test is decided",
    "content_no_value": "The message needs a value this customer does not have",
    "content_aborted": "The message says itself that it is not for this customer",
    "content_failed": "The message could not be composed",
    "content_merged": "A part of another customer by now",
    "same_address": "Another customer has the same address, and was told",
    "content_gone": "The customer is gone, or a part of another by now",
    "suppression": "The address is suppressed",
    "suppressed": "The address is suppressed",
    "address": "There is no address on this channel",
    "no_address": "There is no address on this channel",
    "consent": "Does not agree to be told of this",
    "preference": "Asked for fewer messages, or for a pause",
    "quiet_hours": "It is night or a quiet hour there",
    "cap": "Got as many messages as the contact policy allows",
    "priority": "Another message goes first",
    "weekday": "Waits for a day of the week on which it may be sent",
    "expired": "It could not be sent in time",
    "cancelled": "The campaign was cancelled before it was their turn",
}


def reason(code: str) -> str:
    """A reason's code in words."""
    return REASONS.get(code, code.replace("_", " ").capitalize())


def held(code: str, detail: str) -> str:
    """Why a message did not go, or not yet: the code in words, with what was seen."""
    words = REASONS.get(code, "")
    return f"{words} ({detail})" if words and detail else words or detail or (reason(code) if code else "")


def start(when: When) -> str:
    """When it goes, as one reads it aloud."""
    at = f"at {when.time} ({when.zone})" if when.follows != "local" else f"at {when.time}"
    match when.start:
        case "now":
            return "As soon as it is started"
        case "at":
            return f"On {_day(when.date)} {at}"
        case "every":
            return f"{_every(when)} {at}, from {_day(when.date)}" + (f" until {_day(when.until)}" if when.until else "")
    delay = f", {minutes(when.trigger.delay_minutes)} later" if when.trigger.delay_minutes else ""
    who = "enters a segment" if when.trigger.on == "segment" else f"does “{when.trigger.event}”"
    return f"When a customer {who}{delay}"


def weekdays(when: When) -> str:
    """On which days of the week alone something may be due; "" for all of them."""
    some = sorted(when.weekdays)
    if not some:
        return ""
    if len(some) > 2 and some == list(range(some[0], some[-1] + 1)):
        return f"only from {DAYS[some[0]][:-1]} to {DAYS[some[-1]][:-1]}"
    named = [DAYS[one] for one in some]
    return f"only on {' and '.join([', '.join(named[:-1]), named[-1]] if len(named) > 1 else named)}"


def again(when: When) -> str:
    """Whether the same customer is told more than once by a triggered campaign."""
    days = when.trigger.again_days
    if days is None:
        return "Each customer once"
    some = "1 day" if days == 1 else f"{days} days"
    return f"Again after {some} at the earliest" if days else "Each time"


def minutes(number: int) -> str:
    """90 as “1 hour 30 minutes”."""
    parts = []
    for size, name in ((1440, "day"), (60, "hour"), (1, "minute")):
        count, number = divmod(number, size)
        if count:
            parts.append(f"{count} {name}" + ("" if count == 1 else "s"))
    return " ".join(parts) or "at once"


def _every(when: When) -> str:
    unit = f"Every {when.unit}" if when.interval == 1 else f"Every {when.interval} {when.unit}s"
    days = ", ".join(DAYS[one] for one in sorted(when.days)) if when.unit == "week" else ""
    return f"{unit} on {days}" if days else unit


def _day(text: str) -> str:
    if not text:
        return "a day to be chosen"
    day = datetime.fromisoformat(text).replace(tzinfo=UTC)
    return f"{day.day} {day:%B %Y}"


def test(plan: Plan) -> str:
    """The test and the holdout in words."""
    weights = {name: share for name, share in plan.test.weights.items() if share}
    parts = []
    if len(weights) > 1:
        total = sum(weights.values())
        shares = ", ".join(f"{name} {100 * share / total:.0f} %" for name, share in weights.items())
        how = f" among {plan.test.sample} % of customers" if plan.test.sample < 100 else ""
        parts.append(f"Variants {shares}{how}")
        if plan.test.sample < 100:
            who = "the figures" if plan.test.decide == "auto" else "a colleague"
            parts.append(f"the others get what {who} find best after {plan.test.after_hours} hours")
    elif weights:
        parts.append(f"Variant {next(iter(weights))}")
    parts.append(f"{plan.test.holdout:g} % are held out" if plan.test.holdout else "nobody is held out")
    said = "; ".join(parts)
    return said[0].upper() + said[1:]


def goal(plan: Plan) -> str:
    if not plan.goal.event.names:
        return "No goal: what it changes will not be known"
    what = " or ".join(f"“{name}”" for name in plan.goal.event.names)
    figure = f"The sum of {plan.goal.property} of " if plan.goal.property else ""
    return f"{figure}{what} within {plan.goal.within_days} days"
