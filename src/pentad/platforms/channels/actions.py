"""Verbs of destinations: where the messages of a channel go. Their passwords are sealed, and shown to nobody."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction

from pentad.core import clock
from pentad.core.action import action, note
from pentad.core.actor import Actor
from pentad.core.errors import Conflict, Invalid
from pentad.platforms.channels import queue
from pentad.platforms.channels.adapters.keys import dns_name, dns_value, new_key
from pentad.platforms.channels.adapters.protocol import Adapter, Field
from pentad.platforms.channels.models import Destination
from pentad.platforms.channels.registry import adapter_class, find, open_adapter
from pentad.platforms.channels.sealing import opened, sealed

MOST_PER_SECOND, MOST_AT_ONCE = 1_000.0, 64


@action("destinations.manage")
def create_destination(
    *,
    actor: Actor,
    channel: str,
    adapter: str,
    name: str,
    settings: Mapping[str, Any],
    per_second: float = 0,
    concurrency: int = 1,
    per_domain: Mapping[str, float] | None = None,
    warm_up: Mapping[str, Any] | None = None,
    default: bool | None = None,
) -> Destination:
    """Set up where messages go. settings: by the names of the adapter's fields, secret ones too. default: whether it takes
    what names no destination; None: if there is no other. Raises Invalid, and NotFound for an unknown adapter.
    """
    if channel not in find(adapter).channels:
        raise Invalid(
            f"The adapter “{adapter}” does not carry {channel}.", code="wrong_channel", field="channel",
            fix=f"It carries {', '.join(find(adapter).channels)}.",
        )  # fmt: skip
    config, secret = _settings(adapter_class(adapter), settings, {}, {})
    row = Destination(
        channel=channel, adapter=adapter, config=config, secret=sealed(secret), changed_by=actor.name,
        **_limits(name, per_second, concurrency, per_domain or {}, warm_up or {}),
    )  # fmt: skip
    others = Destination.objects.select_for_update().filter(channel=channel, is_default=True)
    row.is_default = not others.exists() if default is None else default
    if row.is_default:
        others.update(is_default=False)
    row.save()
    note(subject=f"destination:{row.public_id}", channel=channel, adapter=adapter, fields=sorted(config))
    queue.queued.ring_on_commit()
    return row


@action("destinations.manage")
def change_destination(
    *,
    actor: Actor,
    row: Destination,
    name: str,
    settings: Mapping[str, Any],
    per_second: float,
    concurrency: int,
    per_domain: Mapping[str, float],
    warm_up: Mapping[str, Any],
) -> Destination:
    """Set it up anew. A secret that is empty stays as it is. Raises Invalid."""
    row = Destination.objects.select_for_update().get(pk=row.pk)
    before = (row.config, row.secret)
    config, secret = _settings(adapter_class(row.adapter), settings, row.config, opened(row.secret))
    for field, value in _limits(name, per_second, concurrency, per_domain, warm_up).items():
        setattr(row, field, value)
    row.config, row.secret = config, before[1] if secret == opened(before[1]) else sealed(secret)
    if (row.config, row.secret) != before:  # what was told another set-up says nothing of this one
        row.changed, row.changed_by = clock.now(), actor.name
        row.failures, row.breaker_until, row.failed, row.failure = 0, None, None, ""
    row.save()
    note(subject=f"destination:{row.public_id}", fields=sorted(config))
    queue.queued.ring_on_commit()
    return row


@action("destinations.manage")
def turn_on(*, actor: Actor, row: Destination) -> Destination:
    """Let it send; what waits for it goes out."""
    return _state(row, Destination.ON)


@action("destinations.manage")
def turn_off(*, actor: Actor, row: Destination) -> Destination:
    """Let it send nothing; what is for it waits."""
    return _state(row, Destination.OFF)


@action("destinations.manage")
def archive_destination(*, actor: Actor, row: Destination) -> Destination:
    """Put it away. Raises Conflict while messages wait for it by name."""
    from pentad.platforms.channels.models import PENDING, SENDING, Delivery

    waiting = Delivery.objects.filter(destination=row, state__in=(*PENDING, SENDING)).count()
    if waiting:
        raise Conflict(
            f"{waiting:,} messages wait for {row.name}.",
            code="messages_wait",
            fix="Let them leave, or cancel them first.",
        )
    return _state(row, Destination.ARCHIVED)


@action("destinations.manage")
def make_default(*, actor: Actor, row: Destination) -> Destination:
    """Let it take what names no destination, instead of the one that did. Raises Conflict for one in the archive."""
    row = Destination.objects.select_for_update().get(pk=row.pk)
    if row.state == Destination.ARCHIVED:
        raise Conflict(f"{row.name} is archived.", code="destination_archived", fix="Turn it on first.")
    Destination.objects.filter(channel=row.channel, is_default=True).update(is_default=False)
    row.is_default = True
    row.save(update_fields=["is_default"])
    note(subject=f"destination:{row.public_id}", default=True)
    queue.queued.ring_on_commit()
    return row


@action("destinations.manage")
def try_again(*, actor: Actor, row: Destination) -> Destination:
    """Try a service again that is left alone because it failed."""
    row = Destination.objects.select_for_update().get(pk=row.pk)
    row.breaker_until = None
    row.save(update_fields=["breaker_until"])
    note(subject=f"destination:{row.public_id}")
    queue.queued.ring_on_commit()
    return row


@action("destinations.manage")
def make_dkim_key(*, actor: Actor, row: Destination) -> tuple[str, str]:
    """Make a new key that mail is signed with; returns the name and the value of the DNS record (TXT) it needs."""
    row = Destination.objects.select_for_update().get(pk=row.pk)
    if not any(field.name == "dkim_key" for field in adapter_class(row.adapter).fields):
        raise Conflict(f"{row.name} signs no mail.", code="no_dkim", fix="Its service signs mail itself.")
    key = new_key()
    row.secret = sealed(opened(row.secret) | {"dkim_key": key})
    row.changed, row.changed_by = clock.now(), actor.name
    row.save(update_fields=["secret", "changed", "changed_by"])
    note(subject=f"destination:{row.public_id}", dkim=True)
    return dns_record(row) or ("", "")


def secrets_of(row: Destination) -> list[str]:
    """Names of the secrets that are set."""
    return sorted(opened(row.secret))


def dns_record(row: Destination) -> tuple[str, str] | None:
    """Name and value of the DNS record of its DKIM key; None without a key."""
    key = opened(row.secret).get("dkim_key", "")
    if not key:
        return None
    domain = row.config.get("dkim_domain") or str(row.config.get("from_address", "")).rpartition("@")[2]
    return dns_name(row.config.get("dkim_selector") or "pentad", domain), dns_value(key)


def problem_of(row: Destination) -> str:
    """Try its settings without sending anything; "" when all is well. Not inside a transaction: it calls the service."""
    adapter = open_adapter(row)
    try:
        return adapter.check()
    finally:
        adapter.close()


def _state(row: Destination, state: str) -> Destination:
    row = Destination.objects.select_for_update().get(pk=row.pk)
    row.state = state
    row.is_default = row.is_default and state != Destination.ARCHIVED
    row.breaker_until = None if state == Destination.ON else row.breaker_until
    row.save(update_fields=["state", "is_default", "breaker_until"])
    note(subject=f"destination:{row.public_id}", state=state)
    transaction.on_commit(queue.queued.ring)
    return row


# ── What was typed ──────────────────────────────────────────────────────────────────────────────


def _settings(
    kind: type[Adapter], told: Mapping[str, Any], config: Mapping[str, Any], secret: Mapping[str, str]
) -> tuple[dict[str, Any], dict[str, str]]:
    """Settings and secrets of the adapter's fields: as told, else as they were, else the field's default."""
    names = {field.name for field in kind.fields}
    if unknown := sorted(set(told) - names):
        raise Invalid(
            f"There is no setting “{unknown[0]}”.", code="unknown_setting", field=unknown[0],
            fix=f"There are {', '.join(sorted(names)) or 'none'}.",
        )  # fmt: skip
    plain, hidden = dict[str, Any](), dict(secret)
    for field in kind.fields:
        if field.kind == "secret":
            hidden[field.name] = _text(told.get(field.name)) or secret.get(field.name, "")
            missing = not hidden[field.name]
        else:
            value = told.get(field.name, config.get(field.name, field.default))
            plain[field.name] = _value(field, value)
            missing = plain[field.name] == ""
        if field.required and missing:
            raise Invalid(f"“{field.label}” is missing.", code="setting_missing", field=field.name, fix=field.help)
    return plain, {name: value for name, value in hidden.items() if value}


def _value(field: Field, value: Any) -> Any:
    if field.kind == "flag":
        return value in (True, "true", "on", "yes", "1", 1)
    text = _text(value)
    if field.kind == "number":
        try:
            return int(text or field.default or 0)
        except ValueError:
            raise Invalid(f"“{text}” is no number.", code="bad_setting", field=field.name, fix=field.help) from None
    if field.kind == "choice" and text and text not in dict(field.choices):
        raise Invalid(
            f"“{text}” is none of {', '.join(dict(field.choices))}.",
            code="bad_setting",
            field=field.name,
            fix=field.help,
        )
    if field.kind == "email" and text and ("@" not in text or " " in text or not text.isascii()):
        raise Invalid(f"“{text}” is no e-mail address.", code="bad_setting", field=field.name, fix=field.help)
    return text


def _text(value: Any) -> str:
    return "" if value is None else str(value).replace("\0", "").strip()


def _limits(
    name: str, per_second: float, concurrency: int, per_domain: Mapping[str, Any], warm_up: Mapping[str, Any]
) -> dict[str, Any]:
    name = " ".join(name.replace("\0", " ").split())
    if not 1 <= len(name) <= 80:
        raise Invalid("A destination needs a name of at most 80 characters.", code="bad_name", field="name")
    if not 0 <= per_second <= MOST_PER_SECOND:
        raise Invalid(
            f"{per_second:g} a second cannot be.", code="bad_rate", field="per_second",
            fix=f"0 for no limit, or up to {MOST_PER_SECOND:g}.",
        )  # fmt: skip
    if not 1 <= concurrency <= MOST_AT_ONCE:
        raise Invalid(
            f"{concurrency} at the same time cannot be.", code="bad_concurrency", field="concurrency",
            fix=f"1 to {MOST_AT_ONCE}.",
        )  # fmt: skip
    return {
        "name": name, "per_second": float(per_second), "concurrency": concurrency, "per_domain": _domains(per_domain),
        "warm_up": _plan(warm_up),
    }  # fmt: skip


def _domains(told: Mapping[str, Any]) -> dict[str, float]:
    try:
        found = {str(name).strip().lower(): float(most) for name, most in told.items()}
    except (TypeError, ValueError):
        found = {"": 0.0}
    if any(not name or not 0 < most <= 60_000 for name, most in found.items()):
        raise Invalid(
            "A rate by domain is a domain and a number a minute.", code="bad_rate", field="per_domain",
            fix="Such as gmail.com: 60, or * for every other domain.",
        )  # fmt: skip
    return found


def _plan(told: Mapping[str, Any]) -> dict[str, Any]:
    if not told.get("days"):
        return {}
    try:
        days = [int(one) for one in told["days"]]
        start = date.fromisoformat(str(told["start"]))
    except (KeyError, TypeError, ValueError):
        days, start = [], None
    if start is None or not days or len(days) > 90 or min(days) < 1:
        raise Invalid(
            "A warm-up plan says when it starts and how many messages may leave each day.", code="bad_plan",
            field="warm_up", fix='Such as {"start": "2026-12-01", "days": [50, 100, 200]}.',
        )  # fmt: skip
    return {"start": start.isoformat(), "days": days}
