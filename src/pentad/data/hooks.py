"""What the data screens add to the side bar and the palette."""

from collections.abc import Collection
from typing import Any

from pentad.core import hooks
from pentad.core.actor import Actor
from pentad.core.errors import Unavailable
from pentad.core.hookvalues import AuditKind, NavItem, PaletteItem, Problem, ScheduleItem, TimelineEntry
from pentad.data.consent import page as consent
from pentad.data.ingest import queries
from pentad.data.ingest.checks import CHECKS
from pentad.data.ingest.models import Source
from pentad.data.ingest.receipt_views import address
from pentad.data.privacy import queries as privacy
from pentad.data.profiles import entries
from pentad.data.profiles.subjects import companies_named, people_named

_SECTION = "Data"


@hooks.impl
def navigation(actor: Actor) -> list[NavItem]:
    return [
        NavItem("Customers", "/people/", "users", key="p", right="people.view", order=10),
        NavItem("Companies", "/companies/", "building-2", key="o", right="people.view", order=20),
        NavItem("Live events", "/live/", "radio", _SECTION, "l", "sources.view", order=210),
        NavItem("Sources", "/sources/", "plug", _SECTION, "s", "sources.view", order=220),
        NavItem("Receipts", "/receipts/", "receipt", _SECTION, "r", "receipts.view", order=230),
        NavItem("Imports", "/imports/", "upload", _SECTION, right="sources.view", order=225),
        NavItem("Identity", "/identity/", "fingerprint", _SECTION, "i", "people.view", order=240),
        NavItem("Consent", "/settings/consent/", "circle-check", "Administration", right="consent.edit", order=918),
        NavItem("Fields", "/settings/fields/", "tag", "Administration", right="fields.edit", order=917),
    ]


@hooks.impl
def timeline_entry(event: Any) -> TimelineEntry | None:
    return consent.timeline_entry(event.name, event.properties)


@hooks.impl
def palette(actor: Actor, query: str) -> list[PaletteItem]:
    if not query:
        return []
    return entries.palette(query) + _sources(query) + (_message(query) if actor.may("receipts.view") else [])


def _sources(query: str) -> list[PaletteItem]:
    found = Source.objects.filter(name__icontains=query, archived=None).order_by("name")[:5]
    return [PaletteItem(s.name, f"/sources/{s.id}/", "plug", "Sources", s.kind, right="sources.view") for s in found]


def _message(query: str) -> list[PaletteItem]:
    """Words are no message id; anything long and unbroken may be one."""
    if len(query) < 8 or " " in query or "@" in query:
        return []
    try:
        found = queries.receipt(query)
    except Unavailable:
        return []
    return (
        [PaletteItem(query, address(query), "receipt", "Messages", f"{found.state} · {found.source}")] if found else []
    )


@hooks.impl
def doctor_checks() -> list[Problem]:
    """The balance of receipts, over everything that ever came in."""
    problems = [
        Problem(
            "receipts", "error",
            f"{m.count} accepted messages of source {m.source_no} are not in the ledger: {', '.join(m.message_ids[:5])}",
            "Run `pentad load-again`, or press “Load them again” on the receipts page: the inbox log that holds them was not"
            " deleted. If they are still missing then, keep the data folder as it is and report this.",
        )
        for m in queries.missing()
    ]  # fmt: skip
    gaps = queries.gaps()
    if gaps:
        worst = gaps[0]
        text = f"The counts of {len(gaps)} minutes do not balance, the last at {worst.minute:%Y-%m-%d %H:%M} UTC by {worst.missing}."
        problems.append(Problem("receipts", "error", text, "See the receipts page for the minutes and sources."))
    problems += privacy.problems()
    return problems + [problem for check in CHECKS for problem in check()]


def _sources_named(ids: Collection[str]) -> dict[str, str]:
    return dict(Source.objects.filter(id__in=ids).values_list("id", "name"))


@hooks.impl
def audit_kinds() -> list[AuditKind]:
    return [
        AuditKind("person", "Customer", "user", "/people/{}/", people_named),
        AuditKind("company", "Company", "building-2", "/companies/{}/", companies_named),
        AuditKind("source", "Source", "plug", "/sources/{}/", _sources_named),
        AuditKind("conflict", "Identity conflict", "split", "/identity/"),
        AuditKind("rule", "Identity rule", "fingerprint", "/identity/rules/"),
        AuditKind("trait", "Trait", "tag"),
        AuditKind("custom_field", "Field", "tag", "/settings/fields/"),
        AuditKind("consent_purpose", "Purpose of consent", "circle-check", "/settings/consent/"),
        AuditKind("consent_channel", "Channel of consent", "circle-check", "/settings/consent/"),
        AuditKind("import", "Import", "upload", "/imports/{}/"),
        AuditKind("erasure", "Erasure", "trash-2"),
    ]


@hooks.impl
def schedules() -> list[ScheduleItem]:
    return [
        ScheduleItem("seal closed months", "ledger.seal", 24 * 3600),
        ScheduleItem("remove files that were not imported", "imports.sweep", 24 * 3600),
        ScheduleItem("remove files of notes never saved", "attachments.sweep", 24 * 3600),
    ]
