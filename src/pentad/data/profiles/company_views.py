"""What one does on a company's page."""

from functools import partial

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from pentad.data.profiles import queries
from pentad.data.profiles.company_actions import set_company_trait
from pentad.data.profiles.trait_dialog import trait_dialog
from pentad.roles.access import signed_in
from pentad.roles.page import actor_of


@require_http_methods(["GET", "POST"])
@signed_in("companies.edit")
def set_trait(request: HttpRequest, company_id: str) -> HttpResponse:
    """The dialog that states a trait in the team's name, and what it sends."""
    company = queries.find_company(company_id)
    state = partial(set_company_trait, actor=actor_of(request), company=company)
    return trait_dialog(request, company, "companies", f"/companies/{company.id}/", state)
