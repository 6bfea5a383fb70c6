"""Doctor rules that look at the stream as a whole: who is in it, how much of it comes, what is refused. Pure."""

from collections import Counter, defaultdict
from datetime import timedelta
from statistics import median

from pentad.data.ingest.rules import REASONS
from pentad.data.ingest.rules_doctor import Facts, Finding, Seen, rule, some, words


@rule
def retried(facts: Facts) -> Finding | None:
    soon = [r for r in facts.repeats if r.after is not None and r.after < timedelta(minutes=30)]
    if len(soon) < 3 or facts.duplicate < max(3, facts.accepted * 0.005):
        return None
    middle = timedelta(seconds=median(r.after.total_seconds() for r in soon if r.after is not None))
    return Finding(
        "retried", "warning", "The same messages are sent again",
        f"Second copies arrive {words(middle)} after the first, as when a sender does not see our answer: "
        "a proxy in between turns 200 into 204 or 202, "
        "or cuts the connection. segment-analytics-python up to 2.3.4, "
        "RudderStack’s and PostHog’s libraries retry after anything but exactly 200. "
        "Pentad keeps one copy; nothing is counted twice.",
        "Let the proxy pass status and body through unchanged, and allow it at least 10 s per request.",
        facts.duplicate, facts.accepted, tuple(r.message_id for r in soon[:3]),
    )  # fmt: skip


@rule
def sent_twice(facts: Facts) -> Finding | None:
    late = [r for r in facts.repeats if r.after is not None and r.after >= timedelta(minutes=30)]
    if len(late) < 3:
        return None
    return Finding(
        "sent_twice", "hint", "Old messages are sent again",
        "Copies arrive long after the first: an import was run twice, or a device came back online with what it had sent before.",
        "Nothing to do: Pentad keeps one copy.",
        len(late), facts.accepted, tuple(r.message_id for r in late[:3]),
    )  # fmt: skip


@rule
def quarantine(facts: Facts) -> Finding | None:
    total = sum(facts.quarantined.values())
    if not total:
        return None
    worst, count = facts.quarantined.most_common(1)[0]
    known = REASONS.get(worst)
    return Finding(
        "quarantine", "problem" if total >= max(1, facts.accepted * 0.01) else "warning", "Messages are set aside",
        f"Most often ({count} of {total}): {known.says if known else worst}",
        known.fix if known else "Open one of them to see what is wrong.",
        total, facts.accepted, tuple(filter(None, (facts.samples.get(r) for r, _ in facts.quarantined.most_common(3)))),
        tuple(f"{c} × {REASONS[r].says if r in REASONS else r}" for r, c in facts.quarantined.most_common(5)),
    )  # fmt: skip


@rule
def nobody_known(facts: Facts) -> Finding | None:
    if len(facts.messages) < 50 or any(m.user_id for m in facts.messages):
        return None
    return Finding(
        "nobody_known", "warning", "Nobody is ever identified",
        "No message carries a userId, so visitors stay anonymous and cannot be joined with what other sources know of them.",
        "Call identify(userId, traits) when someone signs in, signs up or orders.",
        len(facts.messages), len(facts.messages), some(facts.messages),
    )  # fmt: skip


@rule
def fresh_anonymous(facts: Facts) -> Finding | None:
    anonymous = [m for m in facts.messages if m.anonymous_id and not m.user_id]
    if len(anonymous) < 50 or len({m.anonymous_id for m in anonymous}) < len(anonymous) * 0.95:
        return None
    return Finding(
        "fresh_anonymous", "problem", "Each event has a new anonymousId",
        "Every event looks like a new visitor. The id is not kept: storage is blocked, or the sender makes an id for each call.",
        "Keep the anonymousId in a cookie or local storage; on servers, take it from the visitor’s cookie.",
        len(anonymous), len(facts.messages), some(anonymous),
    )  # fmt: skip


@rule
def no_reset(facts: Facts) -> Finding | None:
    users: dict[str, set[str]] = defaultdict(set)
    latest: dict[str, Seen] = {}
    for m in facts.messages:
        if m.anonymous_id and m.user_id:
            users[m.anonymous_id].add(m.user_id)
            latest[m.anonymous_id] = m
    shared = {anonymous: len(ids) for anonymous, ids in users.items() if len(ids) > 1}
    if not shared or (len(shared) < len(users) * 0.01 and max(shared.values()) < 5):
        return None
    return Finding(
        "no_reset", "warning", "One browser speaks for several people",
        f"The same anonymousId came with up to {max(shared.values())} different userIds."
        " The next visitor’s anonymous events go to the last one who signed in.",
        "Call reset() on sign-out, which gives the browser a new anonymousId.",
        len(shared), len(users), some(latest[a] for a in shared),
    )  # fmt: skip


