"""Doctor rules that look at messages one by one. Pure."""

from collections import Counter, defaultdict
from statistics import median
from typing import Any
from urllib.parse import urlsplit

from pentad.data.ingest.rules_doctor import Facts, Finding, Seen, rule, some, version_tuple, words

_LEAST_VERSIONS: dict[str, tuple[str, str]] = {
    "analytics-python": (
        "2.4.0",
        "Up to 2.3.4 it sends again after any success that is not exactly 200, and ignores Retry-After.",
    ),
    "analytics.js": (
        "1.70.0",
        "Older releases do not send the write key in a header and keep unsent events for less time.",
    ),
    "@segment/analytics-node": ("2.0.0", "Older releases lose what waits when the process ends."),
    "analytics-node": ("2.0.0", "This is the former library, no longer maintained: move to @segment/analytics-node."),
    "rudder-analytics-python": ("2.1.0", "Older releases drop events silently when the queue is full."),
    "posthog-python": ("3.0.0", "Older releases have no time limit on requests and can hang."),
}
"""Library → (least version, what is wrong before it)."""

_LOCAL = {"localhost", "127.0.0.1", "::1", "0.0.0.0"}  # noqa: S104 - compared with, not bound to


@rule
def old_library(facts: Facts) -> Finding | None:
    counts: Counter[tuple[str, str]] = Counter(m.library for m in facts.messages)
    old = {
        (name, version): count
        for (name, version), count in counts.items()
        if name in _LEAST_VERSIONS
        and version_tuple(version)
        and version_tuple(version) < version_tuple(_LEAST_VERSIONS[name][0])
    }
    if not old:
        return None
    name, version = max(old, key=lambda key: old[key])
    least, why = _LEAST_VERSIONS[name]
    return Finding(
        "old_library", "warning", f"{name} {version} is old", why, f"Update {name} to {least} or later.",
        sum(old.values()), len(facts.messages), some(m for m in facts.messages if m.library in old),
        tuple(f"{n} {v}: {c} messages" for (n, v), c in sorted(old.items(), key=lambda i: -i[1])),
    )  # fmt: skip


@rule
def self_alias(facts: Facts) -> Finding | None:
    found = [m for m in facts.messages if m.type == "alias" and m.user_id and m.user_id == _previous(m)]
    if not found:
        return None
    return Finding(
        "self_alias", "warning", "alias after identify does nothing",
        "The library sent the same id as userId and previousId, so there is nothing to link."
        " It does so when alias() is called after identify().",
        "Call alias() before identify(), or pass the former id as its second argument."
        " With identify() alone the anonymous visitor is linked already.",
        len(found), sum(m.type == "alias" for m in facts.messages), some(found),
    )  # fmt: skip


def _previous(message: Seen) -> str:
    for holder in (message.props, message.traits, message.context):
        value = holder.get("previousId")
        if value:
            return str(value)
    return ""


@rule
def no_message_id(facts: Facts) -> Finding | None:
    found = [m for m in facts.messages if m.message_id.startswith("pentad-") and len(m.message_id) == 39]
    if not found:
        return None
    return Finding(
        "no_message_id", "warning", "Messages come without messageId",
        "Pentad gave them one. When the sender tries again after a broken connection, the second copy gets another id and is stored twice.",
        "Send a messageId (a UUID) made once per event and kept for retries. Every library does this by itself; home-made HTTP calls must.",
        len(found), len(facts.messages), some(found),
    )  # fmt: skip


