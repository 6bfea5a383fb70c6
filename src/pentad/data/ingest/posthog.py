"""PostHog's events, told as Segment messages. Pure: no Django, no I/O.

| PostHog | becomes |
|---|---|
| `$identify` | identify; `$anon_distinct_id` is the anonymousId |
| `$set`, `$set_once` | identify |
| `$set` (and `$set_once` but for the library's own `$…` names) beside another event | that event, and an identify |
| `$create_alias`, `$merge_dangerously` | alias |
| `$groupidentify` | group; without a user it speaks of the company alone |
| `$pageview`, `$screen` | page, screen |
| anything else | track |

A `distinct_id` is a userId when the sender says that it is identified, or a server sends it; it is an
anonymousId when the sender says so (`$is_identified` false, `$process_person_profile` false, equal to
`$device_id`), or a browser or app sends the UUID it made up itself.
"""

import re
from dataclasses import dataclass, field
from typing import Any

from pentad.data.ingest.rules import identifier_text

Event = dict[str, Any]

_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_DEVICES = frozenset(
    {
        "web",
        "js",
        "posthog-js",
        "posthog-js-lite",
        "posthog-ios",
        "posthog-android",
        "posthog-flutter",
        "posthog-react-native",
    }
)
_LIFTED = frozenset(
    {
        "token",
        "api_key",
        "distinct_id",
        "$set",
        "$set_once",
        "$unset",
        "$lib",
        "$lib_version",
        "$ip",
        "$raw_user_agent",
    }
)
_ALIASES = {"$create_alias": ("alias", "distinct_id"), "$merge_dangerously": ("distinct_id", "alias")}
_IDENTIFY = frozenset({"$identify", "$set", "$set_once"})


@dataclass(slots=True)
class Translated:
    """A Segment batch, and what the envelope said."""

    messages: list[Event] = field(default_factory=list)
    uuids: list[str] = field(default_factory=list)
    """The events' own ids, in the order sent: the message ids of their main messages."""
    key: str = ""
    historical: bool = False


def translate(body: Any, *, sent_at: str | None = None, key: str = "") -> Translated:
    """Any of PostHog's bodies: one event, a list of events, or an envelope with a batch.

    sent_at: the sender's clock when it sent, where a header or the query says it.
    Raises ValueError when the body is none of these.
    """
    envelope: Event = body if isinstance(body, dict) else {}
    events = body if isinstance(body, list) else envelope.get("batch", [envelope])
    if not isinstance(events, list) or not isinstance(body, dict | list):
        raise ValueError("neither an event nor a batch of events")
    result = Translated(key=_text(envelope.get("api_key") or envelope.get("token")) or key)
    result.historical = envelope.get("historical_migration") is True
    sent_at = sent_at or _text(envelope.get("sent_at") or envelope.get("sentAt")) or None
    for event in events:
        if not isinstance(event, dict):
            result.messages.append({"type": "track", "invalid": event})  # set aside, visibly
            result.uuids.append("")
            continue
        properties = _object(event.get("properties"))
        result.key = result.key or _text(
            event.get("api_key") or event.get("token") or properties.get("token") or properties.get("api_key")
        )
        messages = messages_of(event, sent_at)
        result.uuids.append(_text(event.get("uuid") or properties.get("$insert_id")))
        result.messages.extend(messages)
    return result


def messages_of(event: Event, sent_at: str | None = None) -> list[Event]:
    """One event as its message, and an identify when it carries traits besides."""
    properties = _object(event.get("properties"))
    options = _object(event.get("options"))
    name = _text(event.get("event"))
    ids = _identity(event, properties, options, name)
    base: Event = {**ids, "timestamp": event.get("timestamp"), "context": _context(event, properties)}
    if sent_at and options.get("disable_skew_correction") is not True:
        base["sentAt"] = sent_at
    message_id = _text(event.get("uuid") or properties.get("$insert_id"))
    traits, once = _traits(event, properties, name)
    about = {**base["context"], "traitsOnce": once} if once else base["context"]
    main: Event = {**base, **_content(properties, event, name)}
    if main["type"] == "identify":
        main |= {"traits": traits, "context": about}
    if main["type"] == "group" and not ids:
        main["context"] = {**base["context"], "companyOnly": True}
    if message_id:
        main["messageId"] = message_id
    messages = [main]
    if traits and ids and main["type"] != "identify" and not _personless(properties, options):
        extra: Event = {**base, "type": "identify", "traits": traits, "context": about}
        if message_id:
            extra["messageId"] = f"{message_id}-set"
        messages.append(extra)
    return messages