@rule
def mail_as_user(facts: Facts) -> Finding | None:
    known = [m for m in facts.messages if m.user_id]
    found = [m for m in known if "@" in m.user_id]
    if len(found) < 5 or len(found) < len(known) * 0.2:
        return None
    return Finding(
        "mail_as_user", "hint", "E-mail addresses serve as userId",
        "People change their address, and then look like new customers.",
        "Send the key of your own database as userId and the address as the trait email.",
        len(found), len(known), some(found),
    )  # fmt: skip


@rule
def volume_drop(facts: Facts) -> Finding | None:
    if len(facts.daily) < 4:
        return None
    usual, today = median(facts.daily[:-1]), facts.daily[-1]
    if usual < 50 or today > usual * 0.4:
        return None
    return Finding(
        "volume_drop", "problem", "Far fewer events than usual" if today else "No events for a day",
        f"{today:,} in the last 24 hours; {usual:,.0f} on a usual day of the last {len(facts.daily) - 1}.",
        "Look at the last release of the site or app, at consent banners, and whether the write key was changed.",
        today, round(usual),
    )  # fmt: skip


@rule
def types_unused(facts: Facts) -> Finding | None:
    counts = Counter(m.type for m in facts.messages)
    if len(facts.messages) < 200 or facts.kind != "web" or counts["page"]:
        return None
    return Finding(
        "no_pages", "hint", "No page calls",
        "A website that sends no page calls has no visits, paths or referrers.",
        "Keep analytics.page() in the snippet, and call it on each change of route in single-page apps.",
        len(facts.messages), len(facts.messages),
    )  # fmt: skip


_SIGNALS: dict[str, tuple[str, str, str, str]] = {
    "wrong_key": (
        "problem", "Requests with a wrong write key",
        "Somebody sends with a key that no source has. They were refused with 401, and their events are lost."
        " The key was probably rotated, or cut off when copied.",
        "If it is the sender of this source, copy the write key of this page into it anew.",
    ),
    "missing_key": (
        "problem", "Requests without a write key",
        "They were refused with 401, and their events are lost.",
        "Send the write key as the user name of HTTP Basic, or as writeKey in the body.",
    ),
    "malformed": (
        "problem", "Requests that are not JSON",
        "They were refused with 400, and their events are lost: the body could not be read at all.",
        "Encode the body with a JSON library, in UTF-8.",
    ),
    "telemetry": (
        "warning", "The library reports about itself",
        "analytics.js posts metrics to /v1/m. Pentad discards them; with apiHost set by hand they would go to Segment instead.",
        "Use the settings that Pentad serves (metrics.sampleRate is 0), and do not override metrics in the page.",
    ),
    "origin_refused": (
        "problem", "Pages of other origins were refused",
        "A browser sent events from a page whose origin is not on this source’s list.",
        "Add the origin in the settings below, or empty the list to allow any.",
    ),
    "rate_limited": (
        "warning", "Requests were held back",
        "More requests a second came than this source may send. They were answered 429 and the library tries again.",
        "Raise the rate in the settings below, or send in batches.",
    ),
    "text_plain": (
        "hint", "Beacons come as text/plain",
        "Browsers send them so when a page closes, to spare a pre-flight. Pentad reads them.",
        "Nothing to do.",
    ),
    "key_mismatch": (
        "warning", "Header and body name different write keys",
        "The header wins. Somewhere a key was replaced in one place alone.",
        "Give the library one write key.",
    ),
    "too_large": (
        "problem", "Requests larger than 500 KB were refused",
        "Their events are lost: a library does not split a batch that was refused.",
        "Lower the batch size of the library.",
    ),
    "disabled": (
        "warning", "Events arrive while the source is switched off",
        "They are refused.",
        "Switch the source on in the settings below, or stop the sender.",
    ),
}  # fmt: skip


def _signal_rule(name: str) -> None:
    severity, title, why, fix = _SIGNALS[name]

    def check(facts: Facts) -> Finding | None:
        count = facts.signals[name]
        return Finding(name, severity, title, why, fix, count) if count else None  # type: ignore[arg-type]

    rule(check)


for _name in _SIGNALS:
    _signal_rule(_name)