@rule
def wrong_clock(facts: Facts) -> Finding | None:
    skews = [(m, m.skew) for m in facts.messages if m.skew is not None]
    wrong = [(m, skew) for m, skew in skews if abs(skew.total_seconds()) > 300]
    if not wrong or (len(wrong) < 5 and len(wrong) < len(skews) * 0.05):
        return None
    middle = median(abs(skew.total_seconds()) for _, skew in wrong)
    ahead = sum(skew.total_seconds() > 0 for _, skew in wrong)
    return Finding(
        "wrong_clock", "problem" if facts.kind == "server" else "hint", "Clocks of senders are wrong",
        f"sentAt is more than five minutes from the time of receipt, typically by {words(type(wrong[0][1])(seconds=middle))}"
        f" ({ahead} ahead, {len(wrong) - ahead} behind). Times of events are corrected by the same amount.",
        "Switch on time synchronisation (NTP) on the server." if facts.kind == "server"
        else "Nothing to do: visitors' clocks are often wrong, and Pentad corrects for it.",
        len(wrong), len(skews), some(m for m, _ in wrong),
    )  # fmt: skip


@rule
def no_sent_at(facts: Facts) -> Finding | None:
    dated = [m for m in facts.messages if m.original is not None]
    found = [m for m in dated if m.sent is None]
    if len(found) < 5 or len(found) < len(dated) * 0.2:
        return None
    return Finding(
        "no_sent_at", "hint", "Messages come without sentAt",
        "Without it, the error of the sender’s clock cannot be taken out, and the time of the event is believed as it is.",
        "Set sentAt on the batch, at the moment of sending. Libraries do; home-made HTTP calls must.",
        len(found), len(dated), some(found),
    )  # fmt: skip


@rule
def future_times(facts: Facts) -> Finding | None:
    dated = [m for m in facts.messages if m.original is not None]
    found = [
        m
        for m in dated
        if m.original
        and m.original > (m.sent or m.received)
        and (m.original - (m.sent or m.received)).total_seconds() > 3600
    ]
    if not found:
        return None
    return Finding(
        "future_times", "problem", "Events claim to happen in the future",
        "Their timestamp is more than an hour after they were sent. They are stored with the time of receipt."
        " Most often local time was written as UTC.",
        "Send timestamps in UTC with a trailing Z, or with the right offset.",
        len(found), len(dated), some(found),
    )  # fmt: skip


@rule
def traits_in_context(facts: Facts) -> Finding | None:
    identifies = [m for m in facts.messages if m.type == "identify"]
    found = [
        m
        for m in identifies
        if isinstance(m.context.get("traits"), dict) and m.context["traits"] and m.traits == m.context["traits"]
    ]
    if not found:
        return None
    return Finding(
        "traits_in_context", "hint", "Traits come in context.traits",
        "RudderStack’s libraries put them there. Pentad reads both places, so nothing is lost.",
        "Nothing to do. When you write calls by hand, put traits at the top level of identify.",
        len(found), len(identifies), some(found),
    )  # fmt: skip


@rule
def page_without_url(facts: Facts) -> Finding | None:
    pages = [m for m in facts.messages if m.type == "page"]
    found = [m for m in pages if not (m.props.get("url") or m.page.get("url"))]
    if not found or len(found) < len(pages) * 0.05:
        return None
    return Finding(
        "page_without_url", "warning", "Page calls without an address",
        "Neither properties.url nor context.page.url is set, so visits cannot be told apart by page.",
        "In browsers, call page() with no replacement of context.page. On servers, pass url, path, referrer and title.",
        len(found), len(pages), some(found),
    )  # fmt: skip


@rule
def plain_http(facts: Facts) -> Finding | None:
    paged = [m for m in facts.messages if m.page.get("url")]
    found = [
        m
        for m in paged
        if (address := _split(m.page["url"])) and address.scheme == "http" and address.hostname not in _LOCAL
    ]
    if not found:
        return None
    return Finding(
        "plain_http", "warning", "Pages are served over plain http",
        "With a snippet loaded over http, analytics.js does not recognise where it came from:"
        " it takes its settings from Segment’s own host and sends error reports there.",
        "Serve the pages and Pentad over https, or use the snippet of this page, which sets analytics._cdn before loading.",
        len(found), len(paged), some(found),
    )  # fmt: skip


