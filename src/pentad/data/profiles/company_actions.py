"""Verbs on companies."""

from typing import Any

from pentad.core.action import action, note
from pentad.core.actor import Actor
from pentad.core.errors import Denied
from pentad.core.outbox import emit
from pentad.data.fields.queries import accept
from pentad.data.ingest.models import Source
from pentad.data.ingest.own import own_source
from pentad.data.profiles import fold
from pentad.data.profiles.actions import check_traits
from pentad.data.profiles.kinds import may_change
from pentad.data.profiles.models import Company, CompanyTrait
from pentad.data.profiles.stating import settled
from pentad.roles.together.conflicts import LastChange, last_change
from pentad.roles.together.rules import Versions


@action("companies.edit")
def set_company_trait(
    *, actor: Actor, company: Company, name: str, value: Any, seen: Versions | None = None
) -> Company:
    """State a trait of a company in the team's own name. None takes the team's statement of it as unknown.

    seen: as for customers, see set_trait. Raises Denied for a field that the actor may not change, Invalid for what a
    custom field does not accept, Conflict `changed_meanwhile` when it has another value by now.
    """
    name = name.strip()
    if not may_change(actor, company, name):
        raise Denied(
            f"{actor.name} may not change “{name}” of companies.",
            fix="Ask an administrator for a role that may.",
            right="companies.edit",
        )
    traits = {name: accept("companies", name, value)}
    check_traits(traits)
    if seen is not None:
        now = Company.objects.select_for_update().get(pk=company.pk)
        told, own_told = (lambda _: _changed(company, name)), (lambda _: _stated(company, name))
        if not settled(now, name, traits[name], seen, told, own_told):
            note(subject=f"company:{company.id}")
            return now
    # Written at once, and told to the ledger by the road of every source; nobody belongs to the company by it.
    row = emit("group", "", groupId=company.group_id, traits=traits, context={"companyOnly": True})
    stated = fold.Stated()
    stated.group(company.group_id, fold.NOBODY, traits, row.at, own_source().no, f"pentad-{row.pk}", seen=False)
    fold.fold([], stated, {}, ())
    note(subject=f"company:{company.id}", traits=sorted(traits))
    return Company.objects.get(pk=company.pk)


def _changed(company: Company, name: str) -> LastChange | None:
    """Who stated the value of a trait that counts now: a colleague, or a source."""
    fact = CompanyTrait.objects.filter(company=company, name=name, winner=True).first()
    if fact is not None and fact.source_no != own_source().no:
        source = Source.objects.filter(no=fact.source_no).first()
        return LastChange(source.name if source else "A source", fact.at)
    return _stated(company, name)


def _stated(company: Company, name: str) -> LastChange | None:
    """Which colleague stated it last."""
    return last_change(f"company:{company.id}", ("set_company_trait",), lambda told: name in told.get("traits", ()))
