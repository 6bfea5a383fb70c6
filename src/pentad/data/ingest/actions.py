"""What people do with sources: add, change, archive, restore, give a new write key; and with messages that are missing."""

import re
import secrets
import unicodedata
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from pentad.core import clock, jobs
from pentad.core.action import action, note
from pentad.core.actor import Actor
from pentad.core.errors import Conflict, Invalid
from pentad.core.models import Job
from pentad.data.ingest.models import Gap, Source

KINDS = {
    "web": "Website",
    "server": "Server",
    "mobile": "Mobile app",
    "import": "File import",
}
"""Kinds a person may choose. "pentad" is our own and made by the system alone."""

RELOAD = "reload"
"""The key of the job that loads messages again: one at a time."""

_SPACES = re.compile(r"\s+")


def clean_name(name: str) -> str:
    """A name as it will be stored: trimmed, one space between words, printable, at most 120 characters."""
    cleaned = _SPACES.sub(" ", unicodedata.normalize("NFC", name)).strip()
    if not cleaned:
        raise Invalid(
            "A source needs a name.", code="name_missing", fix="Say where the events come from, such as “Web shop”."
        )
    if len(cleaned) > 120:
        raise Invalid(
            f"The name has {len(cleaned)} characters; 120 is the most.",
            code="name_too_long",
            fix="Choose a shorter name.",
        )
    if not cleaned.isprintable():
        raise Invalid(
            "The name holds a character that cannot be shown.", code="name_unprintable", fix="Type the name anew."
        )
    return cleaned


def clean_origins(origins: Iterable[str]) -> list[str]:
    """Browser origins (scheme, host, port) in lower case, each once, in the order given."""
    cleaned: list[str] = []
    for raw in origins:
        text = raw.strip().rstrip("/").lower()
        if not text:
            continue
        try:
            parts = urlsplit(text)
            valid = (
                parts.scheme in ("http", "https")
                and parts.hostname
                and not (parts.path or parts.query or parts.fragment or parts.username)
                and (parts.port is None or parts.port > 0)
            )
        except ValueError:
            valid = False
        if not valid:
            raise Invalid(
                f"“{raw.strip()[:80]}” is not a browser origin.",
                code="origin_invalid",
                fix="Write scheme and host alone, such as https://shop.example.com.",
            )
        if text not in cleaned:
            cleaned.append(text)
    return cleaned


def new_key() -> str:
    """A write key: 32 characters that survive an address, a shell and a double click (no leading - or _)."""
    while not (key := secrets.token_urlsafe(24))[0].isalnum():
        pass
    return key


def _check_free(name: str, but: Source | None = None) -> None:
    holder = Source.objects.filter(name__iexact=name).exclude(no=but.no if but else 0).first()
    if holder is None:
        return
    raise Conflict(
        f"There is already a source named “{holder.name}”{' in the archive' if holder.archived else ''}.",
        code="name_taken",
        fix="Restore that one, or choose another name." if holder.archived else "Choose another name.",
        source=holder.id,
    )


def _check_kind(kind: str) -> None:
    if kind not in KINDS:
        raise Invalid(
            f"“{kind[:40]}” is not a kind of source.", code="kind_unknown", fix=f"Choose one of {', '.join(KINDS)}."
        )


def _check_number(label: str, value: int, low: int, high: int) -> None:
    if not low <= value <= high:
        raise Invalid(f"{label} is {value}; it must lie between {low} and {high}.", code="number_out_of_range")


@action("sources.edit")
def add_source(
    *,
    actor: Actor,
    name: str,
    kind: str = "web",
    owned: bool = True,
    priority: int = 100,
    origins: Iterable[str] = (),
    rate_per_second: int = 1000,
) -> Source:
    """Add, change and archive sources, and rotate their write keys."""
    name = clean_name(name)
    _check_kind(kind)
    _check_number("The priority", priority, 1, 1000)
    _check_number("The rate", rate_per_second, 1, 1_000_000)
    _check_free(name)
    source = Source.objects.create(
        name=name,
        kind=kind,
        owned=owned,
        priority=priority,
        origins=clean_origins(origins),
        rate_per_second=rate_per_second,
        write_key=new_key(),
    )
    note(f"source:{source.id}", name=name, kind=kind)
    return source


@action("sources.edit")
def change_source(*, actor: Actor, source: Source, **changes: Any) -> Source:
    """Change a source: name, kind, owned, priority, enabled, origins, rate_per_second. Others are refused."""
    allowed = {"name", "kind", "owned", "priority", "enabled", "origins", "rate_per_second"}
    unknown = set(changes) - allowed
    if unknown:
        raise Invalid(f"A source has no field {', '.join(sorted(unknown))} to change.", code="field_unknown")
    _refuse_own(source)
    if "name" in changes:
        changes["name"] = clean_name(changes["name"])
        _check_free(changes["name"], but=source)
    if "kind" in changes:
        _check_kind(changes["kind"])
    if "priority" in changes:
        _check_number("The priority", changes["priority"], 1, 1000)
    if "rate_per_second" in changes:
        _check_number("The rate", changes["rate_per_second"], 1, 1_000_000)
    if "origins" in changes:
        changes["origins"] = clean_origins(changes["origins"])
    before = {field: getattr(source, field) for field in changes}
    changed = {field: value for field, value in changes.items() if value != before[field]}
    for field, value in changed.items():
        setattr(source, field, value)
    if changed:
        source.save(update_fields=list(changed))
    note(f"source:{source.id}", changed={field: [before[field], value] for field, value in changed.items()})
    return source


@action("sources.edit")
def archive_source(*, actor: Actor, source: Source) -> Source:
    """Put a source away: its key stops working, its events stay."""
    _refuse_own(source)
    if source.archived is None:
        source.archived = clock.now()
        source.save(update_fields=["archived"])
    note(f"source:{source.id}", name=source.name)
    return source


@action("sources.edit")
def restore_source(*, actor: Actor, source: Source) -> Source:
    """Bring a source back from the archive, with the key it had."""
    if source.archived is not None:
        source.archived = None
        source.save(update_fields=["archived"])
    note(f"source:{source.id}", name=source.name)
    return source


@action("sources.edit")
def rotate_key(*, actor: Actor, source: Source) -> Source:
    """Give a source a new write key. The former one stops working at once."""
    _refuse_own(source)
    source.write_key = new_key()
    source.save(update_fields=["write_key"])
    note(f"source:{source.id}", name=source.name)
    return source


@action("receipts.edit")
def load_again(*, actor: Actor) -> Job:
    """Load messages again that cannot be found in the ledger, from the inbox log that was kept for them."""
    missing = Gap.objects.count()
    if not missing:
        raise Conflict("No message is missing.", code="nothing_missing", fix="Nothing is left to do.")
    note("receipts", missing=missing)
    return jobs.enqueue("ingest.reload", key=RELOAD)


def _refuse_own(source: Source) -> None:
    if source.own:
        raise Conflict(
            "Pentad writes its own events through this source, so it cannot be changed.",
            code="own_source",
            fix="Leave it as it is; choose another source.",
        )
