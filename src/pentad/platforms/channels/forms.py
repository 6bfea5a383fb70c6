"""A destination as a form: the fields of its adapter and its limits, as they are shown and as they were typed."""

import re
from collections.abc import Mapping
from typing import Any

from pentad.core.errors import Invalid
from pentad.platforms.channels.adapters.protocol import Field
from pentad.platforms.channels.models import Destination
from pentad.platforms.channels.registry import adapter_class
from pentad.platforms.channels.sealing import opened

SET = "set-"
"""Before the name of a field, so that an adapter may call one of its own “name”."""


def typed_fields(adapter: str) -> list[Field]:
    """Those that somebody types."""
    return [one for one in adapter_class(adapter).fields if not one.made]


def shown(adapter: str, row: Destination | None, given: Mapping[str, str] | None = None) -> list[dict[str, Any]]:
    """Each field with its value: as typed, else as kept, else the default. A secret has none, only whether it is there."""
    kept = row.config if row is not None else {}
    secret = opened(row.secret) if row is not None else {}
    found = []
    for one in typed_fields(adapter):
        value: Any = kept.get(one.name, one.default)
        if given is not None:
            value = given.get(SET + one.name, "")
        if one.kind == "secret":
            value = ""
        found.append(
            {
                "field": one,
                "id": f"{SET}{one.name}",
                "value": value,
                "words": dict(one.choices).get(value, value),
                "kept": bool(secret.get(one.name)),
            }
        )
    return found


def settings_of(adapter: str, given: Mapping[str, str]) -> dict[str, Any]:
    """What was typed, by the names of the fields. A flag that was not ticked is sent by no browser."""
    return {
        one.name: bool(given.get(SET + one.name)) if one.kind == "flag" else given.get(SET + one.name, "")
        for one in typed_fields(adapter)
    }


def limits_of(given: Mapping[str, str]) -> dict[str, Any]:
    """Name, rates and warm-up. Raises Invalid."""
    return {
        "name": given.get("name", ""),
        "per_second": _number(given, "per_second", 0),
        "concurrency": int(_number(given, "concurrency", 1)),
        "per_domain": _domains(given.get("per_domain", "")),
        "warm_up": _warm_up(given.get("warm_start", ""), given.get("warm_days", "")),
    }


def limits_shown(row: Destination | None) -> dict[str, str]:
    if row is None:
        return {"name": "", "per_second": "0", "concurrency": "1", "per_domain": "", "warm_start": "", "warm_days": ""}
    return {
        "name": row.name,
        "per_second": f"{row.per_second:g}",
        "concurrency": str(row.concurrency),
        "per_domain": "\n".join(f"{name}: {most:g}" for name, most in row.per_domain.items()),
        "warm_start": str(row.warm_up.get("start", "")),
        "warm_days": ", ".join(str(one) for one in row.warm_up.get("days", [])),
    }


def _number(given: Mapping[str, str], name: str, default: float) -> float:
    text = given.get(name, "").strip()
    try:
        found = float(text) if text else default
    except ValueError:
        found = float("nan")
    if not abs(found) < 1e9:
        raise Invalid(f"“{text[:40]}” is no number.", code="bad_rate", field=name, fix="Write one such as 10.")
    return found


def _domains(text: str) -> dict[str, str]:
    """Lines such as “gmail.com: 60”."""
    lines = [line for line in text.splitlines() if line.strip()]
    pairs = [re.split(r"[:\s]+", line.strip(), maxsplit=1) for line in lines]
    return {pair[0]: pair[1] if len(pair) > 1 else "" for pair in pairs}


def _warm_up(start: str, days: str) -> dict[str, Any]:
    told = [one for one in re.split(r"[,;\s]+", days.strip()) if one]
    return {"start": start.strip(), "days": told} if told else {}