def _content(properties: Event, event: Event, name: str) -> Event:
    """Type, name and payload of the main message, but for the traits of an identify."""
    if name in _IDENTIFY:
        return {"type": "identify"}
    if name in _ALIASES:
        new, previous = (_text(properties.get(part)) or _text(event.get("distinct_id")) for part in _ALIASES[name])
        return {"type": "alias", "userId": new, "previousId": previous, "anonymousId": None}
    if name == "$groupidentify":
        traits = {**_object(properties.get("$group_set")), "groupType": properties.get("$group_type")}
        return {"type": "group", "groupId": _text(properties.get("$group_key")) or None, "traits": traits}
    kept = {key: value for key, value in properties.items() if key not in _LIFTED}
    if name == "$pageview":
        page = {"url": "$current_url", "path": "$pathname", "referrer": "$referrer", "title": "title"}
        known = {to: kept[of] for to, of in page.items() if of in kept}
        return {"type": "page", "name": _text(kept.get("title")), "properties": {**kept, **known}}
    if name == "$screen":
        return {"type": "screen", "name": _text(kept.get("$screen_name")), "properties": kept}
    return {"type": "track", "event": name, "properties": kept}


def _traits(event: Event, properties: Event, name: str) -> tuple[Event, list[str]]:
    """What is said of the person, and the names that are meant only where there is no value yet."""
    once = {**_object(properties.get("$set_once")), **_object(event.get("$set_once"))}
    if name not in _IDENTIFY:
        # The library repeats its own, such as the first referrer, beside ordinary events.
        once = {key: value for key, value in once.items() if not key.startswith("$")}
    plain = {**_object(properties.get("$set")), **_object(event.get("$set"))}
    return {**once, **plain}, [key for key in once if key not in plain]


def _identity(event: Event, properties: Event, options: Event, name: str) -> Event:
    distinct = _text(event.get("distinct_id") or properties.get("distinct_id"))
    device = _text(properties.get("$device_id"))
    if name == "$groupidentify" and _made_up(distinct, device, properties, options):
        return {}
    if not distinct:
        return {"anonymousId": device} if device else {}
    if name == "$identify":
        previous = _text(properties.get("$anon_distinct_id")) or device
        return {"userId": distinct, **({"anonymousId": previous} if previous else {})}
    if _is_user(distinct, device, properties, options):
        return {"userId": distinct, **({"anonymousId": device} if device and device != distinct else {})}
    return {"anonymousId": distinct}


def _made_up(distinct: str, device: str, properties: Event, options: Event) -> bool:
    """Whether the sender of a `$groupidentify` had no user: servers then send a new UUID, or `$TYPE_KEY`."""
    on_device = device != "" or _text(properties.get("$lib")) in _DEVICES
    stand_in = f"${_text(properties.get('$group_type'))}_{_text(properties.get('$group_key'))}"
    return not on_device and (
        _personless(properties, options) or distinct in ("", stand_in) or _UUID.fullmatch(distinct) is not None
    )


def _is_user(distinct: str, device: str, properties: Event, options: Event) -> bool:
    if _personless(properties, options):
        return False
    identified = properties.get("$is_identified")
    if isinstance(identified, bool):
        return identified
    if distinct == device:
        return False
    if properties.get("$user_id"):
        return True
    on_device = device != "" or _text(properties.get("$lib")) in _DEVICES
    return not (on_device and _UUID.fullmatch(distinct))


def _personless(properties: Event, options: Event) -> bool:
    return properties.get("$process_person_profile") is False or options.get("process_person_profile") is False


def _context(event: Event, properties: Event) -> Event:
    context: Event = {
        "library": {"name": properties.get("$lib") or "posthog", "version": properties.get("$lib_version")}
    }
    page = {
        to: properties[of]
        for to, of in {"url": "$current_url", "path": "$pathname", "referrer": "$referrer", "title": "title"}.items()
        if of in properties
    }
    if page:
        context["page"] = page
    for to, of in {"ip": "$ip", "userAgent": "$raw_user_agent", "sessionId": "$session_id"}.items():
        if properties.get(of):
            context[to] = properties[of]
    if event.get("session_id"):
        context["sessionId"] = event["session_id"]
    groups = _object(properties.get("$groups"))
    if groups:
        context["groups"] = groups
        context["groupId"] = next(iter(groups.values()))
    return context


def _object(value: Any) -> Event:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    """A text as it is, a number as text, anything else as none."""
    if isinstance(value, str):
        return value.strip()
    return identifier_text(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""