@rule
def identified_by_link(facts: Facts) -> Finding | None:
    found = [
        m
        for m in facts.messages
        if any(
            f"{key}=" in str(m.page.get("search") or m.page.get("url") or "")
            for key in ("ajs_uid", "ajs_aid", "ajs_trait")
        )
    ]
    if not found:
        return None
    return Finding(
        "identified_by_link", "warning", "Links tell who the visitor is",
        "analytics.js believes ajs_uid, ajs_aid and ajs_trait_… in an address. A forwarded link makes the reader look like someone else.",
        "Leave these parameters out of links; identify visitors after they sign in.",
        len(found), len(facts.messages), some(found),
    )  # fmt: skip


@rule
def local_pages(facts: Facts) -> Finding | None:
    paged = [m for m in facts.messages if m.page.get("url")]
    found = [m for m in paged if (address := _split(m.page["url"])) and address.hostname in _LOCAL]
    if not found or len(found) == len(paged):
        return None
    return Finding(
        "local_pages", "hint", "Events from developers’ machines are mixed in",
        "Some pages have the host localhost while others do not: trial events are counted with real ones.",
        "Add a second source for development and use its write key there.",
        len(found), len(paged), some(found),
    )  # fmt: skip


@rule
def names_by_case(facts: Facts) -> Finding | None:
    names: dict[str, Counter[str]] = defaultdict(Counter)
    where: dict[str, str] = {}
    for m in facts.messages:
        if m.type == "track" and m.name:
            _add(names, where, f"event {_fold(m.name)}", m.name, m)
        for prefix, holder in (("property", m.props), ("trait", m.traits)):
            for key in holder:
                _add(names, where, f"{prefix} {_fold(key)}", key, m)
    split = {key: spellings for key, spellings in names.items() if len(spellings) > 1}
    if not split:
        return None
    rare = {key: sum(s.values()) - max(s.values()) for key, s in split.items()}
    return Finding(
        "names_by_case", "warning", "One name is spelt in several ways",
        "Names that differ only in case, spaces or underscores are different names: each report sees a part of the data.",
        "Agree on one spelling and change the senders. Event names in “Title Case”, properties in snake_case are the usual choice.",
        sum(rare.values()), len(facts.messages), tuple(where[k] for k in list(split)[:3]),
        tuple(_spelt(key, split[key]) for key in sorted(rare, key=lambda k: -rare[k])[:5]),
    )  # fmt: skip


def _spelt(key: str, spellings: Counter[str]) -> str:
    kind = key.split(" ", 1)[0].capitalize()
    return f"{kind}: {', '.join(f'{name} ({count})' for name, count in spellings.most_common(4))}"


def _add(names: dict[str, Counter[str]], where: dict[str, str], key: str, spelling: str, message: Seen) -> None:
    names[key][spelling] += 1
    where[key] = message.message_id


def _fold(name: str) -> str:
    return "".join(c for c in name.casefold() if c not in " _-")


@rule
def money_as_text(facts: Facts) -> Finding | None:
    keys = ("revenue", "total", "value", "price", "quantity")
    found = [
        m for m in facts.messages if any(isinstance(m.props.get(k), str) and not _number(m.props[k]) for k in keys)
    ]
    if not found:
        return None
    shown = sorted(
        {
            f"{k}: “{str(m.props[k])[:30]}”"
            for m in found
            for k in keys
            if isinstance(m.props.get(k), str) and not _number(m.props[k])
        }
    )
    return Finding(
        "money_as_text", "warning", "Amounts come as text that is not a number",
        "They cannot be summed: revenue of these events counts as nothing.",
        "Send numbers, such as 12.5, without currency sign or thousands separator, and the currency in its own property.",
        len(found), sum(any(k in m.props for k in keys) for m in facts.messages), some(found), tuple(shown[:5]),
    )  # fmt: skip


def _number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _split(url: Any) -> Any:
    try:
        return urlsplit(str(url))
    except ValueError:
        return None
